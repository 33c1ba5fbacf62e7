/** Drawing a wire by keyboard: the server says where it may end, arrows choose, Enter connects. */

import { order } from "../document/graph";
import { inputsOf, reasonAt } from "../flow/ports";
import type { Wiring, Way } from "../studio";
import { flowId, idOf, parentOf } from "../view/paths";
import { connect } from "./change";
import { type Desk, graphOf, nodeOfPath, say } from "./desk";

/** Ask where a wire may end; an answer that comes after the wire is gone is ignored. */
export function beginWire(desk: Pick<Desk, "hand" | "network">, from: Wiring["from"]): void {
  desk.hand.set({ wiring: { from, fits: null, choice: null } });
  desk.network.fits({ from }).then(
    (fits) => {
      const now = desk.hand.get().wiring;
      if (now?.from === from) desk.hand.set({ wiring: { ...now, fits } });
    },
    () => undefined, // without an answer every port stays open, and the check after the edit tells
  );
}

export function wireByKey(desk: Desk): void {
  const [from] = desk.view.get().nodes;
  const node = from && nodeOfPath(desk, from);
  if (!from || !node || node.type === "Output") return;
  beginWire(desk, from);
  say(desk, desk.t("wire_begun", { name: node.id }));
}

type Choice = NonNullable<Wiring["choice"]>;

function choices(desk: Desk, { from, fits }: Wiring): Choice[] {
  return order(graphOf(desk, parentOf(from))).flatMap((node) => {
    if (node.id === idOf(from)) return [];
    const ports = inputsOf(node, desk.layers.get(node.type));
    return ports.filter((port) => !reasonAt(fits?.nodes[node.id], port)).map((port) => ({ node: node.id, input: port.name }));
  });
}

/** Aim at the next or the last input that fits; whether a wire is being drawn at all. */
export function aim(desk: Desk, way: Way): boolean {
  const { wiring } = desk.hand.get();
  if (!wiring) return false;
  const all = choices(desk, wiring);
  const at = all.findIndex(({ node, input }) => node === wiring.choice?.node && input === wiring.choice.input);
  const forward = way === "down" || way === "right";
  const choice = all[at < 0 ? (forward ? 0 : all.length - 1) : (at + (forward ? 1 : -1) + all.length) % all.length];
  if (!choice) {
    say(desk, desk.t("wire_nowhere"));
    return true;
  }
  desk.hand.set({ wiring: { ...wiring, choice } });
  desk.stage.current?.centre(flowId([...parentOf(wiring.from), choice.node]));
  say(desk, desk.t("wire_aimed", { name: choice.input ? `${choice.node}, ${choice.input}` : choice.node }));
  return true;
}

/** Connect to what is aimed at, or open the picker at the wire's open end; whether a wire was being drawn. */
export function land(desk: Desk): boolean {
  const { wiring } = desk.hand.get();
  if (!wiring) return false;
  const { from, choice } = wiring;
  desk.hand.set({ wiring: null });
  const block = parentOf(from);
  if (choice) connect(desk, from, [...block, choice.node], choice.input);
  else desk.view.set({ picker: { where: { kind: "wire", from: idOf(from), block }, search: "" } });
  return true;
}
