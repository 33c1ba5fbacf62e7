/** A plain layout in rows for a tangle too large for dagre, which would take seconds where nothing could be followed. */

import type { Position } from "../document/types";
import { ACROSS, ALONG, type Size } from "./boxes";
import type { Wires } from "./segments";

/** The middle of each upper side: every box below all of its sources, and near the middle of them. */
export function rows(sizes: readonly Size[], wires: Wires): Position[] {
  const sources: number[][] = sizes.map(() => []);
  for (const [from, to] of wires) sources[to]!.push(from);
  const row: number[] = [];
  sizes.forEach((_size, i) => row.push(sources[i]!.reduce((most, from) => Math.max(most, row[from]! + 1), 0)));
  const inRow: number[][] = [];
  row.forEach((number, i) => (inRow[number] ??= []).push(i));
  const places: Position[] = [];
  let y = 0;
  for (const members of inRow) {
    const wanted = new Map(members.map((i) => [i, mean(sources[i]!.map((from) => places[from]![0]))]));
    const sorted = members.sort((a, b) => wanted.get(a)! - wanted.get(b)! || a - b);
    let x = -sorted.reduce((sum, i) => sum + sizes[i]!.width + ACROSS, -ACROSS) / 2;
    for (const i of sorted) {
      places[i] = [x + sizes[i]!.width / 2, y];
      x += sizes[i]!.width + ACROSS;
    }
    y += sorted.reduce((most, i) => Math.max(most, sizes[i]!.height), 0) + ALONG;
  }
  return places;
}

function mean(values: readonly number[]): number {
  return values.length ? values.reduce((sum, value) => sum + value, 0) / values.length : 0;
}
