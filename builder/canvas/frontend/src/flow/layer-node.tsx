/** A layer on the canvas: what it is, what comes out of it, what it costs, and what is wrong with it. */

import type { NodeProps } from "@xyflow/react";
import { CircleAlert, CircleCheck, CircleDashed, CircleOff, Info, Layers, TriangleAlert, type LucideIcon } from "lucide-react";
import { memo } from "react";
import { keyOf } from "../document/graph";
import type { NodeReport } from "../messages";
import * as numbers from "../numbers";
import { usePart, useStudio, type Path } from "../studio";
import { flowId, samePath } from "../view/paths";
import { Editable } from "./editable";
import { Overlay } from "./overlay";
import { axesOf, keyParams, labelOf, repeatsOf, reportAt, shapeOf } from "./parts";
import { Inputs, Output } from "./port";
import { givesOutput } from "./ports";
import type { LayerFlow } from "./scene";

export const LayerNode = memo(function LayerNode({ data, selected }: NodeProps<LayerFlow>) {
  const { path, node, layer, ports, direction } = data;
  const studio = useStudio();
  const { network, catalogue } = studio;
  const report = usePart(network, ({ report }) => reportAt(report, path));
  const share = useShare(path);
  const params = keyParams(node, layer);
  const shape = shapeOf(report);
  const state = node.disabled ? "off" : (report?.state ?? "waiting");
  const style = { "--nb-family": layer?.colour ?? "gray" } as React.CSSProperties;
  return (
    <div
      id={flowId(path)}
      className="nf-node"
      style={style}
      role="group"
      aria-roledescription={studio.t("layer")}
      aria-label={labelOf(studio, node, report)}
      aria-current={selected || undefined}
      data-node={path.join("/")}
      data-state={state}
      data-flow={direction}
      data-shape={shape}
      data-selected={selected || undefined}
    >
      <Inputs path={path} ports={ports} direction={direction} />
      <div className="nf-node-head">
        <span className="nb-glyph" aria-hidden>
          {node.graph ? <Layers size={14} /> : (layer?.glyph ?? "?")}
        </span>
        <span className="nf-node-names">
          <Name path={path} />
          <span className="nf-node-type" title={params.long}>
            {node.type}
            {params.short && <span className="nf-node-params"> {params.short}</span>}
          </span>
        </span>
        {repeatsOf(node) > 1 && <span className="nf-repeat">x{repeatsOf(node)}</span>}
        <State state={state} />
      </div>
      <div className="nf-node-foot">
        <span className="nf-shape" title={axesOf(report, catalogue.axes)}>
          {shape}
        </span>
        {!!report?.params && <span className="nf-cost">{numbers.count(report.params)}</span>}
      </div>
      <div className="nf-share" title={share >= 0 ? studio.t("node_share", { n: share }) : undefined}>
        <i style={{ width: `${Math.max(0, share)}%` }} />
      </div>
      <Overlay id={keyOf(path)} />
      <Trouble report={report} />
      {givesOutput(node) && <Output direction={direction} />}
    </div>
  );
});

/** The share of the whole cost in percent, in steps of one so that small changes elsewhere draw nothing; -1 without. */
function useShare(path: Path): number {
  const { network } = useStudio();
  return usePart(network, ({ report }) => {
    const own = reportAt(report, path)?.flops;
    const all = report?.totals.flops;
    return own && all ? Math.min(100, Math.round((100 * own) / all)) : -1;
  });
}

export function Name({ path }: { readonly path: Path }) {
  const { hand, commands, t } = useStudio();
  const editing = usePart(hand, ({ renaming }) => !!renaming && samePath(renaming, path));
  const id = path[path.length - 1] ?? "";
  if (!editing) {
    return (
      <span className="nf-node-name" dir="auto" title={id} onDoubleClick={() => hand.set({ renaming: path })}>
        {id}
      </span>
    );
  }
  const done = (text: string | null) => {
    const name = text?.trim();
    if (name && name !== id && !commands.rename(path, name)) return false;
    hand.set({ renaming: null });
    commands.focus();
    return true;
  };
  return <Editable value={id} label={t("rename_field")} done={done} />;
}

const ICONS: Readonly<Record<NodeReport["state"], LucideIcon>> = {
  ok: CircleCheck,
  hint: Info,
  warning: TriangleAlert,
  error: CircleAlert,
  waiting: CircleDashed,
  off: CircleOff,
};

export function State({ state }: { readonly state: NodeReport["state"] }) {
  const { t } = useStudio();
  const Icon = ICONS[state];
  return (
    <span className="nf-state" title={t(`state_${state}`)}>
      <Icon size={14} aria-hidden />
    </span>
  );
}

/** The first problem; the others are in the inspector and in the list. */
export function Trouble({ report }: { readonly report: NodeReport | undefined }) {
  const { commands, t } = useStudio();
  const problem = report?.problems[0];
  if (!problem) return null;
  const more = (report?.problems.length ?? 0) - 1;
  return (
    <div className="nf-trouble nodrag" data-severity={problem.severity} data-problem={problem.code}>
      <span className="nf-trouble-text" dir="auto">
        {problem.message}
      </span>
      <span className="nf-trouble-acts">
        {problem.fixes.map((fix, index) => (
          <button
            key={index}
            type="button"
            className="nf-fix nodrag"
            data-fix={index}
            tabIndex={-1}
            onClick={() => commands.fix(fix)}
          >
            {fix.label}
          </button>
        ))}
        {more > 0 && <span className="nf-trouble-more">{t("problems_more", { n: more })}</span>}
      </span>
    </div>
  );
}
