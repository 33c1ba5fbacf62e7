/** What the parts of the canvas share: the open network, what a person is looking at, and what can be done. */

import { createContext, useContext, useSyncExternalStore } from "react";
import type { Document, Edge, Edit, Json, Position } from "./document/types";
import type { Box } from "./layout/boxes";
import type { Own } from "./sync/blocks";
import type { Catalogue, Example, Fits, FitsQuery, Fix, Layer, Live, Report, Trial } from "./messages";

/** A node's address: the ids of the blocks that it stands in, and its own. */
export type Path = readonly string[];

export type Sync = "saved" | "saving" | "offline" | "conflict" | "missing";

/** The open network as the browser holds it; a new object after every change. */
export interface Opened {
  readonly document: Document;
  readonly report: Report | null;
  readonly rev: number; // the server's revision that `document` builds on
  readonly undo: number; // steps back there are
  readonly redo: number;
  readonly sync: Sync;
  readonly checked: boolean; // whether `report` belongs to `document`
  readonly refusal: string | null; // the sentence of the last change that was refused
}

/** The network and its way to the server. Lives at module level, so that it outlives React and page switches. */
export interface NetworkStore {
  readonly id: string;
  readonly subscribe: (listener: () => void) => () => void;
  readonly get: () => Opened;
  /** Carry out edits as one step, at once; they are sent meanwhile. Throws Refused. Same tag in quick succession: one step. */
  readonly do: (edits: readonly Edit[], tag?: string) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  /** Take the version of the server, giving up what was not accepted. */
  readonly adopt: () => Promise<void>;
  /** Keep this version as a network of its own; its id. */
  readonly copy: (title: string) => Promise<string>;
  /** What edits would lead to, without carrying them out. */
  readonly try: (edits: readonly Edit[], signal?: AbortSignal) => Promise<Trial>;
  readonly fits: (query: FitsQuery, signal?: AbortSignal) => Promise<Fits>;
  /** Keep a document or an example as a new network; its id. */
  readonly create: (what: { readonly document: Document } | { readonly example: string }) => Promise<string>;
  readonly forgetRefusal: () => void;
  /** Hear that what another tab did was taken over. Returns what ends it. */
  readonly onElsewhere: (hearer: () => void) => () => void;
}

/** What a person is looking at; a new object after every change. None of it is part of the document. */
export interface Looking {
  readonly nodes: readonly Path[]; // selected
  readonly edges: readonly Wired[]; // selected
  readonly notes: readonly string[]; // selected
  readonly folded: Readonly<Record<string, boolean>>; // by path joined with "\n"; blocks begin folded
  readonly direction: "down" | "right";
  readonly favourites: readonly string[]; // layer types
  readonly recent: readonly string[]; // newest first
  readonly full: boolean; // fills the screen
  readonly palette: boolean; // whether the panel is open
  readonly inspector: boolean;
  readonly help: boolean; // the sheet of keys
  readonly problems: boolean; // the list of problems
  readonly snap: boolean;
  readonly minimap: boolean;
  readonly picker: Picking | null; // the palette as a dialog, filtered to what fits
  readonly say: string | null; // a short message, also for screen readers
  readonly live: Readonly<Record<string, Live>>; // what a run reports of the nodes
}

/** `block` is the path of the unfolded block whose graph is meant; without it, the top graph. */
export type Where = { readonly block?: Path | undefined } & (
  | { readonly kind: "end" } // behind the selected node, or at the end of the stack
  | { readonly kind: "after"; readonly node: string }
  | { readonly kind: "edge"; readonly edge: Edge }
  | { readonly kind: "replace"; readonly node: string }
  | { readonly kind: "at"; readonly position: Position }
  | { readonly kind: "wire"; readonly from: string; readonly position?: Position | undefined } // a new wire's open end
);

export interface Picking {
  readonly where: Where;
  readonly search: string; // typed so far
}

/** A wire; `block` is the path of the block that it stands in. */
export interface Wired extends Edge {
  readonly block?: Path;
}

/** A value that is watched: a new object after every change. */
export interface Cell<Value> {
  readonly subscribe: (listener: () => void) => () => void;
  readonly get: () => Value;
  readonly set: (change: Partial<Value>) => void;
}

export type ViewStore = Cell<Looking>;

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom" | "rows" | "columns";

