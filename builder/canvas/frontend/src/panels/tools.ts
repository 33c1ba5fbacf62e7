/** The tools of the bar, as data. */

import {
  BookmarkPlus,
  AlignCenterHorizontal,
  AlignCenterVertical,
  AlignEndHorizontal,
  AlignEndVertical,
  AlignHorizontalDistributeCenter,
  AlignStartHorizontal,
  AlignStartVertical,
  AlignVerticalDistributeCenter,
  ArrowDown,
  ArrowRight,
  CircleAlert,
  CircleQuestionMark,
  Grid3x3,
  Group,
  Image,
  type LucideIcon,
  Map as MapIcon,
  Maximize2,
  Minimize2,
  PanelLeft,
  PanelRight,
  Plus,
  Power,
  Redo2,
  Scan,
  Share2,
  StickyNote,
  Undo2,
  Ungroup,
  Workflow,
  ZoomIn,
  ZoomOut,
} from "lucide-react";
import { nodeAt } from "../document/graph";
import { KEYS } from "../keys";
import type { Alignment, Looking, Opened, Studio } from "../studio";
import type { Item } from "./menu";
import type { Placed } from "./room";

export interface Tool extends Placed, Item {
  readonly icon: LucideIcon;
  readonly badge?: string | undefined;
  readonly items?: readonly Item[] | undefined; // a menu
}

const ALIGNMENTS: readonly (readonly [Alignment, LucideIcon])[] = [
  ["left", AlignStartVertical],
  ["centre", AlignCenterVertical],
  ["right", AlignEndVertical],
  ["top", AlignStartHorizontal],
  ["middle", AlignCenterHorizontal],
  ["bottom", AlignEndHorizontal],
  ["rows", AlignVerticalDistributeCenter],
  ["columns", AlignHorizontalDistributeCenter],
];

/** The key of a command as the sheet of keys names it, `Ctrl+Z`. */
function keyFor(words: string): string | undefined {
  const key = KEYS.find((entry) => entry.words === words)?.keys[0];
  return key && /Mac|iP(hone|ad)/.test(navigator.userAgent) ? key.replace("Ctrl", "⌘") : key;
}

export function tools({ commands, view, t }: Studio, opened: Opened, looking: Looking): readonly Tool[] {
  const { document, report } = opened;
  const several = looking.nodes.length + looking.notes.length > 1;
  const chosen = looking.nodes.map((path) => nodeAt(document, path));
  const empty = !document.graph.nodes.length;
  const problems = (report?.totals.errors ?? 0) + (report?.totals.warnings ?? 0);
  const right = looking.direction === "right";
  const toggle = (part: "palette" | "inspector" | "minimap" | "snap" | "problems") => ({
    checked: looking[part],
    run: () => view.set({ [part]: !looking[part] }),
  });
  const tool = (
    group: string,
    name: string,
    rank: number,
    icon: LucideIcon,
    rest: Omit<Tool, "group" | "name" | "rank" | "icon" | "label">,
  ): Tool => ({
    group,
    name,
    rank,
    icon,
    label: t(`tool.${name}`),
    keys: keyFor(`key_${name}`),
    ...rest,
  });
  const align = ALIGNMENTS.map(([kind, icon]) => ({
    name: kind,
    label: t(`align.${kind}`),
    icon,
    run: () => commands.align(kind),
  }));
  const picture = (["svg", "png"] as const).map((kind) => ({
    name: kind,
    label: t(`picture.${kind}`),
    icon: Image,
    run: () => void commands.picture(kind),
  }));
  const disabled = chosen.length > 0 && chosen.every((node) => node?.disabled);
  return [
    tool("palette", "palette", 4, PanelLeft, toggle("palette")),
    tool("history", "undo", 1, Undo2, { off: !opened.undo, run: commands.undo }),
    tool("history", "redo", 1, Redo2, { off: !opened.redo, run: commands.redo }),
    tool("make", "pick", 0, Plus, { run: () => commands.pick({ kind: "end" }) }),
    tool("make", "note", 9, StickyNote, { run: () => commands.note() }),
    tool("make", "group", 8, Group, { off: !chosen.length, run: commands.group }),
    tool("make", "ungroup", 11, Ungroup, { off: !chosen.some((node) => node?.graph), run: commands.ungroup }),
    tool("make", "keep", 18, BookmarkPlus, {
      off: chosen.length !== 1 || !chosen[0]?.graph,
      run: () => void commands.keep(),
    }),
    tool("make", "disable", 10, Power, { off: !chosen.length, checked: disabled, run: commands.disable }),
    tool("arrange", "align", 12, AlignStartVertical, { off: !several, items: align, run: () => {} }),
    tool("arrange", "tidy", 5, Workflow, { off: empty, run: () => commands.tidy() }),
    tool("arrange", "direction", 13, right ? ArrowRight : ArrowDown, {
      off: empty,
      checked: right,
      run: () => commands.tidy(right ? "down" : "right"),
    }),
    tool("arrange", "snap", 15, Grid3x3, toggle("snap")),
    tool("view", "zoom_out", 7, ZoomOut, { run: () => commands.zoom(0.8) }),
    tool("view", "zoom_in", 7, ZoomIn, { run: () => commands.zoom(1.25) }),
    tool("view", "fit", 3, Scan, { run: commands.fit }),
    tool("view", "minimap", 14, MapIcon, toggle("minimap")),
    tool("view", "full", 6, looking.full ? Minimize2 : Maximize2, { checked: looking.full, run: commands.fullScreen }),
    tool("rest", "problems", 2, CircleAlert, { badge: problems ? String(problems) : undefined, ...toggle("problems") }),
    tool("rest", "picture", 17, Image, { off: empty, items: picture, run: () => {} }),
    tool("rest", "share", 16, Share2, { run: () => void commands.share() }),
    tool("rest", "help", 11, CircleQuestionMark, { run: commands.help }),
    tool("inspector", "inspector", 4, PanelRight, toggle("inspector")),
  ];
}
