/** What opens the context menu: the right button, or a finger that stays. */

import { useCallback, useMemo } from "react";
import { useStudio } from "../studio";
import { samePath } from "../view/paths";
import type { LayerFlow, NoteFlow, Scene } from "./scene";

const LONG = 550; // milliseconds
const SLACK = 10; // pixels

/** Selects what lies under the pointer, unless it is part of the selection, and opens the menu there; false in fields. */
export function useMenu(latest: { readonly current: Scene }): (event: React.MouseEvent) => boolean {
  const { view, commands } = useStudio();
  return useCallback(
    (event) => {
      const element = event.target as Element;
      if (element.closest("input,textarea,[role=menu]")) return false;
      const looking = view.get();
      const id = element.closest(".react-flow__node")?.getAttribute("data-id");
      const node = latest.current.nodes.find((other) => other.id === id);
      const wire = latest.current.wires.find((other) => other.id === element.closest(".react-flow__edge")?.getAttribute("data-id"));
      if (node?.type === "note") {
        const { note } = (node as NoteFlow).data;
        if (!looking.notes.includes(note.id)) view.set({ nodes: [], edges: [], notes: [note.id] });
      } else if (node) {
        const { path } = (node as LayerFlow).data;
        if (!looking.nodes.some((other) => samePath(other, path))) commands.select(path);
      } else if (wire?.data) {
        if (!wire.selected) view.set({ nodes: [], notes: [], edges: [wire.data.wire] });
      } else if (!element.closest(".react-flow__nodesselection")) commands.select(null);
      commands.menu(event.clientX, event.clientY);
      return true;
    },
    [view, commands, latest],
  );
}

/** A finger that stays where it is; browsers on tablets do not all make a context menu of it. */
export function useHeldPress(open: (event: React.PointerEvent) => void) {
  return useMemo(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    let from = { x: 0, y: 0 };
    const stop = () => clearTimeout(timer);
    return {
      down: (event: React.PointerEvent) => {
        stop();
        from = { x: event.clientX, y: event.clientY };
        if (event.pointerType === "touch" && event.isPrimary) timer = setTimeout(() => open(event), LONG);
      },
      move: (event: React.PointerEvent) => {
        if (Math.hypot(event.clientX - from.x, event.clientY - from.y) > SLACK) stop();
      },
      up: stop,
    };
  }, [open]);
}
