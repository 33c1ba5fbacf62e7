/** What a node shows, in words. */

import type { Json, Node } from "../document/types";
import type { Layer, NodeReport, Report } from "../messages";
import * as numbers from "../numbers";
import type { Path, Studio } from "../studio";

export function reportAt(report: Report | null, path: Path): NodeReport | undefined {
  const [first = "", ...rest] = path;
  return rest.reduce<NodeReport | undefined>((at, id) => at?.inside?.[id], report?.nodes[first]);
}

/** `32x28x28`, or nothing while it is not known. */
export function shapeOf(report: NodeReport | undefined): string {
  return report?.shape ? numbers.shape(report.shape) : "";
}

/** `channel x height x width`. */
export function axesOf(report: NodeReport | undefined, words: Readonly<Record<string, string>>): string {
  const letters = report?.axes.split(" ").filter(Boolean) ?? [];
  return letters.map((letter) => words[letter] ?? letter).join(" x ");
}

export function repeatsOf(node: Node): number {
  const { repeat } = node.params;
  return node.graph && typeof repeat === "number" && repeat > 1 ? repeat : 1;
}

/** The parameters that a node shows, on one line: `32 · 3x3`, with their names for the title. */
export function keyParams(node: Node, layer: Layer | undefined): { readonly short: string; readonly long: string } {
  const values = (layer?.keys ?? []).flatMap((name): [string, Json][] => {
    const value = node.params[name] ?? layer?.params.find((param) => param.name === name)?.default;
    return value === undefined || value === null ? [] : [[name, value]];
  });
  return {
    short: values.map(([, value]) => plainly(value)).join(" · "),
    long: values.map(([name, value]) => `${name} = ${plainly(value)}`).join("\n"),
  };
}

function plainly(value: Json): string {
  if (Array.isArray(value)) return new Set(value).size === 1 && value.length === 2 ? plainly(value[0] ?? null) : value.map(plainly).join("x");
  if (typeof value === "number") return numbers.plain(value);
  return typeof value === "string" ? value : JSON.stringify(value);
}

/** What a screen reader says of a node. */
export function labelOf({ t }: Studio, node: Node, report: NodeReport | undefined): string {
  const parts = [node.id, node.type];
  const shape = shapeOf(report);
  if (shape) parts.push(t("node_output", { shape }));
  if (report) parts.push(t("node_params", { n: numbers.count(report.params) }));
  if (node.disabled) parts.push(t("node_disabled"));
  const problem = report?.problems[0];
  parts.push(problem ? problem.message : report?.state === "waiting" ? t("state_waiting") : t("node_no_problem"));
  return parts.join(", ");
}
