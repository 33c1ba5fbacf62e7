/** The keyboard, as data: what is pressed, what it is called, and what it does. The sheet of help lists the same. */

import type { Commands, Looking } from "./studio";

export interface Key {
  readonly keys: readonly string[]; // as `pressed` writes them
  readonly words: string; // key of its text
  readonly group: "insert" | "edit" | "walk" | "view";
  readonly run: (commands: Commands) => boolean | void; // false: nothing to do here, the key is free for others
  readonly when?: (looking: Looking, key: string) => boolean;
}

/** Letters type into the picker while something is selected, so a plain letter is a command only without a selection. */
const free = (looking: Looking, key: string) => key.includes("+") || looking.nodes.length + looking.edges.length === 0;
const any = (looking: Looking) => looking.nodes.length + looking.edges.length + looking.notes.length > 0;
const someNodes = (looking: Looking) => looking.nodes.length > 0;
const movable = (looking: Looking) => looking.nodes.length + looking.notes.length > 0;
const oneNode = (looking: Looking) => looking.nodes.length === 1;

const FINE = 8;

function arrow(way: "up" | "down" | "left" | "right", key: string, x: number, y: number): readonly Key[] {
  return [
    { keys: [key], words: `key_walk_${way}`, group: "walk", run: (c) => c.walk(way) },
    { keys: [`Shift+${key}`], words: `key_extend_${way}`, group: "walk", run: (c) => c.walk(way, true), when: someNodes },
    { keys: [`Alt+${key}`], words: `key_move_${way}`, group: "walk", run: (c) => c.nudge(x * FINE, y * FINE), when: movable },
  ];
}

export const KEYS: readonly Key[] = [
  { keys: ["/", "Insert"], words: "key_pick", group: "insert", run: (c) => c.pick({ kind: "end" }) },
  { keys: ["W"], words: "key_wire", group: "insert", run: (c) => c.wire(), when: oneNode },
  { keys: ["Shift+N", "N"], words: "key_note", group: "insert", run: (c) => c.note(), when: free },
  { keys: ["Enter"], words: "key_configure", group: "edit", run: (c) => c.configure() },
  { keys: ["F2"], words: "key_rename", group: "edit", run: (c) => c.renameHere() },
  { keys: ["Delete", "Backspace"], words: "key_remove", group: "edit", run: (c) => c.remove(), when: any },
  { keys: ["Ctrl+Z"], words: "key_undo", group: "edit", run: (c) => c.undo() },
  { keys: ["Ctrl+Y", "Ctrl+Shift+Z"], words: "key_redo", group: "edit", run: (c) => c.redo() },
  // these three come as the browser's own events: see flow/use-clipboard.ts
  { keys: ["Ctrl+C"], words: "key_copy", group: "edit", run: () => false },
  { keys: ["Ctrl+X"], words: "key_cut", group: "edit", run: () => false },
  { keys: ["Ctrl+V"], words: "key_paste", group: "edit", run: () => false },
  { keys: ["Ctrl+D"], words: "key_duplicate", group: "edit", run: (c) => c.duplicate() },
  { keys: ["Ctrl+A"], words: "key_select_all", group: "edit", run: (c) => c.selectAll() },
  { keys: ["Ctrl+G"], words: "key_group", group: "edit", run: (c) => c.group(), when: someNodes },
  { keys: ["Ctrl+Shift+G"], words: "key_ungroup", group: "edit", run: (c) => c.ungroup(), when: someNodes },
  { keys: ["Shift+B"], words: "key_keep", group: "edit", run: (c) => void c.keep(), when: oneNode },
  { keys: ["Ctrl+E"], words: "key_disable", group: "edit", run: (c) => c.disable(), when: someNodes },
  ...arrow("up", "ArrowUp", 0, -1),
  ...arrow("down", "ArrowDown", 0, 1),
  ...arrow("left", "ArrowLeft", -1, 0),
  ...arrow("right", "ArrowRight", 1, 0),
  { keys: ["Ctrl+ArrowUp"], words: "key_wire_into", group: "walk", run: (c) => c.walkToWire("into") },
  { keys: ["Ctrl+ArrowDown"], words: "key_wire_out", group: "walk", run: (c) => c.walkToWire("outOf") },
  { keys: ["Ctrl+ArrowRight"], words: "key_enter", group: "walk", run: (c) => c.enter(), when: oneNode },
  { keys: ["Ctrl+ArrowLeft"], words: "key_leave", group: "walk", run: (c) => c.leave() },
  { keys: ["Shift+F", "F"], words: "key_fold", group: "view", run: (c) => c.foldHere() },
  { keys: ["Shift+L", "L"], words: "key_tidy", group: "view", run: (c) => c.tidy(), when: free },
  { keys: ["0"], words: "key_fit", group: "view", run: (c) => c.fit() },
  { keys: ["+", "="], words: "key_zoom_in", group: "view", run: (c) => c.zoom(1.25) },
  { keys: ["-"], words: "key_zoom_out", group: "view", run: (c) => c.zoom(0.8) },
  { keys: ["1"], words: "key_zoom_one", group: "view", run: (c) => c.actualSize() },
  { keys: ["Shift+F10", "ContextMenu"], words: "key_menu", group: "view", run: (c) => c.menuHere() },
  { keys: ["?"], words: "key_help", group: "view", run: (c) => c.help() },
  { keys: ["Escape"], words: "key_clear", group: "view", run: (c) => c.clear() },
];

const NAMED = new Set(["Enter", "Escape", "Delete", "Backspace", "Insert", "F2", "F10", "ContextMenu"]);

/** A key press as it is written above: `Ctrl+Shift+Z`, `Alt+ArrowUp`, `?`; Command counts as Ctrl. */
export function pressed(event: Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">): string {
  const letter = /^\p{L}$/u.test(event.key);
  const key = letter ? event.key.toUpperCase() : event.key;
  const shift = event.shiftKey && (letter || NAMED.has(key) || key.startsWith("Arrow"));
  return [(event.ctrlKey || event.metaKey) && "Ctrl", event.altKey && "Alt", shift && "Shift", key].filter(Boolean).join("+");
}
