/** The document as JSON, as `builder/graph/document.py` defines it, and what can be done to it (`builder/graph/edits.py`). */

export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };
export type Params = Readonly<Record<string, Json>>;
export type Position = readonly [number, number];

export interface Node {
  readonly id: string;
  readonly type: string;
  readonly params: Params;
  readonly position?: Position;
  readonly disabled?: boolean;
  readonly graph?: Graph;
}

export interface Edge {
  readonly source: string;
  readonly target: string;
  readonly input?: string;
}

export interface Note {
  readonly id: string;
  readonly text: string;
  readonly position: Position;
  readonly size?: readonly [number, number];
}

export interface Graph {
  readonly nodes: readonly Node[];
  readonly edges: readonly Edge[];
  readonly notes?: readonly Note[];
}

export interface Document {
  readonly format: "netbuilder";
  readonly version: number;
  readonly title: string;
  readonly about: string;
  readonly data: Params;
  readonly graph: Graph;
  readonly recipe: Params;
}

export type Edit =
  | {
      readonly op: "insert";
      readonly type: string;
      readonly id?: string | undefined;
      readonly params?: Params | undefined;
      readonly after?: string | undefined;
      readonly edge?: Edge | undefined;
      readonly position?: Position | undefined;
      readonly graph?: Graph | undefined;
    }
  | { readonly op: "remove"; readonly nodes: readonly string[] }
  | { readonly op: "move"; readonly node: string; readonly before: string | null }
  | { readonly op: "duplicate"; readonly node: string }
  | { readonly op: "rename"; readonly node: string; readonly id: string }
  | {
      readonly op: "replace";
      readonly node: string;
      readonly type: string;
      readonly keep?: readonly string[];
      readonly graph?: Graph | undefined;
    }
  | { readonly op: "set_params"; readonly node: string; readonly params?: Params; readonly reset?: readonly string[] }
  | { readonly op: "set_inputs"; readonly node: string; readonly sources: readonly string[] }
  | { readonly op: "connect"; readonly edge: Edge }
  | { readonly op: "disconnect"; readonly edge: Edge }
  | { readonly op: "place"; readonly positions: Readonly<Record<string, Position>> }
  | {
      readonly op: "add";
      readonly nodes?: readonly Node[];
      readonly edges?: readonly Edge[];
      readonly notes?: readonly Note[];
    }
  | { readonly op: "disable"; readonly nodes: readonly string[]; readonly disabled?: boolean }
  | { readonly op: "group"; readonly nodes: readonly string[]; readonly id?: string | undefined }
  | { readonly op: "ungroup"; readonly node: string }
  | { readonly op: "inside"; readonly node: string; readonly edits: readonly Edit[] }
  | { readonly op: "annotate"; readonly note: Note }
  | { readonly op: "set_recipe"; readonly values: Params }
  | { readonly op: "set_data"; readonly values: Params; readonly replace?: boolean }
  | { readonly op: "set_title"; readonly title: string; readonly about?: string | null };

/** What someone did at a time (milliseconds since the epoch): edits that belong together, or a step back or forward. */
export interface Change {
  readonly kind: "edit" | "undo" | "redo";
  readonly edits: readonly Edit[];
  readonly tag: string;
  readonly at: number;
}
