/** All that can be put into a network: layers, ready blocks, and the blocks that a person saved. */

import { useMemo } from "react";
import type { Layer } from "./messages";
import { type Studio, usePart, useStudio } from "./studio";

type Known = Pick<Studio, "catalogue" | "own">;

export function offered({ catalogue, own }: Known): readonly Layer[] {
  return [...catalogue.layers.filter((layer) => !layer.hidden), ...catalogue.blocks, ...own.get().blocks];
}

export function offeredAs(known: Known & Pick<Studio, "layers">, type: string): Layer | undefined {
  return known.layers.get(type) ?? offered(known).find((layer) => layer.type === type);
}

export function useOffered(): readonly Layer[] {
  const studio = useStudio();
  const blocks = usePart(studio.own, (now) => now.blocks);
  return useMemo(() => offered(studio), [studio, blocks]);
}

/** What people call it. */
export const nameOf = (layer: Layer) => layer.name ?? layer.type;
