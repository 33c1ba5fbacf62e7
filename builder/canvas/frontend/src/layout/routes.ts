/** The way of a wire: straight on where nothing stands between its ends, else around what does. */

import type { Position } from "../document/types";
import { ACROSS, type Box, type Direction, touch, turned } from "./boxes";

const STUB = 20; // straight on from a box before a wire turns aside

/** The corners of a wire from the lower edge of a box to the upper edge of another (from right to left: `right`). */
export function route(from: Box, to: Box, between: Iterable<Box>, direction: Direction): readonly Position[] {
  if (direction === "right") {
    const flat = [...between].map(turned);
    return route(turned(from), turned(to), flat, "down").map(([x, y]): Position => [y, x]);
  }
  const start: Position = [from.x + from.width / 2, from.y + from.height];
  const end: Position = [to.x + to.width / 2, to.y];
  const near = { x: Math.min(start[0], end[0]) - 1, y: start[1], width: Math.abs(start[0] - end[0]) + 2, height: end[1] - start[1] };
  const boxes = [...between];
  const close = near.height > 0 ? boxes.filter((box) => touch(near, box)) : [];
  if (!close.some((box) => swings(start, end, box))) return [start, end];
  const [upper, lower] = [start[1] + STUB, end[1] - STUB];
  const turns = [upper, lower].map((y): Position[] => [start, [start[0], y], [end[0], y], end]);
  return turns.find((way) => isFree(way, close)) ?? aside(start, end, boxes);
}

/** Whether the curve that `pathOf` draws from end to end runs through a box. */
function swings(start: Position, end: Position, box: Box): boolean {
  const points = Array.from({ length: PIECES + 1 }, (_, i): Position => {
    const t = i / PIECES;
    const turn = t * t * (3 - 2 * t);
    const fall = 1.5 * t * (1 - t) + t * t * t;
    return [start[0] + (end[0] - start[0]) * turn, start[1] + (end[1] - start[1]) * fall];
  });
  const room = { x: box.x - CLEAR, y: box.y - CLEAR, width: box.width + 2 * CLEAR, height: box.height + 2 * CLEAR };
  return points.slice(1).some((point, i) => crosses(points[i]!, point, room));
}

function isFree(way: readonly Position[], boxes: readonly Box[]): boolean {
  return way.slice(1).every((point, i) => !boxes.some((box) => crosses(way[i]!, point, box)));
}

const CORNER = 10;
const PIECES = 12; // in which a curve is looked at
const CLEAR = 6; // between a curve and a box
const NEXT = 6; // between wires that go around the same boxes

/** A way with rounded corners, as the `d` of an SVG path; one without corners swings from end to end. */
export function pathOf(way: readonly Position[], direction: Direction): string {
  const [start, end] = [way[0]!, way.at(-1)!];
  if (way.length === 2) {
    const half = direction === "down" ? (end[1] - start[1]) / 2 : (end[0] - start[0]) / 2;
    const [dx, dy] = direction === "down" ? [0, half] : [half, 0];
    return `M${at(start)} C${at([start[0] + dx, start[1] + dy])} ${at([end[0] - dx, end[1] - dy])} ${at(end)}`;
  }
  const turns = way.slice(1, -1).map((corner, i) => {
    const [into, out] = [toward(corner, way[i]!), toward(corner, way[i + 2]!)];
    return `L${at(into)} Q${at(corner)} ${at(out)}`;
  });
  return `M${at(start)} ${turns.join(" ")} L${at(end)}`;
}

function at([x, y]: Position): string {
  return `${Math.round(x * 10) / 10},${Math.round(y * 10) / 10}`;
}

/** The point some way from a corner to the next one. */
function toward([x, y]: Position, [toX, toY]: Position): Position {
  const far = Math.hypot(toX - x, toY - y);
  const part = far ? Math.min(CORNER, far / 2) / far : 0;
  return [x + (toX - x) * part, y + (toY - y) * part];
}

/** The way beside all boxes that the straight way would cross; the longer one lies further out. */
function aside(start: Position, end: Position, boxes: readonly Box[]): Position[] {
  const [upper, lower] = [start[1] + STUB, end[1] - STUB];
  let hit = boxes.filter((box) => crosses(start, end, box));
  const out = ACROSS / 2 + NEXT * Math.min(hit.length, 10);
  let side = Math.max(start[0], end[0]);
  while (hit.length) {
    side = hit.reduce((most, box) => Math.max(most, box.x + box.width), side) + out;
    hit = boxes.filter((box) => crosses([side, upper], [side, lower], box));
  }
  return [start, [start[0], upper], [side, upper], [side, lower], [end[0], lower], end];
}

/** Whether a line that goes down or across runs through a box. */
function crosses([x1, y1]: Position, [x2, y2]: Position, box: Box): boolean {
  const [top, bottom] = [Math.max(y1, box.y), Math.min(y2, box.y + box.height)];
  if (y1 === y2 ? y1 <= box.y || y1 >= box.y + box.height : top >= bottom) return false;
  const xAt = (y: number) => x1 + ((x2 - x1) * (y - y1)) / (y2 - y1);
  const [a, b] = y1 === y2 ? [x1, x2] : [xAt(top), xAt(bottom)];
  return Math.min(a, b) < box.x + box.width && Math.max(a, b) > box.x;
}
