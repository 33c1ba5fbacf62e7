/** Saving a block to the palette. */

import * as blocks from "../sync/blocks";
import { idOf } from "../view/paths";
import { type Desk, nodeOfPath, say } from "./desk";

/** Save the selected block, and let its name be typed. */
export async function keep(desk: Desk): Promise<void> {
  const [path, second] = desk.view.get().nodes;
  const node = path && !second ? nodeOfPath(desk, path) : undefined;
  if (!path || !node?.graph) return say(desk, desk.t("own.select"));
  const { type } = await blocks.keep(node, idOf(path));
  desk.view.set({ palette: true });
  desk.own.set({ fresh: type });
  say(desk, desk.t("own.kept"));
}
