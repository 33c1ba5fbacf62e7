import type { Live, LiveAnswer } from "../messages";
import { thisBrowser } from "./browser";
import { ask, Failure, pause } from "./http";
import { keep } from "./keep";

const EVERY = 500; // milliseconds between two questions
const AT_WORK = ["starting", "running", "paused"];

type Nodes = Readonly<Record<string, Live>>;

/** Ask what a run reports of a network's nodes, for as long as it is at work and the page is seen. Returns what ends it.
 *
 * Nodes of which nothing new is said keep their identity.
 */
export function watch(network: string, run: string, listener: (nodes: Nodes) => void): () => void {
  const address = `/api/networks/${encodeURIComponent(network)}/run?run=${encodeURIComponent(run)}`;
  const leaving = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let nodes: Nodes = {};
  let failures = 0;

  /** One question; the milliseconds to wait before the next, or null when there is none. */
  async function question(): Promise<number | null> {
    try {
      const answer = await ask<LiveAnswer>(thisBrowser(), address, { signal: leaving.signal });
      const next = keep(nodes, answer.nodes);
      if (next !== nodes && !leaving.signal.aborted) listener(next);
      nodes = next;
      failures = 0;
      return AT_WORK.includes(answer.status) ? EVERY : null;
    } catch (error) {
      failures += 1;
      return error instanceof Failure && !error.passing ? null : pause(failures);
    }
  }

  async function turn(): Promise<void> {
    if (document.hidden) {
      document.addEventListener("visibilitychange", () => void turn(), { once: true, signal: leaving.signal });
      return;
    }
    const wait = await question();
    if (wait !== null && !leaving.signal.aborted) timer = setTimeout(() => void turn(), wait);
  }

  timer = setTimeout(() => void turn(), 0); // never while mounting
  return () => {
    leaving.abort();
    clearTimeout(timer);
  };
}
