/** Documents to test with. */

import type { Document, Edge, Graph, Node } from "./types";

export function node(id: string, type = "ReLU", more: Partial<Node> = {}): Node {
  return { id, type, params: {}, ...more };
}

/** `"a>b"`, or `"a>b.port"`. */
export function edge(text: string): Edge {
  const [source = "", rest = ""] = text.split(">");
  const [target = "", input] = rest.split(".");
  return input === undefined ? { source, target } : { source, target, input };
}

/** `graph("a b c", "a>b b>c")`. */
export function graph(ids: string, edges = "", more: Partial<Graph> = {}): Graph {
  const words = (text: string) => text.split(" ").filter(Boolean);
  return { nodes: words(ids).map((id) => node(id)), edges: words(edges).map(edge), ...more };
}

export function documentOf(graph: Graph): Document {
  return { format: "netbuilder", version: 1, title: "", about: "", data: {}, graph, recipe: {} };
}

/** The wires, as `edge` reads them. */
export function wires({ edges }: Graph): string {
  return edges.map(({ source, target, input }) => `${source}>${target}${input ? `.${input}` : ""}`).join(" ");
}

export function names({ nodes }: Graph): string {
  return nodes.map(({ id }) => id).join(" ");
}
