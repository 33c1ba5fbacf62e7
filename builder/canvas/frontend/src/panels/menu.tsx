/** A button that opens a menu: arrows move, Enter chooses, Escape and a press elsewhere close. */

import { Check, type LucideIcon } from "lucide-react";
import { useEffect, useId, useLayoutEffect, useRef, useState } from "react";
import { IconButton, Keys } from "./button";
import { rove, showBeside } from "./floating";

export interface Item {
  readonly name: string;
  readonly label: string;
  readonly icon?: LucideIcon | undefined;
  readonly keys?: string | undefined;
  readonly checked?: boolean | undefined; // given: the item is a switch
  readonly off?: boolean | undefined;
  readonly run: () => void;
}

interface MenuProps extends Omit<React.ComponentProps<typeof IconButton>, "onClick"> {
  readonly items: readonly Item[];
}

export function Menu({ items, ...button }: MenuProps) {
  const [open, setOpen] = useState(false);
  const anchor = useRef<HTMLButtonElement>(null);
  const id = useId();
  const close = (focus: boolean) => {
    setOpen(false);
    if (focus) anchor.current?.focus();
  };
  return (
    <>
      <IconButton
        {...button}
        ref={anchor}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
        onKeyDown={(event) => {
          if (event.key === "ArrowDown" && !button.off) {
            event.preventDefault();
            event.stopPropagation();
            setOpen(true);
          }
        }}
      />
      {open && <List id={id} label={button.label} anchor={anchor} items={items} close={close} />}
    </>
  );
}

interface ListProps {
  readonly id: string;
  readonly label: string;
  readonly anchor: React.RefObject<HTMLButtonElement | null>;
  readonly items: readonly Item[];
  readonly close: (focus: boolean) => void;
}

function List({ id, label, anchor, items, close }: ListProps) {
  const ref = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    showBeside(ref.current!, anchor.current!, "bottom");
    ref.current!.querySelector<HTMLElement>("[data-rove]")?.focus();
  }, [anchor]);
  useEffect(() => {
    const elsewhere = (event: PointerEvent) => {
      const path = event.composedPath();
      if (!path.includes(ref.current!) && !path.includes(anchor.current!)) close(false);
    };
    document.addEventListener("pointerdown", elsewhere, true);
    return () => document.removeEventListener("pointerdown", elsewhere, true);
  });
  const onKeyDown = (event: React.KeyboardEvent) => {
    if (event.key === "Escape" || event.key === "Tab") {
      event.preventDefault();
      close(true);
    } else rove(event, ref.current!, "column");
    event.stopPropagation();
  };
  return (
    <div
      ref={ref}
      id={id}
      role="menu"
      aria-label={label}
      popover="manual"
      className="nb-ui nb-menu"
      onKeyDown={onKeyDown}
    >
      {items.map(({ name, label, icon: Icon, keys, checked, off, run }) => (
        <button
          key={name}
          type="button"
          role={checked === undefined ? "menuitem" : "menuitemcheckbox"}
          aria-checked={checked}
          aria-disabled={off || undefined}
          data-rove
          tabIndex={-1}
          onClick={() => {
            if (off) return;
            close(true);
            run();
          }}
        >
          <span className="nb-menu-icon" aria-hidden>
            {checked ? <Check size={16} /> : Icon && <Icon size={16} />}
          </span>
          <span>{label}</span>
          {keys && <Keys keys={keys} />}
        </button>
      ))}
    </div>
  );
}
