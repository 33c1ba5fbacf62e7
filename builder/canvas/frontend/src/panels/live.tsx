/** What a running training or a tried sample reports of a node. */

import { plain } from "../numbers";
import { type Path, useLooking, useStudio } from "../studio";
import { Fact } from "./cost";

export function LiveValues({ path }: { readonly path: Path }) {
  const { t } = useStudio();
  const { live } = useLooking();
  const found = live[path.join("\n")];
  if (!found) return null;
  const image = found.image?.startsWith("data:image/") ? found.image : null; // nothing is fetched
  return (
    <section className="nb-group" aria-label={t("live.title")}>
      <h3>{t("live.title")}</h3>
      {image && <img className="nb-live" src={image} alt={t("live.image", { name: path.at(-1)! })} />}
      <dl className="nb-facts">
        {found.values.map(({ name, value }) => (
          <Fact key={name} name={name} value={plain(value)} />
        ))}
      </dl>
    </section>
  );
}
