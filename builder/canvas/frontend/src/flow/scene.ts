/** The document as React Flow's nodes and wires. What did not change stays the same object, so that it is not drawn again. */

import type { Edge as FlowEdge, Node as FlowNode } from "@xyflow/react";
import { into, keyOf, notesOf } from "../document/graph";
import type { Edge, Graph, Node, Note, Position } from "../document/types";
import type { Size } from "../layout/boxes";
import { type Deep, layoutDeep } from "../layout/deep";
import type { Layer } from "../messages";
import type { Path, Spot, Wired } from "../studio";
import { flowId, noteId, wireId } from "../view/paths";
import { type Direction, HEIGHT, handles, NOTE, OUTPUT, portId, WIDTH } from "./geometry";
import { givesOutput, inputsOf, type Port, taken } from "./ports";
import { waysIn } from "./ways";

export type LayerFlow = FlowNode<{
  path: Path;
  node: Node;
  layer: Layer | undefined;
  ports: readonly Port[];
  direction: Direction;
  origin: Spot; // from the graph's places to those inside the block that it stands in
}>;
export type NoteFlow = FlowNode<{ note: Note; block: Path }>;
export type AnyFlow = LayerFlow | NoteFlow;
export type WireFlow = FlowEdge<{ wire: Wired; direction: Direction; corners: readonly Position[] | undefined }>;

export interface Scene {
  readonly nodes: readonly AnyFlow[];
  readonly wires: readonly WireFlow[];
}

export interface Drawing {
  readonly graph: Graph;
  readonly layers: ReadonlyMap<string, Layer>;
  readonly folded: Readonly<Record<string, boolean>>;
  readonly direction: Direction;
  readonly selected: ReadonlySet<string>; // flow ids of nodes, notes and wires
  readonly moving: ReadonlyMap<string, Spot> | null;
}

export const isUnfolded = (folded: Drawing["folded"], path: Path, node: Node): boolean =>
  !!node.graph && folded[keyOf(path)] === false;

export class Painter {
  private readonly kept = new Map<string, { readonly from: readonly unknown[]; readonly made: object }>();
  private planned: { readonly from: readonly unknown[]; readonly deep: Deep } | null = null;

  scene(drawing: Drawing): Scene {
    const nodes: AnyFlow[] = [];
    const wires: WireFlow[] = [];
    this.draw(drawing, this.plan(drawing), drawing.graph, [], nodes, wires);
    return { nodes, wires };
  }

  private draw(drawing: Drawing, deep: Deep, graph: Graph, block: Path, nodes: AnyFlow[], wires: WireFlow[]): void {
    for (const node of graph.nodes) {
      const path = [...block, node.id];
      const open = isUnfolded(drawing.folded, path, node);
      nodes.push(this.node(drawing, node, path, open, deep));
      if (open && node.graph) this.draw(drawing, deep, node.graph, path, nodes, wires);
    }
    for (const note of notesOf(graph)) nodes.push(this.note(drawing, note, block, deep));
    const ways = this.ways(drawing, deep, graph, block);
    const ids = new Map(graph.nodes.map((node) => [node.id, node]));
    for (const node of graph.nodes) {
      const entering = into(graph, node.id);
      if (!entering.length) continue;
      const ends = taken(inputsOf(node, drawing.layers.get(node.type)), entering);
      for (const edge of entering) if (ids.has(edge.source)) wires.push(this.wire(drawing, edge, block, ends.get(edge), ways.get(edge)));
    }
  }

  private same<Made extends object>(id: string, from: readonly unknown[], make: () => Made): Made {
    const kept = this.kept.get(id);
    if (kept && alike(kept.from, from)) return kept.made as Made;
    const made = make();
    this.kept.set(id, { from, made });
    return made;
  }

