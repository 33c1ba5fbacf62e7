/** The sizes of what stands on the canvas. They are fixed, so that nothing has to be measured before wires are drawn. */

import { type NodeHandle, Position as Side } from "@xyflow/react";
import { safe } from "../view/paths";
import type { Port } from "./ports";

export const WIDTH = 208;
export const HEIGHT = 64;
export const NOTE = [208, 96] as const;
export const PORT = 12;
export const GRID = 8;

export type Direction = "down" | "right";

export const OUTPUT = "out";
export const portId = (name: string): string => `in:${safe(name)}`;
export const entering = (direction: Direction): Side => (direction === "down" ? Side.Top : Side.Left);
export const leaving = (direction: Direction): Side => (direction === "down" ? Side.Bottom : Side.Right);

/** Where a port's middle lies, as a part of the side's length. */
export const along = (index: number, count: number): number => (index + 1) / (count + 1);

export function handles(
  ports: readonly Port[],
  output: boolean,
  { width, height }: { width: number; height: number },
  direction: Direction,
): NodeHandle[] {
  const down = direction === "down";
  const at = (part: number, end: boolean) => ({
    x: (down ? part * width : end ? width : 0) - PORT / 2,
    y: (down ? (end ? height : 0) : part * height) - PORT / 2,
    width: PORT,
    height: PORT,
  });
  const list: NodeHandle[] = ports.map((port, i) => ({
    id: portId(port.name),
    type: "target",
    position: entering(direction),
    ...at(along(i, ports.length), false),
  }));
  if (output) list.push({ id: OUTPUT, type: "source", position: leaving(direction), ...at(0.5, true) });
  return list;
}
