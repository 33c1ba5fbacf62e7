/** Adding layers: at an end, into a wire, in place of another, on empty canvas, at a wire's open end. */

import { freeId } from "../document/blocks";
import { into, nodeOf, outOf, sameEdge, taken } from "../document/graph";
import { fitted } from "../document/template";
import type { Edge, Edit, Graph, Node, Position } from "../document/types";
import { HEIGHT, WIDTH } from "../flow/geometry";
import { reportAt } from "../flow/parts";
import { inputsOf } from "../flow/ports";
import { isPlaced } from "../layout/placed";
import { room } from "../layout/room";
import type { Layer } from "../messages";
import { nameOf, offeredAs } from "../offered";
import type { Path, Where } from "../studio";
import { flowId, idOf, parentOf } from "../view/paths";
import { choose, type Desk, edit, graphOf } from "./desk";

const RECENT = 8;
const SIZE = { width: WIDTH, height: HEIGHT };

export function add(desk: Desk, type: string, where: Where): void {
  const layer = offeredAs(desk, type);
  const block = where.block ?? (where.kind === "end" ? parentOf(desk.view.get().nodes[0] ?? []) : []);
  const graph = graphOf(desk, block);
  const id = where.kind === "replace" ? where.node : freeId(taken(graph), layer ? nameOf(layer) : type);
  const edits = new Insertion(desk, block, graph, id, type, layer).edits(where);
  if (!edit(desk, block, edits)) return;
  const picked = desk.view.get().picker !== null;
  desk.view.set({ recent: [type, ...desk.view.get().recent.filter((other) => other !== type)].slice(0, RECENT), picker: null });
  choose(desk, block, [id]);
  requestAnimationFrame(() => {
    if (picked) desk.stage.current?.focus();
    if (where.kind !== "at") desk.stage.current?.centre(flowId([...block, id])); // what was dropped is seen already
  });
}

class Insertion {
  constructor(
    private readonly desk: Desk,
    private readonly block: Path,
    private readonly graph: Graph,
    private readonly id: string,
    private readonly type: string,
    private readonly layer: Layer | undefined,
  ) {}

  edits(where: Where): readonly Edit[] {
    switch (where.kind) {
      case "replace":
        return this.replace(where.node);
      case "edge":
        return this.intoWire(where.edge);
      case "after":
        return this.after(where.node);
      case "at":
        return this.at(where.position);
      case "wire":
        return [...this.at(where.position ?? null, where.from), ...this.join(where.from)];
      case "end":
        return this.end();
    }
  }

  private get takesInput(): boolean {
    return this.type !== "Input" && (!this.layer || this.layer.many || this.layer.inputs.length > 0);
  }

  /** `source` is the node whose output enters it. */
  private insert(rest: Omit<Extract<Edit, { op: "insert" }>, "op" | "type" | "id"> = {}, source?: string): Edit {
    const template = this.layer?.block;
    if (!template) return { op: "insert", type: this.type, id: this.id, ...rest };
    return { op: "insert", type: "Block", id: this.id, params: template.params, graph: this.fit(source), ...rest };
  }

  /** The block's graph in the sizes of what enters it, as far as the last report tells. */
  private fit(source: string | undefined): Graph {
    const entering = source === undefined ? undefined : reportAt(this.desk.network.get().report, [...this.block, source]);
    return fitted(this.layer!.block!, entering);
  }

  private replace(id: string): readonly Edit[] {
    const node = nodeOf(this.graph, id);
    const old = this.desk.layers.get(node?.type ?? "");
    const kinds = new Map(old?.params.map((param) => [param.name, param.kind]));
    const keep = this.layer?.params.filter((param) => kinds.get(param.name) === param.kind).map((param) => param.name) ?? [];
    const lost = node ? this.lostInputs(node) : [];
    if (this.layer?.block) return [...this.replaceByBlock(id, this.layer.block.params), ...lost.map((edge): Edit => ({ op: "disconnect", edge }))];
    return [{ op: "replace", node: id, type: this.type, keep }, ...lost.map((edge): Edit => ({ op: "disconnect", edge }))];
  }

