/**
 * What edits do to a document, as `builder/graph/edit.py` does it, to the letter: browser and server each carry them out.
 * Parts that stay the same stay the same objects.
 */

import { grouped, ungrouped, wire } from "./blocks";
import { duplicate, insert, move, removed } from "./chain";
import { type Of, change, filtered, free, having, known, room } from "./change";
import { MOST_DEPTH, MOST_EDGES } from "./form";
import { formed } from "./formed";
import { count, countWires, depth, hasEdge, into, notesOf, outOf, sameEdge, taken } from "./graph";
import { Refused, quote, refused, thousands } from "./refused";
import type { Document, Edit, Graph, Node, Note, Params } from "./types";

export { Refused };

/** The document after these edits. Throws Refused G-EDIT, G-ID or L-NODES. */
export function apply(document: Document, ...edits: readonly Edit[]): Document {
  const now = edits.map(formed).reduce(one, document);
  if (now.graph !== document.graph) limit(now.graph);
  return now;
}

/** What could not be read again is not made. */
function limit(graph: Graph): void {
  room(count(graph));
  if (countWires(graph) > MOST_EDGES) {
    throw refused("L-NODES", "refused.too_many_wires", { n: thousands(countWires(graph)), most: thousands(MOST_EDGES) });
  }
  if (depth(graph) > MOST_DEPTH) throw refused("L-NODES", "refused.too_deep", { most: MOST_DEPTH });
}

function one(document: Document, edit: Edit): Document {
  switch (edit.op) {
    case "inside":
      return within(document, edit);
    case "set_recipe":
      return { ...document, recipe: merged(document.recipe, edit.values) };
    case "set_data":
      return { ...document, data: merged(edit.replace ? {} : document.data, edit.values) };
    case "set_title":
      return titled(document, edit);
    default:
      return withGraph(document, changed(document.graph, edit));
  }
}

type GraphEdit = Exclude<Edit, { op: "inside" | "set_recipe" | "set_data" | "set_title" }>;

function changed(graph: Graph, edit: GraphEdit): Graph {
  switch (edit.op) {
    case "insert":
      return insert(graph, edit);
    case "remove":
      return edit.nodes.reduce(removed, graph);
    case "move":
      return move(graph, edit);
    case "duplicate":
      return duplicate(graph, edit);
    case "rename":
      return rename(graph, edit);
    case "replace":
      return replace(graph, edit);
    case "set_params":
      return setParams(graph, edit);
    case "set_inputs":
      return setInputs(graph, edit);
    case "connect":
      return connect(graph, edit);
    case "disconnect":
      return having(graph, { edges: graph.edges.filter((edge) => !sameEdge(edge, edit.edge)) });
    case "place":
      return place(graph, edit);
    case "add":
      return add(graph, edit);
    case "disable":
      return edit.nodes.reduce((now, id) => disabled(now, id, edit.disabled ?? true), graph);
    case "group":
      return group(graph, edit);
    case "ungroup":
      return ungroup(graph, edit);
    case "annotate":
      return annotate(graph, edit.note);
  }
}

function withGraph(document: Document, graph: Graph): Document {
  return graph === document.graph ? document : { ...document, graph };
}

function rename(graph: Graph, edit: Of<"rename">): Graph {
  known(graph, edit.node);
  if (edit.id === edit.node) return graph;
  free(graph, edit.id);
  const named = (id: string) => (id === edit.node ? edit.id : id);
  const touched = [...into(graph, edit.node), ...outOf(graph, edit.node)];
  return having(graph, {
    nodes: graph.nodes.map((node) => (node.id === edit.node ? { ...node, id: edit.id } : node)),
    edges: graph.edges.map((edge) =>
      touched.includes(edge) ? { ...edge, source: named(edge.source), target: named(edge.target) } : edge,
    ),
  });
}

function replace(graph: Graph, edit: Of<"replace">): Graph {
  return change(graph, edit.node, ({ graph: _inner, ...node }) => ({
    ...node,
    type: edit.type,
    params: filtered(node.params, (key) => edit.keep?.includes(key) ?? false),
    ...(edit.graph ? { graph: edit.graph } : {}),
  }));
}

