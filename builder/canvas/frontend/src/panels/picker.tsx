/** The palette as a small dialog: what fits a place comes first, with the shape that it would give. */

import { Search } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import type { Fits } from "../messages";
import { nameOf, useOffered } from "../offered";
import { ranked } from "../search";
import { type Picking, useLooking, useStudio } from "../studio";
import { Glyph, Rule } from "./glyph";
import { arranged, type Offer, offers, question } from "./picking";

export function Picker() {
  const { picker } = useLooking();
  // a new place is a new dialog
  return picker && <Dialog key={JSON.stringify(picker.where)} picking={picker} />;
}

/** What the server says of the place; null until it answers, and where it cannot be asked. */
function useFits(picking: Picking): Fits | null {
  const { network, view } = useStudio();
  const [fits, setFits] = useState<Fits | null>(null);
  useEffect(() => {
    const query = question(picking.where, network.get().document, view.get());
    if (!query) return;
    const asked = new AbortController();
    network.fits(query, asked.signal).then(setFits, () => {}); // offline, everything is offered
    return () => asked.abort();
  }, [network, view, picking.where]);
  return fits;
}

function Dialog({ picking }: { readonly picking: Picking }) {
  const { catalogue, commands, view, t } = useStudio();
  const [typed, setTyped] = useState(picking.search);
  const [active, setActive] = useState(0);
  const fits = useFits(picking);
  const dialog = useRef<HTMLDialogElement>(null);
  const id = useId();
  const known = useOffered();
  const offered = arranged(known, catalogue.families, view.get());
  const shown = offers(ranked(offered, typed), fits, typed);
  const chosen = shown[active];

  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal(); // the browser keeps the focus inside and gives it back
    return () => element.close();
  }, []);
  useEffect(() => {
    dialog.current?.querySelector("[aria-selected=true]")?.scrollIntoView({ block: "nearest" });
  }, [active]);

  const close = () => {
    dialog.current?.close();
    view.set({ picker: null });
  };
  const choose = (offer: Offer | undefined) => {
    if (!offer) return;
    close();
    commands.add(offer.layer.type, picking.where);
  };
  const onKeyDown = (event: React.KeyboardEvent) => {
    event.stopPropagation();
    const last = shown.length - 1;
    const next = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + 8, PageUp: active - 8 }[event.key];
    if (next !== undefined) setActive(Math.max(0, Math.min(next, last)));
    else if (event.key === "Enter") choose(chosen);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
  };
  const fitting = shown.filter((offer) => offer.reason === null).length;

  return (
    <dialog
      ref={dialog}
      className="nb-ui nb-picker"
      aria-label={t("picker.name")}
      onKeyDown={onKeyDown}
      onCancel={(event) => (event.preventDefault(), close())}
      onPointerDown={(event) => event.target === dialog.current && close()}
    >
      <div className="nb-picker-body">
        <div className="nb-search">
          <Search size={16} aria-hidden />
          <input
            autoFocus
            className="nb-input"
            role="combobox"
            aria-expanded
            aria-controls={id}
            aria-autocomplete="list"
            aria-activedescendant={chosen && `${id}-${chosen.layer.type}`}
            aria-label={t("picker.search")}
            placeholder={t("palette.placeholder")}
            value={typed}
            onChange={(event) => {
              setTyped(event.target.value);
              setActive(0);
            }}
          />
        </div>
        <p className={shown.length ? "nb-hidden" : "nb-empty"} role="status">
          {shown.length ? t("picker.found", { n: fitting }) : t("palette.nothing")}
        </p>
        <div id={id} className="nb-scroll" role="listbox" aria-label={t("picker.list")}>
          {shown.map((offer, index) => (
            <Option
              key={offer.layer.type}
              id={`${id}-${offer.layer.type}`}
              offer={offer}
              active={index === active}
              divided={offer.reason !== null && shown[index - 1]?.reason === null}
              choose={choose}
            />
          ))}
        </div>
        {chosen && <Foot offer={chosen} />}
      </div>
    </dialog>
  );
}

interface OptionProps {
  readonly id: string;
  readonly offer: Offer;
  readonly active: boolean;
  readonly divided: boolean; // the first that does not fit
  readonly choose: (offer: Offer) => void;
}

function Option({ id, offer, active, divided, choose }: OptionProps) {
  const { t } = useStudio();
  const { layer, shape, reason } = offer;
  return (
    <div
      id={id}
      role="option"
      aria-selected={active}
      className="nb-option"
      data-layer={layer.type}
      data-fits={reason === null}
      data-divided={divided || undefined}
      onClick={() => choose(offer)}
    >
      <Glyph layer={layer} />
      <span className="nb-entry-text">
        <span className="nb-entry-name">{nameOf(layer)}</span>
        <span className="nb-entry-about">{reason === null ? layer.description : t("picker.unfit", { reason })}</span>
      </span>
      {shape && <code className="nb-shape">{shape}</code>}
    </div>
  );
}

function Foot({ offer: { layer } }: { readonly offer: Offer }) {
  return (
    <div className="nb-picker-foot">
      <Rule layer={layer} />
    </div>
  );
}
