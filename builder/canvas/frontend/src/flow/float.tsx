/** What follows the pointer: the layer on its way from the palette, and why a port does not fit. And what is said. */

import { usePart, useStudio } from "../studio";

export function Float() {
  const { hand, view } = useStudio();
  const ghost = usePart(hand, (now) => now.ghost);
  const hover = usePart(hand, (now) => (now.wiring ? now.hover : null));
  const say = usePart(view, (looking) => looking.say);
  return (
    <>
      {ghost && (
        <div className="nf-ghost" style={{ left: ghost.x + 10, top: ghost.y + 10 }} data-ghost data-fits={!ghost.reason} aria-hidden>
          <b>{ghost.name}</b>
          {ghost.shape && <span className="nf-shape">{ghost.shape}</span>}
          {ghost.reason && <span className="nf-reason">{ghost.reason}</span>}
        </div>
      )}
      {hover && (
        <div className="nf-ghost" style={{ left: hover.x + 14, top: hover.y + 14 }} data-reason data-fits={false} aria-hidden>
          <span className="nf-reason">{hover.text}</span>
        </div>
      )}
      <div className="nf-say" role="status" aria-live="polite" data-say>
        {say}
      </div>
    </>
  );
}
