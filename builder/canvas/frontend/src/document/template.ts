/** How a block of the palette takes on the sizes of where it is put; `builder/blocks/template.py` does the same. */

import type { Graph, Json } from "./types";

/** A block as the server describes it: its graph, in which `"$C/4,8"` is a fourth of the channels, at least 8. */
export interface Template {
  readonly graph: Graph;
  readonly params: Readonly<Record<string, Json>>;
  readonly sizes: Readonly<Record<string, number>>; // by letter of an axis, where it is not known what enters
}

/** What is known of what enters: without the batch axis. */
interface Entering {
  readonly shape: readonly number[] | null;
  readonly axes: string;
}

const SIZE = /^\$([A-Z])(?:([*/])([1-9]\d{0,3}))?(?:,([1-9]\d{0,4}))?$/;

export function fitted({ graph, sizes }: Template, entering: Entering | undefined): Graph {
  const letters = entering?.shape ? entering.axes.split(" ") : [];
  const known = Object.entries(sizes).map(([letter, n]): [string, number] => {
    return [letter, entering?.shape?.[letters.indexOf(letter)] ?? n];
  });
  return within(graph, new Map(known));
}

function within(graph: Graph, sizes: ReadonlyMap<string, number>): Graph {
  const nodes = graph.nodes.map((node) => ({
    ...node,
    params: value(node.params, sizes) as typeof node.params,
    ...(node.graph ? { graph: within(node.graph, sizes) } : {}),
  }));
  return { ...graph, nodes };
}

function value(given: Json, sizes: ReadonlyMap<string, number>): Json {
  if (Array.isArray(given)) return given.map((item: Json) => value(item, sizes));
  if (typeof given === "object" && given) {
    return Object.fromEntries(Object.entries(given).map(([key, item]) => [key, value(item as Json, sizes)]));
  }
  const [, letter = "", sign, by = "1", least = "1"] = (typeof given === "string" && SIZE.exec(given)) || [];
  const n = sizes.get(letter);
  if (n === undefined) return given;
  return Math.max(sign === "*" ? n * Number(by) : Math.floor(n / Number(by)), Number(least));
}
