/** Tips and menus in the browser's top layer, beside what they belong to. */

export type Side = "top" | "bottom" | "left" | "right";

const GAP = 6;
const EDGE = 8;

/** Show an element with a `popover` attribute beside its anchor, on the other side where there is no room. */
export function showBeside(element: HTMLElement, anchor: Element, side: Side): void {
  if (!element.isConnected || !anchor.isConnected) return;
  if (!element.matches(":popover-open")) element.showPopover();
  const [left, top] = placed(anchor.getBoundingClientRect(), element.getBoundingClientRect(), side, {
    width: window.innerWidth,
    height: window.innerHeight,
  });
  element.style.left = `${left}px`;
  element.style.top = `${top}px`;
}

interface Size {
  readonly width: number;
  readonly height: number;
}

interface Box extends Size {
  readonly left: number;
  readonly top: number;
}

/** Where a box of this size goes: beside the anchor, never past the window's edge. */
export function placed(anchor: Box, box: Size, side: Side, window: Size): readonly [number, number] {
  const right = anchor.left + anchor.width + GAP;
  const left = anchor.left - box.width - GAP;
  const below = anchor.top + anchor.height + GAP;
  const above = anchor.top - box.height - GAP;
  const fits = {
    right: right + box.width <= window.width,
    left: left >= 0,
    bottom: below + box.height <= window.height,
    top: above >= 0,
  };
  const keep = (at: number, length: number, room: number) => Math.max(EDGE, Math.min(at, room - length - EDGE));
  if (side === "left" || side === "right") {
    const onRight = side === "right" ? fits.right || !fits.left : !fits.left && fits.right;
    return [keep(onRight ? right : left, box.width, window.width), keep(anchor.top, box.height, window.height)];
  }
  const under = side === "bottom" ? fits.bottom || !fits.top : !fits.top && fits.bottom;
  return [keep(anchor.left, box.width, window.width), keep(under ? below : above, box.height, window.height)];
}

/** Move the focus among the marked elements of a container; true when the key was one of these. */
export function rove(event: React.KeyboardEvent, container: Element, along: "row" | "column"): boolean {
  const [back, on] = along === "row" ? ["ArrowLeft", "ArrowRight"] : ["ArrowUp", "ArrowDown"];
  const all = [...container.querySelectorAll<HTMLElement>("[data-rove]")].filter((item) => item.checkVisibility());
  const here = all.findIndex((item) => item.contains(event.target as Node));
  const next = { [back!]: here - 1, [on!]: here + 1, Home: 0, End: all.length - 1 }[event.key];
  if (next === undefined || !all.length) return false;
  event.preventDefault();
  event.stopPropagation();
  const within = along === "row" ? (next + all.length) % all.length : Math.max(0, Math.min(next, all.length - 1));
  all[within]!.focus();
  return true;
}
