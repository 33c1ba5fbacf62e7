/** A graph drawn together for layout: without wires that only shorten a way, and with each chain as one tall box. */

import { order, outOf } from "../document/graph";
import type { Graph } from "../document/types";

export interface Chains {
  readonly chains: readonly (readonly string[])[]; // ids, from top to bottom
  readonly wires: readonly (readonly [number, number])[]; // between chains
}

/** The chains of a graph; nodes without wires are left out. Wires that close a loop play no part. */
export function chains(graph: Graph): Chains {
  const sorted = order(graph).map((node) => node.id);
  const next = forward(graph, sorted);
  const rank = ranks(sorted, next);
  const direct = new Map(sorted.map((id) => [id, next.get(id)!.filter((to) => !shortcut(id, to, next, rank))]));
  const into = new Map<string, string[]>(sorted.map((id) => [id, []]));
  for (const [id, targets] of direct) for (const target of targets) into.get(target)!.push(id);
  const found: string[][] = [];
  const chainOf = new Map<string, number>();
  for (const id of sorted) {
    const sources = into.get(id)!;
    if (!sources.length && !direct.get(id)!.length) continue;
    const goesOn = sources.length === 1 && direct.get(sources[0]!)!.length === 1;
    if (!goesOn) found.push([]);
    const chain = goesOn ? chainOf.get(sources[0]!)! : found.length - 1;
    found[chain]!.push(id);
    chainOf.set(id, chain);
  }
  const wires = [...direct].flatMap(([from, targets]) => targets.map((to) => [chainOf.get(from)!, chainOf.get(to)!] as const));
  return { chains: found, wires: wires.filter(([from, to]) => from !== to) };
}

/** Where wires lead that go forward in this order, each target once. */
function forward(graph: Graph, sorted: readonly string[]): Map<string, readonly string[]> {
  const place = new Map(sorted.map((id, i) => [id, i]));
  return new Map(
    sorted.map((id, i) => {
      const targets = outOf(graph, id).map((edge) => edge.target);
      return [id, [...new Set(targets)].filter((target) => (place.get(target) ?? -1) > i)];
    }),
  );
}

/** How many wires the longest way to each node has. */
function ranks(sorted: readonly string[], next: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const rank = new Map(sorted.map((id) => [id, 0]));
  for (const id of sorted) {
    for (const target of next.get(id)!) rank.set(target, Math.max(rank.get(target)!, rank.get(id)! + 1));
  }
  return rank;
}

/** Whether another, longer way leads from one node to the other. */
function shortcut(
  from: string,
  to: string,
  next: ReadonlyMap<string, readonly string[]>,
  rank: ReadonlyMap<string, number>,
): boolean {
  const last = rank.get(to)!;
  if (last === rank.get(from)! + 1) return false;
  const seen = new Set([from]);
  const ahead = next.get(from)!.filter((id) => id !== to);
  for (let id = ahead.pop(); id !== undefined; id = ahead.pop()) {
    if (id === to) return true;
    if (seen.has(id) || rank.get(id)! >= last) continue;
    seen.add(id);
    ahead.push(...next.get(id)!);
  }
  return false;
}
