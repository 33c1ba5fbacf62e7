/** The network in a line: its size and cost, its problems, and whether everything is kept. */

import { Check, CloudOff, LoaderCircle, TriangleAlert } from "lucide-react";
import { useEffect, useState } from "react";
import { count, size } from "../numbers";
import { type Opened, useLooking, useOpened, useStudio } from "../studio";
import { Sign } from "./problem-line";

const LARGE = 500; // nodes
const PATIENCE = 400; // milliseconds before a check counts as slow

export function StatusBar() {
  const { t } = useStudio();
  const { document, report } = useOpened();
  const totals = report?.totals;
  const nodes = totals?.nodes ?? document.graph.nodes.length;
  return (
    <footer className="nb-ui nb-status" aria-label={t("status.name")}>
      <Item name={t("facts.nodes")} value={count(nodes)} />
      {totals && (
        <>
          <Item name={t("cost.params")} value={count(totals.params)} />
          <Item name={t("status.flops")} value={count(totals.flops)} />
          <Item
            name={t("status.memory")}
            value={
              totals.batch_size === null
                ? size(totals.memory_bytes)
                : t("status.at_batch", { size: size(totals.memory_bytes), n: totals.batch_size })
            }
          />
          <Problems errors={totals.errors} warnings={totals.warnings} />
        </>
      )}
      {nodes > LARGE && <span className="nb-notice">{t("status.large")}</span>}
      <SyncState />
    </footer>
  );
}

function Item({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <span className="nb-item">
      <span>{name}</span> <b>{value}</b>
    </span>
  );
}

function Problems({ errors, warnings }: { readonly errors: number; readonly warnings: number }) {
  const { view, t } = useStudio();
  const { problems } = useLooking();
  if (!errors && !warnings) return null;
  return (
    <button
      type="button"
      className="nb-item nb-link"
      aria-expanded={problems}
      onClick={() => view.set({ problems: !problems })}
    >
      {errors > 0 && (
        <span>
          <Sign severity="error" /> {t(errors === 1 ? "status.error" : "status.errors", { n: errors })}
        </span>
      )}
      {warnings > 0 && (
        <span>
          <Sign severity="warning" /> {t(warnings === 1 ? "status.warning" : "status.warnings", { n: warnings })}
        </span>
      )}
    </button>
  );
}

const ICONS = {
  saved: Check,
  saving: LoaderCircle,
  offline: CloudOff,
  conflict: TriangleAlert,
  missing: TriangleAlert,
};

function SyncState() {
  const { t } = useStudio();
  const opened = useOpened();
  const state = useSettled(stateOf(opened));
  const Icon = state === "pending" ? LoaderCircle : ICONS[state];
  return (
    <span className="nb-item nb-sync" role="status" data-sync={state}>
      <Icon size={14} aria-hidden /> {t(`sync.${state}`)}
    </span>
  );
}

type State = Opened["sync"] | "pending";

function stateOf({ sync, checked }: Opened): State {
  return sync === "saved" && !checked ? "pending" : sync;
}

/** Saving and checking are told only when they take long: otherwise every key press would be announced. */
function useSettled(state: State): State {
  const [settled, setSettled] = useState(state);
  const passing = state === "saving" || state === "pending";
  useEffect(() => {
    const timer = window.setTimeout(() => setSettled(state), passing ? PATIENCE : 0);
    return () => window.clearTimeout(timer);
  }, [state, passing]);
  return settled;
}
