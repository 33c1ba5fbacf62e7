import type { Change, Document } from "../document/types";
import { after, type History, start, STEPS } from "../document/history";

/** A document with its undo steps, some of which only the server holds. */
export interface Version {
  readonly history: History;
  readonly behind: number; // steps back beyond those of `history`
  readonly ahead: number; // steps forward beyond them
  readonly unknown: boolean; // whether a step was made that only the server knows, so that the document is a guess
}

/** A document of which the server has told no more than how many steps there are. */
export function known(document: Document, undo: number, redo: number): Version {
  return { history: start(document), behind: undo, ahead: redo, unknown: false };
}

export function undoable({ history, behind }: Version): number {
  return history.past.length + behind;
}

export function redoable({ history, ahead }: Version): number {
  return history.future.length + ahead;
}

/** The version after a change; the same where it has no effect. Throws Refused. */
export function changed(version: Version, change: Change): Version {
  const { history, behind, ahead } = version;
  if (change.kind === "undo" && !history.past.length) return behind ? blind(version, -1) : version;
  if (change.kind === "redo" && !history.future.length) return ahead ? blind(version, +1) : version;
  const next = after(history, change);
  if (next === history) return version;
  if (change.kind !== "edit") return { ...version, history: next };
  return { ...version, history: next, behind: Math.max(0, Math.min(behind, STEPS - next.past.length)), ahead: 0 };
}

/** A step to a document that only the server knows: the present one is shown until it answers. */
function blind(version: Version, step: 1 | -1): Version {
  const [undo, redo] = [undoable(version) + step, redoable(version) - step];
  return { ...known(version.history.present, undo, redo), unknown: true };
}
