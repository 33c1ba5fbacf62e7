/** What can be done with a saved block in the palette: another name, or out with it. */

import { Ellipsis, Pencil, Trash2 } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import type { Layer } from "../messages";
import { nameOf } from "../offered";
import { useStudio } from "../studio";
import { Menu } from "./menu";

export type Question = "rename" | "delete";

export function OwnMenu({ layer, ask }: { readonly layer: Layer; readonly ask: (what: Question) => void }) {
  const { t } = useStudio();
  const items = [
    { name: "rename", label: t("own.rename"), icon: Pencil, keys: "F2", run: () => ask("rename") },
    { name: "delete", label: t("own.delete"), icon: Trash2, keys: "Delete", run: () => ask("delete") },
  ];
  return <Menu small className="nb-icon nb-small nb-own" icon={Ellipsis} tabIndex={-1} label={t("own.menu", { name: nameOf(layer) })} items={items} />;
}

/** In place of the entry, until there is an answer. */
export function Asking({ layer, what, stop }: AnswerProps & { readonly what: Question }) {
  const escape = (event: React.KeyboardEvent) => {
    event.stopPropagation(); // what is typed here is no search, and no arrow leads elsewhere
    if (event.key !== "Escape") return;
    event.preventDefault();
    stop();
  };
  return (
    <div className="nb-asking" onKeyDown={escape}>
      {what === "rename" ? <Rename layer={layer} stop={stop} /> : <Delete layer={layer} stop={stop} />}
    </div>
  );
}

interface AnswerProps {
  readonly layer: Layer;
  readonly stop: () => void;
}

function Rename({ layer, stop }: AnswerProps) {
  const { commands, t } = useStudio();
  const [typed, setTyped] = useState(nameOf(layer));
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.select(), []);
  const commit = () => {
    if (!typed.trim() || typed.trim() === nameOf(layer)) stop();
    else void commands.renameKept(layer.type, typed.trim()).then(stop);
  };
  return (
    <input
      ref={field}
      className="nb-input"
      autoFocus
      aria-label={t("own.name")}
      maxLength={200}
      value={typed}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={commit}
      onKeyDown={(event) => event.key === "Enter" && commit()}
    />
  );
}

function Delete({ layer, stop }: AnswerProps) {
  const { commands, t } = useStudio();
  return (
    <div role="group" aria-label={t("own.delete")}>
      <p>{t("own.sure", { name: nameOf(layer) })}</p>
      <button type="button" className="nb-button" onClick={() => void commands.removeKept(layer.type)}>
        {t("own.delete")}
      </button>
      <button type="button" className="nb-button" autoFocus onClick={stop}>
        {t("own.stay")}
      </button>
    </div>
  );
}
