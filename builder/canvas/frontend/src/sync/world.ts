/** For tests: a server that keeps to the contract, browsers with storage and locks, and a wire between them that may
 * lose, delay and turn over what goes along it. */

import { Refused } from "../document/apply";
import { after, type History, start } from "../document/history";
import type { Document } from "../document/types";
import type { Answer, Delta, NodeReport, Report, Send, State } from "../messages";
import type { Browser, Locks, Occasion } from "./browser";
import { Network } from "./network";

export const EMPTY: Document = {
  format: "netbuilder", version: 1, title: "", about: "", data: {}, graph: { nodes: [], edges: [] }, recipe: {},
}; // prettier-ignore

/** What becomes of a request: milliseconds on its way there and back, and whether either of them arrives. */
export interface Fate {
  readonly there: number;
  readonly back: number;
  readonly lost?: "request" | "answer" | undefined;
}

const report = (document: Document): Report => {
  const cost = { trainable: 0, flops: 0, bytes: 4, sees: [] };
  const nodes = document.graph.nodes.map(({ id, params }): [string, NodeReport] => [
    id,
    { shape: [1], axes: "F", dtype: "float32", params: JSON.stringify(params).length, ...cost, state: "ok", problems: [] },
  ]);
  const counts = { errors: 0, warnings: 0, nodes: nodes.length, offers: {} };
  const totals = { params: 0, trainable: 0, flops: 0, memory_bytes: 0, batch_size: 1, data: "", ...counts };
  return { nodes: Object.fromEntries(nodes), totals, general: [] };
};

export class Server {
  history: History = start(EMPTY);
  rev = 1;
  missing = false;
  full = false; // its disk
  tellsSteps = true; // whether an undo is answered with the document
  readonly requests: Send[] = [];
  readonly created: Document[] = [];
  private readonly writers: string[] = []; // the client of each revision, the first being 2
  private readonly last = new Map<string, number>(); // of each source
  private readonly reports = new Map<number, Report>();

  /** An edit in the outline, or by anybody else. */
  edit(client: string, id: string): void {
    this.write(client, after(this.history, { kind: "edit", edits: [{ op: "insert", type: "ReLU", id }], tag: "", at: 0 }));
  }

  /** The files of an older workspace were put in the place of these. */
  replaceBy(rev: number): void {
    this.rev = rev;
    this.history = start(EMPTY);
  }

  answer(address: string, method: string, body: string): { status: number; body: unknown } {
    if (address === "/api/networks") {
      this.created.push((JSON.parse(body) as { document: Document }).document);
      return { status: 200, body: { id: "copy" } };
    }
    if (this.missing) return { status: 404, body: { code: "P-NONE", message: "No such network." } };
    if (this.full && method === "POST") return { status: 507, body: { code: "R-DISK", message: "The disk is full." } };
    return method === "POST" ? this.change(JSON.parse(body) as Send) : { status: 200, body: this.state(address) };
  }

  private state(address: string): State {
    const { rev, history } = this;
    const counts = { rev, undo: history.past.length, redo: history.future.length };
    const query = new URLSearchParams(address.split("?")[1]);
    return {
      ...counts,
      ...(Number(query.get("since")) !== rev && { document: history.present }),
      ...(Number(query.get("seen") ?? rev) !== rev && { report: this.checked() }),
    };
  }

  private change(send: Send): { status: number; body: unknown } {
    this.requests.push(send);
    const done = this.last.get(send.source) ?? 0;
    const fresh = send.changes.slice(Math.max(0, done - send.first + 1));
    const since = this.writers.slice(Math.max(0, send.base - 1));
    if (fresh.length && (send.base > this.rev || since.some((client) => client !== send.client)))
      return { status: 409, body: { code: "S-CHANGED", message: "Changed elsewhere.", rev: this.rev } };
    const refused: { code: string; message: string }[] = [];
    let differs = send.base !== this.rev;
    for (const change of fresh) {
      if (change.kind !== "edit") differs ||= this.tellsSteps;
      try {
        this.write(send.client, after(this.history, change));
      } catch (error) {
        if (!(error instanceof Refused)) throw error;
        refused.push({ code: error.code, message: error.message });
        differs = true;
      }
    }
    const last = Math.max(done, send.first + send.changes.length - 1);
    this.last.set(send.source, last);
    const { past, future, present } = this.history;
    const answer: Answer = {
      rev: this.rev, last, undo: past.length, redo: future.length, report: this.delta(send.seen),
      ...(differs && { document: present }), ...(refused.length && { refused }),
    }; // prettier-ignore
    return { status: 200, body: answer };
  }

