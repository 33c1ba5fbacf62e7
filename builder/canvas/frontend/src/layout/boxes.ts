/** Boxes on the canvas: their places are those of their upper left corners. */

import type { Position } from "../document/types";

export interface Size {
  readonly width: number;
  readonly height: number;
}

export interface Box extends Size {
  readonly x: number;
  readonly y: number;
}

export type Direction = "down" | "right";
export type Places = ReadonlyMap<string, Position>;

/** The free room between nodes: along the wires, and across them. */
export const ALONG = 48;
export const ACROSS = 40;

export function boxAt([x, y]: Position, { width, height }: Size): Box {
  return { x, y, width, height };
}

/** Whether two boxes come closer to each other than `room`. */
export function touch(a: Box, b: Box, room = 0): boolean {
  return (
    a.x < b.x + b.width + room && b.x < a.x + a.width + room && a.y < b.y + b.height + room && b.y < a.y + a.height + room
  );
}

/** The smallest box around all; one of no size without any. */
export function around(boxes: Iterable<Box>): Box {
  const all = [...boxes];
  if (!all.length) return { x: 0, y: 0, width: 0, height: 0 };
  let [left, top, right, bottom] = [Infinity, Infinity, -Infinity, -Infinity];
  for (const box of all) {
    left = Math.min(left, box.x);
    top = Math.min(top, box.y);
    right = Math.max(right, box.x + box.width);
    bottom = Math.max(bottom, box.y + box.height);
  }
  return { x: left, y: top, width: right - left, height: bottom - top };
}

/** The same with x and y exchanged: what goes down then goes right. */
export function turned(box: Box): Box {
  return { x: box.y, y: box.x, width: box.height, height: box.width };
}
