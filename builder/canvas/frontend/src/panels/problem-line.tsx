/** One problem: how grave it is, the sentence, and the buttons that mend it. */

import { CircleAlert, Info, TriangleAlert, Wrench } from "lucide-react";
import type { Fix, Problem } from "../messages";
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
        {problem.fixes.map((fix, index) => (
          <FixButton key={index} fix={fix} label={t("problem.fix", { fix: fix.label })} />
        ))}
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
  readonly fix: Fix;
  readonly label: string; // for screen readers: what the button does
}

function FixButton({ fix, label }: FixProps) {
  const { commands } = useStudio();
  return (
    <button type="button" className="nb-button nb-fix" aria-label={label} onClick={() => commands.fix(fix)}>
      <Wrench size={12} aria-hidden />
      {fix.label}
    </button>
  );
}
