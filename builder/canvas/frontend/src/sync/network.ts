/** One network in the browser, and its way to the server: every change is carried out here at once, kept until the
 * server has acknowledged it, and sent as often as that takes. */

import type { Change, Document, Edit } from "../document/types";
import type { Answer, Fits, FitsQuery, Send, State, Trial } from "../messages";
import type { NetworkStore, Opened, Sync } from "../studio";
import { type Browser, thisBrowser, uuid } from "./browser";
import { ask, Failure, pause, posting } from "./http";
import { Ledger } from "./ledger";
import { type Kept, Shelf } from "./pending";
import { redoable, undoable } from "./version";

const MOST = 200; // changes in one request
const MOST_BYTES = 60_000; // of what a browser sends for a page that is gone

const opened = new Map<string, Network>();

/** The store of a network; the same one for as long as the page lives, so that nothing is lost between two mounts. */
export function openNetwork(id: string, client: string): Network {
  const here = opened.get(id);
  if (here) {
    here.meet(client);
    return here;
  }
  const network = new Network(id, client, thisBrowser());
  opened.set(id, network);
  return network;
}

export class Network implements NetworkStore {
  readonly id: string;
  /** Settled once the network is here, or found missing; until then the document is an empty one. */
  readonly ready: Promise<void>;

  private readonly browser: Browser;
  private readonly source = uuid();
  private readonly ledger = new Ledger();
  private readonly shelf: Shelf;
  private readonly listeners = new Set<() => void>();
  private readonly hearers = new Set<() => void>();
  private client: string;

  private loaded = false;
  private stopped: "conflict" | "missing" | null = null;
  private flying = false; // one request at a time
  private failures = 0; // in a row
  private timer: ReturnType<typeof setTimeout> | null = null;
  private wanted = 0; // a revision that the server is said to have
  private looked = false; // a person came back to the page, so that another tab may have changed the network
  private era = 0; // answers to an earlier one are ignored
  private snapshot: Opened;
  private settled!: () => void;

  constructor(id: string, client: string, browser: Browser) {
    this.id = id;
    this.client = client;
    this.browser = browser;
    this.shelf = new Shelf(browser, id, this.source);
    this.snapshot = this.now();
    this.ready = new Promise((settled) => {
      this.settled = settled;
    });
    browser.on("online", () => this.again());
    browser.on("look", () => this.look());
    browser.on("leave", () => this.leave());
    this.wake();
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  };

  readonly get = (): Opened => this.snapshot;

  readonly onElsewhere = (hearer: () => void): (() => void) => {
    this.hearers.add(hearer);
    return () => this.hearers.delete(hearer);
  };

  readonly do = (edits: readonly Edit[], tag = ""): void => this.add("edit", edits, tag);
  readonly undo = (): void => this.add("undo");
  readonly redo = (): void => this.add("redo");

  readonly forgetRefusal = (): void => {
    this.ledger.refusal = null;
    this.publish();
  };

  /** Streamlit says which revision the server has. */
  readonly follow = (rev: number): void => {
    this.wanted = Math.max(this.wanted, rev);
    this.wake();
  };

  /** The component is mounted again, maybe by another session of Streamlit. */
  readonly meet = (client: string): void => {
    this.client = client;
    if (this.stopped === "missing") this.stopped = null; // maybe it is back
    this.looked = true;
    this.again();
  };

  readonly adopt = async (): Promise<void> => {
    const state = await this.ask<State>("?since=0&seen=0");
    this.giveUp();
    this.take(state);
    this.publish();
  };

  readonly copy = async (title: string): Promise<string> => {
    const id = await this.create({ document: { ...this.snapshot.document, title } });
    this.giveUp(); // nothing is lost: this version lives in the copy
    return id;
  };

  readonly create = async (what: { readonly document: Document } | { readonly example: string }): Promise<string> =>
    (await ask<{ id: string }>(this.browser, "/api/networks", posting(what))).id;

  readonly try = (edits: readonly Edit[], signal?: AbortSignal): Promise<Trial> =>
    this.ask<Trial>("/try", posting({ edits }, signal && { signal }));

  readonly fits = (query: FitsQuery, signal?: AbortSignal): Promise<Fits> => {
    const [key, value] = Object.entries(query)[0] ?? ["from", []];
    const words = typeof value === "string" ? value : JSON.stringify(value);
    return this.ask<Fits>(`/fits?${new URLSearchParams({ [key]: words })}`, signal && { signal });
  };

  private ask<T>(rest: string, init?: RequestInit): Promise<T> {
    return ask<T>(this.browser, `/api/networks/${encodeURIComponent(this.id)}${rest}`, init);
  }

  // --- changes made here

  private add(kind: Change["kind"], edits: readonly Edit[] = [], tag = ""): void {
    if (!this.loaded || !this.ledger.add(kind, edits, tag)) return; // before it is here, nothing is shown
    this.store();
    this.publish();
    this.wake();
  }

  private store(): void {
    if (!this.ledger.length) return this.shelf.clear();
    const { client, source } = this;
    const { base, first, changes } = this.ledger;
    this.shelf.put({ client, source, base, first, changes, at: Date.now() });
  }

  /** Forget what waits, and ask the server for its version. */
  private giveUp(): void {
    this.ledger.drop();
    this.store();
    this.era += 1;
    this.stopped = null;
    this.again();
    this.publish();
  }

