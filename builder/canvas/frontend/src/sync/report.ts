import type { Delta, NodeReport, Report } from "../messages";
import { keep } from "./keep";

/** The report that a delta leads to; nodes that did not change keep their identity. */
export function merged(held: Report | null, delta: Delta): Report {
  const nodes: Record<string, NodeReport> = delta.base === 0 ? {} : { ...held?.nodes };
  for (const id of delta.gone) delete nodes[id];
  Object.assign(nodes, delta.nodes);
  return keep(held, { nodes, totals: delta.totals, general: delta.general });
}
