/** Which layer feeds each input of a node. */

import { X } from "lucide-react";
import { useId, useMemo, useState } from "react";
import { sentence } from "../commands/desk";
import { graphAt, inside } from "../document/graph";
import type { Edge, Edit } from "../document/types";
import { useOpened, useStudio } from "../studio";
import { IconButton } from "./button";
import { feeds, type Inspected, portsOf } from "./inspected";

export function Inputs({ inspected: { path, node, layer } }: { readonly inspected: Inspected }) {
  const studio = useStudio();
  const { network, t } = studio;
  const { document } = useOpened();
  const [refused, setRefused] = useState<string | null>(null);
  const graph = graphAt(document, path.slice(0, -1));
  const ports = portsOf(node, layer);
  if (!graph) return null;
  const many = layer?.many ?? false;
  const { ports: fed, rest } = feeds(graph, node, many ? [] : ports);
  if (!many && !fed.length && !rest.length) return null;
  const others = graph.nodes
    .filter((other) => other.id !== node.id && other.type !== "Output")
    .map((other) => other.id);

  const rewire = (old: Edge | undefined, source: string | null, port?: string) => {
    const edits: Edit[] = old ? [{ op: "disconnect", edge: old }] : [];
    const input = port === undefined ? {} : { input: port };
    if (source) edits.push({ op: "connect", edge: { source, target: node.id, ...input } });
    try {
      network.do(inside(path, edits));
      setRefused(null);
    } catch (error) {
      setRefused(sentence(studio, error));
    }
  };

  return (
    <section className="nb-group" aria-label={t("inputs.title")}>
      <h3>{t("inputs.title")}</h3>
      {fed.map(({ port, edge }, index) => (
        <Source
          key={port}
          label={ports.length > 1 ? port : t("inputs.from")}
          open={index >= ports.length - (layer?.optional ?? 0)}
          others={others}
          chosen={edge?.source ?? ""}
          choose={(source) => rewire(edge, source || null, ports.length > 1 ? port : undefined)}
        />
      ))}
      {rest.map((edge) => (
        <div key={`${edge.source}\n${edge.input ?? ""}`} className="nb-wire">
          <span className="nb-wire-name">{edge.source}</span>
          {edge.input !== undefined && <span className="nb-unit">{edge.input}</span>}
          <IconButton
            small
            icon={X}
            label={t("inputs.remove", { name: edge.source })}
            onClick={() => rewire(edge, null)}
          />
        </div>
      ))}
      {many && (
        <Source
          key={rest.length}
          label={t("inputs.add")}
          others={others.filter((id) => !rest.some((edge) => edge.source === id))}
          chosen=""
          choose={(source) => source && rewire(undefined, source)}
        />
      )}
      {refused && (
        <p className="nb-wrong" role="alert">
          {refused}
        </p>
      )}
    </section>
  );
}

interface SourceProps {
  readonly label: string;
  readonly open?: boolean; // it may stay without a wire
  readonly others: readonly string[];
  readonly chosen: string;
  readonly choose: (source: string) => void;
}

function Source({ label, open, others, chosen, choose }: SourceProps) {
  const { t } = useStudio();
  const id = useId();
  const names = JSON.stringify(others);
  const options = useMemo(
    () => (JSON.parse(names) as string[]).map((name) => <option key={name}>{name}</option>),
    [names], // there may be 2,000 of them
  );
  return (
    <div className="nb-field">
      <label htmlFor={id}>{label}</label>
      <select id={id} className="nb-input nb-select" value={chosen} onChange={(event) => choose(event.target.value)}>
        <option value="">{t(open ? "inputs.open" : "inputs.none")}</option>
        {chosen && !others.includes(chosen) && <option>{chosen}</option>}
        {options}
      </select>
    </div>
  );
}
