/** Several nodes at once: the parameters that they share, changed for all in one step. */

import { Copy, Group, Power, Trash2 } from "lucide-react";
import { Field } from "../fields/field";
import { same, shared } from "../fields/values";
import type { Parameter } from "../messages";
import { count } from "../numbers";
import { useOpened, useStudio } from "../studio";
import { IconButton } from "./button";
import { Fact } from "./cost";
import { type Inspected, isChanged, offered, reported, valueOf } from "./inspected";

export function SeveralForm({ chosen }: { readonly chosen: readonly Inspected[] }) {
  const { commands, network, t } = useStudio();
  const { report } = useOpened();
  const found = chosen.map(({ path }) => reported(report, path));
  const sum = (part: "params" | "flops") => found.reduce((total, node) => total + (node?.[part] ?? 0), 0);
  const params = shared(chosen.map((one) => one.params)).map((declared) => offered(declared, report));
  const paths = chosen.map((one) => one.path);
  const drafted = `${network.id}:${paths.map((path) => path.join("\n")).join("\t")}\t`;
  const totals = report?.totals;
  return (
    <>
      <header className="nb-head">
        <h2>{t("several.title", { n: chosen.length })}</h2>
        <span className="nb-actions">
          <IconButton small icon={Group} label={t("tool.group")} onClick={commands.group} />
          <IconButton small icon={Power} label={t("tool.disable")} onClick={commands.disable} />
          <IconButton small icon={Copy} label={t("tool.duplicate")} onClick={commands.duplicate} />
          <IconButton small icon={Trash2} label={t("tool.delete")} onClick={commands.remove} />
        </span>
        <p>{kinds(chosen)}</p>
      </header>
      <section className="nb-group" aria-label={t("inspector.parameters")}>
        <h3>{t("several.shared")}</h3>
        {!params.length && <p className="nb-quiet">{t("several.none")}</p>}
        {params.map((parameter) => {
          const common = inCommon(chosen, parameter);
          return (
            <Field
              key={parameter.name}
              parameter={parameter}
              value={common.mixed ? undefined : common.value}
              mixed={common.mixed}
              changed={chosen.some(({ node }) => isChanged(node, parameter))}
              draft={`${drafted}:${parameter.name}`}
              problems={[]}
              change={(value) => commands.setParam(paths, parameter.name, value)}
            />
          );
        })}
      </section>
      <section className="nb-group" aria-label={t("cost.title")}>
        <h3>{t("several.together")}</h3>
        <dl className="nb-facts">
          <Fact name={t("cost.params")} value={count(sum("params"))} part={sum("params")} whole={totals?.params ?? 0} />
          <Fact name={t("cost.flops")} value={count(sum("flops"))} part={sum("flops")} whole={totals?.flops ?? 0} />
        </dl>
      </section>
    </>
  );
}

function inCommon(chosen: readonly Inspected[], parameter: Parameter) {
  const values = chosen.map(({ node }) => valueOf(node, parameter));
  return { value: values[0], mixed: values.some((value) => !same(parameter, value, values[0])) };
}

/** `3 Conv2d, 2 ReLU`. */
function kinds(chosen: readonly Inspected[]): string {
  const counts = new Map<string, number>();
  for (const { node } of chosen) counts.set(node.type, (counts.get(node.type) ?? 0) + 1);
  return [...counts].map(([type, n]) => `${n} ${type}`).join(", ");
}
