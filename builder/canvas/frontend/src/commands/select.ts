/** Selecting, and walking along the wires. */

import { graphAt, into, keyOf, nodeOf, order, outOf } from "../document/graph";
import { walk } from "../layout/walk";
import type { Path, Way } from "../studio";
import { flowId, idOf, noteId, parentOf, samePath, sameWire } from "../view/paths";
import { choose, type Desk, graphOf, nodeOfPath, say } from "./desk";

export function select(desk: Desk, path: Path | null, extend = false): void {
  const { nodes } = desk.view.get();
  if (!path) desk.view.set({ nodes: [], edges: [], notes: [] });
  else if (!extend) desk.view.set({ nodes: [path], edges: [], notes: [] });
  else if (!nodes.some((other) => samePath(other, path))) desk.view.set({ nodes: [...nodes, path] });
}

export function selectAll(desk: Desk): void {
  const { nodes, notes = [] } = desk.network.get().document.graph;
  desk.view.set({ nodes: nodes.map(({ id }) => [id]), edges: [], notes: notes.map(({ id }) => id) });
}

/** Unfold what a node stands in, select it and bring it into view. */
export function show(desk: Desk, path: Path): void {
  const folded = { ...desk.view.get().folded };
  for (let depth = 1; depth < path.length; depth++) folded[keyOf(path.slice(0, depth))] = false;
  desk.view.set({ nodes: [path], edges: [], notes: [], folded });
  requestAnimationFrame(() => desk.stage.current?.centre(flowId(path)));
}

const ARROWS = { up: "ArrowUp", down: "ArrowDown", left: "ArrowLeft", right: "ArrowRight" } as const;

export function step(desk: Desk, way: Way, extend = false): void {
  const { nodes, edges, notes, direction } = desk.view.get();
  const here = nodes.at(-1) ?? (notes.length ? notes.slice(-1) : undefined);
  const wire = edges.at(-1);
  if (!here && wire) {
    const back = way === "up" || way === "left";
    return go(desk, [...(wire.block ?? []), back ? wire.source : wire.target]);
  }
  if (!here) {
    const { graph } = desk.network.get().document;
    const first = order(graph)[0] ?? graph.notes?.[0];
    return first && go(desk, [first.id]);
  }
  const block = parentOf(here);
  const found = walk(graphOf(desk, block), desk.stage.current?.boxes(block) ?? new Map(), idOf(here), ARROWS[way], direction);
  if (found !== null) go(desk, [...block, found], extend);
}

function go(desk: Desk, path: Path, extend = false): void {
  const note = !nodeOfPath(desk, path);
  if (note && path.length > 1) return; // a note inside a block is looked at, not selected
  const { notes } = desk.view.get();
  if (!note) select(desk, path, extend);
  else if (extend) desk.view.set({ notes: [...new Set([...notes, idOf(path)])] });
  else choose(desk, [], [], path);
  desk.stage.current?.centre(note ? noteId(path) : flowId(path));
}

/** Select a wire of the selected node; while one is selected, the next one there. */
export function stepToWire(desk: Desk, end: "into" | "outOf"): void {
  const { nodes, edges } = desk.view.get();
  const wire = edges.at(-1);
  const near = end === "into" ? "target" : "source";
  const path = nodes.at(-1) ?? (wire && [...(wire.block ?? []), wire[near]]);
  if (!path) return;
  const block = parentOf(path);
  const wires = (end === "into" ? into : outOf)(graphOf(desk, block), idOf(path)).map((edge) => ({ ...edge, block }));
  const next = wires[(wires.findIndex((other) => !!wire && sameWire(other, wire)) + 1) % wires.length];
  if (!next) return;
  desk.view.set({ nodes: [], notes: [], edges: [next] });
  say(desk, desk.t("wire_label", { source: next.source, target: next.target }));
}

export function enter(desk: Desk): void {
  const path = desk.view.get().nodes[0];
  const inner = path && graphAt(desk.network.get().document, path);
  const first = inner && order(inner)[0];
  if (path && first) show(desk, [...path, first.id]);
}

export function leave(desk: Desk): void {
  const path = desk.view.get().nodes[0];
  if (path && path.length > 1) go(desk, parentOf(path));
}

export function foldHere(desk: Desk): boolean {
  const blocks = desk.view.get().nodes.filter((path) => nodeOfPath(desk, path)?.graph);
  for (const path of blocks) fold(desk, path);
  return blocks.length > 0;
}

export function fold(desk: Desk, path: Path): void {
  const { folded, nodes } = desk.view.get();
  const key = keyOf(path);
  const close = folded[key] === false;
  // what is no longer seen is no longer selected
  const seen = nodes.filter((other) => !close || other.length <= path.length || !samePath(other.slice(0, path.length), path));
  desk.view.set({ folded: { ...folded, [key]: close }, nodes: seen.length < nodes.length ? [path] : nodes });
}

/** Selections that point at nothing any more are dropped. */
export function prune(desk: Desk): void {
  const { nodes, edges, notes } = desk.view.get();
  const { graph } = desk.network.get().document;
  const here = nodes.filter((path) => nodeOfPath(desk, path));
  const wires = edges.filter((wire) => graphOf(desk, wire.block ?? []).edges.some((edge) => sameWire({ ...edge, block: wire.block ?? [] }, wire)));
  const written = notes.filter((id) => graph.notes?.some((note) => note.id === id));
  if (here.length + wires.length + written.length < nodes.length + edges.length + notes.length) {
    desk.view.set({ nodes: here, edges: wires, notes: written });
  }
}

export function renamed(desk: Desk, path: Path, id: string): void {
  const block = parentOf(path);
  const { folded } = desk.view.get();
  const old = folded[keyOf(path)];
  if (old !== undefined) desk.view.set({ folded: { ...folded, [keyOf([...block, id])]: old } });
  if (nodeOf(graphOf(desk, block), id)) choose(desk, block, [id]);
}
