/** Which tools stand in the bar and which go into its menu when there is little room. */

import { useEffect, useState } from "react";

export interface Placed {
  readonly rank: number; // the higher, the sooner it goes into the menu
  readonly group: string;
}

/** The tools that fit into `width`, in their order; `size` is a tool's width, `gap` what parts two groups. */
export function fitting<T extends Placed>(tools: readonly T[], width: number, size: number, gap: number): readonly T[] {
  const taken = (shown: readonly T[]) => shown.length * size + gap * new Set(shown.map((tool) => tool.group)).size;
  if (taken(tools) <= width) return tools;
  let shown = tools;
  while (shown.length && taken(shown) + size > width) {
    const rarest = shown.reduce((worst, tool) => (tool.rank >= worst.rank ? tool : worst));
    shown = shown.filter((tool) => tool !== rarest);
  }
  return shown;
}

/** The inner width of an element, as it changes; as wide as any before it is known. */
export function useWidth(ref: React.RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(Infinity);
  useEffect(() => {
    const watch = new ResizeObserver(([entry]) => entry && setWidth(entry.contentRect.width));
    watch.observe(ref.current!);
    return () => watch.disconnect();
  }, [ref]);
  return width;
}
