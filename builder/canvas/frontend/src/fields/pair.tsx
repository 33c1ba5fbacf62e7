/** Two numbers that are mostly equal: linked by a lock, or each its own. */

import { Link2, Unlink2 } from "lucide-react";
import { useState } from "react";
import { IconButton } from "../panels/button";
import { useStudio } from "../studio";
import { NumberBox } from "./number";
import type { Control } from "./use-field";
import { split } from "./values";

export function PairControl({ id, parameter, text, invalid, describedBy, placeholder, type, leave }: Control) {
  const { t } = useStudio();
  const parts = split(text);
  const [first, second] = [parts[0] ?? "", parts.slice(1).join("x") || (parts.length > 1 ? "" : (parts[0] ?? ""))];
  const [apart, setApart] = useState(first !== second);
  const locked = !apart && first === second;
  const box = { parameter, from: parameter.minimum ?? 0, invalid, describedBy, placeholder, leave };
  const both = (a: string, b: string) => type(a === b ? a : `${a}x${b}`);
  return (
    <span className="nb-pair">
      <NumberBox
        {...box}
        id={id}
        label={`${parameter.name} ${t("field.height")}`}
        text={first}
        type={(next) => both(next, locked ? next : second)}
      />
      <IconButton
        small
        icon={locked ? Link2 : Unlink2}
        label={locked ? t("field.unlock") : t("field.lock")}
        pressed={locked}
        onClick={() => {
          setApart(locked);
          if (!locked && first !== second) both(first, first);
        }}
      />
      <NumberBox
        {...box}
        label={`${parameter.name} ${t("field.width")}`}
        text={second}
        type={(next) => both(locked ? next : first, next)}
      />
    </span>
  );
}
