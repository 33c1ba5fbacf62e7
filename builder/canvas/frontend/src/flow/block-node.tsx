/** An unfolded block: a frame around the nodes of its graph. Folded, it is drawn as a layer is. */

import type { NodeProps } from "@xyflow/react";
import { FoldVertical } from "lucide-react";
import { memo } from "react";
import { useStudio } from "../studio";
import { Frame, Name, State, useReport } from "./frame";
import { repeatsOf, shapeOf } from "./parts";
import type { LayerFlow } from "./scene";

export const BlockNode = memo(function BlockNode({ data, selected }: NodeProps<LayerFlow>) {
  const { path, node } = data;
  const { commands, t } = useStudio();
  return (
    <Frame data={data} selected={selected} unfolded>
      <div className="nf-block-head">
        <Name path={path} />
        {repeatsOf(node) > 1 && <span className="nf-repeat">x{repeatsOf(node)}</span>}
        <span className="nf-shape">{shapeOf(useReport(path))}</span>
        <State data={data} />
        <button
          type="button"
          className="nf-fold nodrag"
          tabIndex={-1}
          aria-label={t("fold")}
          title={t("fold")}
          data-fold
          onClick={() => commands.fold(path)}
        >
          <FoldVertical size={14} aria-hidden />
        </button>
      </div>
    </Frame>
  );
});
