/** What the inspector reads of the document and its report. */

import { into, nodeAt } from "../document/graph";
import type { Document, Edge, Graph, Json, Node } from "../document/types";
import type { Layer, NodeReport, Parameter, Report } from "../messages";
import { same } from "../fields/values";
import type { Path } from "../studio";

export interface Inspected {
  readonly path: Path;
  readonly node: Node;
  readonly layer: Layer | undefined;
  readonly params: readonly Parameter[];
}

/** The nodes at these paths, each with what the catalogue says of it; those that are gone are left out. */
export function inspected(document: Document, paths: readonly Path[], layers: ReadonlyMap<string, Layer>): Inspected[] {
  return paths.flatMap((path) => {
    const node = nodeAt(document, path);
    if (!node) return [];
    const layer = layers.get(node.type);
    return [{ path, node, layer, params: layer?.params ?? [] }];
  });
}

/** The report of the node at a path, through its blocks. */
export function reported(report: Report | null, path: Path): NodeReport | undefined {
  let nodes: Readonly<Record<string, NodeReport>> | undefined = report?.nodes;
  let found: NodeReport | undefined;
  for (const id of path) {
    found = nodes?.[id];
    nodes = found?.inside;
  }
  return found;
}

/** A parameter as its form shows it: what the data offers for it is chosen from, not typed. */
export function offered(parameter: Parameter, report: Report | null): Parameter {
  const choices = report?.totals.offers[parameter.offers] ?? [];
  return choices.length ? { ...parameter, kind: "choice", choices } : parameter;
}

/** A parameter's value as its field shows it: undefined where it is not set and empty stands for the default. */
export function valueOf(node: Node, parameter: Parameter): Json | undefined {
  if (Object.hasOwn(node.params, parameter.name)) return node.params[parameter.name];
  return parameter.optional || parameter.required ? undefined : parameter.default;
}

export function isChanged(node: Node, parameter: Parameter): boolean {
  return Object.hasOwn(node.params, parameter.name) && !same(parameter, node.params[parameter.name], parameter.default);
}

/** A node's inputs: each port with the wire that feeds it, and wires beyond the ports. */
export function feeds(graph: Graph, node: Node, ports: readonly string[]) {
  const wires = [...into(graph, node.id)];
  const take = (match: (edge: Edge) => boolean): Edge | undefined => {
    const at = wires.findIndex(match);
    return at < 0 ? undefined : wires.splice(at, 1)[0];
  };
  const named = new Map(ports.map((port) => [port, take((edge) => edge.input === port)]));
  return {
    ports: ports.map((port) => ({ port, edge: named.get(port) ?? take((edge) => edge.input === undefined) })),
    rest: wires,
  };
}

/** The ports of a node: those of its layer, or the inputs of the graph that it holds. */
export function portsOf(node: Node, layer: Layer | undefined): readonly string[] {
  if (node.graph) return node.graph.nodes.filter((inner) => inner.type === "Input").map((inner) => inner.id);
  return layer?.inputs ?? [];
}

/** An address that may be opened: https and nothing else. */
export function safeLink(link: string): string | null {
  try {
    return new URL(link).protocol === "https:" ? link : null;
  } catch {
    return null;
  }
}
