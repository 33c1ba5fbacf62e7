/** What was typed into fields and is not, or not in these words, in the document: it outlives blur, undo and selection. */

import { useSyncExternalStore } from "react";
import type { Json } from "../document/types";
import type { Parameter } from "../messages";
import { type Reading, read, same, write } from "./values";

export class Drafts {
  #texts = new Map<string, string>();
  #listeners = new Set<() => void>();

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  readonly get = (key: string): string | undefined => this.#texts.get(key);

  set(key: string, text: string | undefined): void {
    if (this.#texts.get(key) === text) return;
    if (text === undefined) this.#texts.delete(key);
    else this.#texts.set(key, text);
    for (const listener of this.#listeners) listener();
  }

  /** A node has another name: what was typed for it stays. */
  move(from: string, to: string): void {
    for (const [key, text] of [...this.#texts]) {
      if (!key.startsWith(from)) continue;
      this.#texts.delete(key);
      this.#texts.set(to + key.slice(from.length), text);
    }
    for (const listener of this.#listeners) listener();
  }
}

export const drafts = new Drafts();

export function useDraft(key: string): string | undefined {
  return useSyncExternalStore(drafts.subscribe, () => drafts.get(key));
}

/** What a field shows: the draft while it cannot be kept or says the same as the document, else the document. */
export function shown(
  parameter: Parameter,
  value: Json | undefined,
  draft: string | undefined,
): { readonly text: string; readonly reading: Reading } {
  if (draft !== undefined) {
    const reading = read(parameter, draft);
    if (!reading.sent || same(parameter, reading.value, value)) return { text: draft, reading };
  }
  const text = write(parameter, value);
  return { text, reading: text ? read(parameter, text) : { sent: true, value: undefined, wrong: null } };
}
