/** The ends of wires. While a wire is drawn, those that fit light up and the others say why they do not. */

import { Handle } from "@xyflow/react";
import { useStudio, usePart, type Path } from "../studio";
import { idOf, parentOf, samePath } from "../view/paths";
import { along, entering, leaving, OUTPUT, portId, type Direction } from "./geometry";
import { type Port, reasonAt } from "./ports";

interface InputsProps {
  readonly path: Path;
  readonly ports: readonly Port[];
  readonly direction: Direction;
}

export function Inputs({ path, ports, direction }: InputsProps) {
  return ports.map((port, index) => (
    <Input key={port.name} path={path} port={port} place={along(index, ports.length)} labelled={ports.length > 1} direction={direction} />
  ));
}

interface InputProps {
  readonly path: Path;
  readonly port: Port;
  readonly place: number;
  readonly labelled: boolean;
  readonly direction: Direction;
}

function Input({ path, port, place, labelled, direction }: InputProps) {
  const { hand, t } = useStudio();
  const id = idOf(path);
  // one primitive, so that a movement of the pointer draws no port again: "" no wire, "yes" fits, else why not
  const answer = usePart(hand, ({ wiring }) => {
    if (!wiring) return "";
    if (!samePath(parentOf(wiring.from), parentOf(path)) || samePath(wiring.from, path)) return t("wire_elsewhere");
    return reasonAt(wiring.fits?.nodes[id], port) ?? "yes";
  });
  const aimed = usePart(hand, ({ wiring }) => wiring?.choice?.node === id && wiring.choice.input === port.name);
  const reason = answer === "" || answer === "yes" ? null : answer;
  const style = { [direction === "down" ? "left" : "top"]: `${place * 100}%` };
  const word = port.optional ? "port_input_optional" : "port_input";
  const name = port.label ? t(word, { name: port.label }) : t("port_input_only");
  return (
    <Handle
      type="target"
      id={portId(port.name)}
      position={entering(direction)}
      style={style}
      className="nf-port"
      data-port={port.name || (port.many ? port.label : "in")}
      data-fits={answer === "" ? undefined : reason === null}
      data-aimed={aimed || undefined}
      data-optional={port.optional || undefined}
      role="img"
      aria-label={reason ? `${name}: ${reason}` : name}
      title={reason ?? (port.many ? t("port_many") : name)}
      onPointerEnter={(event) => {
        if (reason) hand.set({ hover: { x: event.clientX, y: event.clientY, text: reason } });
      }}
      onPointerLeave={() => hand.set({ hover: null })}
    >
      {labelled && <span className="nf-port-name">{port.label}</span>}
    </Handle>
  );
}

export function Output({ direction }: { readonly direction: Direction }) {
  const { t } = useStudio();
  return (
    <Handle
      type="source"
      id={OUTPUT}
      position={leaving(direction)}
      className="nf-port"
      data-port="out"
      role="img"
      aria-label={t("port_output")}
      title={t("port_output")}
    />
  );
}
