/** What a person looks at in a network. It outlives the page; what is worth it also outlives a reload. */

import type { Looking, ViewStore } from "../studio";
import { cell } from "./cell";

const NETWORK = ["folded", "direction"] as const; // kept for each network
const PERSON = ["favourites", "recent", "snap", "minimap"] as const; // kept for all of them
const BEGIN: Looking = {
  nodes: [],
  edges: [],
  notes: [],
  folded: {},
  direction: "down",
  favourites: [],
  recent: [],
  full: false,
  palette: true,
  inspector: true,
  help: false,
  problems: false,
  snap: false,
  minimap: true,
  picker: null,
  say: null,
  live: {},
};

const views = new Map<string, ViewStore>();

export function openView(network: string): ViewStore {
  let view = views.get(network);
  if (!view) {
    const own = `netbuilder:view:${network}`;
    const shared = "netbuilder:view";
    view = cell<Looking>({ ...BEGIN, ...kept(shared, PERSON), ...kept(own, NETWORK) }, (looking) => {
      keep(shared, looking, PERSON);
      keep(own, looking, NETWORK);
    });
    views.set(network, view);
  }
  return view;
}

/** Only values of the kind that is expected: what others wrote there must not break the canvas. */
function kept(key: string, names: readonly (keyof Looking)[]): Partial<Looking> {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    const fitting = Object.entries(found).filter(([name, value]) => {
      const begin = BEGIN[name as keyof Looking];
      return names.includes(name as keyof Looking) && typeof begin === typeof value && Array.isArray(begin) === Array.isArray(value);
    });
    return Object.fromEntries(fitting);
  } catch {
    return {};
  }
}

const written = new Map<string, string>();

function keep(key: string, looking: Looking, names: readonly (keyof Looking)[]): void {
  const text = JSON.stringify(Object.fromEntries(names.map((name) => [name, looking[name]])));
  if (written.get(key) === text) return;
  written.set(key, text);
  try {
    localStorage.setItem(key, text);
  } catch {
    // storage is full or forbidden: nothing of the document is lost by it
  }
}

/** Where the canvas was scrolled to, by network. */
export const viewports = new Map<string, { x: number; y: number; zoom: number }>();
