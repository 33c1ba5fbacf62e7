/** The network as a whole, while nothing is selected. */

import { count, size } from "../numbers";
import { useOpened, useStudio } from "../studio";
import { Fact } from "./cost";

export function Facts() {
  const { t } = useStudio();
  const { document, report } = useOpened();
  const totals = report?.totals;
  return (
    <>
      <header className="nb-head">
        <h2>{document.title || t("facts.untitled")}</h2>
        {document.about && <p>{document.about}</p>}
      </header>
      <section className="nb-group" aria-label={t("facts.title")}>
        <h3>{t("facts.title")}</h3>
        <dl className="nb-facts">
          <Fact name={t("facts.data")} value={totals?.data || t("facts.no_data")} />
          <Fact name={t("facts.nodes")} value={count(totals?.nodes ?? document.graph.nodes.length)} />
          {totals && (
            <>
              <Fact name={t("cost.params")} value={count(totals.params)} />
              {totals.trainable < totals.params && (
                <Fact name={t("cost.trainable")} value={count(totals.trainable)} />
              )}
              <Fact name={t("cost.flops")} value={count(totals.flops)} />
              <Fact name={t("facts.memory")} value={size(totals.memory_bytes)} />
              {totals.batch_size !== null && <Fact name={t("facts.batch")} value={count(totals.batch_size)} />}
            </>
          )}
        </dl>
      </section>
      <p className="nb-quiet">{t(document.graph.nodes.length ? "facts.hint" : "facts.hint_empty")}</p>
    </>
  );
}
