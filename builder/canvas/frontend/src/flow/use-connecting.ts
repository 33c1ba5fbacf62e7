/** Wires drawn by hand: from port to port, onto a node, or to an open end. */

import { type Connection, type FinalConnectionState, type OnConnectStart, useStoreApi } from "@xyflow/react";
import { useMemo, useRef } from "react";
import { beginWire } from "../commands/wiring";
import { useStudio } from "../studio";
import { idOf, parentOf, samePath } from "../view/paths";
import { OUTPUT, portId } from "./geometry";
import { type Port, reasonAt } from "./ports";
import type { LayerFlow, Scene, WireFlow } from "./scene";

export function useConnecting(latest: { readonly current: Scene }, under: (x: number, y: number) => readonly Element[], toCanvas: (x: number, y: number) => { x: number; y: number }) {
  const studio = useStudio();
  const store = useStoreApi();
  const reconnecting = useRef(false);
  const drawn = useRef(new AbortController()); // the wire on its way; aborted by Escape and when it ends
  return useMemo(() => {
    const { commands, hand } = studio;
    const find = (id: string | null | undefined) => {
      const node = latest.current.nodes.find((other) => other.id === id);
      return node && node.type !== "note" ? (node as LayerFlow) : undefined;
    };
    const portOf = (node: LayerFlow, handle: string | null | undefined): Port | undefined =>
      node.data.ports.find((port) => portId(port.name) === handle);
    const ends = ({ source, target, targetHandle }: Pick<Connection, "source" | "target" | "targetHandle">) => {
      const [from, to] = [find(source), find(target)];
      const port = to && portOf(to, targetHandle);
      return from && to && port ? { from: from.data.path, to: to.data.path, port } : null;
    };
    const reason = (from: readonly string[], to: readonly string[], port: Port): string | null => {
      if (samePath(from, to) || !samePath(parentOf(from), parentOf(to))) return studio.t("wire_elsewhere");
      return reasonAt(hand.get().wiring?.fits?.nodes[idOf(to)], port);
    };

    const onConnectStart: OnConnectStart = (_, { nodeId, handleType }) => {
      const from = find(nodeId);
      if (from && handleType === "source") beginWire(studio, from.data.path);
      drawn.current = new AbortController();
      const { signal } = drawn.current;
      addEventListener("keydown", (event) => event.key === "Escape" && giveUp(event), { signal, capture: true });
    };
    const giveUp = (event: Event) => {
      event.preventDefault();
      event.stopPropagation();
      drawn.current.abort();
      reconnecting.current = false;
      hand.set({ wiring: null, hover: null });
      store.getState().cancelConnection(); // the library still tells of the release: it finds nothing drawn
    };

    /** Released away from any port: on a node it takes the first input that fits, on empty canvas the picker opens. */
    const release = (x: number, y: number, from: readonly string[]) => {
      const element = under(x, y).find((other) => other.closest("[data-node]"))?.closest("[data-node]");
      const to = find(element?.id);
      if (!to || to.type === "block") {
        const point = toCanvas(x, y);
        const inner = to?.data.path ?? [];
        if (samePath(inner, parentOf(from)) && !inner.length) {
          commands.pick({ kind: "wire", from: idOf(from), position: [Math.round(point.x - 104), Math.round(point.y)] });
        } else if (samePath(inner, parentOf(from))) commands.pick({ kind: "wire", from: idOf(from), block: inner });
        return;
      }
      if (samePath(to.data.path, from)) return;
      const reasons = to.data.ports.map((port) => reason(from, to.data.path, port));
      const port = to.data.ports[reasons.indexOf(null)];
      if (port) commands.connect(from, to.data.path, port.name);
      else commands.say(reasons.find(Boolean) ?? studio.t("wire_no_input", { name: idOf(to.data.path) }));
    };

    const onConnectEnd = (event: MouseEvent | TouchEvent, state: FinalConnectionState) => {
      if (drawn.current.signal.aborted) return;
      drawn.current.abort();
      const wiring = hand.get().wiring;
      hand.set({ wiring: null, hover: null });
      const moved = reconnecting.current;
      reconnecting.current = false;
      if (state.isValid || moved || !wiring) return;
      const { clientX, clientY } = "changedTouches" in event ? (event.changedTouches[0] ?? { clientX: 0, clientY: 0 }) : event;
      const to = find(state.toHandle?.nodeId);
      const port = to && portOf(to, state.toHandle?.id);
      if (!to || !port) return release(clientX, clientY, wiring.from);
      const why = reasonAt(wiring.fits?.nodes[idOf(to.data.path)], port) ?? (samePath(to.data.path, wiring.from) ? null : studio.t("wire_elsewhere"));
      if (why) commands.say(why);
    };

    return {
      onConnectStart,
      onConnectEnd,
      isValidConnection: (connection: Connection | WireFlow) => {
        const found = ends({ ...connection, targetHandle: connection.targetHandle ?? null });
        return !!found && connection.sourceHandle === OUTPUT && reason(found.from, found.to, found.port) === null;
      },
      onConnect: (connection: Connection) => {
        const found = ends(connection);
        if (found && !drawn.current.signal.aborted) commands.connect(found.from, found.to, found.port.name);
      },
      onReconnectStart: () => void (reconnecting.current = true),
      onReconnect: (old: WireFlow, connection: Connection) => {
        const found = ends(connection);
        if (drawn.current.signal.aborted) return;
        if (found && old.data && samePath(parentOf(found.from), old.data.wire.block ?? [])) {
          commands.reconnect(old.data.wire, idOf(found.from), idOf(found.to), found.port.name);
        }
      },
    };
  }, [studio, store, latest, under, toCanvas]);
}
