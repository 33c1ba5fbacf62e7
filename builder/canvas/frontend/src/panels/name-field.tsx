/** A node's name. One that is refused stays as it was typed, with the reason. */

import { useId, useState } from "react";
import { drafts, useDraft } from "../fields/drafts";
import { type Path, useStudio } from "../studio";

export function NameField({ path, drafted }: { readonly path: Path; readonly drafted: string }) {
  const { commands, network, view, t } = useStudio();
  const [refused, setRefused] = useState<{ readonly of: string; readonly reason: string } | null>(null);
  const id = useId();
  const key = `${drafted}name`;
  const typed = useDraft(key);
  const name = path.at(-1)!;
  const text = typed ?? name;
  const kept = refused?.of === key + text ? refused.reason : null;
  const wrong = text.trim() ? kept : t("name.empty");
  const commit = () => {
    const next = text.trim();
    if (!next || typed === undefined) return;
    if (next !== name && !commands.rename(path, next)) {
      setRefused({ of: key + text, reason: view.get().say ?? t("name.refused") }); // commands say why
      return;
    }
    drafts.set(key, undefined);
    drafts.move(drafted, `${network.id}:${[...path.slice(0, -1), next].join("\n")}\t`);
  };
  return (
    <div className="nb-field nb-name">
      <label htmlFor={id}>{t("name.label")}</label>
      <input
        id={id}
        className="nb-input"
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        aria-invalid={wrong !== null}
        aria-describedby={wrong ? `${id}-wrong` : undefined}
        value={text}
        onChange={(event) => drafts.set(key, event.target.value)}
        onBlur={commit}
        onKeyDown={(event) => {
          if (event.key === "Enter") commit();
          else if (event.key === "Escape" && typed !== undefined) {
            event.stopPropagation();
            drafts.set(key, undefined);
          }
        }}
      />
      {wrong && (
        <p id={`${id}-wrong`} className="nb-wrong" role="alert">
          {wrong}
        </p>
      )}
    </div>
  );
}
