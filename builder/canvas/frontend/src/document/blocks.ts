/** Blocks, nodes that hold a graph of their own: what `builder/graph/blocks.py` does, to the letter. */

import { before, behind, edgeKey, into, notesOf, outOf, taken as takenIn } from "./graph";
import { quote, refused } from "./refused";
import type { Edge, Graph, Node } from "./types";

/** How often a block is run through; 1 where its parameter makes no sense. */
export function repeats(node: Node): number {
  const n = Object.hasOwn(node.params, "repeat") ? node.params.repeat : 1;
  return typeof n === "number" && Number.isInteger(n) && n >= 1 && n <= 100 ? n : 1;
}

/** `stem` with the first free number behind it. */
export function numbered(stem: string, taken: ReadonlySet<string>): string {
  let number = 1;
  while (taken.has(`${stem}${number}`)) number++;
  return `${stem}${number}`;
}

const MOST_STEM = 190; // characters, so that the number behind them still fits an id

/** An id for a new layer: `conv2` for the second Conv2d, `input` for the first Input. */
export function freeId(taken: ReadonlySet<string>, type: string): string {
  const whole = (/[123]d$/.test(type) ? type.replace(/[0-9d]+$/, "") : type).toLowerCase();
  const stem = whole.length <= MOST_STEM ? whole : [...whole].slice(0, MOST_STEM).join("");
  return (type === "Input" || type === "Output") && !taken.has(stem) ? stem : numbered(stem, taken);
}

/** The graph with other nodes and wires. */
export function having(graph: Graph, nodes: readonly Node[], edges: readonly Edge[]): Graph {
  return nodes === graph.nodes && edges === graph.edges ? graph : { ...graph, nodes, edges };
}

export function wire(source: string, target: string, input?: string): Edge {
  return input === undefined ? { source, target } : { source, target, input };
}

/** Wires gathered in order, each once. */
class Wires {
  readonly all: Edge[] = [];
  private readonly keys = new Set<string>();

  has(edge: Edge): boolean {
    return this.keys.has(edgeKey(edge));
  }

  add(edge: Edge): void {
    if (this.has(edge)) return;
    this.keys.add(edgeKey(edge));
    this.all.push(edge);
  }
}

/** The graph with these nodes in one Block, which stands where the first of them stood. */
export function grouped(graph: Graph, ids: Iterable<string>, id?: string): Graph {
  const chosen = new Set(ids);
  const members = graph.nodes.filter((node) => chosen.has(node.id));
  const inside = new Set(members.map((node) => node.id));
  refuse(graph, members, inside);
  const entering = graph.edges.filter((edge) => inside.has(edge.target) && !inside.has(edge.source));
  const end = endOf(graph, members, inside);
  const taken = new Set(inside);
  const inputs = new Map<string, string>(); // from the source outside to the Input inside
  for (const { source } of entering) {
    if (inputs.has(source)) continue;
    inputs.set(source, freeId(taken, "Input"));
    taken.add(inputs.get(source)!);
  }
  const inner = innerGraph(graph, members, inside, inputs, end, freeId(taken, "Output"));
  const first = members[0]!;
  const block: Node = {
    id: id ?? numbered("block", takenIn(graph)),
    type: "Block",
    params: {},
    ...(first.position && { position: first.position }),
    graph: inner,
  };
  const nodes = graph.nodes
    .filter((node) => !inside.has(node.id) || node === first)
    .map((node) => (node === first ? block : node));
  return having(graph, nodes, outerEdges(graph, inside, inputs, block.id));
}

function innerGraph(
  graph: Graph,
  members: readonly Node[],
  inside: ReadonlySet<string>,
  inputs: ReadonlyMap<string, string>,
  end: string,
  output: string,
): Graph {
  const within = graph.edges
    .filter((edge) => inside.has(edge.target))
    .map((edge) => ({ ...edge, source: inputs.get(edge.source) ?? edge.source }));
  return {
    nodes: [
      ...[...inputs.values()].map((name) => ({ id: name, type: "Input", params: {} })),
      ...members,
      { id: output, type: "Output", params: {} },
    ],
    edges: [...within, wire(end, output)],
  };
}

function outerEdges(
  graph: Graph,
  inside: ReadonlySet<string>,
  inputs: ReadonlyMap<string, string>,
  block: string,
): readonly Edge[] {
  const wires = new Wires();
  for (const edge of graph.edges) {
    const enters = inside.has(edge.target);
    const leaves = inside.has(edge.source);
    if (enters && leaves) continue;
    if (enters) wires.add(wire(edge.source, block, inputs.size > 1 ? inputs.get(edge.source) : undefined));
    else wires.add(leaves ? { ...edge, source: block } : edge);
  }
  return wires.all;
}

