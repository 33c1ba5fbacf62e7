/** What a node gives and what it costs, beside the whole network. */

import type { NodeReport } from "../messages";
import { count, shape, share, size } from "../numbers";
import { useOpened, useStudio } from "../studio";

export function Cost({ found }: { readonly found: NodeReport }) {
  const { t } = useStudio();
  const { report } = useOpened();
  const totals = report?.totals;
  if (!found.shape) return <p className="nb-quiet">{t("cost.unknown")}</p>;
  return (
    <section className="nb-group" aria-label={t("cost.title")}>
      <h3>{t("cost.title")}</h3>
      <Shape sizes={found.shape} axes={found.axes} dtype={found.dtype} />
      <dl className="nb-facts">
        <Fact name={t("cost.params")} value={count(found.params)} part={found.params} whole={totals?.params ?? 0} />
        <Fact name={t("cost.flops")} value={count(found.flops)} part={found.flops} whole={totals?.flops ?? 0} />
        {found.trainable < found.params && <Fact name={t("cost.trainable")} value={count(found.trainable)} />}
        <Fact name={t("cost.bytes")} value={size(found.bytes)} />
        {found.sees.length > 0 && <Fact name={t("cost.sees")} value={shape(found.sees)} />}
      </dl>
    </section>
  );
}

function Shape({
  sizes,
  axes,
  dtype,
}: {
  readonly sizes: readonly number[];
  readonly axes: string;
  readonly dtype: string;
}) {
  const { catalogue, t } = useStudio();
  const letters = axes.split(" ").filter(Boolean);
  return (
    <div className="nb-output">
      <code>{shape(sizes)}</code> <span className="nb-unit">{dtype}</span>
      {letters.length === sizes.length && (
        <ol aria-label={t("cost.axes")}>
          {sizes.map((length, index) => (
            <li key={index}>
              {catalogue.axes[letters[index]!] ?? letters[index]} <b>{count(length)}</b>
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

interface FactProps {
  readonly name: string;
  readonly value: string;
  readonly part?: number;
  readonly whole?: number;
}

export function Fact({ name, value, part = 0, whole = 0 }: FactProps) {
  const { t } = useStudio();
  return (
    <div className="nb-fact">
      <dt>{name}</dt>
      <dd>{value}</dd>
      {part > 0 && whole > 0 && (
        <dd className="nb-share">
          <span className="nb-bar" aria-hidden>
            <span style={{ width: `${Math.min(100, (100 * part) / whole)}%` }} />
          </span>
          <span>
            {share(part, whole)}
            <span className="nb-hidden"> {t("cost.of_all")}</span>
          </span>
        </dd>
      )}
    </div>
  );
}
