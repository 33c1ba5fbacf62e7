/** An empty canvas says how to begin. */

import { Plus, Workflow } from "lucide-react";
import { useStudio } from "../studio";

const SHOWN = 3; // examples

export function Empty() {
  const { catalogue, commands, t } = useStudio();
  return (
    <div className="nf-empty">
      <h2>{t("empty_title")}</h2>
      <p>{t("empty_text")}</p>
      <div className="nf-empty-acts">
        <button type="button" className="nb-button" data-begin="pick" onClick={() => commands.pick({ kind: "end" })}>
          <Plus size={16} aria-hidden />
          {t("empty_add")}
        </button>
        {catalogue.examples.slice(0, SHOWN).map((example) => (
          <button key={example.name} type="button" className="nb-button" title={example.about} onClick={() => void commands.openExample(example)}>
            <Workflow size={16} aria-hidden />
            {example.title}
          </button>
        ))}
      </div>
    </div>
  );
}