function setParams(graph: Graph, edit: Of<"set_params">): Graph {
  return change(graph, edit.node, (node) => ({
    ...node,
    params: filtered({ ...node.params, ...edit.params }, (key) => !edit.reset?.includes(key)),
  }));
}

function merged(old: Params, fresh: Params): Params {
  return filtered({ ...old, ...fresh }, (_key, value) => value !== null);
}

function setInputs(graph: Graph, edit: Of<"set_inputs">): Graph {
  for (const id of [edit.node, ...edit.sources]) known(graph, id);
  const others = graph.edges.filter((edge) => edge.target !== edit.node);
  return having(graph, { edges: [...others, ...edit.sources.map((source) => wire(source, edit.node))] });
}

function connect(graph: Graph, { edge }: Of<"connect">): Graph {
  known(graph, edge.source);
  known(graph, edge.target);
  return hasEdge(graph, edge) ? graph : having(graph, { edges: [...graph.edges, edge] });
}

function place(graph: Graph, { positions }: Of<"place">): Graph {
  const moved = <T extends Node | Note>(part: T): T =>
    Object.hasOwn(positions, part.id) ? { ...part, position: positions[part.id]! } : part;
  return having(graph, { nodes: graph.nodes.map(moved), notes: notesOf(graph).map(moved) });
}

function add(graph: Graph, { nodes = [], edges = [], notes = [] }: Of<"add">): Graph {
  const fuller = having(graph, { nodes: [...graph.nodes, ...nodes], notes: [...notesOf(graph), ...notes] });
  room(count(fuller));
  const present = taken(graph);
  const clash = [...nodes, ...notes].find((part) => present.has(part.id));
  if (clash) throw refused("G-ID", "refused.taken", { id: quote(clash.id) });
  if (taken(fuller).size < fuller.nodes.length + notesOf(fuller).length) throw refused("G-ID", "refused.twice");
  for (const edge of edges) {
    known(fuller, edge.source);
    known(fuller, edge.target);
  }
  return having(fuller, { edges: [...graph.edges, ...edges.filter((edge) => !hasEdge(graph, edge))] });
}

function disabled(graph: Graph, id: string, off: boolean): Graph {
  return change(graph, id, (node) => {
    if (off === (node.disabled ?? false)) return node;
    const { disabled: _off, ...on } = node;
    return off ? { ...on, disabled: true } : on;
  });
}

function group(graph: Graph, edit: Of<"group">): Graph {
  for (const id of edit.nodes) known(graph, id);
  if (edit.id !== undefined) free(graph, edit.id);
  return grouped(graph, edit.nodes, edit.id);
}

function ungroup(graph: Graph, edit: Of<"ungroup">): Graph {
  const plain = ungrouped(graph, known(graph, edit.node));
  room(count(plain));
  return plain;
}

function within(document: Document, edit: Of<"inside">): Document {
  const { graph } = document;
  const block = known(graph, edit.node);
  if (!block.graph) throw refused("G-EDIT", "refused.no_block", { id: quote(edit.node) });
  const inner = edit.edits.reduce(one, { ...document, graph: block.graph });
  room(count(graph) + count(inner.graph) - count(block.graph));
  const { data, recipe } = inner;
  const outer = change(graph, edit.node, (node) => (inner.graph === node.graph ? node : { ...node, graph: inner.graph }));
  return withGraph(data === document.data && recipe === document.recipe ? document : { ...document, data, recipe }, outer);
}

function annotate(graph: Graph, note: Note): Graph {
  const notes = notesOf(graph);
  if (notes.some((n) => n.id === note.id)) {
    return having(graph, { notes: notes.map((n) => (n.id === note.id ? note : n)) });
  }
  free(graph, note.id);
  return having(graph, { notes: [...notes, note] });
}

function titled(document: Document, edit: Of<"set_title">): Document {
  return { ...document, title: cut(edit.title, 10_000), about: cut(edit.about ?? document.about, 20_000) };
}

/** At most so many characters, counted as Python counts: not in UTF-16. */
function cut(text: string, most: number): string {
  return text.length <= most ? text : [...text].slice(0, most).join("");
}
