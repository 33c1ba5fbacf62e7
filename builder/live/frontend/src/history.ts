import type { Chunk, Points } from "./messages";
import { thin } from "./thin";

export const MOST = 1_200; // points kept of one series before it is thinned to half; ten open pages must stay current

/** Everything that was received of one run. */
export interface History {
  attempt: number;
  next: number;
  series: Map<string, Points>;
}

/** What a chunk changed: series that only grew (with the row where the new points begin), and series to draw anew. */
export interface Change {
  gap: boolean;
  grown: Map<string, number>;
  redrawn: Set<string>;
}

export function emptyHistory(): History {
  return { attempt: 0, next: 0, series: new Map() };
}

/**
 * Take a chunk in. A step that is already there is replaced, so an overlap or a chunk sent twice changes nothing.
 * A chunk that begins behind what is here leaves a gap: it is refused, and the caller asks again. Another attempt
 * means that rows were deleted when the run resumed: what is here is dropped first.
 */
export function merge(history: History, chunk: Chunk, most = MOST): Change {
  const change: Change = { gap: false, grown: new Map(), redrawn: new Set() };
  if (chunk.attempt !== history.attempt) {
    for (const name of history.series.keys()) change.redrawn.add(name);
    history.series.clear();
    history.attempt = chunk.attempt;
    history.next = 0;
  }
  if (chunk.base > history.next) return { ...change, gap: true };
  for (const [name, points] of Object.entries(chunk.series)) take(history, name, points, change, most);
  history.next = chunk.next;
  return change;
}

function take(history: History, name: string, points: Points, change: Change, most: number): void {
  const mine = history.series.get(name) ?? blank(points);
  history.series.set(name, mine);
  const before = mine.step.length;
  let rewritten = false;
  for (let row = 0; row < points.step.length; row++) rewritten = put(mine, points, row) || rewritten;
  if (mine.step.length > most) {
    history.series.set(name, thin(mine, most / 2));
    rewritten = true;
  }
  if (rewritten) change.redrawn.add(name);
  else if (mine.step.length > before && !change.redrawn.has(name)) change.grown.set(name, before);
}

/** Put one row in by its step; true when rows that were already there changed. */
function put(mine: Points, points: Points, row: number): boolean {
  const step = points.step[row] as number;
  const last = mine.step.at(-1);
  const end = mine.step.length;
  const place = last === undefined || step > last ? end : lowerBound(mine.step, step);
  const known = mine.step[place] === step;
  const value = points.value[row] ?? null;
  const smooth = points.smooth?.[row] ?? null;
  if (known && mine.value[place] === value && (mine.smooth?.[place] ?? null) === smooth) return false;
  const replaced = known ? 1 : 0;
  mine.step.splice(place, replaced, step);
  mine.epoch.splice(place, replaced, points.epoch[row] as number);
  mine.value.splice(place, replaced, value);
  mine.smooth?.splice(place, replaced, smooth);
  return place < end;
}

function blank(like: Points): Points {
  const points: Points = { step: [], epoch: [], value: [] };
  if (like.smooth) points.smooth = [];
  return points;
}

function lowerBound(sorted: readonly number[], wanted: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle] as number) < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
