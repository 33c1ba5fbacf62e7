/** Texts, lists of numbers, and switches. */

import { useEffect, useRef } from "react";
import { useStudio } from "../studio";
import type { Control } from "./use-field";

export function TextControl({ id, text, invalid, describedBy, placeholder, type, leave }: Control) {
  return (
    <input
      id={id}
      className="nb-input"
      autoComplete="off"
      spellCheck={false}
      maxLength={1000}
      aria-invalid={invalid}
      aria-describedby={describedBy || undefined}
      placeholder={placeholder}
      value={text}
      onChange={(event) => type(event.target.value)}
      onBlur={leave}
    />
  );
}

export function SwitchControl({ id, value, mixed, invalid, describedBy, send }: Control) {
  const { t } = useStudio();
  const ref = useRef<HTMLInputElement>(null);
  const unclear = mixed || typeof value !== "boolean";
  useEffect(() => {
    ref.current!.indeterminate = unclear;
  }, [unclear]);
  return (
    <span className="nb-switch">
      <span aria-hidden>{unclear ? t("field.mixed") : value ? t("field.on") : t("field.off")}</span>
      <input
        ref={ref}
        id={id}
        type="checkbox"
        role="switch"
        aria-invalid={invalid}
        aria-describedby={describedBy || undefined}
        checked={!unclear && value}
        onChange={(event) => send(event.target.checked)}
      />
    </span>
  );
}
