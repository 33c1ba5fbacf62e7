/** Questions to a graph and to the graphs inside its blocks. Answers are kept for as long as the graph is. */

import type { Document, Edge, Edit, Graph, Node, Note } from "./types";

/** A node's address: the ids of the blocks that it stands in, and its own. */
export type Path = readonly string[];

/** A path as the key of a map. */
export function keyOf(path: Path): string {
  return path.join("\n");
}

/** What `of` gives for an object, worked out once. */
function remembered<K extends object, V>(of: (key: K) => V): (key: K) => V {
  const known = new WeakMap<K, V>();
  return (key) => {
    let value = known.get(key);
    if (value === undefined) known.set(key, (value = of(key)));
    return value;
  };
}

function groupedBy(end: "source" | "target") {
  return remembered((edges: readonly Edge[]) => {
    const found = new Map<string, Edge[]>();
    for (const edge of edges) {
      const wires = found.get(edge[end]);
      if (wires) wires.push(edge);
      else found.set(edge[end], [edge]);
    }
    return found;
  });
}

const NONE: readonly never[] = [];
const intoOf = groupedBy("target");
const outOfOf = groupedBy("source");
const nodesOf = remembered((nodes: readonly Node[]) => {
  const found = new Map<string, Node>();
  for (const node of nodes) if (!found.has(node.id)) found.set(node.id, node);
  return found;
});
const countOf = remembered((nodes: readonly Node[]) =>
  nodes.reduce((n: number, node) => n + 1 + (node.graph ? count(node.graph) : 0), 0),
);
const blocksOf = remembered((nodes: readonly Node[]) => nodes.flatMap((node) => node.graph ?? []));
const wiresOf = remembered((edges: readonly Edge[]) => new Set(edges.map(edgeKey)));

/** The node with this id. */
export function nodeOf(graph: Graph, id: string): Node | undefined {
  return nodesOf(graph.nodes).get(id);
}

/** The wires that end at a node, in document order. */
export function into(graph: Graph, id: string): readonly Edge[] {
  return intoOf(graph.edges).get(id) ?? NONE;
}

/** The wires that begin at a node, in document order. */
export function outOf(graph: Graph, id: string): readonly Edge[] {
  return outOfOf(graph.edges).get(id) ?? NONE;
}

/** How many nodes there are, with those inside blocks. */
export function count(graph: Graph): number {
  return countOf(graph.nodes);
}

/** How many wires there are, with those inside blocks. */
export function countWires(graph: Graph): number {
  return blocksOf(graph.nodes).reduce((n, inner) => n + countWires(inner), graph.edges.length);
}

/** How many graphs lie inside each other below this one: 0 without blocks. */
export function depth(graph: Graph): number {
  return blocksOf(graph.nodes).reduce((most, inner) => Math.max(most, 1 + depth(inner)), 0);
}

export function notesOf(graph: Graph): readonly Note[] {
  return graph.notes ?? NONE;
}

/** The ids of all nodes and notes. */
export function taken(graph: Graph): Set<string> {
  return new Set([...graph.nodes, ...notesOf(graph)].map((part) => part.id));
}

/** A wire as the key of a map. */
export function edgeKey(edge: Edge): string {
  return JSON.stringify([edge.source, edge.target, edge.input ?? null]);
}

export function sameEdge(a: Edge, b: Edge): boolean {
  return a.source === b.source && a.target === b.target && a.input === b.input;
}

export function hasEdge(graph: Graph, edge: Edge): boolean {
  return wiresOf(graph.edges).has(edgeKey(edge));
}

/** Nodes from which no wire leads to another: where the next layer would go. */
export function ends(graph: Graph): Node[] {
  return graph.nodes.filter((node) => !outOf(graph, node.id).length);
}

/** The ids that wires lead to from these, near or far. */
export function behind(graph: Graph, ids: Iterable<string>): Set<string> {
  return reached(ids, (id) => outOf(graph, id).map((edge) => edge.target));
}

/** The ids from which wires lead to these, near or far. */
export function before(graph: Graph, ids: Iterable<string>): Set<string> {
  return reached(ids, (id) => into(graph, id).map((edge) => edge.source));
}

function reached(start: Iterable<string>, following: (id: string) => string[]): Set<string> {
  const found = new Set<string>();
  const ahead = [...start];
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    for (const next of following(id)) {
      if (found.has(next)) continue;
      found.add(next);
      ahead.push(next);
    }
  }
  return found;
}

/** The nodes so that each stands behind its sources, else in document order; those of a loop come last. */
export function order(graph: Graph): Node[] {
  return orderOf(graph);
}

const orderOf = remembered((graph: Graph): Node[] => {
  const waiting = new Map(graph.nodes.map((node) => [node.id, 0]));
  for (const { source, target } of graph.edges) {
    if (waiting.has(source) && waiting.has(target)) waiting.set(target, waiting.get(target)! + 1);
  }
  const sorted = [...nodesOf(graph.nodes).values()].filter((node) => !waiting.get(node.id));
  for (let i = 0; i < sorted.length; i++) {
    for (const { target } of outOf(graph, sorted[i]!.id)) {
      const left = (waiting.get(target) ?? 0) - 1;
      waiting.set(target, left);
      if (left === 0) sorted.push(nodeOf(graph, target)!);
    }
  }
  const placed = new Set(sorted);
  return [...sorted, ...graph.nodes.filter((node) => !placed.has(node))];
});

/** The graph inside the block at this path; the network's own at the empty path. */
export function graphAt(document: Document, path: Path): Graph | undefined {
  return path.reduce<Graph | undefined>((graph, id) => graph && nodeOf(graph, id)?.graph, document.graph);
}

export function nodeAt(document: Document, path: Path): Node | undefined {
  const graph = graphAt(document, path.slice(0, -1));
  return graph && nodeOf(graph, path.at(-1) ?? "");
}

/** Edits on the graph in which the node at `path` stands, as edits on the whole document. */
export function inside(path: Path, edits: readonly Edit[]): readonly Edit[] {
  return path.slice(0, -1).reduceRight<readonly Edit[]>((inner, node) => [{ op: "inside", node, edits: inner }], edits);
}
