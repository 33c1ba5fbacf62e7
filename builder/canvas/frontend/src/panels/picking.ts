/** What the picker asks the server, and how it sorts the answer. */

import { ends, graphAt } from "../document/graph";
import type { Document } from "../document/types";
import type { Family, Fits, FitsQuery, Layer } from "../messages";
import { nameOf } from "../offered";
import type { Looking, Where } from "../studio";

/** Which layers fit there; null where anything may stand. */
export function question(where: Where, document: Document, looking: Looking): FitsQuery | null {
  const block = where.block ?? [];
  switch (where.kind) {
    case "edge":
      return block.length ? { from: [...block, where.edge.source] } : { edge: where.edge };
    case "replace":
      return block.length ? null : { replace: where.node }; // the server is asked of the top graph only
    case "after":
      return { from: [...block, where.node] };
    case "wire":
      return { from: [...block, where.from] };
    case "at":
      return null;
    case "end": {
      if (looking.nodes.length === 1) return { from: looking.nodes[0]! };
      const graph = graphAt(document, block);
      const open = graph ? ends(graph).filter((node) => node.type !== "Output") : [];
      return open.length ? { from: [...block, open.at(-1)!.id] } : null;
    }
  }
}

/** The layers as a list without a search shows them: favourites, then recent ones, then family by family. */
export function arranged(layers: readonly Layer[], families: readonly Family[], looking: Looking): readonly Layer[] {
  const first = [...looking.favourites, ...looking.recent];
  const family = new Map(families.map(({ name }, index) => [name, index]));
  const rank = ({ type, family: name }: Layer) =>
    first.includes(type) ? first.indexOf(type) : first.length + (family.get(name) ?? families.length);
  return [...layers].sort((a, b) => rank(a) - rank(b));
}

export interface Offer {
  readonly layer: Layer;
  readonly shape: string | null; // what would come out
  readonly reason: string | null; // why it does not fit
}

/**
 * The layers, those that fit first; each group keeps its order. The one whose whole name was typed stands before all:
 * what fits is known a moment later, and Enter must not mean another layer by then.
 */
export function offers(layers: readonly Layer[], fits: Fits | null, typed = ""): readonly Offer[] {
  const all = layers.map((layer): Offer => {
    const answer = fits?.layers[layer.type];
    return { layer, shape: answer?.shape ?? null, reason: answer?.reason ?? null };
  });
  const rank = (offer: Offer) => (named(offer, typed) ? 0 : offer.reason === null ? 1 : 2);
  return all.sort((a, b) => rank(a) - rank(b));
}

const named = ({ layer }: Offer, typed: string) => nameOf(layer).toLowerCase() === typed.trim().toLowerCase();