  private write(client: string, history: History): void {
    if (history === this.history) return;
    this.history = history;
    this.rev += 1;
    this.writers.push(client);
  }

  private checked(): Report {
    const now = report(this.history.present);
    this.reports.set(this.rev, now);
    return now;
  }

  private delta(seen: number): Delta {
    const [held, now] = [this.reports.get(seen), this.checked()];
    if (!held) return { ...now, base: 0, gone: [] };
    const same = (id: string): boolean => JSON.stringify(now.nodes[id]) === JSON.stringify(held.nodes[id]);
    const changed = Object.entries(now.nodes).filter(([id]) => !same(id));
    const gone = Object.keys(held.nodes).filter((id) => !now.nodes[id]);
    return { ...now, nodes: Object.fromEntries(changed), base: seen, gone };
  }
}

export class World {
  readonly server = new Server();
  readonly stored = new Map<string, string>();
  fate: () => Fate = () => ({ there: 5, back: 5 });
  private readonly held = new Set<string>();

  /** A page of this browser that shows the network. */
  tab(client: string): Tab {
    return new Tab(this, client);
  }

  get storage(): NonNullable<Browser["storage"]> {
    const { stored } = this;
    return {
      get length() {
        return stored.size;
      },
      key: (index) => [...stored.keys()][index] ?? null,
      getItem: (name) => stored.get(name) ?? null,
      setItem: (name, value) => void stored.set(name, value),
      removeItem: (name) => void stored.delete(name),
    };
  }

  /** The locks of this browser; `mine` are those of one page, which gets no more when it is gone. */
  locks(mine: Set<string>, gone: () => boolean): Locks {
    const request = async (name: string, ...rest: unknown[]): Promise<unknown> => {
      if (gone()) return new Promise<never>(() => undefined);
      const work = rest.at(-1) as (lock: unknown) => Promise<unknown>;
      if (this.held.has(name)) return rest.length > 1 ? work(null) : undefined;
      this.held.add(name);
      mine.add(name);
      try {
        return await work({});
      } finally {
        this.held.delete(name);
        mine.delete(name);
      }
    };
    return { request };
  }

  free(names: Iterable<string>): void {
    for (const name of names) this.held.delete(name);
  }
}

const sleep = (ms: number): Promise<void> => new Promise((wake) => setTimeout(wake, ms));

export class Tab {
  readonly network: Network;
  offline = false;
  private gone = false;
  private readonly world: World;
  private readonly locks = new Set<string>();
  private readonly heard = new Map<Occasion, (() => void)[]>();

  constructor(world: World, client: string) {
    this.world = world;
    this.network = new Network("n", client, {
      fetch: (address, init) => this.fetch(address, init),
      storage: world.storage,
      locks: world.locks(this.locks, () => this.gone),
      on: (occasion, listener) => this.heard.set(occasion, [...(this.heard.get(occasion) ?? []), listener]),
    });
    this.network.subscribe(() => undefined);
  }

  happens(occasion: Occasion): void {
    for (const listener of this.heard.get(occasion) ?? []) listener();
  }

  /** The page ends: by being left, or, without a last word, by a crash. */
  end(crash = false): void {
    if (!crash) this.happens("leave");
    this.gone = true;
    this.world.free(this.locks);
  }

  get ids(): string[] {
    return this.network.get().document.graph.nodes.map(({ id }) => id);
  }

  insert(id: string): void {
    this.network.do([{ op: "insert", type: "ReLU", id }]);
  }

  private async fetch(address: string, init: RequestInit = {}): Promise<Response> {
    const fate = this.world.fate();
    if (this.offline) throw new TypeError("Failed to fetch");
    const answered = this.travel(address, init, fate);
    const aborted = new Promise<never>((_, reject) => {
      init.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
    try {
      return await Promise.race([answered, aborted]);
    } finally {
      if (this.gone) await new Promise<never>(() => undefined); // nobody is there to hear it
    }
  }

  private async travel(address: string, init: RequestInit, fate: Fate): Promise<Response> {
    await sleep(fate.there);
    if (fate.lost === "request") throw new TypeError("Failed to fetch");
    const { status, body } = this.world.server.answer(address, init.method ?? "GET", String(init.body));
    const text = JSON.stringify(body);
    await sleep(fate.back);
    if (fate.lost === "answer") throw new TypeError("Failed to fetch");
    return new Response(text, { status });
  }
}
