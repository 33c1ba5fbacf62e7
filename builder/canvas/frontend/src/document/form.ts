/** Parts of a document made from JSON that came from elsewhere, as `builder/graph/document.py` reads them. */

import type { Edge, Graph, Json, Node, Note, Params, Position } from "./types";

export const MOST_BYTES = 5_000_000;
export const MOST_NODES = 2_000;
export const MOST_EDGES = 8_000;
export const MOST_DEPTH = 8; // blocks within blocks

/** What is wrong with a part's form. */
export class Malformed extends Error {}

type Raw = Readonly<Record<string, unknown>>;

function ask(fine: boolean, reason: string): asserts fine {
  if (!fine) throw new Malformed(reason);
}

function record(raw: unknown, known: readonly string[]): Raw {
  ask(typeof raw === "object" && raw !== null && !Array.isArray(raw), "an object is needed");
  const extra = Object.keys(raw).find((key) => !known.includes(key));
  ask(extra === undefined, `"${extra}" is not known`);
  return raw as Raw;
}

function text(raw: unknown, least: number, most: number): string {
  ask(typeof raw === "string", "a text is needed");
  const length = raw.length <= most ? raw.length : [...raw].length; // counted as Python counts, not in UTF-16
  ask(length >= least && length <= most, `a text has ${least} to ${most} characters`);
  return raw;
}

export function readName(raw: unknown): string {
  return text(raw, 1, 200);
}

function pair(raw: unknown): Position {
  ask(Array.isArray(raw) && raw.length === 2 && raw.every((x) => typeof x === "number" && Number.isFinite(x)),
    "two finite numbers are needed"); // prettier-ignore
  return raw as unknown as Position;
}

export function readPosition(raw: unknown): Position {
  return pair(raw);
}

function size(raw: unknown): Position {
  const sides = pair(raw);
  ask(sides.every((side) => side > 0 && side <= 10_000), "a side is over 0 and at most 10000");
  return sides;
}

export function readParams(raw: unknown): Params {
  ask(typeof raw === "object" && raw !== null && !Array.isArray(raw), "parameters are an object");
  return raw as Readonly<Record<string, Json>>;
}

export function readNode(raw: unknown): Node {
  const part = record(raw, ["id", "type", "params", "position", "disabled", "graph"]);
  ask(part.disabled == null || typeof part.disabled === "boolean", "disabled is true or false");
  return {
    id: readName(part.id),
    type: readName(part.type),
    params: part.params === undefined ? {} : readParams(part.params),
    ...(part.position != null && { position: pair(part.position) }),
    ...(part.disabled === true && { disabled: true }),
    ...(part.graph != null && { graph: readGraph(part.graph) }),
  };
}

export function readEdge(raw: unknown): Edge {
  const part = record(raw, ["source", "target", "input"]);
  const wire = { source: readName(part.source), target: readName(part.target) };
  return part.input == null ? wire : { ...wire, input: text(part.input, 1, 50) };
}

export function readNote(raw: unknown): Note {
  const part = record(raw, ["id", "text", "position", "size"]);
  return {
    id: readName(part.id),
    text: part.text === undefined ? "" : text(part.text, 0, 10_000),
    position: part.position === undefined ? [0, 0] : pair(part.position),
    ...(part.size != null && { size: size(part.size) }),
  };
}

export function readGraph(raw: unknown): Graph {
  const part = record(raw, ["nodes", "edges", "notes"]);
  const notes = each(part.notes, readNote);
  return {
    nodes: each(part.nodes, readNode),
    edges: each(part.edges, readEdge),
    ...(notes.length && { notes }),
  };
}

export function each<T>(raw: unknown, read: (part: unknown) => T): readonly T[] {
  ask(raw === undefined || Array.isArray(raw), "a list is needed");
  return (raw ?? []).map(read);
}
