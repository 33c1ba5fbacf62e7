/** Addresses of nodes, and their spelling where React Flow puts them into selectors and attributes. */

import type { Edge } from "../document/types";
import type { Path, Wired } from "../studio";

/** Letters, digits, `_` and `-` stay; all else is written as its code, because React Flow quotes no selectors. */
export function safe(text: string): string {
  return text.replace(/[^A-Za-z0-9_-]/g, (c) => `.${c.charCodeAt(0).toString(16)}.`);
}

export const flowId = (path: Path): string => path.map(safe).join("/");
export const noteId = (path: Path): string => `note:${flowId(path)}`;
export const wireId = (wire: Wired): string =>
  `${flowId(wire.block ?? [])}:${safe(wire.source)}>${safe(wire.target)}:${safe(wire.input ?? "")}`;

export const samePath = (a: Path, b: Path): boolean => a.length === b.length && a.every((id, i) => id === b[i]);
export const parentOf = (path: Path): Path => path.slice(0, -1);
export const idOf = (path: Path): string => path[path.length - 1] ?? "";

export function plain(wire: Wired): Edge {
  const { source, target, input } = wire;
  return input === undefined ? { source, target } : { source, target, input };
}

export function sameWire(a: Wired, b: Wired): boolean {
  return a.source === b.source && a.target === b.target && a.input === b.input && samePath(a.block ?? [], b.block ?? []);
}
