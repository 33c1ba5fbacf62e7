/** A layer on the canvas: what it is, what comes out of it, what it costs, and what is wrong with it. */

import type { NodeProps } from "@xyflow/react";
import { Layers } from "lucide-react";
import { memo } from "react";
import { keyOf } from "../document/graph";
import * as numbers from "../numbers";
import { usePart, useStudio, type Path } from "../studio";
import { Frame, Name, State, useReport } from "./frame";
import { Overlay } from "./overlay";
import { axesOf, keyParams, repeatsOf, reportAt, shapeOf } from "./parts";
import type { LayerFlow } from "./scene";

export const LayerNode = memo(function LayerNode({ data, selected }: NodeProps<LayerFlow>) {
  const { path, node, layer } = data;
  const { catalogue, t } = useStudio();
  const report = useReport(path);
  const share = useShare(path);
  const params = keyParams(node, layer);
  return (
    <Frame data={data} selected={selected}>
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
        <State data={data} />
      </div>
      <div className="nf-node-foot">
        <span className="nf-shape" title={axesOf(report, catalogue.axes)}>
          {shapeOf(report)}
        </span>
        {!!report?.params && <span className="nf-cost">{numbers.count(report.params)}</span>}
      </div>
      <div className="nf-share" title={share >= 0 ? t("node_share", { n: share }) : undefined}>
        <i style={{ width: `${Math.max(0, share)}%` }} />
      </div>
      <Overlay id={keyOf(path)} />
    </Frame>
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
