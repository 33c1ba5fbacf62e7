/** Where the nodes and notes of a graph are drawn: where a person put them, or all in order while nobody did. */

import { into, notesOf, order, outOf } from "../document/graph";
import type { Graph, Position } from "../document/types";
import { ACROSS, ALONG, type Box, type Direction, type Places, around, boxAt, touch } from "./boxes";
import { type SizeOf, tidyNodes } from "./tidy";

/** Whether a person has given any node a place. */
export function isPlaced(graph: Graph): boolean {
  return graph.nodes.some((node) => node.position);
}

/** Places for all nodes and notes; a node that has none in a placed graph gets free room by what it is wired to. */
export function placed(graph: Graph, sizeOf: SizeOf, direction: Direction): Places {
  const notes = notesOf(graph).map((note) => [note.id, note.position] as const);
  if (!isPlaced(graph)) return new Map([...tidyNodes(graph, sizeOf, direction), ...notes]);
  const boxes = new Map<string, Box>(notes.map(([id, position]) => [id, boxAt(position, sizeOf(id))]));
  for (const { id, position } of graph.nodes) if (position) boxes.set(id, boxAt(position, sizeOf(id)));
  const crowd = new Crowd(boxes.values());
  for (const { id } of order(graph)) {
    if (boxes.has(id)) continue;
    const box = crowd.free({ ...sizeOf(id), ...wanted(graph, id, sizeOf, boxes, direction) }, direction);
    boxes.set(id, box);
    crowd.add(box);
  }
  return new Map([...boxes].map(([id, { x, y }]): [string, Position] => [id, [x, y]]));
}

/** Behind its first source, or else before its target, or else at the side of everything. */
function wanted(
  graph: Graph,
  id: string,
  sizeOf: SizeOf,
  boxes: ReadonlyMap<string, Box>,
  direction: Direction,
): { x: number; y: number } {
  const { width, height } = sizeOf(id);
  const source = into(graph, id).flatMap((edge) => boxes.get(edge.source) ?? [])[0];
  if (source) return following(source, { width, height }, direction);
  const target = outOf(graph, id).flatMap((edge) => boxes.get(edge.target) ?? [])[0];
  if (target && direction === "down") return { x: target.x + (target.width - width) / 2, y: target.y - height - ALONG };
  if (target) return { x: target.x - width - ALONG, y: target.y + (target.height - height) / 2 };
  const all = around(boxes.values());
  return direction === "down" ? { x: all.x + all.width + ACROSS, y: all.y } : { x: all.x, y: all.y + all.height + ACROSS };
}

/** The place right behind a box, their middles in line. */
export function following(
  box: Box,
  { width, height }: { width: number; height: number },
  direction: Direction,
): { x: number; y: number } {
  return direction === "down"
    ? { x: box.x + (box.width - width) / 2, y: box.y + box.height + ALONG }
    : { x: box.x + box.width + ALONG, y: box.y + (box.height - height) / 2 };
}

const CELL = 400;

/** Boxes by the squares of the canvas that they lie in, so that looking for free room asks only those nearby. */
class Crowd {
  private readonly cells = new Map<string, Box[]>();

  constructor(boxes: Iterable<Box>) {
    for (const box of boxes) this.add(box);
  }

  add(box: Box): void {
    for (const cell of cellsOf(box)) {
      const there = this.cells.get(cell);
      if (there) there.push(box);
      else this.cells.set(cell, [box]);
    }
  }

  /** The box moved across the direction until it covers no other. */
  free(box: Box, direction: Direction): Box {
    for (let hit = this.hit(box); hit; hit = this.hit(box)) {
      box = direction === "down" ? { ...box, x: hit.x + hit.width + ACROSS } : { ...box, y: hit.y + hit.height + ACROSS };
    }
    return box;
  }

  private hit(box: Box): Box | undefined {
    for (const cell of cellsOf(box)) {
      const hit = this.cells.get(cell)?.find((other) => touch(box, other, ACROSS / 2));
      if (hit) return hit;
    }
    return undefined;
  }
}

function cellsOf({ x, y, width, height }: Box): string[] {
  const cells: string[] = [];
  for (let column = Math.floor((x - ACROSS) / CELL); column <= (x + width + ACROSS) / CELL; column++) {
    for (let row = Math.floor((y - ACROSS) / CELL); row <= (y + height + ACROSS) / CELL; row++) {
      cells.push(`${column},${row}`);
    }
  }
  return cells;
}
