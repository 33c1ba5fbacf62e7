import type { Kind, Labels } from "./messages";

const KINDS: readonly Kind[] = ["accuracy", "mae", "r2", "loss"];
const PARTS = ["train_", "val_"];

/** The kind of a figure: what stands before the output's name. */
export function kindOf(figure: string): Kind {
  const kind = figure.split("/", 1)[0] as Kind;
  return KINDS.includes(kind) ? kind : "loss";
}

/** A figure in words, with the output that it tells of. */
export function titleOf(figure: string, labels: Labels): string {
  const slash = figure.indexOf("/");
  const kind = labels[kindOf(figure)];
  return slash < 0 ? kind : `${kind} · ${figure.slice(slash + 1)}`;
}

/** The figures that these series are of, in the order of their charts: the sum of losses, how good, each loss. */
export function figures(series: Iterable<string>): string[] {
  const found = new Set<string>();
  for (const name of series) {
    const part = PARTS.find((prefix) => name.startsWith(prefix));
    if (part) found.add(name.slice(part.length));
  }
  return [...found].sort(compare);
}

/** Which of two figures' charts comes first. */
export function compare(a: string, b: string): number {
  const rank = (figure: string) => (figure === "loss" ? -1 : KINDS.indexOf(kindOf(figure)));
  return rank(a) - rank(b) || a.localeCompare(b);
}
