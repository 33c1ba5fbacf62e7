/** Room for a node that is put into a wire of a graph whose nodes a person has placed. */

import { behind } from "../document/graph";
import type { Edge, Graph, Position } from "../document/types";
import { ALONG, type Box, type Direction, type Places, type Size, boxAt } from "./boxes";
import { following } from "./placed";
import type { SizeOf } from "./tidy";

export interface Room {
  readonly position: Position; // of the new node
  readonly moved: Readonly<Record<string, Position>>; // of the nodes that make room, for a `place` edit
}

/** Where a node of this size goes on a wire, and where the nodes behind it go if the gap is too small. */
export function room(
  graph: Graph,
  places: Places,
  sizeOf: SizeOf,
  wire: Edge,
  size: Size,
  direction: Direction,
): Room | null {
  const [source, target] = [boxOf(places, sizeOf, wire.source), boxOf(places, sizeOf, wire.target)];
  if (!source || !target) return null;
  const at = direction === "down" ? 1 : 0;
  const { x, y } = between(source, target, size, direction);
  const end = direction === "down" ? y + size.height : x + size.width;
  const lacking = end + ALONG - start(target, direction);
  const moved: Record<string, Position> = {};
  if (lacking > 0) {
    for (const id of [wire.target, ...behind(graph, [wire.target])]) {
      const place = places.get(id);
      if (!place || id === wire.source || place[at] < start(target, direction)) continue;
      moved[id] = direction === "down" ? [place[0], place[1] + lacking] : [place[0] + lacking, place[1]];
    }
  }
  return { position: [x, y], moved };
}

function boxOf(places: Places, sizeOf: SizeOf, id: string): Box | null {
  const place = places.get(id);
  return place ? boxAt(place, sizeOf(id)) : null;
}

function start(box: Box, direction: Direction): number {
  return direction === "down" ? box.y : box.x;
}

/** Midway where the gap is wide enough, else right behind the source; across, in line with the target. */
function between(source: Box, target: Box, size: Size, direction: Direction): { x: number; y: number } {
  const next = following(source, size, direction);
  if (direction === "down") {
    const midway = (source.y + source.height + target.y - size.height) / 2;
    return { x: target.x + (target.width - size.width) / 2, y: Math.max(next.y, midway) };
  }
  const midway = (source.x + source.width + target.x - size.width) / 2;
  return { x: Math.max(next.x, midway), y: target.y + (target.height - size.height) / 2 };
}
