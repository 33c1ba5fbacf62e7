/** An orderly place for every node: stacks straight, branches beside each other, what has no wires at the side. */

import { Graph as Dag, layout } from "@dagrejs/dagre";
import { notesOf, order } from "../document/graph";
import type { Graph, Position } from "../document/types";
import { ACROSS, ALONG, type Box, type Direction, type Places, type Size, around, turned } from "./boxes";
import { chains } from "./chains";
import { rows } from "./rows";
import { type Wires, components, segments } from "./segments";

export type SizeOf = (id: string) => Size;

/** Places for all nodes and notes. The first node that has wires stands at the top, its middle at 0. */
export function tidy(graph: Graph, sizeOf: SizeOf, direction: Direction): Places {
  const notes = notesOf(graph).map((note) => note.id);
  return placesOf(arranged(graph, sizeOf, direction, notes), direction);
}

/** Places for all nodes as `tidy` gives them, without regard to notes. */
export function tidyNodes(graph: Graph, sizeOf: SizeOf, direction: Direction): Places {
  return placesOf(arranged(graph, sizeOf, direction, []), direction);
}

/** The boxes of a layout from top to bottom, whatever the direction; `placesOf` turns them. */
function arranged(graph: Graph, sizeOf: SizeOf, direction: Direction, notes: readonly string[]): Map<string, Box> {
  const size = (id: string): Size => {
    const box = { x: 0, y: 0, ...sizeOf(id) };
    return direction === "down" ? box : turned(box);
  };
  const boxes = wired(graph, size);
  const sorted = order(graph).map((node) => node.id);
  const first = sorted.find((id) => boxes.has(id)) ?? sorted[0]; // a node that loses its wires leaves the others where they are
  const loose = graph.nodes.map((node) => node.id).filter((id) => !boxes.has(id));
  beside(boxes, loose, size);
  beside(boxes, notes, size);
  return anchored(boxes, first);
}

function wired(graph: Graph, size: SizeOf): Map<string, Box> {
  const { chains: all, wires } = chains(graph);
  const columns = all.map((chain) => stacked(chain, size));
  const middles = new Map<number, Position>(); // of each chain: the middle of its upper side
  let right = 0;
  for (const part of components(all.length, wires)) {
    const own = partOf(part, wires, columns);
    const left = part.reduce((least, i) => Math.min(least, own.get(i)![0] - columns[i]!.width / 2), Infinity);
    for (const [i, [x, y]] of own) middles.set(i, [x - left + right, y]);
    right = part.reduce((most, i) => Math.max(most, middles.get(i)![0] + columns[i]!.width / 2), 0) + ACROSS;
  }
  const boxes = new Map<string, Box>();
  all.forEach((chain, i) => {
    let [x, y] = middles.get(i)!;
    for (const id of chain) {
      const own = size(id);
      boxes.set(id, { ...own, x: x - own.width / 2, y });
      y += own.height + ALONG;
    }
  });
  return boxes;
}

/** Places for chains that hang together, piece below piece. */
function partOf(part: readonly number[], wires: Wires, columns: readonly Size[]): Map<number, Position> {
  const places = new Map<number, Position>();
  const known = new Map<string, readonly Position[]>(); // networks repeat themselves
  for (const segment of segments(part, wires)) {
    const number = new Map(segment.map((chain, i) => [chain, i]));
    const within = wires.flatMap(([from, to]) => (number.has(from) && number.has(to) ? [[number.get(from)!, number.get(to)!] as const] : []));
    const sizes = segment.map((chain) => columns[chain]!);
    const key = JSON.stringify([sizes, within]);
    const own = known.get(key) ?? ranked(sizes, within);
    known.set(key, own);
    hang(places, segment, own, sizes);
  }
  return places;
}

/** Put a piece where its first chain stands already, or at the top. */
function hang(
  places: Map<number, Position>,
  segment: readonly number[],
  own: readonly Position[],
  sizes: readonly Size[],
): void {
  const [x, y] = places.get(segment[0]!) ?? [0, 0];
  const [dx, dy] = [x - own[0]![0], y - own[0]![1]];
  let lowest = -Infinity; // a branch that leads nowhere may reach further down than the chain that goes on
  segment.forEach((chain, i) => {
    const [left, top] = own[i]!;
    const last = i > 0 && i === segment.length - 1;
    places.set(chain, [left + dx, last ? Math.max(top + dy, lowest) : top + dy]);
    lowest = Math.max(lowest, top + dy + sizes[i]!.height + ALONG);
  });
}

const MOST_RANKED = 150; // boxes; some hundred take dagre seconds

/** One piece as dagre lays it out: the middle of each upper side. */
function ranked(sizes: readonly Size[], wires: Wires): Position[] {
  if (sizes.length > MOST_RANKED) return rows(sizes, wires);
  const dag = new Dag();
  dag.setGraph({ rankdir: "TB", nodesep: ACROSS, ranksep: ALONG });
  dag.setDefaultEdgeLabel(() => ({}));
  sizes.forEach((size, i) => dag.setNode(String(i), { ...size }));
  for (const [from, to] of wires) dag.setEdge(String(from), String(to));
  layout(dag);
  return sizes.map(({ height }, i) => {
    const { x = 0, y = 0 } = dag.node(String(i));
    return [x, y - height / 2];
  });
}

/** The size of a chain's nodes below each other. */
function stacked(chain: readonly string[], size: SizeOf): { width: number; height: number } {
  const sizes = chain.map(size);
  return {
    width: sizes.reduce((most, { width }) => Math.max(most, width), 0),
    height: sizes.reduce((sum, { height }) => sum + height + ALONG, -ALONG),
  };
}

/** Put parts in a column at the right of all that is there. */
function beside(boxes: Map<string, Box>, ids: readonly string[], size: SizeOf): void {
  const there = around(boxes.values());
  const x = boxes.size ? there.x + there.width + ACROSS : 0;
  let y = there.y;
  for (const id of ids) {
    const own = size(id);
    boxes.set(id, { ...own, x, y });
    y += own.height + ALONG / 2;
  }
}

function anchored(boxes: Map<string, Box>, first: string | undefined): Map<string, Box> {
  const anchor = boxes.get(first ?? "") ?? { x: 0, y: 0, width: 0, height: 0 };
  const [dx, dy] = [anchor.x + anchor.width / 2, anchor.y];
  return new Map([...boxes].map(([id, box]) => [id, { ...box, x: box.x - dx, y: box.y - dy }]));
}

function placesOf(boxes: ReadonlyMap<string, Box>, direction: Direction): Places {
  return new Map(
    [...boxes].map(([id, { x, y }]): [string, Position] => {
      const [across, along] = [Math.round(x), Math.round(y)];
      return [id, direction === "down" ? [across, along] : [along, across]];
    }),
  );
}
