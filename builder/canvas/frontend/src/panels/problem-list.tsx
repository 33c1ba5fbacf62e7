/** All problems of the network: a press goes to the node, a button mends it where a fix is known. */

import { CircleCheck, X } from "lucide-react";
import { useOpened, useLooking, useStudio } from "../studio";
import { allProblems } from "./all-problems";
import { IconButton } from "./button";
import { ProblemLine } from "./problem-line";

const MOST = 100;

export function ProblemList() {
  const { commands, view, t } = useStudio();
  const { report } = useOpened();
  const { problems: open } = useLooking();
  if (!open) return null;
  const all = allProblems(report);
  const close = () => {
    view.set({ problems: false });
    commands.focus();
  };
  return (
    <section
      className="nb-ui nb-problems"
      aria-label={t("problems.title")}
      onKeyDown={(event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        close();
      }}
    >
      <header>
        <h2>{t("problems.title")}</h2>
        <span className="nb-count">{all.length}</span>
        <IconButton small icon={X} label={t("problems.close")} onClick={close} />
      </header>
      <div className="nb-scroll">
        {!all.length && (
          <p className="nb-empty">
            <CircleCheck size={16} aria-hidden /> {t("problems.none")}
          </p>
        )}
        <ul>
          {all.slice(0, MOST).map(({ path, problem }, index) => (
            <li key={index}>
              <ProblemLine problem={problem} show={path ? () => commands.show(path) : undefined} />
              <span className="nb-where">{path ? path.join(" / ") : t("problems.general")}</span>
            </li>
          ))}
        </ul>
        {all.length > MOST && <p className="nb-quiet">{t("problems.more", { n: all.length - MOST })}</p>}
      </div>
    </section>
  );
}
