/** An unfolded block: a frame around the nodes of its graph. Folded, it is drawn as a layer is. */

import type { NodeProps } from "@xyflow/react";
import { FoldVertical } from "lucide-react";
import { memo } from "react";
import { usePart, useStudio } from "../studio";
import { flowId } from "../view/paths";
import { Name, State, Trouble } from "./layer-node";
import { labelOf, repeatsOf, reportAt, shapeOf } from "./parts";
import { Inputs, Output } from "./port";
import type { LayerFlow } from "./scene";

export const BlockNode = memo(function BlockNode({ data, selected }: NodeProps<LayerFlow>) {
  const { path, node, layer, ports, direction } = data;
  const studio = useStudio();
  const report = usePart(studio.network, ({ report }) => reportAt(report, path));
  const shape = shapeOf(report);
  const state = node.disabled ? "off" : (report?.state ?? "waiting");
  const style = { "--nb-family": layer?.colour ?? "gray" } as React.CSSProperties;
  return (
    <div
      id={flowId(path)}
      className="nf-block"
      style={style}
      role="group"
      aria-roledescription={studio.t("block")}
      aria-label={labelOf(studio, node, report)}
      aria-current={selected || undefined}
      data-node={path.join("/")}
      data-state={state}
      data-shape={shape}
      data-selected={selected || undefined}
      data-unfolded
    >
      <Inputs path={path} ports={ports} direction={direction} />
      <div className="nf-block-head">
        <Name path={path} />
        {repeatsOf(node) > 1 && <span className="nf-repeat">x{repeatsOf(node)}</span>}
        <span className="nf-shape">{shape}</span>
        <State state={state} />
        <button
          type="button"
          className="nf-fold nodrag"
          tabIndex={-1}
          aria-label={studio.t("fold")}
          title={studio.t("fold")}
          data-fold
          onClick={() => studio.commands.fold(path)}
        >
          <FoldVertical size={14} aria-hidden />
        </button>
      </div>
      <Trouble report={report} />
      <Output direction={direction} />
    </div>
  );
});
