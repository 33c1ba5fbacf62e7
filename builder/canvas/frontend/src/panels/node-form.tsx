/** One node: its name, inputs, parameters, what is wrong, what it gives and costs, and what it does. */

import { Copy, ExternalLink, FoldVertical, Power, Trash2, Ungroup, UnfoldVertical } from "lucide-react";
import { Fragment } from "react";
import { Field } from "../fields/field";
import { useLooking, useOpened, useStudio } from "../studio";
import { IconButton } from "./button";
import { Cost } from "./cost";
import { Glyph, Rule } from "./glyph";
import { Inputs } from "./inputs";
import { type Inspected, isChanged, offered, reported, safeLink, valueOf } from "./inspected";
import { LiveValues } from "./live";
import { NameField } from "./name-field";
import { ProblemLine } from "./problem-line";

export function NodeForm({ inspected }: { readonly inspected: Inspected }) {
  const { path, node, layer } = inspected;
  const { commands, network, t } = useStudio();
  const { report } = useOpened();
  const found = reported(report, path);
  const params = inspected.params.map((declared) => offered(declared, report));
  const named = new Set(params.map((parameter) => parameter.name));
  const own = found?.problems.filter((problem) => problem.param === null || !named.has(problem.param)) ?? [];
  const where = `${network.id}:${path.join("\n")}\t`;
  const seldom = params.filter(({ advanced }) => advanced);
  const fields = (some: typeof params) =>
    some.map((parameter) => (
      <Field
        key={parameter.name}
        parameter={parameter}
        value={valueOf(node, parameter)}
        mixed={false}
        changed={isChanged(node, parameter)}
        draft={`${where}${node.type}:${parameter.name}`}
        problems={found?.problems.filter((problem) => problem.param === parameter.name) ?? []}
        change={(value) => commands.setParam([path], parameter.name, value)}
      />
    ));
  return (
    <>
      <Head inspected={inspected} />
      <NameField path={path} drafted={where} />
      <Fragment key={where}>
        {own.length > 0 && (
          <div className="nb-group">
            {own.map((problem) => (
              <ProblemLine key={problem.code + problem.message} problem={problem} />
            ))}
          </div>
        )}
        <Inputs inspected={inspected} />
        {params.length > 0 && (
          <section className="nb-group" aria-label={t("inspector.parameters")}>
            <h3>{t("inspector.parameters")}</h3>
            {fields(params.filter(({ advanced }) => !advanced))}
            {seldom.length > 0 && (
              <details className="nb-seldom" open={seldom.some((parameter) => isChanged(node, parameter)) || undefined}>
                <summary>{t("inspector.advanced")}</summary>
                {fields(seldom)}
              </details>
            )}
          </section>
        )}
        <LiveValues path={path} />
        {found && <Cost found={found} />}
        {layer && <About inspected={inspected} />}
      </Fragment>
    </>
  );
}

function Head({ inspected: { path, node, layer } }: { readonly inspected: Inspected }) {
  const { commands, t } = useStudio();
  const { folded } = useLooking();
  const isFolded = folded[path.join("\n")] ?? true;
  return (
    <header className="nb-head">
      <Glyph layer={layer} />
      <h2>
        {node.type}
        {node.disabled && <span className="nb-tag">{t("inspector.disabled")}</span>}
      </h2>
      <span className="nb-actions">
        {node.graph && (
          <>
            <IconButton
              small
              icon={isFolded ? UnfoldVertical : FoldVertical}
              label={t(isFolded ? "block.unfold" : "block.fold")}
              onClick={() => commands.fold(path)}
            />
            <IconButton small icon={Ungroup} label={t("tool.ungroup")} onClick={commands.ungroup} />
          </>
        )}
        <IconButton
          small
          icon={Power}
          label={t(node.disabled ? "tool.enable" : "tool.disable")}
          onClick={commands.disable}
        />
        <IconButton small icon={Copy} label={t("tool.duplicate")} onClick={commands.duplicate} />
        <IconButton small icon={Trash2} label={t("tool.delete")} onClick={commands.remove} />
      </span>
      <p>{layer?.description ?? t(node.graph ? "block.about" : "inspector.unknown_type")}</p>
    </header>
  );
}

function About({ inspected: { layer } }: { readonly inspected: Inspected }) {
  const { t } = useStudio();
  if (!layer) return null;
  const link = safeLink(layer.link);
  return (
    <section className="nb-group nb-about" aria-label={t("inspector.about")}>
      <h3>{t("inspector.about")}</h3>
      <Rule layer={layer} />
      {layer.source && <p>{layer.source}</p>}
      {link && (
        <a href={link} target="_blank" rel="noopener noreferrer">
          {t("inspector.documentation")}
          <ExternalLink size={12} aria-hidden />
          <span className="nb-hidden">{t("inspector.new_tab")}</span>
        </a>
      )}
    </section>
  );
}
