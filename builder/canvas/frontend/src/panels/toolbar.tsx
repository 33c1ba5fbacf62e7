/** The bar of tools. One of them is reached by Tab, the others by the arrows; the rare ones hide where it is narrow. */

import { Ellipsis } from "lucide-react";
import { Fragment, useRef, useState } from "react";
import { useLooking, useOpened, useStudio } from "../studio";
import { IconButton } from "./button";
import { rove } from "./floating";
import { type Item, Menu } from "./menu";
import { fitting, useWidth } from "./room";
import { type Tool, tools } from "./tools";

const SIZE = 32; // of a tool, as the style sheet has it; fingers get more
const FINGER = 44;
const GAP = 9;
const PADDING = 8;
const MORE = "more";

export function Toolbar() {
  const studio = useStudio();
  const opened = useOpened();
  const looking = useLooking();
  const bar = useRef<HTMLDivElement>(null);
  const [current, setCurrent] = useState("undo");
  const width = useWidth(bar);
  const size = window.matchMedia("(pointer: coarse)").matches ? FINGER : SIZE;
  const all = tools(studio, opened, looking);
  const shown = fitting(all, width - PADDING, size, GAP);
  const hidden = all.filter((tool) => !shown.includes(tool));
  const reachable = [...shown.map((tool) => tool.name), MORE].includes(current) ? current : shown[0]?.name;
  const stop = (name: string) => ({
    "data-rove": true,
    "data-tool": name,
    tabIndex: name === reachable ? 0 : -1,
    onFocus: () => setCurrent(name),
  });
  return (
    <div
      ref={bar}
      role="toolbar"
      aria-label={studio.t("toolbar.name")}
      className="nb-ui nb-toolbar"
      onKeyDown={(event) => rove(event, bar.current!, "row")}
    >
      {shown.map((tool, index) => (
        <Fragment key={tool.name}>
          {index > 0 && shown[index - 1]!.group !== tool.group && (
            <span className="nb-divider" data-before={tool.group} />
          )}
          <ToolButton tool={tool} stop={stop(tool.name)} />
        </Fragment>
      ))}
      {hidden.length > 0 && (
        <Menu icon={Ellipsis} label={studio.t("toolbar.more")} items={hidden.flatMap(flat)} {...stop(MORE)} />
      )}
    </div>
  );
}

/** A tool as items of the menu; those of its own menu stand there themselves. */
function flat(tool: Tool): readonly Item[] {
  return tool.items && !tool.off ? tool.items : [tool];
}

function ToolButton({ tool, stop }: { readonly tool: Tool; readonly stop: object }) {
  const { icon, label, keys, checked, off, badge, items, run } = tool;
  if (items) return <Menu icon={icon} label={label} off={off} items={items} {...stop} />;
  return (
    <IconButton
      icon={icon}
      label={badge ? `${label} ${badge}` : label}
      keys={keys}
      pressed={checked}
      off={off}
      onClick={run}
      {...stop}
    >
      {badge && (
        <span className="nb-badge" aria-hidden>
          {badge}
        </span>
      )}
    </IconButton>
  );
}
