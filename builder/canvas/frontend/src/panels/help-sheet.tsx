/** The sheet of keys. */

import { X } from "lucide-react";
import { Fragment, useLayoutEffect, useRef } from "react";
import { KEYS } from "../keys";
import { useLooking, useStudio } from "../studio";
import { IconButton, Keys } from "./button";

export function HelpSheet() {
  const { help } = useLooking();
  return help && <Sheet />;
}

function Sheet() {
  const { view, t } = useStudio();
  const dialog = useRef<HTMLDialogElement>(null);
  const list = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    const element = dialog.current!;
    element.showModal();
    list.current!.focus(); // so that the arrows scroll it
    return () => element.close();
  }, []);
  const close = () => view.set({ help: false });
  const groups = [...new Set(KEYS.map((key) => key.group))];
  return (
    <dialog
      ref={dialog}
      className="nb-ui nb-sheet"
      aria-labelledby="nb-help-title"
      onCancel={(event) => (event.preventDefault(), close())}
      onPointerDown={(event) => event.target === dialog.current && close()}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key !== "Escape" && event.key !== "?") return;
        event.preventDefault();
        close();
      }}
    >
      <div className="nb-sheet-body">
        <header>
          <h2 id="nb-help-title">{t("help.title")}</h2>
          <IconButton small icon={X} label={t("help.close")} onClick={close} />
        </header>
        <div ref={list} className="nb-sheet-groups" tabIndex={0} role="group" aria-labelledby="nb-help-title">
          {groups.map((group) => (
            <section key={group} aria-label={t(`help.${group}`)}>
              <h3>{t(`help.${group}`)}</h3>
              <dl>
                {KEYS.filter((key) => key.group === group).map((key) => (
                  <div key={key.words}>
                    <dt>{t(key.words)}</dt>
                    <dd>
                      {key.keys.map((keys, index) => (
                        <Fragment key={keys}>
                          {index > 0 && <span className="nb-or">{t("help.or")}</span>}
                          <Keys keys={keys} />
                        </Fragment>
                      ))}
                    </dd>
                  </div>
                ))}
              </dl>
            </section>
          ))}
        </div>
      </div>
    </dialog>
  );
}
