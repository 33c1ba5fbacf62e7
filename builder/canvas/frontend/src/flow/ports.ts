/** Where wires end: the inputs of a node, and which of them each wire takes. */

import type { Edge, Node } from "../document/types";
import type { Layer } from "../messages";

/** Its `name` is what a wire's `input` says; "" where a node has only one. */
export interface Port {
  readonly name: string;
  readonly label: string;
  readonly many: boolean;
  readonly optional: boolean; // may stay without a wire
}

const SINGLE: Port = { name: "", label: "", many: false, optional: false };

export function inputsOf(node: Node, layer: Layer | undefined): readonly Port[] {
  if (node.type === "Input") return [];
  if (node.graph) {
    const names = node.graph.nodes.filter((inner) => inner.type === "Input").map((inner) => inner.id);
    return names.length === 1 ? [{ ...SINGLE, label: names[0] ?? "" }] : names.map(named);
  }
  if (!layer) return [SINGLE];
  if (layer.many) return [{ ...SINGLE, label: layer.inputs[0] ?? "", many: true }];
  if (layer.inputs.length === 1) return [{ ...SINGLE, label: layer.inputs[0] ?? "" }];
  const needed = layer.inputs.length - layer.optional;
  return layer.inputs.map((name, index) => ({ ...named(name), optional: index >= needed }));
}

const named = (name: string): Port => ({ ...SINGLE, name, label: name });

export const givesOutput = (node: Node): boolean => node.type !== "Output";

/** The port that each wire into a node takes: those with a name first, the others fill what is open. */
export function taken(ports: readonly Port[], wires: readonly Edge[]): ReadonlyMap<Edge, string> {
  const found = new Map<Edge, string>();
  const first = ports[0];
  if (!first) return found;
  if (ports.length === 1) return new Map(wires.map((wire) => [wire, first.name]));
  const open = new Set(ports.map((port) => port.name));
  for (const wire of wires) if (wire.input !== undefined && open.delete(wire.input)) found.set(wire, wire.input);
  for (const wire of wires) {
    if (found.has(wire)) continue;
    const [next = first.name] = open;
    open.delete(next);
    found.set(wire, next);
  }
  return found;
}

/** Why a wire may not end at a port, as the server answered; null where it may or where nothing is known. */
export function reasonAt(fits: Readonly<Record<string, string | null>> | undefined, port: Port): string | null {
  return fits?.[port.name] ?? fits?.[port.label] ?? fits?.[""] ?? null;
}