  private replaceByBlock(id: string, params: Node["params"]): readonly Edit[] {
    const [first] = into(this.graph, id);
    return [
      { op: "replace", node: id, type: "Block", graph: this.fit(first?.source) },
      ...(Object.keys(params).length ? [{ op: "set_params", node: id, params } as const] : []),
    ];
  }

  /** The wires that a layer of the new type has no input for. */
  private lostInputs(node: Node): readonly Edge[] {
    const ports = inputsOf({ id: node.id, type: this.type, params: {} }, this.layer);
    if (ports.some((port) => port.many)) return [];
    return into(this.graph, node.id).slice(ports.length);
  }

  private intoWire(edge: Edge): readonly Edit[] {
    if (!this.takesInput || this.type === "Output") return this.branch(edge.source);
    if (!isPlaced(this.graph)) return [this.insert({ edge }, edge.source)];
    const { boxes, places, sizeOf } = this.drawn();
    const made = boxes.size ? room(this.graph, places, sizeOf, edge, SIZE, this.desk.view.get().direction) : null;
    if (!made) return [this.insert({ edge }, edge.source)];
    const moved: Edit[] = Object.keys(made.moved).length ? [{ op: "place", positions: made.moved }] : [];
    return [...moved, this.insert({ edge, position: made.position }, edge.source)];
  }

  private drawn() {
    const boxes = this.desk.stage.current?.boxes(this.block) ?? new Map();
    const places = new Map([...boxes].map(([id, box]): [string, Position] => [id, [box.x, box.y]]));
    return { boxes, places, sizeOf: (id: string) => boxes.get(id) ?? SIZE };
  }

  private after(id: string): readonly Edit[] {
    if (!this.takesInput) return this.at(null);
    const node = nodeOf(this.graph, id);
    if (node?.type === "Output") {
      const [wire] = into(this.graph, id);
      return wire ? this.intoWire(wire) : [this.insert(), { op: "connect", edge: { source: this.id, target: id } }];
    }
    const [only, second] = outOf(this.graph, id);
    return only && !second ? this.intoWire(only) : this.branch(id);
  }

  /** Behind a node, beside what else stands behind it. */
  private branch(id: string): readonly Edit[] {
    if (!this.takesInput) return this.at(null);
    const below = this.graph.nodes[this.graph.nodes.findIndex((node) => node.id === id) + 1];
    const wired = below && outOf(this.graph, id).some((edge) => edge.target === below.id) && this.type !== "Output";
    const open = below && below.type !== "Input" && !into(this.graph, below.id).length;
    return wired || open ? [this.insert({}, id), ...this.join(id)] : [this.insert({ after: id }, id)];
  }

  private join(source: string): readonly Edit[] {
    return this.takesInput ? [{ op: "connect", edge: { source, target: this.id } }] : [];
  }

  /** A place of its own. Where the layout was automatic, all other nodes keep their places too. */
  private at(position: Position | null, source?: string): readonly Edit[] {
    if (!position) return [this.insert({}, source)];
    const { places } = this.drawn();
    const fix = !isPlaced(this.graph) && this.graph.nodes.length > 0;
    return [...(fix ? [{ op: "place", positions: Object.fromEntries(places) } as const] : []), this.insert({ position }, source)];
  }

  private end(): readonly Edit[] {
    const { nodes, edges } = this.desk.view.get();
    const wire = edges.length === 1 && !nodes.length ? edges[0] : undefined;
    const present = wire && this.graph.edges.find((edge) => sameEdge(edge, wire));
    if (present && !this.block.length) return this.intoWire(present);
    const chosen = nodes.length === 1 ? nodeOf(this.graph, idOf(nodes[0] ?? [])) : undefined;
    const last = chosen ?? this.graph.nodes.at(-1);
    return last ? this.after(last.id) : [this.insert()];
  }
}
