/** What keeping a network in step with the server needs of the browser; tests bring browsers of their own. */

export type Occasion = "online" | "look" | "leave";

export interface Locks {
  /** Run `work` while holding a lock; with `ifAvailable`, run it with null where someone else holds it. */
  request(name: string, work: () => Promise<unknown>): Promise<unknown>;
  request(name: string, options: { ifAvailable: true }, work: (lock: unknown) => Promise<unknown>): Promise<unknown>;
}

export interface Browser {
  readonly fetch: (address: string, init?: RequestInit) => Promise<Response>;
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem" | "key" | "length"> | null;
  readonly locks: Locks | null; // absent where the page did not come over https or from this machine
  /** Hear of a restored connection, of a person who looks at the page again, and of the page's end. */
  readonly on: (occasion: Occasion, listener: () => void) => void;
}

/** The browser that this page runs in. */
export function thisBrowser(): Browser {
  return {
    fetch: (address, init) => fetch(address, init),
    storage: storage(),
    locks: (navigator.locks as Locks | undefined) ?? null,
    on: (occasion, listener) => {
      if (occasion === "online") addEventListener("online", listener);
      if (occasion === "leave") addEventListener("pagehide", listener);
      if (occasion === "look") {
        addEventListener("focus", listener);
        document.addEventListener("visibilitychange", () => {
          if (!document.hidden) listener();
        });
      }
    },
  };
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null; // a browser that keeps nothing for this page refuses even to be asked
  }
}

/** A uuid4; `crypto.randomUUID` is absent where the page did not come over https or from this machine. */
export function uuid(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x40;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}
