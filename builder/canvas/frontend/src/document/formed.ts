/** Edits with the parts that they bring in brought into form, as `builder/graph/edits.py` reads them. */

import { Malformed, each, readEdge, readGraph, readName, readNode, readNote, readParams, readPosition } from "./form";
import { refused } from "./refused";
import type { Edit } from "./types";

/** The edit with defaults filled in. Throws Refused G-EDIT where it has no meaning. */
export function formed(edit: Edit): Edit {
  try {
    return inForm(edit);
  } catch (error) {
    if (error instanceof Malformed) throw refused("G-EDIT", "refused.unknown", { reason: error.message });
    throw error;
  }
}

function inForm(edit: Edit): Edit {
  switch (edit.op) {
    case "insert":
      return {
        op: "insert",
        type: readName(edit.type),
        id: edit.id == null ? undefined : readName(edit.id),
        params: readParams(edit.params ?? {}),
        after: edit.after ?? undefined,
        edge: edit.edge == null ? undefined : readEdge(edit.edge),
        position: edit.position == null ? undefined : readPosition(edit.position),
        graph: edit.graph == null ? undefined : readGraph(edit.graph),
      };
    case "rename":
      return { ...edit, id: readName(edit.id) };
    case "replace":
      return { ...edit, type: readName(edit.type), graph: edit.graph == null ? undefined : readGraph(edit.graph) };
    case "connect":
    case "disconnect":
      return { ...edit, edge: readEdge(edit.edge) };
    case "place":
      Object.values(edit.positions).forEach(readPosition);
      return edit;
    case "add":
      return {
        op: "add",
        nodes: each(edit.nodes, readNode),
        edges: each(edit.edges, readEdge),
        notes: each(edit.notes, readNote),
      };
    case "group":
      return { op: "group", nodes: edit.nodes, id: edit.id == null ? undefined : readName(edit.id) };
    case "inside":
      return { ...edit, edits: edit.edits.map(inForm) };
    case "annotate":
      return { op: "annotate", note: readNote(edit.note) };
    default:
      if (!OTHERS.has(edit.op)) throw new Malformed(`no operation "${String((edit as Edit).op)}"`);
      return edit;
  }
}

const OTHERS = new Set<string>([
  "remove", "move", "duplicate", "set_params", "set_inputs", "disable", "ungroup", "set_recipe", "set_data",
  "set_title",
] satisfies Edit["op"][]); // prettier-ignore
