/** Dragging a layer or an example out of the palette, by mouse, pen or finger. */

import type { Desk } from "../commands/desk";
import { graphAt, outOf } from "../document/graph";
import type { Fits } from "../messages";
import { nameOf, offeredAs } from "../offered";
import type { Commands, Studio, Where } from "../studio";
import { idOf, parentOf, plain } from "../view/paths";
import { HEIGHT, WIDTH } from "./geometry";
import type { LayerFlow, Scene } from "./scene";

const SLACK = 5; // pixels that a press may wander
const REACH = 110; // pixels behind the end of a stack within which a layer joins it

/** What dragging needs of the drawn surface. */
export interface Ground {
  readonly scene: () => Scene;
  readonly under: (x: number, y: number) => readonly Element[]; // a point of the window
  readonly toCanvas: (x: number, y: number) => { readonly x: number; readonly y: number };
  readonly contains: (x: number, y: number) => boolean;
}

interface Aim {
  readonly where: Where;
  readonly over: string | null; // flow id
}

type What = Parameters<Studio["drag"]>[1];

export function drag(desk: Desk, commands: Commands, ground: { current: Ground | null }, event: React.PointerEvent, what: What): void {
  const source = event.currentTarget as HTMLElement;
  const [startX, startY] = [event.clientX, event.clientY];
  const answers = new Answers(desk);
  const end = new AbortController();
  let begun = false;
  let aim: Aim | null = null;
  let at = { x: startX, y: startY };

  const draw = () => {
    if (end.signal.aborted) return;
    const target = ground.current;
    aim = target?.contains(at.x, at.y) ? aimAt(desk, target, at.x, at.y) : null;
    const answer = aim && "layer" in what ? answers.of(aim.where, what.layer, draw) : undefined;
    const layer = "layer" in what ? offeredAs(desk, what.layer) : undefined;
    const name = "layer" in what ? (layer ? nameOf(layer) : what.layer) : what.example.title;
    desk.hand.set({
      over: aim?.over ?? null,
      ghost: { ...at, name, shape: answer?.shape ?? null, reason: answer?.reason ?? null },
    });
  };
  const stop = () => {
    end.abort();
    desk.hand.set({ ghost: null, over: null });
  };
  const listen = (target: EventTarget, type: string, heard: (event: never) => void, capture = false) =>
    target.addEventListener(type, heard as EventListener, { signal: end.signal, capture });

  listen(source, "pointermove", (move: PointerEvent) => {
    at = { x: move.clientX, y: move.clientY };
    if (!begun && Math.hypot(at.x - startX, at.y - startY) < SLACK) return;
    if (!begun) source.setPointerCapture(move.pointerId);
    begun = true;
    draw();
  });
  listen(source, "pointerup", () => {
    stop();
    if (!begun || !aim) return;
    if ("example" in what) return void commands.openExample(what.example);
    const reason = answers.of(aim.where, what.layer, () => undefined)?.reason;
    if (reason) commands.say(reason);
    else commands.add(what.layer, aim.where);
    commands.focus();
  });
  listen(source, "pointercancel", stop);
  const escape = (press: KeyboardEvent) => {
    if (press.key !== "Escape") return;
    press.preventDefault();
    press.stopPropagation();
    stop();
  };
  listen(window, "keydown", escape, true);
}

function aimAt(desk: Desk, ground: Ground, x: number, y: number): Aim {
  const { nodes, wires } = ground.scene();
  for (const element of ground.under(x, y)) {
    const node = element.closest("[data-node]");
    const hit = node && (nodes.find((other) => other.id === node.id) as LayerFlow | undefined);
    if (hit?.type === "layer") {
      const { path } = hit.data;
      return { where: { kind: "replace", node: idOf(path), block: parentOf(path) }, over: hit.id };
    }
    const id = element.closest(".react-flow__edge")?.getAttribute("data-id");
    const wire = id ? wires.find((other) => other.id === id) : undefined;
    if (wire?.data) return { where: { kind: "edge", edge: plain(wire.data.wire), block: wire.data.wire.block }, over: wire.id };
    if (hit?.type === "block") return { where: { kind: "end", block: hit.data.path }, over: hit.id };
  }
  const point = ground.toCanvas(x, y);
  const stack = endNear(desk, nodes.filter((node): node is LayerFlow => node.type !== "note"), point);
  if (stack) return { where: { kind: "after", node: idOf(stack.data.path) }, over: stack.id };
  return { where: { kind: "at", position: [Math.round(point.x - WIDTH / 2), Math.round(point.y - HEIGHT / 2)] }, over: null };
}

/** The end of a stack behind which a point lies; an Output ends a network for good. */
function endNear(desk: Desk, nodes: readonly LayerFlow[], { x, y }: { x: number; y: number }): LayerFlow | undefined {
  const graph = graphAt(desk.network.get().document, []);
  const down = desk.view.get().direction === "down";
  return nodes.find(({ data: { path, node }, position, width = WIDTH, height = HEIGHT }) => {
    if (path.length > 1 || node.type === "Output" || !graph || outOf(graph, node.id).length) return false;
    const [ahead, aside, half] = down
      ? [y - position.y - height, x - position.x - width / 2, width / 2]
      : [x - position.x - width, y - position.y - height / 2, height];
    return ahead >= 0 && ahead <= REACH && Math.abs(aside) <= half;
  });
}

type Answer = Fits["layers"][string];

/** What the server says of each place; it is asked once a place, and an answer that comes late does no harm. */
class Answers {
  private readonly known = new Map<string, Fits["layers"] | null>();

  constructor(private readonly desk: Desk) {}

  of(where: Where, layer: string, arrived: () => void): Answer | undefined {
    const block = where.block ?? [];
    const query =
      where.kind === "edge" && !block.length
        ? { edge: where.edge }
        : where.kind === "replace" && !block.length
          ? { replace: where.node }
          : where.kind === "after"
            ? { from: [...block, where.node] }
            : null;
    if (!query) return undefined;
    const key = JSON.stringify(query);
    if (!this.known.has(key)) {
      this.known.set(key, null);
      this.desk.network.fits(query).then(
        (fits) => {
          this.known.set(key, fits.layers);
          arrived();
        },
        () => undefined, // the drop is allowed without an answer: the check that follows tells
      );
    }
    return this.known.get(key)?.[layer];
  }
}
