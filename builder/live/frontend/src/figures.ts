import type { Metric, Metrics } from "./messages";

const PARTS = ["train_", "val_"];

/** What is known of a figure by what stands before the output's name. */
export function metricOf(figure: string, metrics: Metrics): Metric {
  const name = figure.split("/", 1)[0] as string;
  return metrics[name] ?? { title: name, share: false, signed: true };
}

/** A figure in words, with the output that it tells of. */
export function titleOf(figure: string, metrics: Metrics): string {
  const slash = figure.indexOf("/");
  const { title } = metricOf(figure, metrics);
  return slash < 0 ? title : `${title} · ${figure.slice(slash + 1)}`;
}

/** The figures that these series are of, in the order of their charts: the sum of losses, how good, each loss. */
export function figures(series: Iterable<string>, metrics: Metrics): string[] {
  const found = new Set<string>();
  for (const name of series) {
    const part = PARTS.find((prefix) => name.startsWith(prefix));
    if (part) found.add(name.slice(part.length));
  }
  return [...found].sort((a, b) => compare(a, b, metrics));
}

/** Which of two figures' charts comes first. */
export function compare(a: string, b: string, metrics: Metrics): number {
  const names = Object.keys(metrics);
  const rank = (figure: string) => (figure === "loss" ? -1 : names.indexOf(figure.split("/", 1)[0] as string));
  return rank(a) - rank(b) || a.localeCompare(b);
}
