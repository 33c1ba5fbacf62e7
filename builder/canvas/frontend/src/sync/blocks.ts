/** The blocks that a person saved to the palette. They belong to the workspace, so all networks of a page share them. */

import type { Node } from "../document/types";
import type { Layer } from "../messages";
import type { Cell } from "../studio";
import { cell } from "../view/cell";
import { thisBrowser } from "./browser";
import { ask, posting } from "./http";

export interface Own {
  readonly blocks: readonly Layer[];
  readonly problems: readonly string[]; // of files that cannot be used
  readonly fresh: string | null; // the one that was just saved, whose name is to be typed
}

export const own: Cell<Own> = cell<Own>({ blocks: [], problems: [], fresh: null });

const WHERE = "/api/blocks";
const address = (type: string) => `${WHERE}/${type.replace(/^own\//, "")}`;

/** Ask what there is; without a connection what was known stays. */
export async function refresh(): Promise<void> {
  try {
    own.set(await ask<Omit<Own, "fresh">>(thisBrowser(), WHERE));
  } catch {
    // the palette shows what it knows
  }
}

export async function keep(block: Node, name: string): Promise<Layer> {
  const kept = await ask<Layer>(thisBrowser(), WHERE, posting({ name, block }));
  await refresh();
  return kept;
}

export async function rename(type: string, name: string): Promise<void> {
  await ask(thisBrowser(), address(type), posting({ name }));
  await refresh();
}

export async function remove(type: string): Promise<void> {
  await ask(thisBrowser(), address(type), { method: "DELETE" });
  await refresh();
}
