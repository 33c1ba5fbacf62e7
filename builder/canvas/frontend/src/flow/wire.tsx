/** A wire between two nodes, with a button in its middle that puts a layer into it. */

import { EdgeLabelRenderer, type EdgeProps, getBezierPath } from "@xyflow/react";
import { Plus } from "lucide-react";
import { memo } from "react";
import type { Position } from "../document/types";
import { usePart, useStudio } from "../studio";
import { plain } from "../view/paths";
import type { WireFlow } from "./scene";
import { rounded } from "./ways";

export const Wire = memo(function Wire(props: EdgeProps<WireFlow>) {
  const { id, sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition, selected, data } = props;
  const { commands, hand, t } = useStudio();
  const over = usePart(hand, (now) => now.over === id);
  const [straight, middleX, middleY] = getBezierPath({ sourceX, sourceY, targetX, targetY, sourcePosition, targetPosition });
  const around = data?.corners && between(data.corners, [sourceX, sourceY], [targetX, targetY]);
  const path = around ? rounded(around) : straight;
  const [x, y] = around ? middle(around) : [middleX, middleY];
  return (
    <>
      <path className="react-flow__edge-path nf-wire" fill="none" d={path} data-over={over || undefined} data-selected={selected || undefined} />
      <path className="react-flow__edge-interaction" d={path} fill="none" strokeOpacity={0} strokeWidth={24} />
      {selected && data && (
        <EdgeLabelRenderer>
          <button
            type="button"
            className="nf-wire-add nodrag nopan"
            style={{ transform: `translate(-50%, -50%) translate(${x}px, ${y}px)` }}
            aria-label={t("insert_here")}
            title={t("insert_here")}
            tabIndex={-1}
            onClick={() => commands.pick({ kind: "edge", edge: plain(data.wire), block: data.wire.block })}
          >
            <Plus size={14} aria-hidden />
          </button>
        </EdgeLabelRenderer>
      )}
    </>
  );
});

/** The corners in the coordinates of the whole canvas, from port to port. */
function between(corners: readonly Position[], from: Position, to: Position): readonly Position[] {
  const [[x, y] = from] = corners;
  const inner = corners.slice(1, -1).map((corner): Position => [corner[0] + from[0] - x, corner[1] + from[1] - y]);
  return [from, ...inner, to];
}

/** Half way between the two corners in the middle. */
function middle(points: readonly Position[]): Position {
  const at = Math.floor(points.length / 2);
  const [a = [0, 0], b = [0, 0]] = [points[at - 1], points[at]];
  return [(a[0] + b[0]) / 2, (a[1] + b[1]) / 2];
}
