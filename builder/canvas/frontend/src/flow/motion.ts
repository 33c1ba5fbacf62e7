/** Movement of nodes to their new places, for those who like movement and for graphs that a browser can move. */

import type { Cell, Hand, Spot } from "../studio";
import type { Scene } from "./scene";

const TIME = 260; // milliseconds
const MOST = 150; // nodes

export const calm = (): boolean => matchMedia("(prefers-reduced-motion: reduce)").matches;

export type Spots = ReadonlyMap<string, Spot>;

/** Do something once everything stands where it belongs. */
export function settled(hand: Cell<Hand>, act: () => void): void {
  if (!hand.get().moving) return act();
  const end = hand.subscribe(() => {
    if (hand.get().moving) return;
    end();
    requestAnimationFrame(act); // by then React Flow has the places too
  });
}

export const spotsOf = ({ nodes }: Scene): Spots => new Map(nodes.map((node) => [node.id, node.position]));

/** Lets nodes glide from where they were. Returns what stops it. */
export function glide(hand: Cell<Hand>, from: Spots, to: Spots): () => void {
  const moved = [...to].filter(([id, spot]) => from.has(id) && (from.get(id)?.x !== spot.x || from.get(id)?.y !== spot.y));
  if (!moved.length || to.size > MOST || calm()) return () => undefined;
  const begun = performance.now();
  const at = (part: number): Spots =>
    new Map(
      moved.map(([id, end]) => {
        const start = from.get(id) ?? end;
        return [id, { x: start.x + (end.x - start.x) * part, y: start.y + (end.y - start.y) * part }];
      }),
    );
  let frame = 0;
  const draw = (now: number) => {
    const part = Math.min(1, Math.max(0, (now - begun) / TIME));
    hand.set({ moving: part < 1 ? at(1 - (1 - part) ** 3) : null });
    if (part < 1) frame = requestAnimationFrame(draw);
  };
  draw(begun);
  return () => {
    cancelAnimationFrame(frame);
    hand.set({ moving: null });
  };
}
