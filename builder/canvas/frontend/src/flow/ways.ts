/** The ways of wires around the nodes that stand between their ends, such as those of skip connections. */

import { keyOf } from "../document/graph";
import type { Edge, Graph, Position } from "../document/types";
import { type Box, boxAt } from "../layout/boxes";
import type { Deep } from "../layout/deep";
import { route } from "../layout/routes";
import type { Path } from "../studio";
import type { Direction } from "./geometry";

const NEAR = 120; // pixels: nothing stands between ends that are nearer than that
const ROUND = 14; // pixels

/** The corners of a graph's wires that do not go straight on. */
export function waysIn(graph: Graph, block: Path, deep: Deep, direction: Direction): ReadonlyMap<Edge, readonly Position[]> {
  const boxes = new Map<string, Box>();
  for (const { id } of graph.nodes) {
    const key = keyOf([...block, id]);
    const [place, size] = [deep.places.get(key), deep.sizes.get(key)];
    if (place && size) boxes.set(id, boxAt(place, size));
  }
  const found = new Map<Edge, readonly Position[]>();
  for (const edge of graph.edges) {
    const [from, to] = [boxes.get(edge.source), boxes.get(edge.target)];
    if (!from || !to) continue;
    const gap = direction === "down" ? to.y - from.y - from.height : to.x - from.x - from.width;
    if (gap < NEAR) continue;
    const between = [...boxes].flatMap(([id, box]) => (id === edge.source || id === edge.target ? [] : [box]));
    const corners = route(from, to, between, direction);
    if (corners.length > 2) found.set(edge, corners);
  }
  return found;
}

/** A line through points, its corners rounded. */
export function rounded(points: readonly Position[]): string {
  const [first = [0, 0], ...rest] = points;
  let drawn = `M${first[0]},${first[1]}`;
  for (const [i, point] of rest.entries()) {
    const next = rest[i + 1];
    if (!next) return `${drawn}L${point[0]},${point[1]}`;
    const before = toward(point, points[i] ?? first);
    const after = toward(point, next);
    drawn += `L${before[0]},${before[1]}Q${point[0]},${point[1]} ${after[0]},${after[1]}`;
  }
  return drawn;
}

function toward([x, y]: Position, [toX, toY]: Position): Position {
  const length = Math.hypot(toX - x, toY - y) || 1;
  const step = Math.min(ROUND, length / 2) / length;
  return [x + (toX - x) * step, y + (toY - y) * step];
}
