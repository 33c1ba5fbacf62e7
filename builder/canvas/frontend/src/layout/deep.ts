/** The layout of a whole network, with the graphs inside the blocks that are unfolded. */

import { type Path, keyOf } from "../document/graph";
import type { Graph, Node, Note, Position } from "../document/types";
import { type Box, type Direction, type Places, type Size, around, boxAt } from "./boxes";
import { isPlaced, placed } from "./placed";
import { route } from "./routes";

/** The room inside an unfolded block: above for its name, and at the other sides. */
export const HEADER = 44;
export const MARGIN = 24;

/** Everything by `keyOf` its path; a note's path ends in its id. */
export interface Deep {
  readonly places: ReadonlyMap<string, Position>; // within the block that holds it
  readonly sizes: ReadonlyMap<string, Size>;
  readonly origins: ReadonlyMap<string, Position>; // of unfolded blocks: place drawn inside = document's position + origin
}

/** The size of a node that shows no inner graph, or of a note. */
export type PartSize = (path: Path, part: Node | Note) => Size;

export function layoutDeep(
  graph: Graph,
  sizeOf: PartSize,
  isFolded: (path: Path) => boolean,
  direction: Direction,
): Deep {
  const places = new Map<string, Position>();
  const sizes = new Map<string, Size>();
  const origins = new Map<string, Position>();
  lay(graph, []);
  return { places, sizes, origins };

  /** Lays out a graph; the size of it with margins, once moved behind them. */
  function lay(inner: Graph, path: Path): Size {
    const own = new Map<string, Size>();
    const grown = new Map<string, Size>(); // unfolded blocks, with the size that they had when people placed things
    for (const part of [...inner.nodes, ...(inner.notes ?? [])]) {
      const at = [...path, part.id];
      const unfolded = "graph" in part && part.graph && !isFolded(at);
      own.set(part.id, unfolded ? lay(part.graph, at) : sizeOf(at, part));
      if (unfolded) grown.set(part.id, sizeOf(at, part));
    }
    const sizeIn = (id: string) => own.get(id)!;
    const plain = placed(inner, sizeIn, direction);
    const found = isPlaced(inner) ? madeRoom(plain, sizeIn, grown, direction) : plain;
    const boxes = new Map([...found].map(([id, place]) => [id, boxAt(place, sizeIn(id))]));
    const all = around([...boxes.values(), ...(path.length ? bends(inner, boxes, direction) : [])]);
    const origin: Position = path.length ? [MARGIN - all.x, HEADER - all.y] : [0, 0];
    if (path.length) origins.set(keyOf(path), origin);
    for (const [id, [x, y]] of found) {
      const key = keyOf([...path, id]);
      places.set(key, [x + origin[0], y + origin[1]]);
      sizes.set(key, sizeIn(id));
    }
    return { width: Math.max(all.width, 120) + 2 * MARGIN, height: all.height + HEADER + MARGIN };
  }
}

/** Where wires turn on their way around other nodes, as boxes of no size. */
function bends(graph: Graph, boxes: ReadonlyMap<string, Box>, direction: Direction): Box[] {
  return graph.edges.flatMap(({ source, target }) => {
    const [from, to] = [boxes.get(source), boxes.get(target)];
    if (!from || !to) return [];
    const others = graph.nodes.filter(({ id }) => id !== source && id !== target).map(({ id }) => boxes.get(id)!);
    return route(from, to, others, direction).map((corner) => boxAt(corner, { width: 0, height: 0 }));
  });
}

/** Where things are drawn while blocks are unfolded: what stands behind a block moves on by as much as it grows. */
function madeRoom(
  places: Places,
  sizeOf: (id: string) => Size,
  grown: ReadonlyMap<string, Size>,
  direction: Direction,
): Places {
  if (!grown.size) return places;
  const down = direction === "down";
  const [along, across] = down ? [1, 0] : [0, 1];
  const moved = new Map([...places].map(([id, place]): [string, [number, number]] => [id, [place[0], place[1]]]));
  for (const [block, before] of grown) {
    const now = sizeOf(block);
    const [more, wider] = down
      ? [now.height - before.height, now.width - before.width]
      : [now.width - before.width, now.height - before.height];
    const end = places.get(block)![along]! + (down ? before.height : before.width);
    for (const [id, place] of moved) if (id !== block && places.get(id)![along]! >= end) place[along]! += more;
    moved.get(block)![across]! -= wider / 2;
  }
  return moved;
}
