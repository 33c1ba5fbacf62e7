/** Buttons with an icon: a name for screen readers, a tip with the name and the key. */

import type { LucideIcon } from "lucide-react";
import type { Side } from "./floating";
import { Tip } from "./tip";

interface IconButtonProps extends Omit<React.ButtonHTMLAttributes<HTMLButtonElement>, "disabled"> {
  readonly icon: LucideIcon;
  readonly label: string;
  readonly keys?: string | undefined; // "Ctrl+Z"
  readonly pressed?: boolean | undefined;
  readonly off?: boolean | undefined; // cannot be used now, but found by keyboard
  readonly side?: Side;
  readonly small?: boolean;
  readonly ref?: React.Ref<HTMLButtonElement>;
}

export function IconButton({
  icon: Icon,
  label,
  keys,
  pressed,
  off,
  side,
  small,
  children,
  onClick,
  ...rest
}: IconButtonProps) {
  const tip = (
    <span className="nb-tip-name">
      {label}
      {keys && <Keys keys={keys} />}
    </span>
  );
  return (
    <Tip tip={tip} side={side ?? "bottom"} describes={false}>
      <button
        type="button"
        className={small ? "nb-icon nb-small" : "nb-icon"}
        aria-label={label}
        aria-pressed={pressed}
        aria-disabled={off || undefined}
        aria-keyshortcuts={keys?.replaceAll("Ctrl", "Control")}
        onClick={off ? undefined : onClick}
        {...rest}
      >
        <Icon size={small ? 14 : 16} aria-hidden />
        {children}
      </button>
    </Tip>
  );
}

const ARROWS: Readonly<Record<string, string>> = { ArrowUp: "↑", ArrowDown: "↓", ArrowLeft: "←", ArrowRight: "→" };

export function Keys({ keys }: { readonly keys: string }) {
  return (
    <span className="nb-keys">
      {keys.split(/(?<=.)\+/).map((key) => (
        <kbd key={key} aria-label={ARROWS[key] && key}>
          {ARROWS[key] ?? key}
        </kbd>
      ))}
    </span>
  );
}
