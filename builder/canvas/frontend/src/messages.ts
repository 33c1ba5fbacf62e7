/** What the canvas and `builder/canvas/routes.py` say to each other. */

import type { Template } from "./document/template";
import type { Change, Document, Edge, Edit, Json } from "./document/types";

export type Kind = "int" | "float" | "bool" | "choice" | "pair" | "ints" | "text";

/** One parameter of a layer, as `builder.core.settings.Parameter` declares it. */
export interface Parameter {
  readonly name: string;
  readonly kind: Kind;
  readonly default: Json;
  readonly required: boolean;
  readonly optional: boolean; // may be null
  readonly minimum: number | null;
  readonly maximum: number | null;
  readonly unit: string;
  readonly help: string;
  readonly choices: readonly string[]; // the words of a choice, or those that stand beside a pair
  readonly advanced: boolean; // seldom needed
  readonly offers: string; // of what the data offers, a key of `Totals.offers`; "" for nothing
}

export interface Layer {
  readonly type: string;
  readonly family: string;
  readonly description: string; // one sentence
  readonly shape: string; // the shape rule
  readonly source: string; // documentation: paper or API
  readonly link: string; // https address of the documentation, or ""
  readonly formula: string; // plain text, or ""
  readonly inputs: readonly string[]; // the ports
  readonly many: boolean; // one port that takes any number of wires
  readonly optional: number; // how many of the last ports may stay without a wire
  readonly params: readonly Parameter[];
  readonly keys: readonly string[]; // the parameters that a node shows
  readonly glyph: string; // one to three letters
  readonly colour: string; // CSS colour of its family
  readonly hidden: boolean; // not offered in the palette
  readonly aliases: readonly string[]; // other words for it
  readonly name?: string; // of a block of the palette, whose `type` is only a key
  readonly block?: Template;
}

export interface Family {
  readonly name: string;
  readonly colour: string;
}

export interface Example {
  readonly name: string;
  readonly title: string;
  readonly about: string;
}

export interface Catalogue {
  readonly families: readonly Family[];
  readonly layers: readonly Layer[];
  readonly blocks: readonly Layer[]; // ready ones
  readonly axes: Readonly<Record<string, string>>; // letter to word
  readonly examples: readonly Example[];
  readonly words: Readonly<Record<string, string>>; // the texts of the interface, translated
}

export type Severity = "error" | "warning" | "hint";

export interface Fix {
  readonly label: string;
  readonly edits: readonly Edit[];
}

export interface Problem {
  readonly code: string;
  readonly severity: Severity;
  readonly param: string | null;
  readonly message: string;
  readonly fixes: readonly Fix[]; // the likeliest first
}

export interface NodeReport {
  readonly shape: readonly number[] | null; // without the batch axis
  readonly axes: string; // letters without N, separated by spaces
  readonly dtype: string;
  readonly params: number;
  readonly trainable: number; // of the parameters
  readonly flops: number; // of one sample; a multiply-add is two
  readonly bytes: number; // of the output of one sample
  readonly sees: readonly number[]; // height and width of what one number of the output depends on; empty: not told
  readonly state: "ok" | "hint" | "warning" | "error" | "waiting" | "off";
  readonly problems: readonly Problem[];
  readonly inside?: Readonly<Record<string, NodeReport>>; // of a block
}

export interface Totals {
  readonly params: number;
  readonly trainable: number;
  readonly flops: number;
  readonly memory_bytes: number;
  readonly batch_size: number | null;
  readonly data: string;
  readonly errors: number;
  readonly warnings: number;
  readonly nodes: number;
  readonly offers: Readonly<Record<string, readonly string[]>>; // names in the data that a parameter may take
}

export interface Report {
  readonly nodes: Readonly<Record<string, NodeReport>>;
  readonly totals: Totals;
  readonly general: readonly Problem[];
}

/** A report against the one of revision `base`; base 0: it is whole. */
export interface Delta extends Report {
  readonly base: number;
  readonly gone: readonly string[];
}

export interface State {
  readonly rev: number;
  readonly undo: number;
  readonly redo: number;
  readonly document?: Document; // absent when nothing is newer than `since`
  readonly report?: Report;
}

export interface Send {
  readonly client: string;
  readonly source: string;
  readonly first: number;
  readonly base: number;
  readonly seen: number;
  readonly changes: readonly Change[];
}

export interface Answer {
  readonly rev: number;
  readonly last: number;
  readonly undo: number;
  readonly redo: number;
  readonly report: Delta;
  readonly document?: Document;
  readonly refused?: readonly { readonly code: string; readonly message: string }[];
}

export interface Trial {
  readonly nodes: Readonly<Record<string, NodeReport>>;
  readonly new: readonly string[];
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Fits {
  readonly nodes: Readonly<Record<string, Readonly<Record<string, string | null>>>>; // node, input: why not, or null
  readonly layers: Readonly<Record<string, { readonly shape?: string; readonly reason?: string }>>;
}

export type FitsQuery = { readonly from: readonly string[] } | { readonly edge: Edge } | { readonly replace: string };

/** What a run reports of one node. */
export interface Live {
  readonly values: readonly { readonly name: string; readonly value: number }[];
  readonly heat: number | null; // 0 to 1
  readonly image: string | null; // data: address
}

export interface LiveAnswer {
  readonly run: string;
  readonly status: string;
  readonly step: number;
  readonly nodes: Readonly<Record<string, Live>>;
}

/** What Streamlit hands to the component. */
export interface Data {
  readonly network: string;
  readonly client: string;
  readonly rev: number;
  readonly selected: string | null;
  readonly run: string | null;
  readonly follow: boolean; // tell Python of changes and of the selection
  readonly height: number;
}
