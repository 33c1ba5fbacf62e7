/** Everything that can be done, by whatever means: keys, menus, panels and the mouse call these and nothing else. */

import type { Commands } from "../studio";
import * as own from "../sync/blocks";
import { flowId } from "../view/paths";
import * as arrange from "./arrange";
import { keep } from "./blocks";
import * as change from "./change";
import * as clipboard from "./clipboard";
import { asked, type Desk, edit, say } from "./desk";
import * as files from "./files";
import { add } from "./insert";
import * as selecting from "./select";
import { aim, land, wireByKey } from "./wiring";

export function commandsFor(desk: Desk): Commands {
  const { view, hand, network, stage } = desk;
  const remove = () => change.remove(desk);
  return {
    add: (layer, where) => add(desk, layer, where),
    pick: (where, search = "") => view.set({ picker: { where, search } }),
    remove,
    duplicate: () => clipboard.duplicate(desk),
    copy: async () => void (await clipboard.copy(desk)),
    cut: async () => {
      if (await clipboard.copy(desk)) remove();
    },
    paste: (text) => clipboard.paste(desk, text),
    selectAll: () => selecting.selectAll(desk),
    select: (path, extend) => selecting.select(desk, path, extend),
    show: (path) => selecting.show(desk, path),
    align: (kind) => arrange.align(desk, kind),
    tidy: (direction) => arrange.tidyUp(desk, direction),
    group: () => change.group(desk),
    ungroup: () => change.ungroup(desk),
    keep: () => asked(desk, () => keep(desk)),
    renameKept: (type, name) => asked(desk, () => own.rename(type, name)),
    removeKept: (type) => asked(desk, () => own.remove(type)),
    disable: () => change.disable(desk),
    fold: (path) => selecting.fold(desk, path),
    foldHere: () => selecting.foldHere(desk),
    note: (position) => change.writeNote(desk, position),
    editNote: (id, text, size) => change.editNote(desk, id, text, size),
    rename: (path, id) => change.rename(desk, path, id),
    renameHere: () => {
      const [path] = view.get().nodes;
      if (path) hand.set({ renaming: path });
    },
    setParam: (paths, name, value) => change.setParam(desk, paths, name, value),
    fix: (fix) => edit(desk, [], fix.edits),
    undo: network.undo,
    redo: network.redo,
    fit: () => stage.current?.fit(),
    zoom: (factor) => stage.current?.zoom(factor),
    actualSize: () => stage.current?.zoom(null),
    fullScreen: () => view.set({ full: !view.get().full }),
    picture: (kind) => asked(desk, () => files.picture(desk, kind)),
    share: () => asked(desk, () => files.share(desk)),
    openFile: (file) => asked(desk, () => files.openFile(desk, file)),
    openExample: (example) => asked(desk, () => files.openExample(desk, example)),
    openCopy: () => asked(desk, () => files.openCopy(desk)),
    connect: (from, to, input) => change.connect(desk, from, to, input),
    reconnect: (wire, source, target, input) => change.reconnect(desk, wire, source, target, input),
    place: (moved, block, tag) => arrange.place(desk, moved, block, tag),
    nudge: (x, y) => arrange.nudge(desk, x, y),
    walk: (way, extend) => {
      if (!aim(desk, way)) selecting.step(desk, way, extend);
    },
    walkToWire: (end) => selecting.stepToWire(desk, end),
    enter: () => selecting.enter(desk),
    leave: () => selecting.leave(desk),
    wire: () => wireByKey(desk),
    configure: () => {
      if (land(desk)) return;
      stage.current?.configure();
    },
    help: () => view.set({ help: !view.get().help }),
    menu: (x, y) => hand.set({ menu: { x, y } }),
    menuHere: () => {
      const root = stage.current?.element();
      const [path] = view.get().nodes;
      const node = path && root?.querySelector(`[id="${flowId(path)}"]`);
      const { left, top, width, height } = (node ?? root)?.getBoundingClientRect() ?? new DOMRect();
      hand.set({ menu: { x: left + width / 2, y: top + height / 2 } });
    },
    clear: () => clear(desk),
    focus: () => stage.current?.focus(),
    say: (text) => say(desk, text),
  };
}

/** Close the innermost thing that is open; with nothing open, select nothing. */
function clear({ view, hand }: Desk): void {
  const { menu, wiring, ghost } = hand.get();
  const looking = view.get();
  if (menu) hand.set({ menu: null });
  else if (wiring || ghost) hand.set({ wiring: null, ghost: null, over: null });
  else if (looking.picker) view.set({ picker: null });
  else if (looking.nodes.length + looking.edges.length + looking.notes.length) view.set({ nodes: [], edges: [], notes: [] });
  else if (looking.problems) view.set({ problems: false });
  else if (looking.full) view.set({ full: false });
}
