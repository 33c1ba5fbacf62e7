/** A tip that appears on hover and on keyboard focus, and leaves with Escape. */

import { cloneElement, useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { showBeside, type Side } from "./floating";

type Props = React.HTMLAttributes<HTMLElement>;

interface TipProps {
  readonly tip: React.ReactNode;
  readonly side?: Side;
  readonly describes?: boolean; // false where the tip only repeats the name
  readonly children: React.ReactElement<Props>;
}

const HOVER = 350; // milliseconds until it appears under a resting pointer
const LEAVE = 120; // time to move the pointer into the tip

export function Tip({ tip, side = "bottom", describes = true, children }: TipProps) {
  const [open, setOpen] = useState(false);
  const id = useId();
  const anchor = useRef<Element | null>(null);
  const timer = useRef(0);
  const after = (wait: number, shown: boolean) => {
    window.clearTimeout(timer.current);
    timer.current = window.setTimeout(() => setOpen(shown), wait);
  };
  useEffect(() => () => window.clearTimeout(timer.current), []);
  const own = children.props;
  const trigger = cloneElement(children, {
    "aria-describedby": [own["aria-describedby"], describes && open ? id : ""].filter(Boolean).join(" ") || undefined,
    onPointerEnter: (event) => {
      own.onPointerEnter?.(event);
      if (event.pointerType !== "touch") {
        anchor.current = event.currentTarget;
        after(HOVER, true);
      }
    },
    onPointerLeave: (event) => {
      own.onPointerLeave?.(event);
      after(LEAVE, false);
    },
    onPointerDown: (event) => {
      own.onPointerDown?.(event);
      after(0, false);
    },
    onFocus: (event) => {
      own.onFocus?.(event);
      anchor.current = event.currentTarget;
      if ((event.target as Element).matches(":focus-visible")) after(0, true);
    },
    onBlur: (event) => {
      own.onBlur?.(event);
      after(0, false);
    },
    onKeyDown: (event) => {
      if (event.key === "Escape" && open) setOpen(false);
      own.onKeyDown?.(event);
    },
  } satisfies Props);
  const bubble = open && anchor.current && tip;
  return (
    <>
      {trigger}
      {bubble && (
        <Bubble
          id={id}
          anchor={anchor.current!}
          side={side}
          hold={() => after(0, true)}
          leave={() => after(LEAVE, false)}
        >
          {tip}
        </Bubble>
      )}
    </>
  );
}

interface BubbleProps {
  readonly id: string;
  readonly anchor: Element;
  readonly side: Side;
  readonly hold: () => void;
  readonly leave: () => void;
  readonly children: React.ReactNode;
}

function Bubble({ id, anchor, side, hold, leave, children }: BubbleProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => showBeside(ref.current!, anchor, side));
  return (
    <div
      ref={ref}
      id={id}
      role="tooltip"
      popover="manual"
      className="nb-ui nb-tip"
      onPointerEnter={hold}
      onPointerLeave={leave}
    >
      {children}
    </div>
  );
}
