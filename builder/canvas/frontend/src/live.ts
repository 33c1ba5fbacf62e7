/** What a run reports of the nodes, asked for while someone looks. */

import type { LiveAnswer } from "./messages";
import { ask } from "./sync/http";
import type { ViewStore } from "./studio";

const OFTEN = 500; // milliseconds while the run goes on
const SELDOM = 3000;

/** Keep `Looking.live` as new as the run. Returns what ends it. */
export function watchRun(network: string, run: string, view: ViewStore): () => void {
  const end = new AbortController();
  let timer: ReturnType<typeof setTimeout> | undefined;
  const look = async () => {
    let pause = SELDOM;
    if (!document.hidden) {
      try {
        const address = `/api/networks/${encodeURIComponent(network)}/run?${new URLSearchParams({ run })}`;
        const { status, nodes } = await ask<LiveAnswer>({ fetch: (where, init) => fetch(where, init) }, address, { signal: end.signal });
        if (status === "running") pause = OFTEN;
        const before = view.get().live;
        const same = (key: string) => JSON.stringify(before[key]) === JSON.stringify(nodes[key]);
        const keys = Object.keys(nodes);
        if (keys.length !== Object.keys(before).length || !keys.every(same)) {
          view.set({ live: Object.fromEntries(keys.map((key) => [key, (same(key) && before[key]) || nodes[key]!])) });
        }
      } catch {
        // a run that cannot be asked shows nothing new; the next look may find it
      }
    }
    if (!end.signal.aborted) timer = setTimeout(() => void look(), pause);
  };
  void look();
  return () => {
    end.abort();
    clearTimeout(timer);
    view.set({ live: {} });
  };
}
