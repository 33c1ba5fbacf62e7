/** Every problem of a report with the place of its node, those inside blocks too. */

import type { NodeReport, Problem, Report } from "../messages";
import type { Path } from "../studio";

export interface PlacedProblem {
  readonly path: Path | null; // null: of the network as a whole
  readonly problem: Problem;
}

const GRAVITY = { error: 0, warning: 1, hint: 2 };

/** Errors first; within them the general ones, then in the order of the nodes. */
export function allProblems(report: Report | null): readonly PlacedProblem[] {
  if (!report) return [];
  const all = [...report.general.map((problem) => ({ path: null, problem })), ...below(report.nodes, [])];
  return all.sort((a, b) => GRAVITY[a.problem.severity] - GRAVITY[b.problem.severity]);
}

function below(nodes: Readonly<Record<string, NodeReport>>, path: Path): PlacedProblem[] {
  return Object.entries(nodes).flatMap(([id, node]) => {
    const here = [...path, id];
    return [...node.problems.map((problem) => ({ path: here, problem })), ...below(node.inside ?? {}, here)];
  });
}
