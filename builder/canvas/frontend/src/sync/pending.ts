import type { Change } from "../document/types";
import type { Browser } from "./browser";

/** Changes that the server has not acknowledged, as they outlive the page. */
export interface Kept {
  readonly client: string;
  readonly source: string;
  readonly base: number;
  readonly first: number;
  readonly changes: readonly Change[];
  readonly at: number; // when they were kept, milliseconds since the epoch
}

const prefix = (network: string): string => `netbuilder:pending:${network}:`;

/** The place in the browser's storage where the changes of one page load to one network lie.
 *
 * The page holds a lock of the same name for as long as it lives: what lies under a name without one was left behind.
 */
export class Shelf {
  private readonly browser: Browser;
  private readonly network: string;
  private readonly name: string;
  private filled = false;

  constructor(browser: Browser, network: string, source: string) {
    this.browser = browser;
    this.network = network;
    this.name = prefix(network) + source;
    void browser.locks?.request(this.name, () => new Promise<never>(() => undefined)).catch(() => undefined);
  }

  put(kept: Kept): void {
    try {
      this.browser.storage?.setItem(this.name, JSON.stringify(kept));
      this.filled = true;
    } catch {
      // full or forbidden: the changes are still in this page's hands
    }
  }

  clear(): void {
    if (this.filled) this.browser.storage?.removeItem(this.name);
    this.filled = false;
  }

  /** Hand what pages without a lock left behind to `visit`, oldest first; it is removed when that says so. */
  async leftBehind(visit: (kept: Kept) => Promise<boolean>): Promise<void> {
    for (const [name] of this.others()) {
      const look = async (lock: unknown): Promise<void> => {
        const kept = lock ? read(this.browser.storage?.getItem(name)) : null;
        if (kept && (await visit(kept))) this.browser.storage?.removeItem(name);
      };
      // without locks a living page's changes are sent as well, which does no harm: the server knows them by number
      await (this.browser.locks ? this.browser.locks.request(name, { ifAvailable: true }, look) : look(true));
    }
  }

  /** Remove what a page left behind. */
  forget(source: string): void {
    this.browser.storage?.removeItem(prefix(this.network) + source);
  }

  private others(): [string, Kept][] {
    const { storage } = this.browser;
    const names = Array.from({ length: storage?.length ?? 0 }, (_, index) => storage?.key(index) ?? "");
    const found: [string, Kept][] = [];
    for (const name of names) {
      const kept = name.startsWith(prefix(this.network)) && name !== this.name && read(storage?.getItem(name));
      if (kept) found.push([name, kept]);
    }
    return found.sort(([, a], [, b]) => a.at - b.at);
  }
}

function read(text: string | null | undefined): Kept | null {
  try {
    const kept = JSON.parse(text ?? "null") as Kept | null;
    return kept && Array.isArray(kept.changes) && typeof kept.source === "string" ? kept : null;
  } catch {
    return null;
  }
}
