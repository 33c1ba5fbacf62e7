/** Numbers: typed, or nudged with the arrows and, while focused, the wheel; Shift for ten steps at once. */

import { useEffect, useRef } from "react";
import type { Parameter } from "../messages";
import type { Control } from "./use-field";
import { nudged } from "./values";

interface BoxProps {
  readonly id?: string;
  readonly label?: string;
  readonly parameter: Parameter;
  readonly text: string;
  readonly from: number; // what a nudge begins at while the text is no number
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly placeholder: string;
  readonly type: (text: string) => void;
  readonly leave: () => void;
}

export function NumberBox({
  id,
  label,
  parameter,
  text,
  from,
  invalid,
  describedBy,
  placeholder,
  type,
  leave,
}: BoxProps) {
  const ref = useRef<HTMLInputElement>(null);
  const value = text.trim() ? Number(text) : NaN;
  const nudge = (up: boolean, times: number) => {
    const start = Number.isFinite(value) ? value : from;
    type(String(nudged(parameter, start, up, times)));
  };
  const latest = useRef(nudge);
  latest.current = nudge;
  useEffect(() => {
    const input = ref.current!;
    const turn = (event: WheelEvent) => {
      if ((input.getRootNode() as Document | ShadowRoot).activeElement !== input) return;
      event.preventDefault(); // React's own wheel listeners are passive
      const delta = event.deltaY || event.deltaX; // Shift turns the wheel sideways
      if (delta) latest.current(delta < 0, event.shiftKey ? 10 : 1);
    };
    input.addEventListener("wheel", turn, { passive: false });
    return () => input.removeEventListener("wheel", turn);
  }, []);
  return (
    <input
      ref={ref}
      id={id}
      className="nb-input"
      role="spinbutton"
      inputMode={parameter.kind === "float" ? "decimal" : "numeric"}
      autoComplete="off"
      aria-label={label}
      aria-valuenow={Number.isFinite(value) ? value : undefined}
      aria-valuemin={parameter.minimum ?? undefined}
      aria-valuemax={parameter.maximum ?? undefined}
      aria-invalid={invalid}
      aria-describedby={describedBy || undefined}
      placeholder={placeholder}
      value={text}
      onChange={(event) => type(event.target.value)}
      onBlur={leave}
      onKeyDown={(event) => {
        if (event.key !== "ArrowUp" && event.key !== "ArrowDown") return;
        event.preventDefault();
        event.stopPropagation();
        nudge(event.key === "ArrowUp", event.shiftKey ? 10 : 1);
      }}
    />
  );
}

export function NumberControl({ id, parameter, text, value, invalid, describedBy, placeholder, type, leave }: Control) {
  const fallback = typeof value === "number" ? value : parameter.default;
  const from = typeof fallback === "number" ? fallback : (parameter.minimum ?? 0);
  return (
    <span className="nb-measure">
      <NumberBox {...{ id, parameter, text, from, invalid, describedBy, placeholder, type, leave }} />
      {parameter.unit && (
        <span className="nb-unit" aria-hidden>
          {parameter.unit}
        </span>
      )}
    </span>
  );
}
