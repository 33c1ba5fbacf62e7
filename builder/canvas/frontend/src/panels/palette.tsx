/** All layers, to be dragged, pressed or added by Enter: favourites and recent ones first, then family by family. */

import { ChevronRight, Search, X } from "lucide-react";
import { useEffect, useId, useRef, useState } from "react";
import type { Example, Layer } from "../messages";
import { useOffered } from "../offered";
import { examplesFor, ranked } from "../search";
import { usePart, useStudio } from "../studio";
import { IconButton } from "./button";
import { rove } from "./floating";
import { Entries, ExampleEntries } from "./palette-entries";

const RECENT = 5; // as many as help without pushing the families away

export function Palette() {
  const { catalogue, commands, own, t } = useStudio();
  const [typed, setTyped] = useState("");
  const wanted = typed.trim();
  const list = useRef<HTMLDivElement>(null);
  const search = useRef<HTMLInputElement>(null);
  const fresh = usePart(own, (now) => now.fresh);
  useEffect(() => void (fresh && setTyped("")), [fresh]); // its name is typed where it stands
  const id = useId();
  const offered = useOffered();
  const examples = examplesFor(catalogue.examples, wanted);
  const found = ranked(offered, wanted, !examples.length);
  const first = () => list.current?.querySelector<HTMLElement>("[data-rove]")?.focus();

  return (
    <aside className="nb-ui nb-panel nb-palette" aria-label={t("palette.name")}>
      <div className="nb-search">
        <Search size={14} aria-hidden />
        <input
          ref={search}
          type="search"
          className="nb-input"
          aria-label={t("palette.search")}
          aria-controls={id}
          placeholder={t("palette.placeholder")}
          value={typed}
          onChange={(event) => setTyped(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === "ArrowDown") first();
            else if (event.key === "Enter" && wanted && found[0]) commands.add(found[0].type, { kind: "end" });
            else if (event.key === "Escape" && typed) setTyped("");
            else return;
            event.preventDefault();
            event.stopPropagation();
          }}
        />
        {typed && (
          <IconButton
            small
            icon={X}
            label={t("palette.clear")}
            onClick={() => (setTyped(""), search.current?.focus())}
          />
        )}
      </div>
      <div
        ref={list}
        id={id}
        className="nb-scroll"
        onKeyDown={(event) => {
          if (rove(event, list.current!, "column") || event.key.length !== 1 || event.key === " ") return;
          if (event.ctrlKey || event.metaKey || event.altKey) return;
          search.current?.focus(); // what is typed on the list is searched for
          event.stopPropagation();
        }}
      >
        {wanted ? <Found layers={found} examples={examples} /> : <Everything layers={offered} />}
      </div>
    </aside>
  );
}

function Found({ layers, examples }: { readonly layers: readonly Layer[]; readonly examples: readonly Example[] }) {
  const { t } = useStudio();
  const n = layers.length + examples.length;
  return (
    <>
      <p className={n ? "nb-hidden" : "nb-empty"} role="status">
        {n ? t("palette.found", { n }) : t("palette.nothing")}
      </p>
      <Entries layers={layers} first />
      <ExampleEntries examples={examples} first={!layers.length} />
    </>
  );
}

function Everything({ layers }: { readonly layers: readonly Layer[] }) {
  const { catalogue, own, view, t } = useStudio();
  const problems = usePart(own, (now) => now.problems);
  const favourites = usePart(view, (looking) => looking.favourites);
  const recent = usePart(view, (looking) => looking.recent);
  const known = (types: readonly string[]) =>
    types.flatMap((type) => layers.find((layer) => layer.type === type) ?? []);
  const starred = known(favourites);
  const lately = known(recent.filter((type) => !favourites.includes(type))).slice(0, RECENT);
  const families = catalogue.families.map(({ name }) => layers.filter((layer) => layer.family === name));
  const sections = [
    { name: t("palette.favourites"), members: starred },
    { name: t("palette.recent"), members: lately },
    ...families.map((members) => ({ name: members[0]?.family ?? "", members })),
  ].filter((section) => section.members.length);
  return (
    <>
      {sections.map(({ name, members }, index) => (
        <Section key={name} name={name} count={members.length} reachable={index === 0}>
          <Entries layers={members} />
        </Section>
      ))}
      {problems.map((problem) => (
        <p key={problem} className="nb-empty" role="status">
          {problem}
        </p>
      ))}
      {catalogue.examples.length > 0 && (
        <Section name={t("palette.examples")} count={catalogue.examples.length} reachable={!sections.length}>
          <ExampleEntries examples={catalogue.examples} />
        </Section>
      )}
    </>
  );
}

interface SectionProps {
  readonly name: string;
  readonly count: number;
  readonly reachable: boolean; // by Tab; the arrows reach the others
  readonly children: React.ReactNode;
}

function Section({ name, count, reachable, children }: SectionProps) {
  const [open, setOpen] = useState(true);
  const id = useId();
  return (
    <section className="nb-section">
      <h3>
        <button
          type="button"
          data-rove
          tabIndex={reachable ? 0 : -1}
          aria-expanded={open}
          aria-controls={id}
          onClick={() => setOpen(!open)}
          onKeyDown={(event) => {
            if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
            event.preventDefault();
            event.stopPropagation();
            setOpen(event.key === "ArrowRight");
          }}
        >
          <ChevronRight size={14} aria-hidden />
          <span>{name}</span>
          <span className="nb-count" aria-hidden>
            {count}
          </span>
        </button>
      </h3>
      <div id={id} hidden={!open}>
        {open && children}
      </div>
    </section>
  );
}
