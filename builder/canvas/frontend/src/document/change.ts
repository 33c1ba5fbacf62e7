/** What all edits of a graph build on: its parts exchanged, and the refusals that they share. */

import { MOST_NODES } from "./form";
import { nodeOf, notesOf, taken } from "./graph";
import { quote, refused, thousands } from "./refused";
import type { Edge, Edit, Graph, Json, Node, Note, Params } from "./types";

/** The edit of one kind. */
export type Of<Op extends Edit["op"]> = Extract<Edit, { op: Op }>;

/** The graph with other parts. Lists in which nothing changed are kept, and an empty list of notes is left out. */
export function having(graph: Graph, parts: { nodes?: readonly Node[]; edges?: readonly Edge[]; notes?: readonly Note[] }): Graph {
  const nodes = kept(graph.nodes, parts.nodes);
  const edges = kept(graph.edges, parts.edges);
  const notes = kept(notesOf(graph), parts.notes);
  if (nodes === graph.nodes && edges === graph.edges && notes === notesOf(graph)) return graph;
  return notes.length ? { nodes, edges, notes } : { nodes, edges };
}

export function kept<T>(old: readonly T[], fresh: readonly T[] = old): readonly T[] {
  return fresh.length === old.length && fresh.every((part, i) => part === old[i]) ? old : fresh;
}

export function known(graph: Graph, id: string): Node {
  const node = nodeOf(graph, id);
  if (!node) throw refused("G-EDIT", "refused.no_layer", { id: quote(id) });
  return node;
}

export function room(nodes: number): void {
  if (nodes > MOST_NODES) {
    throw refused("L-NODES", "refused.too_many", { n: thousands(nodes), most: thousands(MOST_NODES) });
  }
}

export function free(graph: Graph, id: string): void {
  if (taken(graph).has(id)) throw refused("G-ID", "refused.taken", { id: quote(id) });
}

export function change(graph: Graph, id: string, how: (node: Node) => Node): Graph {
  const fresh = how(known(graph, id));
  return having(graph, { nodes: graph.nodes.map((node) => (node.id === id ? fresh : node)) });
}

export function filtered(values: Params, wanted: (key: string, value: Json) => boolean): Params {
  return Object.fromEntries(Object.entries(values).filter(([key, value]) => wanted(key, value)));
}

export function spliced(nodes: readonly Node[], at: number, node: Node): readonly Node[] {
  return [...nodes.slice(0, at), node, ...nodes.slice(at)];
}