  // --- one request at a time

  /** Do what there is to do, when the present work of the page is done. */
  private wake(): void {
    queueMicrotask(() => void this.work());
  }

  /** Do not wait any longer. */
  private again(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.wake();
  }

  private look(): void {
    this.looked = this.listeners.size > 0 || this.looked;
    this.again();
  }

  private leave(): void {
    if (!this.loaded || this.stopped || !this.ledger.length) return;
    const last = posting(this.sending(), { keepalive: true });
    if (new Blob([String(last.body)]).size > MOST_BYTES) return; // the next page finds it in the storage
    this.ask("/changes", last).catch(() => undefined); // what waits goes on waiting, in case the page comes back
  }

  private async work(): Promise<void> {
    const next = this.next();
    if (this.flying || this.stopped || this.timer !== null || !next) return;
    this.flying = true;
    const { era } = this;
    try {
      await next(era);
      this.failures = 0;
    } catch (error) {
      if (era === this.era) this.failed(error);
    }
    this.flying = false;
    this.publish();
    if (this.loaded || this.stopped) this.settled();
    void this.work();
  }

  private next(): ((era: number) => Promise<void>) | null {
    if (!this.loaded) return this.load;
    if (this.ledger.length) return this.send;
    const { guessed, rev, reported } = this.ledger;
    return guessed || this.looked || this.wanted > rev || reported !== rev ? this.refresh : null;
  }

  private failed(error: unknown): void {
    if (error instanceof Failure && !error.passing) {
      this.stopped = error.status === 404 || !this.loaded ? "missing" : "conflict";
      if (error.status !== 404 && error.status !== 409) this.ledger.refusal = error.message;
      return;
    }
    if (error instanceof Failure && !this.failures) this.ledger.refusal = error.message; // a full disk, for one
    this.failures += 1;
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.work();
    }, pause(this.failures));
  }

  private sending(): Send {
    const { client, source } = this;
    const { first, base, reported: seen, changes } = this.ledger;
    return { client, source, first, base, seen, changes: changes.slice(0, MOST) };
  }

  private readonly send = async (era: number): Promise<void> => {
    const answer = await this.ask<Answer>("/changes", posting(this.sending()));
    if (era !== this.era || this.older(answer.rev)) return;
    this.ledger.settle(answer);
    this.store();
  };

  private readonly refresh = async (era: number): Promise<void> => {
    const { looked, ledger } = this;
    const state = await this.ask<State>(`?since=${ledger.guessed ? 0 : ledger.rev}&seen=${ledger.guessed ? 0 : ledger.reported}`);
    if (era !== this.era || ledger.length || this.older(state.rev)) return; // what waits goes first
    const untold = state.rev > ledger.rev && state.rev > this.wanted;
    if (this.take(state) && looked && untold) for (const hearer of [...this.hearers]) hearer();
  };

  /** Whether the server has less than what it had already: then another workspace stands behind this address now. */
  private older(rev: number): boolean {
    if (rev < this.ledger.rev) this.stopped = "conflict";
    return rev < this.ledger.rev;
  }

  private take(state: State): boolean {
    this.looked = false;
    this.wanted = 0;
    return this.ledger.take(state);
  }

  // --- opening

  private readonly load = async (era: number): Promise<void> => {
    const misfits: Kept[] = [];
    await this.shelf.leftBehind((kept) => this.resend(kept, misfits));
    const state = await this.ask<State>("?since=0"); // without a report: the first of a server takes seconds
    if (era !== this.era) return;
    this.take(state);
    this.loaded = true;
    if (misfits.length) this.dispute(misfits);
  };

  /** Send what an earlier page left behind, under its own name and numbers; whether the server has it now. */
  private async resend(kept: Kept, misfits: Kept[]): Promise<boolean> {
    const { client, source, base, first, changes } = kept;
    try {
      for (let at = 0; at < changes.length; at += MOST) {
        const part = { client, source, first: first + at, base, seen: 0, changes: changes.slice(at, at + MOST) };
        await this.ask<Answer>("/changes", posting(part));
      }
      return true;
    } catch (error) {
      if (!(error instanceof Failure) || error.passing || error.status === 404) throw error;
      misfits.push(kept);
      return false;
    }
  }

  /** What was left behind does not fit the server's version: show it on top of that, and let the person decide. */
  private dispute(misfits: readonly Kept[]): void {
    this.ledger.inherit(misfits);
    this.stopped = "conflict";
    this.store();
    for (const kept of misfits) this.shelf.forget(kept.source);
  }

  // --- what is shown

  private now(): Opened {
    const { version, report, reported, rev, refusal, length } = this.ledger;
    const settled = this.loaded && !length;
    const sync: Sync = this.stopped ?? (this.failures ? "offline" : settled ? "saved" : "saving");
    const checked = settled && reported === rev && !version.unknown;
    const steps = { undo: undoable(version), redo: redoable(version) };
    return { document: version.history.present, report, rev, ...steps, sync, checked, refusal };
  }

  private publish(): void {
    const now = this.now();
    const names = Object.keys(now) as (keyof Opened)[];
    if (names.every((name) => now[name] === this.snapshot[name])) return;
    this.snapshot = now;
    for (const listener of [...this.listeners]) listener();
  }
}
