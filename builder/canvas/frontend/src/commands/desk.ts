/** What every command works on, and what they have in common. */

import { graphAt, inside, keyOf, nodeAt } from "../document/graph";
import { Refused } from "../document/refused";
import type { Edit, Graph } from "../document/types";
import type { Path, Studio } from "../studio";
import { parentOf } from "../view/paths";

export interface Host {
  readonly open: (network: string) => void; // opens another network on the page
}

export interface Desk extends Omit<Studio, "commands" | "drag"> {
  readonly host: Host;
}

let quiet: ReturnType<typeof setTimeout> | undefined;

/** Show a short message for some seconds; screen readers read it. */
export function say({ view }: Desk, text: string): void {
  clearTimeout(quiet);
  view.set({ say: text });
  quiet = setTimeout(() => view.set({ say: null }), 6000);
}

/** Carry out edits of the graph in a block; whether they were accepted. */
export function edit(desk: Desk, block: Path, edits: readonly Edit[], tag?: string): boolean {
  if (!edits.length) return false;
  try {
    desk.network.do(inside([...block, ""], edits), tag);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    say(desk, sentence(desk, error));
    return false;
  }
}

export function sentence({ t }: Pick<Desk, "t">, error: unknown): string {
  if (error instanceof Refused) return error.sentence ? t(error.sentence, error.values) : error.message;
  return error instanceof Error && error.message ? error.message : t("failed");
}

/** Do what needs the server or the clipboard; what goes wrong is said. */
export async function asked(desk: Desk, work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    say(desk, sentence(desk, error));
  }
}

export const graphOf = (desk: Desk, block: Path): Graph => graphAt(desk.network.get().document, block) ?? { nodes: [], edges: [] };
export const nodeOfPath = (desk: Desk, path: Path) => nodeAt(desk.network.get().document, path);

/** The selected nodes by the block that they stand in; those inside of a selected block go with it. */
export function selection(desk: Desk): { readonly block: Path; readonly ids: readonly string[] }[] {
  const { nodes } = desk.view.get();
  const chosen = new Set(nodes.map(keyOf));
  const groups = new Map<string, { block: Path; ids: string[] }>();
  for (const path of nodes) {
    if (path.some((_, i) => i > 0 && chosen.has(keyOf(path.slice(0, i)))) || !nodeOfPath(desk, path)) continue;
    const block = parentOf(path);
    const group = groups.get(keyOf(block)) ?? { block, ids: [] };
    group.ids.push(path[path.length - 1] ?? "");
    groups.set(keyOf(block), group);
  }
  return [...groups.values()];
}

/** The selected nodes of one graph; null, with a word about it, where there are none or they stand in several. */
export function oneGroup(desk: Desk): { readonly block: Path; readonly ids: readonly string[] } | null {
  const [first, second] = selection(desk);
  if (first && !second) return first;
  say(desk, desk.t(first ? "select_one_graph" : "select_first"));
  return null;
}

export function choose(desk: Desk, block: Path, ids: readonly string[], notes: readonly string[] = []): void {
  desk.view.set({ nodes: ids.map((id) => [...block, id]), edges: [], notes });
}
