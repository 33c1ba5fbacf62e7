/** Changing and deleting what is selected. */

import { freeId, numbered } from "../document/blocks";
import { into, nodeOf, sameEdge, taken } from "../document/graph";
import type { Edit, Json, Position } from "../document/types";
import { NOTE } from "../flow/geometry";
import { inputsOf, taken as takenPorts } from "../flow/ports";
import { Crowd } from "../layout/placed";
import type { Path, Wired } from "../studio";
import { idOf, noteId, parentOf, plain, samePath } from "../view/paths";
import { choose, type Desk, edit, graphOf, nodeOfPath, oneGroup, selection } from "./desk";
import { renamed } from "./select";

export function remove(desk: Desk): void {
  const { edges, notes } = desk.view.get();
  const groups = selection(desk);
  const above = groups[0] && into(graphOf(desk, groups[0].block), groups[0].ids[0] ?? "")[0]?.source;
  for (const { block, ids } of merged(groups, edges, notes)) {
    const cut = edges.filter((wire) => samePath(wire.block ?? [], block) && !ids.includes(wire.source) && !ids.includes(wire.target));
    const all = block.length ? ids : [...ids, ...notes];
    const removal: Edit[] = all.length ? [{ op: "remove", nodes: all }] : [];
    edit(desk, block, [...cut.map((wire): Edit => ({ op: "disconnect", edge: plain(wire) })), ...removal]);
  }
  const block = groups[0]?.block ?? [];
  choose(desk, block, above !== undefined && nodeOf(graphOf(desk, block), above) ? [above] : []);
}

/** The graphs in which something is to be removed. */
function merged(groups: ReturnType<typeof selection>, edges: readonly Wired[], notes: readonly string[]) {
  const all = [...groups];
  const blocks = [...edges.map((wire) => wire.block ?? []), ...(notes.length ? [[]] : [])];
  for (const block of blocks) if (!all.some((group) => samePath(group.block, block))) all.push({ block, ids: [] });
  return all;
}

export function group(desk: Desk): void {
  const chosen = oneGroup(desk);
  if (!chosen) return;
  const id = numbered("block", taken(graphOf(desk, chosen.block)));
  if (edit(desk, chosen.block, [{ op: "group", nodes: chosen.ids, id }])) choose(desk, chosen.block, [id]);
}

export function ungroup(desk: Desk): void {
  for (const { block, ids } of selection(desk)) {
    const before = taken(graphOf(desk, block));
    const blocks = ids.filter((id) => nodeOf(graphOf(desk, block), id)?.graph);
    if (!edit(desk, block, blocks.map((node) => ({ op: "ungroup", node })))) continue;
    choose(desk, block, [...taken(graphOf(desk, block))].filter((id) => !before.has(id)));
  }
}

export function disable(desk: Desk): void {
  for (const { block, ids } of selection(desk)) {
    const on = ids.every((id) => nodeOf(graphOf(desk, block), id)?.disabled);
    edit(desk, block, [{ op: "disable", nodes: ids, disabled: !on }]);
  }
}

export function rename(desk: Desk, path: Path, id: string): boolean {
  if (!edit(desk, parentOf(path), [{ op: "rename", node: idOf(path), id }])) return false;
  renamed(desk, path, id);
  return true;
}

export function setParam(desk: Desk, paths: readonly Path[], name: string, value: Json | undefined): void {
  const change = (node: string): Edit =>
    value === undefined ? { op: "set_params", node, reset: [name] } : { op: "set_params", node, params: { [name]: value } };
  const groups = new Map<string, Path[]>();
  for (const path of paths) {
    const key = parentOf(path).join("\n");
    groups.set(key, [...(groups.get(key) ?? []), path]);
  }
  for (const same of groups.values()) {
    edit(desk, parentOf(same[0] ?? []), same.map((path) => change(idOf(path))), `param:${name}:${same.map((path) => path.join("/")).join()}`);
  }
}

export function connect(desk: Desk, from: Path, to: Path, input: string): void {
  const block = parentOf(from);
  if (!samePath(block, parentOf(to))) return;
  const graph = graphOf(desk, block);
  edit(desk, block, wiring(desk, block, { source: idOf(from), target: idOf(to), ...(input ? { input } : {}) }, graph.edges));
}

export function reconnect(desk: Desk, wire: Wired, source: string, target: string, input: string): void {
  const block = wire.block ?? [];
  const edge = { source, target, ...(input ? { input } : {}) };
  if (sameEdge(edge, wire)) return;
  const rest = graphOf(desk, block).edges.filter((other) => !sameEdge(other, wire));
  if (edit(desk, block, [{ op: "disconnect", edge: plain(wire) }, ...wiring(desk, block, edge, rest)])) {
    desk.view.set({ edges: [{ ...edge, block }] });
  }
}

/** A wire, which takes the place of one at the same input. */
function wiring(desk: Desk, block: Path, edge: Wired, edges: readonly Wired[]): readonly Edit[] {
  const node = nodeOfPath(desk, [...block, edge.target]);
  const ports = node ? inputsOf(node, desk.layers.get(node.type)) : [];
  const entering = edges.filter((other) => other.target === edge.target);
  const port = ports.find((other) => other.name === (edge.input ?? "")) ?? ports[0];
  const ends = takenPorts(ports, entering);
  const old = port?.many ? [] : entering.filter((other) => ends.get(other) === port?.name);
  return [...old.map((other): Edit => ({ op: "disconnect", edge: plain(other) })), { op: "connect", edge: plain(edge) }];
}

/** A new note there, or else in the free room that is nearest to the middle, at its right. */
export function writeNote(desk: Desk, position?: Position): void {
  const id = freeId(taken(graphOf(desk, [])), "Note");
  const place = position ?? freeRoom(desk);
  if (!edit(desk, [], [{ op: "annotate", note: { id, text: "", position: place } }])) return;
  choose(desk, [], [], [id]);
  requestAnimationFrame(() => desk.stage.current?.centre(noteId([id])));
}

function freeRoom({ stage }: Desk): Position {
  const [x, y] = stage.current?.middle() ?? [0, 0];
  const [width, height] = NOTE;
  const crowd = new Crowd(stage.current?.boxes([]).values() ?? []);
  const free = crowd.free({ x: x - width / 2, y: y - height / 2, width, height }, "down");
  return [Math.round(free.x), Math.round(free.y)];
}

export function editNote(desk: Desk, id: string, text: string, size?: readonly [number, number]): void {
  const note = graphOf(desk, []).notes?.find((other) => other.id === id);
  if (note) edit(desk, [], [{ op: "annotate", note: { ...note, text, ...(size ? { size } : {}) } }], `note:${id}`);
}
