/** Stands in for d3-transition and d3-interpolate, whose easing, colours and timers weigh 12 kB and move nothing here:
 * React Flow needs them only to change the view with a duration, which the surface does by itself. See `vite.config.ts`. */

import { selection } from "d3-selection";

// d3-zoom stops a running transition before each movement of its own; there never is one
Object.assign(selection.prototype, {
  interrupt(this: unknown) {
    return this;
  },
});

export function interrupt(): void {}

const none = () => () => undefined;
export { none as interpolate, none as interpolateZoom };
