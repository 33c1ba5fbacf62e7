/** A line of text that is edited in place. */

import { useLayoutEffect, useRef } from "react";

interface EditableProps {
  readonly value: string;
  readonly label: string;
  readonly done: (text: string | null) => boolean; // null: given up; false: it stays open
}

export function Editable({ value, label, done }: EditableProps) {
  const field = useRef<HTMLInputElement>(null);
  const over = useRef(false);
  useLayoutEffect(() => {
    field.current?.focus({ preventScroll: true });
    field.current?.select();
  }, []);
  const end = (text: string | null) => {
    if (over.current) return;
    over.current = true;
    over.current = done(text);
  };
  return (
    <input
      ref={field}
      className="nf-editable nodrag nopan"
      aria-label={label}
      defaultValue={value}
      maxLength={200}
      spellCheck={false}
      onBlur={(event) => end(event.currentTarget.value)}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === "Enter") end(event.currentTarget.value);
        if (event.key === "Escape") end(null);
      }}
    />
  );
}
