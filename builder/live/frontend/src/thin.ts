import type { Points } from "./messages";

/** The rows to keep of a long series: of each bucket the lowest and the highest, so that spikes survive, and both ends. */
export function extremes(values: readonly (number | null)[], most: number): number[] {
  const buckets = Math.max(1, Math.floor(most / 2) - 1);
  const kept = new Set<number>([0, values.length - 1]);
  for (let bucket = 0; bucket < buckets; bucket++) {
    const start = Math.floor((bucket * values.length) / buckets);
    const end = Math.floor(((bucket + 1) * values.length) / buckets);
    let low = -1;
    let high = -1;
    for (let row = start; row < end; row++) {
      const value = values[row] ?? null;
      if (value === null) continue;
      if (low < 0 || value < (values[low] as number)) low = row;
      if (high < 0 || value > (values[high] as number)) high = row;
    }
    if (low >= 0) kept.add(low).add(high);
  }
  return [...kept].sort((a, b) => a - b);
}

/** The same series with at most `most` points. */
export function thin(points: Points, most: number): Points {
  if (points.step.length <= most) return points;
  const rows = extremes(points.value, most);
  const at = <T>(column: readonly T[]): T[] => rows.map((row) => column[row] as T);
  const thinned: Points = { step: at(points.step), epoch: at(points.epoch), value: at(points.value) };
  if (points.smooth) thinned.smooth = at(points.smooth);
  return thinned;
}
