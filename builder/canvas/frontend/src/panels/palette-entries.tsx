/** What the palette lists: layers and examples, each to be dragged, pressed or added by Enter. */

import { Star, Workflow } from "lucide-react";
import { useRef, useState } from "react";
import type { Example, Layer } from "../messages";
import { nameOf } from "../offered";
import { usePart, useStudio } from "../studio";
import { Glyph, Rule } from "./glyph";
import { Asking, OwnMenu, type Question } from "./own-entry";
import { Tip } from "./tip";

export function Entries({ layers, first = false }: { readonly layers: readonly Layer[]; readonly first?: boolean }) {
  return (
    <ul className="nb-entries">
      {layers.map((layer, index) => (
        <Entry key={layer.type} layer={layer} reachable={first && index === 0} />
      ))}
    </ul>
  );
}

/** A press that moved was a drag: the click that follows it adds nothing. */
function usePress(begin: (event: React.PointerEvent) => void, press: () => void) {
  const from = useRef<readonly [number, number] | null>(null);
  return {
    onPointerDown: (event: React.PointerEvent) => {
      from.current = [event.clientX, event.clientY];
      if (event.button === 0) begin(event);
    },
    onClick: (event: React.MouseEvent) => {
      const [x, y] = from.current ?? [event.clientX, event.clientY];
      from.current = null;
      if (event.detail === 0 || Math.hypot(event.clientX - x, event.clientY - y) < 5) press();
    },
  };
}

function Entry({ layer, reachable }: { readonly layer: Layer; readonly reachable: boolean }) {
  const { commands, drag, own, view, t } = useStudio();
  const mine = usePart(own, (now) => now.blocks.includes(layer));
  const fresh = usePart(own, (now) => now.fresh === layer.type);
  const [asked, ask] = useState<Question | null>(null);
  const asking = fresh ? "rename" : asked;
  const favourites = usePart(view, (looking) => looking.favourites);
  const starred = favourites.includes(layer.type);
  const row = useRef<HTMLLIElement>(null);
  const press = usePress(
    (event) => drag(event, { layer: layer.type }),
    () => commands.add(layer.type, { kind: "end" }),
  );
  const star = () =>
    view.set({ favourites: starred ? favourites.filter((type) => type !== layer.type) : [...favourites, layer.type] });
  const across = (event: React.KeyboardEvent) => {
    if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...row.current!.querySelectorAll<HTMLElement>("button")];
    const at = buttons.indexOf(event.target as HTMLElement) + (event.key === "ArrowRight" ? 1 : -1);
    buttons[Math.max(0, Math.min(at, buttons.length - 1))]?.focus();
  };
  const byKey = (event: React.KeyboardEvent) => {
    const what = ({ F2: "rename", Delete: "delete" } as const)[event.key];
    if (!mine || !what) return;
    event.preventDefault();
    event.stopPropagation();
    ask(what);
  };
  if (mine && asking) {
    const stop = () => {
      ask(null);
      if (fresh) own.set({ fresh: null });
      requestAnimationFrame(() => row.current?.querySelector<HTMLElement>(".nb-entry")?.focus());
    };
    return (
      <li ref={row}>
        <Asking layer={layer} what={asking} stop={stop} />
      </li>
    );
  }
  return (
    <li ref={row} data-mine={mine || undefined} onKeyDown={(event) => (byKey(event), across(event))}>
      <Tip side="right" tip={<LayerTip layer={layer} />}>
        <button
          type="button"
          className="nb-entry"
          data-rove
          data-layer={layer.type}
          tabIndex={reachable ? 0 : -1}
          {...press}
        >
          <Glyph layer={layer} />
          <span className="nb-entry-text">
            <span className="nb-entry-name">{nameOf(layer)}</span>
            <span className="nb-entry-about">{layer.description}</span>
          </span>
        </button>
      </Tip>
      <button
        type="button"
        className="nb-icon nb-small nb-star"
        tabIndex={-1}
        aria-label={t("palette.star", { name: nameOf(layer) })}
        aria-pressed={starred}
        onClick={star}
      >
        <Star size={14} fill={starred ? "currentColor" : "none"} aria-hidden />
      </button>
      {mine && <OwnMenu layer={layer} ask={ask} />}
    </li>
  );
}

function LayerTip({ layer }: { readonly layer: Layer }) {
  return (
    <span className="nb-layer-tip">
      <strong>{nameOf(layer)}</strong>
      <span>{layer.description}</span>
      <Rule layer={layer} />
    </span>
  );
}

export function ExampleEntries({ examples, first = false }: { readonly examples: readonly Example[]; readonly first?: boolean }) {
  return (
    <ul className="nb-entries">
      {examples.map((example, index) => (
        <ExampleEntry key={example.name} example={example} reachable={first && index === 0} />
      ))}
    </ul>
  );
}

function ExampleEntry({ example, reachable }: { readonly example: Example; readonly reachable: boolean }) {
  const { commands, drag } = useStudio();
  const press = usePress(
    (event) => drag(event, { example }),
    () => void commands.openExample(example),
  );
  return (
    <li>
      <Tip side="right" tip={<span className="nb-help">{example.about}</span>}>
        <button type="button" className="nb-entry" data-rove data-example={example.name} tabIndex={reachable ? 0 : -1} {...press}>
          <span className="nb-glyph nb-plain" aria-hidden>
            <Workflow size={14} />
          </span>
          <span className="nb-entry-text">
            <span className="nb-entry-name">{example.title}</span>
            <span className="nb-entry-about">{example.about}</span>
          </span>
        </button>
      </Tip>
    </li>
  );
}