/** Everything a person can do, whether by mouse, key, touch or menu. A refusal is shown, never thrown. */
export interface Commands {
  readonly add: (layer: string, where: Where) => void;
  readonly pick: (where: Where, search?: string) => void; // opens the picker
  readonly remove: () => void;
  readonly duplicate: () => void;
  readonly copy: () => Promise<void>;
  readonly cut: () => Promise<void>;
  readonly paste: (text?: string) => Promise<void>;
  readonly selectAll: () => void;
  readonly select: (path: Path | null, extend?: boolean) => void;
  readonly show: (path: Path) => void; // selects a node and brings it into view
  readonly align: (kind: Alignment) => void;
  readonly tidy: (direction?: "down" | "right") => void;
  readonly group: () => void;
  readonly ungroup: () => void;
  readonly keep: () => Promise<void>; // saves the selected block to the palette
  readonly renameKept: (type: string, name: string) => Promise<void>;
  readonly removeKept: (type: string) => Promise<void>;
  readonly disable: () => void; // or enable
  readonly fold: (path: Path) => void; // or unfold
  readonly note: (position?: Position) => void;
  readonly rename: (path: Path, id: string) => boolean; // false when it was refused
  readonly setParam: (paths: readonly Path[], name: string, value: Json | undefined) => void; // undefined: the default
  readonly fix: (fix: Fix) => void;
  readonly undo: () => void;
  readonly redo: () => void;
  readonly fit: () => void;
  readonly zoom: (factor: number) => void;
  readonly fullScreen: () => void;
  readonly picture: (kind: "svg" | "png") => Promise<void>; // a download
  readonly share: () => Promise<void>; // copies the link
  readonly openFile: (file: File) => Promise<void>;
  readonly openExample: (example: Example) => Promise<void>;
  readonly openCopy: () => Promise<void>; // keeps this version as a copy and opens it
  readonly connect: (from: Path, to: Path, input: string) => void; // replaces the wire of a single port
  readonly nudge: (x: number, y: number) => void; // moves the selection, in pixels
  readonly reconnect: (wire: Wired, source: string, target: string, input: string) => void;
  readonly walk: (way: Way, extend?: boolean) => void; // along the wires from the selected node
  readonly walkToWire: (end: "into" | "outOf") => void; // selects a wire of the selected node, the next one if one is
  readonly enter: () => void; // the block that is selected
  readonly leave: () => void; // the block around the selected node
  readonly place: (moved: ReadonlyMap<string, Position>, block: Path, tag?: string) => void;
  readonly wire: () => void; // begins a wire from the selected node, by keyboard
  readonly configure: () => void; // goes to the inspector's first setting
  readonly renameHere: () => void; // edits the selected name in place
  readonly foldHere: () => boolean; // false where no block is selected
  readonly actualSize: () => void;
  readonly help: () => void;
  readonly menuHere: () => void; // at the selection
  readonly editNote: (id: string, text: string, size?: readonly [number, number]) => void;
  readonly menu: (x: number, y: number) => void; // opens the context menu there, in pixels of the window
  readonly clear: () => void; // closes what is open, then selects nothing
  readonly focus: () => void; // gives the surface the keyboard
  readonly say: (text: string) => void;
}

export type Way = "up" | "down" | "left" | "right";

/** What the hand is at: it changes with every movement, so only the surface watches it. */
export interface Hand {
  readonly ghost: Ghost | null; // a layer or an example on its way from the palette
  readonly over: string | null; // the flow id of the node or wire on which it would be dropped
  readonly wiring: Wiring | null; // a wire whose end is open
  readonly hover: { readonly x: number; readonly y: number; readonly text: string } | null; // why a port does not fit
  readonly menu: { readonly x: number; readonly y: number } | null;
  readonly renaming: Path | null;
  readonly moving: ReadonlyMap<string, Spot> | null; // places of flow nodes that are not yet part of the document
}

export interface Spot {
  readonly x: number;
  readonly y: number;
}

export interface Ghost extends Spot {
  readonly name: string;
  readonly shape: string | null;
  readonly reason: string | null;
}

export interface Wiring {
  readonly from: Path;
  readonly fits: Fits | null; // null while the server is asked
  readonly choice: { readonly node: string; readonly input: string } | null; // by keyboard
}

/** What commands need of the drawn surface. */
export interface Stage {
  readonly fit: () => void;
  readonly zoom: (factor: number | null) => void; // null: to 1
  readonly centre: (flowId: string) => void;
  readonly middle: () => Position; // of what is seen, on the canvas
  readonly focus: () => void;
  readonly configure: () => void;
  readonly element: () => HTMLElement | null;
  readonly boxes: (block: Path) => ReadonlyMap<string, Box>; // of a graph's nodes and notes by id, in its own coordinates
  readonly glide: () => void; // the next change of places is shown as a movement
}

export interface Studio {
  readonly network: NetworkStore;
  readonly view: ViewStore;
  readonly catalogue: Catalogue;
  readonly layers: ReadonlyMap<string, Layer>;
  readonly own: Cell<Own>; // the blocks that were saved to the palette
  readonly commands: Commands;
  readonly hand: Cell<Hand>;
  readonly stage: { current: Stage | null };
  readonly copiedText: () => string; // what is selected, as text for the clipboard
  /** A text of the interface, translated, with `{name}` replaced. */
  readonly t: (key: string, values?: Readonly<Record<string, string | number>>) => string;
  /** Begin to drag a layer or an example out of the palette. */
  readonly drag: (event: React.PointerEvent, what: { readonly layer: string } | { readonly example: Example }) => void;
}

const Context = createContext<Studio | null>(null);
export const StudioProvider = Context.Provider;

export function useStudio(): Studio {
  const studio = useContext(Context);
  if (!studio) throw new Error("no studio");
  return studio;
}

/** A part of a cell; drawn again only when that part changes. */
export function usePart<Value, Part>(cell: Pick<Cell<Value>, "subscribe" | "get">, part: (value: Value) => Part): Part {
  return useSyncExternalStore(cell.subscribe, () => part(cell.get()));
}

export function useOpened(): Opened {
  const { network } = useStudio();
  return useSyncExternalStore(network.subscribe, network.get);
}

export function useLooking(): Looking {
  const { view } = useStudio();
  return useSyncExternalStore(view.subscribe, view.get);
}

