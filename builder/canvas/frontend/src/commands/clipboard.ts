/** Copying and pasting as text, through the system's clipboard where the browser lets us. */

import { copied, pasted } from "../document/clipboard";
import { graphAt, outOf } from "../document/graph";
import type { Edit } from "../document/types";
import { choose, type Desk, edit, graphOf, say, selection, sentence } from "./desk";

const STEP = 32; // pixels between a part and its copy

let last = ""; // for browsers that do not let us read the clipboard
let times = 0; // how often that was pasted

/** What is selected, as text; "" without a selection. */
export function copiedText(desk: Desk): string {
  const { notes } = desk.view.get();
  const [first] = selection(desk);
  if (!first && !notes.length) return "";
  const block = first?.block ?? [];
  last = copied(graphOf(desk, block), first?.ids ?? [], block.length ? [] : notes);
  times = 0;
  return last;
}

export async function copy(desk: Desk): Promise<boolean> {
  const text = copiedText(desk);
  if (!text) {
    say(desk, desk.t("select_first"));
    return false;
  }
  await write(text);
  say(desk, desk.t("copied"));
  return true;
}

/** Put a text on the clipboard, in older ways where the new one is not allowed. */
export async function write(text: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const field = document.createElement("textarea");
    field.value = text;
    field.style.cssText = "position:fixed;opacity:0";
    document.body.append(field);
    field.select();
    document.execCommand("copy");
    field.remove();
  }
}

export async function paste(desk: Desk, text?: string): Promise<void> {
  insert(desk, text ?? (await read()));
}

async function read(): Promise<string> {
  try {
    return await navigator.clipboard.readText();
  } catch {
    return last;
  }
}

/** Paste into the graph in which the selection stands. */
function insert(desk: Desk, text: string): void {
  const block = selection(desk)[0]?.block ?? [];
  times = text === last ? times + 1 : 1;
  insertInto(desk, block, text, times * STEP);
}

function insertInto(desk: Desk, block: readonly string[], text: string, offset: number): void {
  let edits: readonly Edit[];
  try {
    edits = pasted(text, graphAt(desk.network.get().document, block) ?? graphOf(desk, []), [offset, offset]);
  } catch (error) {
    say(desk, sentence(desk, error));
    return;
  }
  if (!edit(desk, block, edits)) return;
  const [added] = edits;
  if (added?.op === "add") choose(desk, block, added.nodes?.map(({ id }) => id) ?? [], added.notes?.map(({ id }) => id) ?? []);
}

/** One node is repeated in its stack, several are put beside themselves. */
export function duplicate(desk: Desk): void {
  const { notes } = desk.view.get();
  const [first] = selection(desk);
  if (!first && !notes.length) return say(desk, desk.t("select_first"));
  const { block, ids } = first ?? { block: [], ids: [] };
  const graph = graphOf(desk, block);
  const [only] = ids;
  if (only === undefined || ids.length > 1 || notes.length || outOf(graph, only).length > 1) {
    return insertInto(desk, block, copied(graph, ids, block.length ? [] : notes), STEP);
  }
  const before = new Set(graph.nodes.map(({ id }) => id));
  if (!edit(desk, block, [{ op: "duplicate", node: only }])) return;
  choose(desk, block, graphOf(desk, block).nodes.map(({ id }) => id).filter((id) => !before.has(id)));
}
