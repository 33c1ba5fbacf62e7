import type { Browser } from "./browser";

const PATIENCE = 30_000; // milliseconds: a busy server is slow, not gone
const PAUSES = [500, 1000, 2000, 4000];

/** The server answered, and refused. */
export class Failure extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }

  /** Whether asking again later may help. */
  get passing(): boolean {
    return this.status >= 500;
  }
}

/** Milliseconds to wait after so many failures. */
export function pause(failures: number): number {
  return PAUSES[Math.min(failures, PAUSES.length) - 1] ?? 0;
}

/** Ask a route. Throws Failure when the server refuses, anything else when no whole answer came. */
export async function ask<T>(browser: Pick<Browser, "fetch">, address: string, init: RequestInit = {}): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), PATIENCE);
  const signal = init.signal ? AbortSignal.any([init.signal, late.signal]) : late.signal;
  try {
    const response = await browser.fetch(address, { cache: "no-store", ...init, signal });
    const answer: unknown = await response.json(); // a page of a proxy, or half an answer, is no JSON and counts as lost
    if (response.ok) return answer as T;
    const { code, message } = answer as { code?: unknown; message?: unknown };
    if (typeof code !== "string") throw new Error(`status ${response.status}`);
    throw new Failure(response.status, code, String(message));
  } finally {
    clearTimeout(timer);
  }
}

/** What makes a request send JSON. */
export function posting(body: unknown, init: RequestInit = {}): RequestInit {
  return { ...init, method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}
