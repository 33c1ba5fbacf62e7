/** Undo and redo, as `builder/graph/history.py` does them: the documents before and after the present one. */

import { apply } from "./apply";
import { equal } from "./equal";
import type { Change, Document } from "./types";

export const STEPS = 200;
export const MERGE = 600; // milliseconds: keystrokes in one field within this time are one step

/** The present document with the way back and the way forward, newest last. */
export interface History {
  readonly present: Document;
  readonly past: readonly Document[];
  readonly future: readonly Document[];
  readonly tag: string;
  readonly at: number;
}

/** A document with nothing before or after it: one just loaded. */
export function start(present: Document): History {
  return { present, past: [], future: [], tag: "", at: 0 };
}

/** The history after a change. Throws Refused as `apply` does. */
export function after(history: History, change: Change): History {
  if (change.kind === "undo") return undone(history);
  if (change.kind === "redo") return redone(history);
  return done(history, apply(history.present, ...change.edits), change.tag, change.at);
}

/** Make `document` the present. Changes with the same non-empty tag in quick succession are one step. */
export function done(history: History, document: Document, tag = "", at = 0): History {
  if (equal(document, history.present)) return history;
  const since = at - history.at;
  const merge = tag !== "" && tag === history.tag && since >= 0 && since < MERGE && history.past.length > 0;
  const past = merge ? history.past : [...history.past, history.present].slice(-STEPS);
  return { present: document, past, future: [], tag, at };
}

/** One step back; the same where there is none. */
export function undone(history: History): History {
  const present = history.past.at(-1);
  if (!present) return history;
  return { ...history, present, past: history.past.slice(0, -1), future: [...history.future, history.present], tag: "" };
}

/** One step forward again; the same where there is none. */
export function redone(history: History): History {
  const present = history.future.at(-1);
  if (!present) return history;
  return { ...history, present, past: [...history.past, history.present], future: history.future.slice(0, -1), tag: "" };
}
