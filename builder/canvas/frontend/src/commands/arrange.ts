/** Where things stand: moving, lining up, tidying. */

import type { Position } from "../document/types";
import { sizeOf } from "../flow/scene";
import { aligned } from "../layout/align";
import type { Box } from "../layout/boxes";
import { isPlaced } from "../layout/placed";
import { tidy } from "../layout/tidy";
import type { Alignment, Path } from "../studio";
import { type Desk, edit, graphOf, oneGroup, selection } from "./desk";

/** Give nodes and notes of a graph new places. The first time in an automatic layout, all others keep theirs. */
export function place(desk: Desk, moved: ReadonlyMap<string, Position>, block: Path, tag?: string): void {
  const graph = graphOf(desk, block);
  const known = new Set(graph.nodes.map((node) => node.id));
  const nodes = [...moved.keys()].some((id) => known.has(id));
  const rest = nodes && !isPlaced(graph) ? [...boxes(desk, block)].filter(([id]) => known.has(id)).map(at) : [];
  const rounded = [...moved].map(([id, [x, y]]): [string, Position] => [id, [Math.round(x), Math.round(y)]]);
  edit(desk, block, [{ op: "place", positions: Object.fromEntries([...rest, ...rounded]) }], tag);
}

const at = ([id, { x, y }]: [string, Box]): [string, Position] => [id, [x, y]];
const boxes = (desk: Desk, block: Path) => desk.stage.current?.boxes(block) ?? new Map<string, Box>();

export function nudge(desk: Desk, x: number, y: number): void {
  const { notes } = desk.view.get();
  const groups = selection(desk);
  const top = groups.find(({ block }) => !block.length);
  const all = top || !notes.length ? groups : [...groups, { block: [], ids: [] }];
  for (const { block, ids } of all) {
    const chosen = new Set(block.length ? ids : [...ids, ...notes]);
    const moved = [...boxes(desk, block)].filter(([id]) => chosen.has(id));
    place(desk, new Map(moved.map(([id, box]) => [id, [box.x + x, box.y + y]])), block, `nudge:${[...chosen].join()}`);
  }
}

export function align(desk: Desk, kind: Alignment): void {
  const group = oneGroup(desk);
  if (!group) return;
  const ids = group.block.length ? group.ids : [...group.ids, ...desk.view.get().notes];
  const chosen = new Map([...boxes(desk, group.block)].filter(([id]) => ids.includes(id)));
  desk.stage.current?.glide();
  const moved = new Map(Object.entries(aligned(chosen, kind)));
  if (moved.size) place(desk, moved, group.block);
}

export function tidyUp(desk: Desk, direction = desk.view.get().direction): void {
  const { graph } = desk.network.get().document;
  const there = boxes(desk, []);
  desk.stage.current?.glide();
  desk.view.set({ direction });
  if (!isPlaced(graph)) return void requestAnimationFrame(() => desk.stage.current?.fit()); // it is tidy by itself
  const places = tidy(graph, (id) => there.get(id) ?? sizeOf({ id, type: "", params: {} }), direction);
  edit(desk, [], [{ op: "place", positions: Object.fromEntries(places) }]);
  requestAnimationFrame(() => desk.stage.current?.fit());
}
