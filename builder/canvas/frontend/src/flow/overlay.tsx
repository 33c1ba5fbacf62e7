/** What a run reports of a node, laid over it. */

import { plain } from "../numbers";
import { usePart, useStudio } from "../studio";

export function Overlay({ id }: { readonly id: string }) {
  const { view } = useStudio();
  const live = usePart(view, (looking) => looking.live[id]);
  if (!live) return null;
  const heat = { "--nb-heat": live.heat ?? 0 } as React.CSSProperties;
  return (
    <div className="nf-live" data-live style={heat} data-heat={live.heat === null ? undefined : "yes"}>
      {live.image?.startsWith("data:image/") && <img src={live.image} alt="" width={28} height={28} draggable={false} />}
      {live.values.map(({ name, value }) => (
        <span key={name} className="nf-live-value">
          {name} <b>{plain(value)}</b>
        </span>
      ))}
    </div>
  );
}
