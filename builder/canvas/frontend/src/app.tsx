/** The canvas with its panels around it. */

import { ReactFlowProvider } from "@xyflow/react";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "react";
import { copiedText } from "./commands/clipboard";
import type { Desk, Host } from "./commands/desk";
import { commandsFor } from "./commands/index";
import { prune } from "./commands/select";
import { drag, type Ground } from "./flow/drag";
import { Surface } from "./flow/surface";
import type { Catalogue } from "./messages";
import { Banner, HelpSheet, Inspector, Palette, Picker, ProblemList, StatusBar, Toolbar } from "./panels";
import { type NetworkStore, type Stage, type Studio, StudioProvider, useOpened, usePart, useStudio } from "./studio";
import { own, refresh } from "./sync/blocks";
import { cell } from "./view/cell";
import { openView } from "./view/view";

const NARROW = 700; // pixels: panels lie over the surface
const WIDE = 900; // there is room for both panels
const NOTHING = { ghost: null, over: null, wiring: null, hover: null, menu: null, renaming: null, moving: null };

interface AppProps {
  readonly network: NetworkStore;
  readonly catalogue: Catalogue;
  readonly host: Host;
}

export function App({ network, catalogue, host }: AppProps) {
  const ground = useRef<Ground | null>(null);
  const studio = useMemo(() => assembled(network, catalogue, host, ground), [network, catalogue, host]);
  useEffect(() => network.subscribe(() => prune(studio)), [network, studio]);
  useEffect(() => network.onElsewhere(() => studio.commands.say(studio.t("elsewhere"))), [network, studio]);
  useEffect(() => {
    void refresh();
    const look = () => void refresh(); // another tab, or the outline, may have saved one
    addEventListener("focus", look);
    return () => removeEventListener("focus", look);
  }, []);
  return (
    <StudioProvider value={studio}>
      <ReactFlowProvider key={network.id}>
        <Frame ground={ground} />
      </ReactFlowProvider>
    </StudioProvider>
  );
}

function assembled(network: NetworkStore, catalogue: Catalogue, host: Host, ground: { current: Ground | null }): Studio & Desk {
  const desk: Desk = {
    network,
    catalogue,
    host,
    view: openView(network.id),
    hand: cell(NOTHING) as Studio["hand"],
    stage: { current: null as Stage | null },
    own,
    layers: new Map(catalogue.layers.map((layer) => [layer.type, layer])),
    copiedText: () => copiedText(desk),
    t: (key, values = {}) => (catalogue.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
  };
  const commands = commandsFor(desk);
  return { ...desk, commands, drag: (event, what) => drag(desk, commands, ground, event, what) };
}

function Frame({ ground }: { readonly ground: { current: Ground | null } }) {
  const { view, commands } = useStudio();
  const opened = useOpened();
  const root = useRef<HTMLDivElement>(null);
  const full = usePart(view, (looking) => looking.full);
  const palette = usePart(view, (looking) => looking.palette);
  const inspector = usePart(view, (looking) => looking.inspector);
  const narrow = useNarrower(root, NARROW);
  const tight = useNarrower(root, WIDE);
  useEffect(() => view.set({ palette: !tight, inspector: !narrow }), [narrow, tight, view]);
  return (
    <div
      ref={root}
      className="nf-root nb-ui"
      data-canvas
      data-rev={opened.rev}
      data-checked={opened.checked}
      data-sync={opened.sync}
      data-full={full || undefined}
      data-narrow={narrow || undefined}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || event.defaultPrevented || !(event.target as Element).closest("[data-panel]")) return;
        event.preventDefault();
        if (narrow) view.set({ palette: false, inspector: false });
        commands.focus();
      }}
    >
      <div
        className="nf-bar"
        data-panel="toolbar"
        onClick={(event) => {
          // after a press of a tool the keys work on the canvas again; who came by keyboard stays in the bar
          const tool = (event.target as Element).closest("button");
          if (event.detail > 0 && tool && !tool.hasAttribute("aria-haspopup")) commands.focus();
        }}
      >
        <Toolbar />
      </div>
      {palette && (
        <div className="nf-palette" data-panel="palette">
          <Palette />
        </div>
      )}
      <main className="nf-middle">
        <Banner />
        <Surface ground={ground} />
        <ProblemList />
      </main>
      {inspector && (
        <div className="nf-inspector" data-panel="inspector">
          <Inspector />
        </div>
      )}
      <div className="nf-status" data-panel="status">
        <StatusBar />
      </div>
      <Picker />
      <HelpSheet />
    </div>
  );
}

function useNarrower(root: React.RefObject<HTMLElement | null>, width: number): boolean {
  const [narrow, setNarrow] = useState(false);
  useLayoutEffect(() => {
    const element = root.current!;
    const look = () => setNarrow(element.clientWidth > 0 && element.clientWidth < width);
    const watch = new ResizeObserver(look);
    watch.observe(element);
    look();
    return () => watch.disconnect();
  }, [root, width]);
  return narrow;
}
