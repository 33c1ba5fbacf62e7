/** What stands where the canvas goes, from the first moment: a placeholder, a sentence when something fails, the canvas. */

import { useEffect, useState } from "react";
import { App } from "./app";
import type { Host } from "./commands/desk";
import { follow, type Teller } from "./follow";
import type { Catalogue, Data } from "./messages";
import { usePart } from "./studio";
import { ask } from "./sync/http";
import { watch } from "./sync/live";
import { type Network, openNetwork } from "./sync/network";
import { openView } from "./view/view";

/** How Python is spoken to; the functions stay the same over Streamlit's reruns. */
export interface Streamlit extends Host, Teller {
  readonly missing: () => void;
}

let asked: Promise<Catalogue> | null = null; // once a page

function catalogue(): Promise<Catalogue> {
  asked ??= ask<Catalogue>({ fetch: (where, init) => fetch(where, init) }, "/api/canvas/catalogue", { cache: "default" });
  asked.catch(() => (asked = null));
  return asked;
}

export function Mounted({ data, streamlit }: { readonly data: Data; readonly streamlit: Streamlit }) {
  const network = openNetwork(data.network, data.client);
  useEffect(() => network.follow(data.rev), [network, data.rev]);
  const [words, failed, retry] = useCatalogue();
  const ready = useReady(network);
  const sync = usePart(network, (opened) => opened.sync);
  useEffect(() => {
    if (sync === "missing") streamlit.missing();
  }, [sync, streamlit]);
  usePython(network, data, streamlit, ready);
  if (failed || (!ready && sync === "offline")) return <Failure retry={retry} />;
  if (!words || !ready) return <Skeleton />;
  return <App network={network} catalogue={words} host={streamlit} />;
}

function useCatalogue(): [Catalogue | null, boolean, () => void] {
  const [words, setWords] = useState<Catalogue | null>(null);
  const [failed, setFailed] = useState(false);
  const [turn, setTurn] = useState(0);
  useEffect(() => {
    let over = false;
    catalogue().then(
      (found) => !over && setWords(found),
      () => !over && setFailed(true),
    );
    return () => void (over = true);
  }, [turn]);
  const retry = () => {
    setFailed(false);
    setTurn(turn + 1);
    dispatchEvent(new Event("online")); // stores that wait for the server ask again at once
  };
  return [words, failed, retry];
}

function useReady(network: Network): boolean {
  const [ready, setReady] = useState<Network | null>(null);
  useEffect(() => {
    let over = false;
    void network.ready.then(() => !over && setReady(network));
    return () => void (over = true);
  }, [network]);
  return ready === network;
}

function usePython(network: Network, data: Data, streamlit: Streamlit, ready: boolean): void {
  const view = openView(network.id);
  useEffect(() => (ready && data.follow ? follow(network, view, streamlit) : undefined), [network, view, streamlit, ready, data.follow]);
  useEffect(() => {
    if (!data.run) return undefined;
    const end = watch(network.id, data.run, (live) => view.set({ live }));
    return () => {
      end();
      view.set({ live: {} });
    };
  }, [network.id, data.run, view]);
  useEffect(() => {
    const here = ready && data.selected !== null && network.get().document.graph.nodes.some((node) => node.id === data.selected);
    if (here && data.selected !== null) view.set({ nodes: [[data.selected]], edges: [], notes: [] });
  }, [network, view, ready, data.selected]);
}

function Skeleton() {
  return (
    <div className="nf-root nb-ui nf-wait" data-canvas data-waiting aria-busy="true" aria-label="…">
      {[0, 1, 2, 3].map((n) => (
        <span key={n} />
      ))}
    </div>
  );
}

/** Its words cannot come from the server, which does not answer. */
function Failure({ retry }: { readonly retry: () => void }) {
  return (
    <div className="nf-root nb-ui nf-wait" data-canvas data-failed role="alert">
      <p>The server does not answer. Is it still running?</p>
      <button type="button" className="nb-button" onClick={retry}>
        Try again
      </button>
    </div>
  );
}
