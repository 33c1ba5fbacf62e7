import type { Chunk } from "./messages";

const ACTIVE = 200; // milliseconds between two questions while a run is at work
const BUSY = 400; // the same where drawing is slow
const SHARE = 10; // drawing takes one part in this many of the time, so that many open pages leave the machine usable
const AT_REST = 1000;
const HIDDEN = 2000;
const LOST = 1000;

export interface Listener {
  /** Where to go on: what is asked for next. */
  cursor(): { after: number; attempt: number };
  /** Take a chunk; false when it left a gap and the same question is asked again at once. */
  onChunk(chunk: Chunk): boolean;
  onRefused(message: string): void;
  onLost(): void;
  /** False once the component is gone from the page. */
  alive(): boolean;
}

/** Ask the route for what is new, one question at a time, until the listener is gone. Returns what stops it. */
export function poll(run: string, listener: Listener): () => void {
  const leaving = new AbortController();
  let timer: ReturnType<typeof setTimeout>;
  let asking = false;

  async function ask(): Promise<void> {
    if (leaving.signal.aborted || !listener.alive() || asking) return;
    asking = true;
    const wait = await answer(run, listener, leaving.signal);
    asking = false;
    clearTimeout(timer);
    timer = setTimeout(ask, document.hidden ? Math.max(wait, HIDDEN) : wait);
  }

  const onVisible = (): void => {
    if (document.hidden) return;
    clearTimeout(timer);
    void ask();
  };
  document.addEventListener("visibilitychange", onVisible);
  timer = setTimeout(ask, 0); // never while mounting
  return () => {
    leaving.abort();
    clearTimeout(timer);
    document.removeEventListener("visibilitychange", onVisible);
  };
}

/** One question and what to do with its answer; returns the milliseconds to wait before the next. */
async function answer(run: string, listener: Listener, signal: AbortSignal): Promise<number> {
  const { after, attempt } = listener.cursor();
  try {
    const response = await fetch(`/api/runs/${encodeURIComponent(run)}/metrics?after=${after}&attempt=${attempt}`, {
      signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      cache: "no-store",
    });
    if (!response.ok) {
      listener.onRefused(((await response.json()) as { message: string }).message);
      return AT_REST;
    }
    const chunk = (await response.json()) as Chunk;
    if (signal.aborted) return AT_REST;
    const began = performance.now();
    if (!listener.onChunk(chunk)) return 0;
    const drawing = performance.now() - began;
    return chunk.working ? Math.min(BUSY, Math.max(ACTIVE, SHARE * drawing)) : AT_REST;
  } catch {
    if (!signal.aborted) listener.onLost();
    return LOST;
  }
}
