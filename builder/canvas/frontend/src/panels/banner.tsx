/** What must be known before going on: another version, no connection, a change that was refused. */

import { CloudOff, type LucideIcon, TriangleAlert, X } from "lucide-react";
import { useOpened, useStudio } from "../studio";
import { IconButton } from "./button";

export function Banner() {
  const { commands, network, t } = useStudio();
  const { sync, refusal } = useOpened();
  const copy = (
    <button type="button" className="nb-button" onClick={() => void commands.openCopy()}>
      {t("banner.copy")}
    </button>
  );
  return (
    <div className="nb-ui nb-banners">
      {sync === "conflict" && (
        <Strip kind="warning" icon={TriangleAlert} text={t("banner.conflict")}>
          <button type="button" className="nb-button" onClick={() => void network.adopt()}>
            {t("banner.adopt")}
          </button>
          {copy}
        </Strip>
      )}
      {sync === "missing" && (
        <Strip kind="warning" icon={TriangleAlert} text={t("banner.missing")}>
          {copy}
        </Strip>
      )}
      {sync === "offline" && <Strip kind="info" icon={CloudOff} text={t("banner.offline")} />}
      {refusal && (
        <Strip kind="error" icon={TriangleAlert} text={refusal}>
          <IconButton small icon={X} label={t("banner.dismiss")} onClick={network.forgetRefusal} />
        </Strip>
      )}
    </div>
  );
}

interface StripProps {
  readonly kind: "info" | "warning" | "error";
  readonly icon: LucideIcon;
  readonly text: string;
  readonly children?: React.ReactNode;
}

function Strip({ kind, icon: Icon, text, children }: StripProps) {
  return (
    <div className="nb-banner" data-kind={kind} role={kind === "info" ? "status" : "alert"}>
      <Icon size={16} aria-hidden />
      <p>{text}</p>
      {children}
    </div>
  );
}