  private node(drawing: Drawing, node: Node, path: Path, open: boolean, deep: Deep): LayerFlow {
    const { layers, direction, selected, moving } = drawing;
    const id = flowId(path);
    const layer = layers.get(node.type);
    const key = keyOf(path);
    const { width, height } = deep.sizes.get(key) ?? sizeOf(node);
    const [left, top] = deep.places.get(key) ?? [0, 0];
    const { x, y } = moving?.get(id) ?? { x: left, y: top };
    // a block that is unfolded moves what stands behind it, so each node has an origin of its own
    const [originX, originY] = node.position
      ? [left - node.position[0], top - node.position[1]]
      : (deep.origins.get(keyOf(path.slice(0, -1))) ?? [0, 0]);
    const chosen = selected.has(id);
    return this.same(id, [node, layer, direction, chosen, x, y, width, height, open, originX, originY], () => {
      const ports = inputsOf(node, layer);
      return {
        id,
        type: open ? "block" : "layer",
        position: { x, y },
        selected: chosen,
        width,
        height,
        measured: { width, height },
        handles: handles(ports, givesOutput(node), { width, height }, direction),
        ...(path.length > 1 ? { parentId: flowId(path.slice(0, -1)) } : {}),
        data: { path, node, layer, ports, direction, origin: { x: originX, y: originY } },
      };
    });
  }

  /** A note; inside a block it is only read, and what is pressed there is the block. */
  private note({ selected, moving }: Drawing, note: Note, block: Path, deep: Deep): NoteFlow {
    const path = [...block, note.id];
    const id = noteId(path);
    const [left, top] = (block.length && deep.places.get(keyOf(path))) || note.position;
    const { x, y } = moving?.get(id) ?? { x: left, y: top };
    const [width, height] = note.size ?? NOTE;
    const chosen = selected.has(id);
    return this.same(id, [note, chosen, x, y], () => ({
      id,
      type: "note",
      position: { x, y },
      selected: chosen,
      width,
      height,
      measured: { width, height },
      ...(block.length ? { parentId: flowId(block), selectable: false, draggable: false } : { zIndex: -1 }),
      data: { note, block },
    }));
  }

  private wire({ direction, selected, moving }: Drawing, edge: Edge, block: Path, port = "", way?: readonly Position[]): WireFlow {
    const wire: Wired = block.length ? { ...edge, block } : edge;
    const id = wireId(wire);
    const chosen = selected.has(id);
    const [source, target] = [flowId([...block, edge.source]), flowId([...block, edge.target])];
    const corners = moving?.has(source) || moving?.has(target) ? undefined : way; // found anew when they are put down
    return this.same(id, [edge, direction, chosen, port, corners], () => ({
      id,
      type: "wire",
      source,
      sourceHandle: OUTPUT,
      target,
      targetHandle: portId(port),
      selected: chosen,
      data: { wire, direction, corners },
    }));
  }

  private ways({ direction }: Drawing, deep: Deep, graph: Graph, block: Path): ReadonlyMap<Edge, readonly Position[]> {
    const key = `ways ${flowId(block)}`;
    return this.same(key, [deep, graph.edges, direction], () => waysIn(graph, block, deep, direction)) as ReadonlyMap<Edge, readonly Position[]>;
  }

  /** Where everything stands, worked out anew only when something of that changed: dagre takes its time. */
  private plan({ graph, folded, direction }: Drawing): Deep {
    const from: unknown[] = [direction];
    const note = (inner: Graph, path: Path) => {
      from.push(inner.edges, inner.notes);
      for (const node of inner.nodes) {
        const open = isUnfolded(folded, [...path, node.id], node);
        from.push(node.id, node.position, open);
        if (open && node.graph) note(node.graph, [...path, node.id]);
      }
    };
    note(graph, []);
    if (!this.planned || !alike(this.planned.from, from)) {
      const deep = layoutDeep(graph, (_, part) => sizeOf(part), (path) => folded[keyOf(path)] !== false, direction);
      this.planned = { from, deep };
    }
    return this.planned.deep;
  }
}

export function sizeOf(part: Node | Note): Size {
  const [width, height] = "text" in part ? (part.size ?? NOTE) : [WIDTH, HEIGHT];
  return { width, height };
}

function alike(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((part, i) => Object.is(part, b[i]));
}
