/** The component as Streamlit mounts it. This function is called at every rerun and theme change; React's root is made once. */

import type { FrontendRenderer } from "@streamlit/component-v2-lib";
import flowCss from "@xyflow/react/dist/base.css?inline";
import { createRoot, type Root } from "react-dom/client";
import ownCss from "./flow/flow.css?inline";
import type { Data } from "./messages";
import { Mounted, type Streamlit } from "./mounted";
import { panelsCss } from "./panels";
import themeCss from "./theme.css?inline";

interface Triggers extends Record<string, unknown> {
  open: string;
  changed: number;
  selected: string;
  missing: boolean;
}
type Args = Parameters<FrontendRenderer<Triggers, Data>>[0];

interface Mount {
  readonly build: string;
  readonly root: Root;
  readonly parts: readonly HTMLElement[];
  readonly streamlit: Streamlit;
  readonly end: () => void;
  args: Args;
}

const LEAST = 440; // pixels of height
const MARGIN = 24; // below the canvas
const BUILD = import.meta.url;
// On `window`, because a rebuilt bundle is a module of its own that is handed the old element.
const KEY = Symbol.for("netbuilder.canvas");
const mounts = ((window as unknown as Record<symbol, WeakMap<object, Mount>>)[KEY] ??= new WeakMap());

function mount(parent: HTMLElement | ShadowRoot, args: Args): Mount {
  // A style element, not a link: it must be there before the first node is measured.
  const style = document.createElement("style");
  style.textContent = [flowCss, themeCss, panelsCss, ownCss].join("\n");
  const place = document.createElement("div");
  place.className = "nf-place";
  guard(place);
  parent.append(style, place);
  const made: Mount = {
    build: BUILD,
    root: createRoot(place),
    parts: [style, place],
    args,
    end: fill(place, () => mounts.get(parent)?.args.data.height ?? args.data.height),
    streamlit: {
      // the functions that Streamlit hands over are new at every call, so the latest are taken
      open: (network) => made.args.setTriggerValue("open", network),
      changed: (rev) => made.args.setTriggerValue("changed", rev),
      selected: (node) => made.args.setTriggerValue("selected", node),
      missing: () => made.args.setTriggerValue("missing", true),
    },
  };
  return made;
}

/** Keeps printable keys from Streamlit, to which "c" and "r" are commands. Modifiers, Alt, Space and every keyup pass: React
 * Flow listens to them on the document. */
function guard(place: HTMLElement): void {
  place.addEventListener("keydown", (event) => {
    if (event.altKey) return; // the page's own shortcuts
    const typing = (event.composedPath()[0] as HTMLElement).matches("input,textarea,select,[contenteditable]");
    if (typing || (event.key.length === 1 && event.key !== " ")) event.stopPropagation();
  });
}

function unmount({ root, parts, end }: Mount): void {
  end();
  root.unmount();
  for (const part of parts) part.remove();
}

const render: FrontendRenderer<Triggers, Data> = (args) => {
  const { parentElement: parent, data } = args;
  let here = mounts.get(parent);
  if (here && here.build !== BUILD) {
    unmount(here);
    here = undefined;
  }
  if (!here) mounts.set(parent, (here = mount(parent, args)));
  here.args = args;
  here.root.render(<Mounted data={data} streamlit={here.streamlit} />);
  const mounted = here;
  return () => {
    mounts.delete(parent);
    unmount(mounted);
  };
};

/** Gives the canvas what the window leaves below its upper edge, whatever comes and goes above it. */
function fill(place: HTMLElement, own: () => number): () => void {
  const above: HTMLElement[] = [];
  const root = place.getRootNode();
  const outer = root instanceof ShadowRoot ? (root.host as HTMLElement) : place;
  for (let element = outer.parentElement; element; element = element.parentElement) above.push(element);
  const measure = () => {
    const scrolled = above.reduce((sum, element) => sum + element.scrollTop, 0);
    const top = Math.round(place.getBoundingClientRect().top + scrolled);
    place.style.height = own() ? `${own()}px` : `max(${LEAST}px, calc(100vh - ${top + MARGIN}px))`;
  };
  const watch = new ResizeObserver(measure);
  for (const element of above) watch.observe(element);
  measure();
  return () => watch.disconnect();
}

export default render;
