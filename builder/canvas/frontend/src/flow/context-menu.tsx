/** The menu of what can be done with the selection. */

import { useReactFlow } from "@xyflow/react";
import { useEffect, useLayoutEffect, useRef } from "react";
import { nodeAt } from "../document/graph";
import type { Position } from "../document/types";
import { Keys } from "../panels/button";
import { rove } from "../panels/floating";
import { type Hand, type Studio, usePart, useStudio } from "../studio";
import { idOf, parentOf, plain } from "../view/paths";

export function ContextMenu() {
  const { hand } = useStudio();
  const menu = usePart(hand, (now) => now.menu);
  return menu && <Open at={menu} />;
}

function Open({ at }: { readonly at: NonNullable<Hand["menu"]> }) {
  const studio = useStudio();
  const { hand, commands, t } = studio;
  const { x, y } = useReactFlow().screenToFlowPosition(at, { snapToGrid: false });
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = list.current!;
    element.showPopover();
    const { width, height } = element.getBoundingClientRect();
    element.style.left = `${Math.max(4, Math.min(at.x, innerWidth - width - 4))}px`;
    element.style.top = `${Math.max(4, Math.min(at.y, innerHeight - height - 4))}px`;
    element.querySelector<HTMLElement>("[data-rove]")?.focus();
  }, [at]);
  useEffect(() => {
    const elsewhere = (event: PointerEvent) => {
      if (!event.composedPath().includes(list.current!)) hand.set({ menu: null });
    };
    document.addEventListener("pointerdown", elsewhere, true);
    return () => document.removeEventListener("pointerdown", elsewhere, true);
  }, [hand]);
  const close = () => {
    hand.set({ menu: null });
    commands.focus();
  };
  return (
    <div
      ref={list}
      role="menu"
      popover="manual"
      aria-label={t("menu")}
      className="nb-ui nb-menu"
      data-menu
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape" && event.key !== "Tab") return void rove(event, list.current!, "column");
        event.preventDefault();
        close();
      }}
    >
      {entries(studio, [Math.round(x), Math.round(y)]).map(({ words, keys, run }) => (
        <button
          key={words}
          type="button"
          role="menuitem"
          data-rove
          data-command={words}
          tabIndex={-1}
          onClick={() => {
            close();
            run();
          }}
        >
          <span>{t(words)}</span>
          {keys && <Keys keys={keys} />}
        </button>
      ))}
    </div>
  );
}

interface Entry {
  readonly words: string;
  readonly keys?: string;
  readonly run: () => void;
}

function entries(studio: Studio, place: Position): readonly Entry[] {
  const { commands, view, network } = studio;
  const { nodes, edges, notes } = view.get();
  const [wire] = edges;
  if (nodes.length) return ofNodes(studio);
  if (wire) {
    return [
      { words: "menu_insert", run: () => commands.pick({ kind: "edge", edge: plain(wire), block: wire.block }) },
      { words: "menu_remove", keys: "Delete", run: commands.remove },
    ];
  }
  if (notes.length) {
    return [
      { words: "menu_copy", keys: "Ctrl+C", run: () => void commands.copy() },
      { words: "menu_duplicate", keys: "Ctrl+D", run: commands.duplicate },
      { words: "menu_remove", keys: "Delete", run: commands.remove },
    ];
  }
  const all: Entry[] = [
    { words: "menu_add", keys: "/", run: () => commands.pick({ kind: "end" }) },
    { words: "menu_note", keys: "N", run: () => commands.note(place) },
    { words: "menu_paste", keys: "Ctrl+V", run: () => void commands.paste() },
  ];
  if (network.get().document.graph.nodes.length) {
    all.push(
      { words: "menu_select_all", keys: "Ctrl+A", run: commands.selectAll },
      { words: "menu_tidy", keys: "L", run: () => commands.tidy() },
      { words: "menu_fit", keys: "0", run: commands.fit },
    );
  }
  return all;
}

function ofNodes({ commands, view, network }: Studio): readonly Entry[] {
  const { nodes } = view.get();
  const { document } = network.get();
  const chosen = nodes.map((path) => nodeAt(document, path));
  const [path = []] = nodes;
  const one = nodes.length === 1;
  const block = one && chosen[0]?.graph;
  const where = { node: idOf(path), block: parentOf(path) };
  const list: (Entry | false)[] = [
    one && { words: "menu_after", run: () => commands.pick({ kind: "after", ...where }) },
    one && { words: "menu_replace", run: () => commands.pick({ kind: "replace", ...where }) },
    one && { words: "menu_wire", keys: "W", run: commands.wire },
    one && { words: "menu_rename", keys: "F2", run: commands.renameHere },
    one && { words: "menu_configure", keys: "Enter", run: commands.configure },
    block ? { words: "menu_fold", keys: "F", run: () => commands.fold(path) } : false,
    { words: "menu_group", keys: "Ctrl+G", run: commands.group },
    block ? { words: "menu_ungroup", keys: "Ctrl+Shift+G", run: commands.ungroup } : false,
    block ? { words: "menu_keep", keys: "Shift+B", run: () => void commands.keep() } : false,
    { words: chosen.every((node) => node?.disabled) ? "menu_enable" : "menu_disable", keys: "Ctrl+E", run: commands.disable },
    { words: "menu_copy", keys: "Ctrl+C", run: () => void commands.copy() },
    { words: "menu_cut", keys: "Ctrl+X", run: () => void commands.cut() },
    { words: "menu_duplicate", keys: "Ctrl+D", run: commands.duplicate },
    { words: "menu_remove", keys: "Delete", run: commands.remove },
  ];
  return list.filter((entry) => entry !== false);
}
