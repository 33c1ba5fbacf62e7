/** The keyboard on the canvas: commands by the table of keys, letters into the picker. */

import { useCallback } from "react";
import { KEYS, pressed } from "../keys";
import { useStudio, type Where } from "../studio";
import { idOf, parentOf, plain } from "../view/paths";

const FIELDS = "input,textarea,select,button,[contenteditable]";

export function useKeys(): (event: React.KeyboardEvent) => void {
  const studio = useStudio();
  return useCallback(
    (event) => {
      if ((event.target as Element).closest(FIELDS) || event.nativeEvent.isComposing) return;
      const { commands, view, hand } = studio;
      const looking = view.get();
      const key = pressed(event);
      const wiring = hand.get().wiring !== null && /^(Arrow|Enter|Escape)/.test(key);
      for (const entry of KEYS) {
        if (!entry.keys.includes(key) || (!wiring && entry.when && !entry.when(looking, key))) continue;
        if (entry.run(commands) === false) continue;
        event.preventDefault();
        event.stopPropagation();
        return;
      }
      if (!/^\p{L}$/u.test(event.key) || event.ctrlKey || event.metaKey || event.altKey) return;
      const where = chosen(studio);
      if (!where) return;
      event.preventDefault();
      commands.pick(where, event.key);
    },
    [studio],
  );
}

/** Where a layer goes whose name is typed: behind the selected node, into the selected wire, at a wire's open end. */
function chosen({ view, hand }: ReturnType<typeof useStudio>): Where | null {
  const { nodes, edges } = view.get();
  const { wiring } = hand.get();
  if (wiring) {
    hand.set({ wiring: null });
    return { kind: "wire", from: idOf(wiring.from), block: parentOf(wiring.from) };
  }
  const [path] = nodes;
  const [wire] = edges;
  if (path && nodes.length === 1) return { kind: "after", node: idOf(path), block: parentOf(path) };
  return wire && !nodes.length ? { kind: "edge", edge: plain(wire), block: wire.block } : null;
}
