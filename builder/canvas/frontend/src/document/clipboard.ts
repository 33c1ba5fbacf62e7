/** Parts of a network as text: what copy writes and paste reads, also across networks and windows. */

import { freeId, numbered } from "./blocks";
import { MOST_BYTES, MOST_DEPTH, MOST_EDGES, MOST_NODES, Malformed, readGraph } from "./form";
import { count, countWires, depth, notesOf, taken as takenIn } from "./graph";
import { refused, thousands } from "./refused";
import type { Edge, Edit, Graph, Node, Note, Position } from "./types";

/** Chosen nodes of a graph with the wires among them, and notes. */
export function copied(graph: Graph, ids: Iterable<string>, noteIds: Iterable<string> = []): string {
  const chosen = new Set(ids);
  const notes = new Set(noteIds);
  return JSON.stringify({
    format: "netbuilder/part",
    version: 1,
    nodes: graph.nodes.filter((node) => chosen.has(node.id)),
    edges: graph.edges.filter((edge) => chosen.has(edge.source) && chosen.has(edge.target)),
    notes: notesOf(graph).filter((note) => notes.has(note.id)),
  });
}

/**
 * What puts copied parts, or a whole document's network, into a graph, under free ids and `offset` from where they
 * stood. Positions are left out where the graph is laid out by itself. Throws Refused G-JSON or L-NODES.
 */
export function pasted(text: string, graph: Graph, offset: Position): Edit[] {
  const part = readPart(text);
  const placed = !graph.nodes.length || graph.nodes.some((node) => node.position);
  const ids = freshIds(part, graph);
  const moved = ([x, y]: Position): Position => [x + offset[0], y + offset[1]];
  const nodes = part.nodes.map(({ position, ...node }): Node => ({
    ...node,
    id: ids.get(node.id)!,
    ...(position && placed && { position: moved(position) }),
  }));
  const notes = notesOf(part).map((note): Note => ({ ...note, id: ids.get(note.id)!, position: moved(note.position) }));
  const edges = part.edges
    .filter((edge) => ids.has(edge.source) && ids.has(edge.target))
    .map((edge): Edge => ({ ...edge, source: ids.get(edge.source)!, target: ids.get(edge.target)! }));
  return [{ op: "add", nodes, edges, notes }];
}

function readPart(text: string): Graph {
  if (text.length > MOST_BYTES) throw tooLarge();
  const part = graphIn(text);
  if (!part.nodes.length && !notesOf(part).length) throw refused("G-JSON", "refused.paste");
  if (count(part) > MOST_NODES || countWires(part) > MOST_EDGES) throw tooLarge();
  if (depth(part) > MOST_DEPTH) throw refused("L-NODES", "refused.too_deep", { most: MOST_DEPTH });
  return part;
}

function graphIn(text: string): Graph {
  try {
    const { format, version, ...rest } = JSON.parse(text);
    if (version === 1 && format === "netbuilder") return readGraph(rest.graph);
    if (version === 1 && format === "netbuilder/part") return readGraph(rest);
  } catch (error) {
    // a text nested so deeply that reading it overflows the stack is a RangeError
    const theirs = error instanceof SyntaxError || error instanceof TypeError || error instanceof RangeError;
    if (!theirs && !(error instanceof Malformed)) throw error;
  }
  throw refused("G-JSON", "refused.paste");
}

function tooLarge() {
  return refused("L-NODES", "refused.paste_size", { most: thousands(MOST_NODES) });
}

/** A free id for each part: its own, or one numbered on. */
function freshIds(part: Graph, graph: Graph): Map<string, string> {
  const taken = takenIn(graph);
  const own = takenIn(part);
  const ids = new Map<string, string>();
  for (const id of own) if (!taken.has(id)) ids.set(id, id);
  for (const id of ids.keys()) taken.add(id);
  for (const { id, type } of part.nodes) {
    if (!ids.has(id)) take(id, type === "Input" || type === "Output" ? freeId(taken, type) : next(id, taken));
  }
  for (const { id } of notesOf(part)) if (!ids.has(id)) take(id, next(id, taken));
  return ids;

  function take(id: string, fresh: string) {
    ids.set(id, fresh);
    taken.add(fresh);
  }
}

/** The id with the next free number: `encoder1` for `encoder`, `conv3` for `conv2`. */
function next(id: string, taken: ReadonlySet<string>): string {
  return numbered(id.replace(/\d+$/, "").slice(0, 190), taken);
}
