/** What Python is told: that the network has changed, and what is selected. Only when it asked for that. */

import type { NetworkStore, ViewStore } from "./studio";

const REST = 160; // milliseconds after the last change that the server took

export interface Teller {
  readonly changed: (rev: number) => void;
  readonly selected: (node: string) => void;
}

/** Returns what ends it. Nothing is told at once: a trigger that is set while mounting may be lost. */
export function follow(network: NetworkStore, view: ViewStore, tell: Teller): () => void {
  let told = { rev: network.get().rev, node: selected(view) };
  let timer: ReturnType<typeof setTimeout> | undefined;
  const rest = () => {
    const { rev, sync } = network.get();
    const node = selected(view);
    if (sync === "saved" && rev !== told.rev) tell.changed(rev);
    if (node !== told.node) tell.selected(node);
    told = { rev: sync === "saved" ? rev : told.rev, node };
  };
  const wait = () => {
    const { rev, sync } = network.get();
    if ((sync !== "saved" || rev === told.rev) && selected(view) === told.node) return;
    clearTimeout(timer);
    timer = setTimeout(rest, REST);
  };
  const ends = [network.subscribe(wait), view.subscribe(wait)];
  return () => {
    clearTimeout(timer);
    for (const end of ends) end();
  };
}

/** The id of the only selected node; "" without one. */
function selected(view: ViewStore): string {
  const { nodes } = view.get();
  return nodes.length === 1 ? (nodes[0]?.[0] ?? "") : "";
}
