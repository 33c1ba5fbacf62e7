/** What the browser holds of a network: the version that the server has acknowledged, what waits on top of it, and the
 * report. It knows nothing of requests. */

import { Refused } from "../document/apply";
import type { Change, Document, Edit } from "../document/types";
import type { Answer, Report, State } from "../messages";
import { keep } from "./keep";
import type { Kept } from "./pending";
import { merged } from "./report";
import { changed, known, redoable, undoable, type Version } from "./version";

const EMPTY: Document = {
  format: "netbuilder", version: 1, title: "", about: "", data: {}, graph: { nodes: [], edges: [] }, recipe: {},
}; // prettier-ignore

/** A change that waits for the server, and what it leads to here. */
interface Waiting {
  readonly change: Change;
  readonly version: Version;
}

export class Ledger {
  rev = 0; // of the version that is acknowledged
  base = 0; // the revision on which what waits was made: `rev`, unless it was left behind and does not fit
  first = 1; // number of the first change that waits
  report: Report | null = null;
  reported = 0; // revision of the report
  refusal: string | null = null;
  guessed = false; // the document may be another than the server's
  private acknowledged: Version = known(EMPTY, 0, 0);
  private waiting: readonly Waiting[] = [];

  get version(): Version {
    return this.waiting.at(-1)?.version ?? this.acknowledged;
  }

  get changes(): readonly Change[] {
    return this.waiting.map(({ change }) => change);
  }

  get length(): number {
    return this.waiting.length;
  }

  /** Carry out a change; whether it has an effect and has to be sent. Throws Refused. */
  add(kind: Change["kind"], edits: readonly Edit[], tag: string): boolean {
    const change: Change = { kind, edits, tag, at: Date.now() };
    const version = changed(this.version, change);
    if (version === this.version && !version.unknown) return false;
    this.waiting = [...this.waiting, { change, version }];
    return true;
  }

  /** Forget what waits. Its numbers are not used again. */
  drop(): void {
    this.first += this.waiting.length;
    this.waiting = [];
    this.guessed = true;
  }

  /** The server has dealt with what waits up to the number that it names. Throws when it names none. */
  settle(answer: Answer): void {
    const done = Math.min(answer.last - this.first + 1, this.waiting.length);
    const here = this.waiting[done - 1]?.version;
    if (!here) throw new Error("the server acknowledged nothing");
    const rest = this.waiting.slice(done);
    this.acknowledged = agreed(here, answer);
    this.guessed = this.acknowledged.unknown;
    this.waiting = this.acknowledged === here ? rest : this.replay(rest.map(({ change }) => change));
    this.first += done;
    this.rev = this.base = answer.rev;
    this.refusal = answer.refused?.at(-1)?.message ?? this.refusal;
    this.reports(answer);
  }

  /** Make the server's version the one that is acknowledged; whether its document is another. */
  take({ document, report, rev, undo, redo }: State): boolean {
    const here = this.acknowledged;
    const there = document ? keep(here.history.present, document) : here.history.present;
    const same = there === here.history.present;
    const counted = undoable(here) === undo && redoable(here) === redo;
    if (!same || !counted || here.unknown) this.acknowledged = known(there, undo, redo);
    this.rev = this.base = rev;
    if (report) {
      this.report = keep(this.report, report);
      this.reported = rev;
    }
    this.guessed = false;
    return !same;
  }

  /** Let changes that earlier pages made to other revisions wait on top of this one. */
  inherit(misfits: readonly Kept[]): void {
    this.waiting = this.replay(misfits.flatMap((kept) => kept.changes));
    this.base = Math.min(...misfits.map((kept) => kept.base)); // so that they fit as little when they are found once more
  }

  /** Carry out changes on what is acknowledged. What is refused there keeps its number and does nothing. */
  private replay(changes: readonly Change[]): readonly Waiting[] {
    let version = this.acknowledged;
    return changes.map((change) => {
      try {
        version = changed(version, change);
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        this.refusal = error.message;
        change = { ...change, kind: "edit", edits: [], tag: "" };
      }
      return { change, version };
    });
  }

  private reports({ rev, report }: Answer): void {
    if (report.base !== 0 && report.base !== this.reported) {
      this.guessed = true; // it tells what is new since a report that is not held here
      return;
    }
    this.report = merged(this.report, report);
    this.reported = rev;
  }
}

/** The version that browser and server agree on: the one computed here, unless the server computed another. */
function agreed(here: Version, { document, undo, redo }: Answer): Version {
  const present = here.history.present;
  const there = document ? keep(present, document) : present;
  const counted = undoable(here) === undo && redoable(here) === redo;
  if (there === present && counted && !here.unknown) return here;
  return { ...known(there, undo, redo), unknown: here.unknown && !document };
}
