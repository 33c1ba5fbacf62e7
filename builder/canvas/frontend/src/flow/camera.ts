/** Where the surface is looked at from: all of it, nearer, a node. */

import type { ReactFlowInstance, Viewport } from "@xyflow/react";
import { useCallback, useEffect, useState } from "react";
import { HEIGHT, WIDTH } from "./geometry";
import { calm } from "./motion";
import type { AnyFlow, WireFlow } from "./scene";

export const FARTHEST = 0.05;
export const NEAREST = 2.5;
const ENOUGH = 0.4; // zoom at which all of a network is still worth seeing
const READABLE = 0.7; // with which a larger one opens, at its beginning
const EDGE = 32; // pixels
const TIME = 180; // milliseconds

type Flow = ReactFlowInstance<AnyFlow, WireFlow>;
type Size = Pick<DOMRect, "width" | "height">;

let frame = 0;

/** Glide there, for those who like movement. */
function look(flow: Flow, to: Viewport): void {
  cancelAnimationFrame(frame);
  if (calm()) return void flow.setViewport(to);
  const from = flow.getViewport();
  const begun = performance.now();
  const step = (now: number) => {
    const part = Math.min(1, Math.max(0, (now - begun) / TIME));
    const eased = 1 - (1 - part) ** 3;
    const between = (key: keyof Viewport) => from[key] + (to[key] - from[key]) * eased;
    void flow.setViewport(part < 1 ? { x: between("x"), y: between("y"), zoom: between("zoom") } : to);
    if (part < 1) frame = requestAnimationFrame(step);
  };
  step(begun);
}

/** All of the network, or, where that could not be read, its beginning. */
function opening(flow: Flow, seen: Size, enough: number): Viewport {
  const all = flow.getNodesBounds(flow.getNodes());
  const fitting = Math.min(1, (seen.width - 2 * EDGE) / all.width, (seen.height - 2 * EDGE) / all.height);
  const zoom = fitting >= enough ? fitting : READABLE;
  const place = (room: number, from: number, length: number) =>
    length * zoom > room ? EDGE - from * zoom : (room - length * zoom) / 2 - from * zoom;
  return { x: place(seen.width, all.x, all.width), y: place(seen.height, all.y, all.height), zoom };
}

export function fit(flow: Flow, seen: Size): void {
  if (flow.getNodes().length) look(flow, opening(flow, seen, 0));
}

/** Nearer or farther around the middle; null: to true size. */
export function zoom(flow: Flow, seen: Size, factor: number | null): void {
  const now = flow.getViewport();
  const next = Math.min(NEAREST, Math.max(FARTHEST, factor === null ? 1 : now.zoom * factor));
  const [x, y] = [seen.width / 2, seen.height / 2];
  const kept = (at: number, middle: number) => middle - ((middle - at) * next) / now.zoom;
  look(flow, { x: kept(now.x, x), y: kept(now.y, y), zoom: next });
}

/** Moves only when the node is not wholly seen. */
export function bringIntoView(flow: Flow, seen: Size, id: string): void {
  const node = flow.getInternalNode(id);
  if (!node) return;
  const { x, y, zoom } = flow.getViewport();
  const { positionAbsolute: at } = node.internals;
  const [width, height] = [node.width ?? WIDTH, node.height ?? HEIGHT];
  const inside = (from: number, length: number, room: number) => from >= EDGE && from + length <= room - EDGE;
  if (inside(at.x * zoom + x, width * zoom, seen.width) && inside(at.y * zoom + y, height * zoom, seen.height)) return;
  look(flow, {
    x: seen.width / 2 - (at.x + width / 2) * zoom,
    y: seen.height / 2 - (at.y + height / 2) * zoom,
    zoom,
  });
}

/** What a person sees first. In a hidden tab there is no room yet, so it waits until there is. */
export function useOpening(flow: Flow, root: React.RefObject<HTMLElement | null>, wanted: boolean): () => void {
  const [began] = useState(wanted); // not when the first node is dropped on an empty canvas
  const open = useCallback(() => {
    const seen = root.current?.getBoundingClientRect();
    if (!seen?.width || !seen.height) return false;
    void flow.setViewport(opening(flow, seen, ENOUGH));
    return true;
  }, [flow, root]);
  useEffect(() => {
    if (!began) return undefined;
    const watch = new ResizeObserver(() => {
      if (open()) watch.disconnect();
    });
    watch.observe(root.current!);
    return () => watch.disconnect();
  }, [began, open, root]);
  return useCallback(() => void (began && open()), [began, open]);
}