function refuse(graph: Graph, members: readonly Node[], inside: ReadonlySet<string>): void {
  if (!members.length) throw refused("G-EDIT", "refused.group_none");
  const end = members.find((node) => node.type === "Input" || node.type === "Output");
  if (end) throw refused("G-EDIT", "refused.group_end", { id: quote(end.id), type: end.type });
  const after = behind(graph, inside);
  const ahead = before(graph, inside);
  const between = graph.nodes.find(({ id }) => after.has(id) && ahead.has(id) && !inside.has(id));
  if (between) throw refused("G-EDIT", "refused.group_between", { id: quote(between.id) });
}

/** The node whose output is the block's: the one that leads out, or the last that leads nowhere. */
function endOf(graph: Graph, members: readonly Node[], inside: ReadonlySet<string>): string {
  const leaving = graph.edges.filter((edge) => inside.has(edge.source) && !inside.has(edge.target));
  const [first, second] = new Set(leaving.map((edge) => edge.source));
  if (second !== undefined) {
    throw refused("G-EDIT", "refused.group_ends", { a: quote(first!), b: quote(second) });
  }
  const loose = members.filter(({ id }) => !outOf(graph, id).some((edge) => inside.has(edge.target)));
  return first ?? (loose.at(-1) ?? members.at(-1)!).id;
}

/** The graph with a Block's nodes in its place, once for each repetition. */
export function ungrouped(graph: Graph, block: Node): Graph {
  if (!block.graph) throw refused("G-EDIT", "refused.no_block", { id: quote(block.id) });
  const taken = new Set([...graph.nodes.filter((node) => node !== block), ...notesOf(graph)].map((part) => part.id));
  const plain = writtenOut(block, block.graph, fed(graph, block), (node) => {
    const id = taken.has(node.id) ? freeId(taken, node.type) : node.id;
    taken.add(id);
    return id;
  });
  const at = graph.nodes.indexOf(block);
  const wires = new Wires();
  for (const edge of graph.edges) {
    if (edge.target === block.id || (edge.source === block.id && plain.end === undefined)) continue;
    wires.add(edge.source === block.id ? { ...edge, source: plain.end! } : edge);
  }
  const flat = having(
    graph,
    [...graph.nodes.slice(0, at), ...plain.nodes, ...graph.nodes.slice(at + 1)],
    [...wires.all, ...plain.edges.filter((edge) => !wires.has(edge))],
  );
  const notes = notesOf(block.graph).map((note) => {
    const id = taken.has(note.id) ? numbered("note", taken) : note.id;
    taken.add(id);
    return { ...note, id };
  });
  return notes.length ? { ...flat, notes: [...notesOf(graph), ...notes] } : flat;
}

/** The source of each of a block's inputs, in their order; undefined for one that is not connected. */
export function fed(graph: Graph, block: Node): (string | undefined)[] {
  const names = inputsOf(block.graph);
  const wires = into(graph, block.id);
  const found = new Map<string, string>();
  for (const { input, source } of wires) {
    if (input !== undefined && names.includes(input) && !found.has(input)) found.set(input, source);
  }
  for (const { input, source } of wires) {
    const open = names.find((name) => !found.has(name));
    if (input === undefined && open !== undefined) found.set(open, source);
  }
  return names.map((name) => found.get(name));
}

/** The ids of a block's inputs, in their order. */
export function inputsOf(inner: Graph | undefined): string[] {
  return (inner?.nodes ?? []).filter((node) => node.type === "Input").map((node) => node.id);
}

interface WrittenOut {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly end: string | undefined; // the source of what the block gives
}

/**
 * A block's own nodes without its ends, copied for each repetition; `name` gives the id of a node in a copy. The first
 * input of each further copy is the output of the one before; its other inputs are the block's again.
 */
function writtenOut(
  block: Node,
  inner: Graph,
  sources: readonly (string | undefined)[],
  name: (node: Node) => string,
): WrittenOut {
  const inputs = inputsOf(inner);
  const members = inner.nodes.filter((node) => node.type !== "Input" && node.type !== "Output");
  const out = inner.nodes.flatMap((node) => (node.type === "Output" ? into(inner, node.id) : []))[0]?.source;
  const nodes: Node[] = [];
  const edges: Edge[] = [];
  let end: string | undefined;
  for (let copy = 0; copy < repeats(block); copy++) {
    const names = new Map(inputs.map((input, i) => [input, sources[i]]));
    if (copy && inputs.length) names.set(inputs[0]!, end);
    for (const node of members) {
      const id = name(node);
      names.set(node.id, id);
      nodes.push(id === node.id ? node : { ...node, id });
    }
    for (const edge of inner.edges) {
      const [source, target] = [names.get(edge.source), names.get(edge.target)];
      if (source !== undefined && target !== undefined && !inputs.includes(edge.target)) {
        edges.push(wire(source, target, edge.input));
      }
    }
    end = out === undefined ? undefined : names.get(out);
  }
  return { nodes, edges, end };
}
