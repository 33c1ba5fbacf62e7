/** The text of a note. */

import { useId } from "react";
import type { Note } from "../document/types";
import { useStudio } from "../studio";

export function NoteForm({ note }: { readonly note: Note }) {
  const { commands, t } = useStudio();
  const id = useId();
  return (
    <div className="nb-field nb-note">
      <label htmlFor={id}>{t("note.label")}</label>
      <textarea
        id={id}
        className="nb-input"
        rows={8}
        maxLength={10_000}
        placeholder={t("note.placeholder")}
        value={note.text}
        onChange={(event) => commands.editNote(note.id, event.target.value)}
      />
    </div>
  );
}
