/** Nodes put into chains and taken out of them; a chain left behind is joined. */

import { freeId, wire } from "./blocks";
import { type Of, free, having, known, room, spliced } from "./change";
import { count, hasEdge, into, notesOf, sameEdge, taken } from "./graph";
import { quote, refused } from "./refused";
import type { Edge, Graph, Node } from "./types";

export function insert(graph: Graph, edit: Of<"insert">): Graph {
  room(count(graph) + 1 + (edit.graph ? count(edit.graph) : 0));
  if (edit.id !== undefined) free(graph, edit.id);
  const node: Node = {
    id: edit.id ?? freeId(taken(graph), edit.type),
    type: edit.type,
    params: edit.params ?? {},
    ...(edit.position && { position: edit.position }),
    ...(edit.graph && { graph: edit.graph }),
  };
  if (edit.edge) {
    known(graph, edit.edge.target);
    return split(graph, node, edit.edge);
  }
  if (edit.after === undefined) return having(graph, { nodes: [...graph.nodes, node] });
  return intoChain(graph, node, graph.nodes.indexOf(known(graph, edit.after)) + 1);
}

/** Put a node into a wire. */
function split(graph: Graph, node: Node, edge: Edge): Graph {
  if (!hasEdge(graph, edge)) throw refused("G-EDIT", "refused.no_wire");
  const edges = graph.edges.map((e) => (sameEdge(e, edge) ? wire(node.id, e.target, e.input) : e));
  return having(graph, {
    nodes: spliced(graph.nodes, graph.nodes.indexOf(known(graph, edge.target)), node),
    edges: [...edges, wire(edge.source, node.id)],
  });
}

/** Put a node at a place of the outline: into the wire between its neighbours, or behind the one above. */
function intoChain(graph: Graph, node: Node, at: number): Graph {
  const above = graph.nodes[at - 1];
  const below = graph.nodes[at];
  const nodes = spliced(graph.nodes, at, node);
  if (!above || node.type === "Input" || above.type === "Output") return having(graph, { nodes });
  const between = graph.edges.findIndex((edge) => edge.source === above.id && edge.target === below?.id);
  const joined = between >= 0 && node.type !== "Output";
  const edges = graph.edges.map((edge, i) =>
    joined && i === between ? wire(node.id, edge.target, edge.input) : edge,
  );
  if (!joined && below && below.type !== "Input" && !into(graph, below.id).length) {
    edges.push(wire(node.id, below.id));
  }
  return having(graph, { nodes, edges: [...edges, wire(above.id, node.id)] });
}

/** The wires without a node: its first source is joined to all its targets. `keepOthers` spares its other inputs. */
function detached(graph: Graph, id: string, keepOthers = false): Edge[] {
  const first = graph.edges.find((edge) => edge.target === id); // no cached wiring: many removals ask only once each
  return graph.edges.flatMap((edge) => {
    if (edge.target === id) return keepOthers && !sameEdge(edge, first!) ? [edge] : [];
    if (edge.source !== id) return [edge];
    const healed = first && wire(first.source, edge.target, edge.input);
    return healed && !graph.edges.some((e) => sameEdge(e, healed)) ? [healed] : [];
  });
}

export function removed(graph: Graph, id: string): Graph {
  const notes = notesOf(graph);
  if (notes.some((note) => note.id === id)) return having(graph, { notes: notes.filter((note) => note.id !== id) });
  const nodes = graph.nodes.filter((node) => node.id !== id);
  if (nodes.length === graph.nodes.length) throw refused("G-EDIT", "refused.no_layer", { id: quote(id) });
  return having(graph, { nodes, edges: detached(graph, id) });
}

export function move(graph: Graph, edit: Of<"move">): Graph {
  const node = known(graph, edit.node);
  if (edit.before !== null) known(graph, edit.before);
  if (edit.before === edit.node) return graph;
  const nodes = graph.nodes.filter((n) => n.id !== edit.node);
  const rest = having(graph, { nodes, edges: detached(graph, edit.node, true) });
  const at = edit.before === null ? nodes.length : nodes.findIndex((n) => n.id === edit.before);
  return intoChain(rest, node, at);
}

export function duplicate(graph: Graph, edit: Of<"duplicate">): Graph {
  const { id, type, params, graph: inner } = known(graph, edit.node);
  return insert(graph, { op: "insert", type, params, after: id, graph: inner });
}
