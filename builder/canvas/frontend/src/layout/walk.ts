/** The way from node to node by arrow keys. */

import { into, outOf } from "../document/graph";
import type { Graph } from "../document/types";
import type { Box, Direction } from "./boxes";

export type Arrow = "ArrowUp" | "ArrowDown" | "ArrowLeft" | "ArrowRight";

const STEP: Record<Arrow, readonly [number, number]> = {
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
};

/** What an arrow key leads to: the way of the wires along them, else the nearest node or note on that side. */
export function walk(
  graph: Graph,
  boxes: ReadonlyMap<string, Box>,
  id: string,
  arrow: Arrow,
  direction: Direction,
): string | null {
  const from = boxes.get(id);
  if (!from) return null;
  const [dx, dy] = STEP[arrow];
  const alongWires = direction === "down" ? dy !== 0 : dx !== 0;
  const wired = [...outOf(graph, id).map((edge) => edge.target), ...into(graph, id).map((edge) => edge.source)];
  const all = [...boxes.keys()].filter((other) => other !== id);
  const onWires = alongWires ? nearest(boxes, from, wired, STEP[arrow], Infinity) : null;
  return onWires ?? nearest(boxes, from, all, STEP[arrow], 2);
}

function nearest(
  boxes: ReadonlyMap<string, Box>,
  from: Box,
  ids: readonly string[],
  [dx, dy]: readonly [number, number],
  spread: number, // how many times as far aside as ahead a node may lie
): string | null {
  let best: string | null = null;
  let least = Infinity;
  for (const id of ids) {
    const box = boxes.get(id);
    if (!box) continue;
    const x = box.x + box.width / 2 - from.x - from.width / 2;
    const y = box.y + box.height / 2 - from.y - from.height / 2;
    const ahead = x * dx + y * dy;
    const aside = Math.abs(x * dy) + Math.abs(y * dx);
    const far = ahead + 3 * aside;
    if (ahead > 0 && aside < spread * ahead && far < least) [best, least] = [id, far];
  }
  return best;
}
