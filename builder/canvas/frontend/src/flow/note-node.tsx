/** A comment on the canvas, edited in place. */

import { type NodeProps, useReactFlow } from "@xyflow/react";
import { memo, useRef, useState } from "react";
import { useStudio } from "../studio";
import { NOTE } from "./geometry";
import type { NoteFlow } from "./scene";

const LEAST = [80, 48] as const;

export const NoteNode = memo(function NoteNode({ id, data, selected }: NodeProps<NoteFlow>) {
  const { note } = data;
  const { commands, t } = useStudio();
  const [editing, setEditing] = useState(note.text === "" && !!selected);
  const [size, resize] = useResize(note.size ?? NOTE, (end) => commands.editNote(note.id, note.text, end));
  const style = size ? { width: size[0], height: size[1] } : undefined;
  const save = (text: string) => {
    setEditing(false);
    if (text !== note.text) commands.editNote(note.id, text);
  };
  return (
    <div
      id={id}
      className="nf-note"
      style={style}
      role="note"
      aria-label={t("note_label", { text: note.text })}
      data-note={note.id}
      data-selected={selected || undefined}
      onDoubleClick={() => setEditing(true)}
    >
      {editing ? (
        <textarea
          className="nodrag nopan nowheel"
          autoFocus
          dir="auto"
          aria-label={t("note_field")}
          maxLength={10_000}
          defaultValue={note.text}
          onBlur={(event) => save(event.currentTarget.value)}
          onKeyDown={(event) => {
            event.stopPropagation();
            if (event.key !== "Escape" && !(event.key === "Enter" && (event.ctrlKey || event.metaKey))) return;
            save(event.currentTarget.value);
            commands.focus();
          }}
        />
      ) : (
        <p dir="auto">{note.text || t("note_empty")}</p>
      )}
      {selected && <span className="nf-grip nodrag" aria-hidden onPointerDown={resize} />}
    </div>
  );
});

type Size = readonly [number, number];

/** The size while the grip is drawn, and what begins that. */
function useResize(now: Size, done: (size: Size) => void): [Size | null, (event: React.PointerEvent) => void] {
  const [size, setSize] = useState<Size | null>(null);
  const last = useRef<Size>(now);
  const { getZoom } = useReactFlow();
  const begin = (event: React.PointerEvent) => {
    event.stopPropagation();
    const grip = event.currentTarget as HTMLElement;
    grip.setPointerCapture(event.pointerId);
    const [x, y] = [event.clientX, event.clientY];
    const end = new AbortController();
    const listen = (type: "pointermove" | "pointerup" | "pointercancel", heard: (event: PointerEvent) => void) =>
      grip.addEventListener(type, heard, { signal: end.signal });
    last.current = now;
    listen("pointermove", (move) => {
      const zoom = getZoom();
      last.current = [Math.max(LEAST[0], now[0] + (move.clientX - x) / zoom), Math.max(LEAST[1], now[1] + (move.clientY - y) / zoom)];
      setSize(last.current);
    });
    listen("pointerup", () => {
      end.abort();
      setSize(null);
      if (last.current !== now) done(last.current);
    });
    listen("pointercancel", () => {
      end.abort();
      setSize(null);
    });
  };
  return [size, begin];
}
