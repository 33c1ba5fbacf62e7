/** One problem: how grave it is, the sentence, and the button that mends it. */

import { CircleAlert, Info, TriangleAlert, Wrench } from "lucide-react";
import type { Problem } from "../messages";
import { useStudio } from "../studio";

const SIGNS = { error: CircleAlert, warning: TriangleAlert, hint: Info };

export function ProblemLine({
  problem,
  show,
}: {
  readonly problem: Problem;
  readonly show?: (() => void) | undefined;
}) {
  const { t } = useStudio();
  return (
    <div className="nb-problem" data-severity={problem.severity}>
      <Sign severity={problem.severity} />
      <div>
        {show ? (
          <button type="button" className="nb-problem-text" onClick={show}>
            {problem.message}
          </button>
        ) : (
          <p className="nb-problem-text">{problem.message}</p>
        )}
        <FixButton problem={problem} label={(fix) => t("problem.fix", { fix })} />
      </div>
    </div>
  );
}

export function Sign({ severity }: { readonly severity: Problem["severity"] }) {
  const { t } = useStudio();
  const Icon = SIGNS[severity];
  return (
    <span className="nb-sign" data-severity={severity}>
      <Icon size={14} aria-hidden />
      <span className="nb-hidden">{t(`problem.${severity}`)}</span>
    </span>
  );
}

interface FixProps {
  readonly problem: Problem;
  readonly label: (fix: string) => string; // for screen readers: what the button does
}

function FixButton({ problem, label }: FixProps) {
  const { commands } = useStudio();
  if (!problem.fix) return null;
  return (
    <button
      type="button"
      className="nb-button nb-fix"
      aria-label={label(problem.fix.label)}
      onClick={() => commands.fix(problem)}
    >
      <Wrench size={12} aria-hidden />
      {problem.fix.label}
    </button>
  );
}
