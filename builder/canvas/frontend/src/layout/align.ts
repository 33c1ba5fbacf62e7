/** Boxes lined up by an edge or their middles, or spread out with equal gaps. */

import type { Position } from "../document/types";
import { type Box, around } from "./boxes";

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom" | "rows" | "columns";

/** The places of the boxes that move. `rows` makes the gaps below each other equal, `columns` those beside each other. */
export function aligned(boxes: ReadonlyMap<string, Box>, kind: Alignment): Record<string, Position> {
  const moved = kind === "rows" || kind === "columns" ? spread(boxes, kind) : lined(boxes, kind);
  return Object.fromEntries(moved.filter(([id, [x, y]]) => x !== boxes.get(id)!.x || y !== boxes.get(id)!.y));
}

type Moved = [string, Position][];

function lined(boxes: ReadonlyMap<string, Box>, kind: Exclude<Alignment, "rows" | "columns">): Moved {
  const all = around(boxes.values());
  const place: Record<typeof kind, (box: Box) => Position> = {
    left: ({ y }) => [all.x, y],
    centre: ({ y, width }) => [all.x + (all.width - width) / 2, y],
    right: ({ y, width }) => [all.x + all.width - width, y],
    top: ({ x }) => [x, all.y],
    middle: ({ x, height }) => [x, all.y + (all.height - height) / 2],
    bottom: ({ x, height }) => [x, all.y + all.height - height],
  };
  return [...boxes].map(([id, box]) => [id, place[kind](box)]);
}

function spread(boxes: ReadonlyMap<string, Box>, kind: "rows" | "columns"): Moved {
  const [at, size] = kind === "rows" ? (["y", "height"] as const) : (["x", "width"] as const);
  const sorted = [...boxes].sort(([, a], [, b]) => a[at] + a[size] / 2 - (b[at] + b[size] / 2));
  const used = sorted.reduce((sum, [, box]) => sum + box[size], 0);
  const gap = sorted.length > 1 ? (around(boxes.values())[size] - used) / (sorted.length - 1) : 0;
  let next = around(boxes.values())[at];
  return sorted.map(([id, box]) => {
    const place: Position = at === "y" ? [box.x, next] : [next, box.y];
    next += box[size] + gap;
    return [id, place];
  });
}
