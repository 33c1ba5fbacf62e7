/** What a layer and an unfolded block have in common: ports, name, state, and what is wrong. */

import type { NodeProps } from "@xyflow/react";
import { CircleAlert, CircleCheck, CircleDashed, CircleOff, Info, TriangleAlert, type LucideIcon } from "lucide-react";
import type { NodeReport } from "../messages";
import { usePart, useStudio, type Path } from "../studio";
import { flowId, samePath } from "../view/paths";
import { Editable } from "./editable";
import { labelOf, reportAt, shapeOf } from "./parts";
import { Inputs, Output } from "./port";
import { givesOutput } from "./ports";
import type { LayerFlow } from "./scene";

type Props = Pick<NodeProps<LayerFlow>, "data" | "selected"> & {
  readonly unfolded?: boolean;
  readonly children: React.ReactNode;
};

/** What the check says of the node at a place. */
export const useReport = (path: Path): NodeReport | undefined =>
  usePart(useStudio().network, ({ report }) => reportAt(report, path));

const stateOf = (data: LayerFlow["data"], report: NodeReport | undefined): NodeReport["state"] =>
  data.node.disabled ? "off" : (report?.state ?? "waiting");

export function Frame({ data, selected, unfolded, children }: Props) {
  const { path, node, layer, ports, direction } = data;
  const studio = useStudio();
  const report = useReport(path);
  const style = { "--nb-family": layer?.colour ?? "gray" } as React.CSSProperties;
  return (
    <div
      id={flowId(path)}
      className={unfolded ? "nf-block" : "nf-node"}
      style={style}
      role="group"
      aria-roledescription={studio.t(unfolded ? "block" : "layer")}
      aria-label={labelOf(studio, node, report)}
      aria-current={selected || undefined}
      data-node={path.join("/")}
      data-state={stateOf(data, report)}
      data-flow={direction}
      data-shape={shapeOf(report)}
      data-selected={selected || undefined}
      data-unfolded={unfolded}
    >
      <Inputs path={path} ports={ports} direction={direction} />
      {children}
      <Trouble report={report} />
      {givesOutput(node) && <Output direction={direction} />}
    </div>
  );
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

export function State({ data }: { readonly data: LayerFlow["data"] }) {
  const { t } = useStudio();
  const state = stateOf(data, useReport(data.path));
  const Icon = ICONS[state];
  return (
    <span className="nf-state" title={t(`state_${state}`)}>
      <Icon size={14} aria-hidden />
    </span>
  );
}

/** The first problem; the others are in the inspector and in the list. */
function Trouble({ report }: { readonly report: NodeReport | undefined }) {
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
        {problem.fix && (
          <button type="button" className="nf-fix nodrag" data-fix tabIndex={-1} onClick={() => commands.fix(problem)}>
            {problem.fix.label}
          </button>
        )}
        {more > 0 && <span className="nf-trouble-more">{t("problems_more", { n: more })}</span>}
      </span>
    </div>
  );
}
