/** One of a few words: side by side when they are few, else a list; and words that stand beside a number. */

import { useStudio } from "../studio";
import { NumberControl } from "./number";
import { PairControl } from "./pair";
import type { Control } from "./use-field";

const FEW = 3;

interface SegmentsProps {
  readonly control: Control;
  readonly options: readonly { readonly value: string; readonly label: string }[];
  readonly chosen: string | null;
  readonly choose: (value: string) => void;
}

function Segments({ control: { id, parameter, invalid, describedBy }, options, chosen, choose }: SegmentsProps) {
  return (
    <span
      className="nb-segments"
      role="radiogroup"
      aria-label={parameter.name}
      aria-invalid={invalid}
      aria-describedby={describedBy || undefined}
    >
      {options.map(({ value, label }, index) => (
        <label key={value}>
          <input
            type="radio"
            id={index ? undefined : id}
            name={id}
            checked={chosen === value}
            onChange={() => choose(value)}
            onKeyDown={(event) => event.key.startsWith("Arrow") && event.stopPropagation()}
          />
          <span>{label}</span>
        </label>
      ))}
    </span>
  );
}

export function ChoiceControl(control: Control) {
  const { parameter, text, mixed, send, reset } = control;
  const { t } = useStudio();
  const known = parameter.choices.includes(text);
  if (parameter.choices.length <= FEW && !parameter.optional && (known || mixed)) {
    const options = parameter.choices.map((value) => ({ value, label: value }));
    return <Segments control={control} options={options} chosen={known ? text : null} choose={send} />;
  }
  return (
    <select
      id={control.id}
      className="nb-input nb-select"
      aria-invalid={control.invalid}
      aria-describedby={control.describedBy || undefined}
      value={text}
      onChange={(event) => (event.target.value ? send(event.target.value) : reset())}
    >
      {parameter.optional && !mixed && <option value="">{t("field.none")}</option>}
      {!known && (mixed || text) && (
        <option value={text} disabled>
          {mixed ? t("field.mixed") : text}
        </option>
      )}
      {parameter.choices.map((choice) => (
        <option key={choice}>{choice}</option>
      ))}
    </select>
  );
}

/** A number or a pair for which words may stand, as the padding of a convolution. */
export function WordsControl(control: Control) {
  const { parameter, text, mixed, send } = control;
  const { t } = useStudio();
  const word = parameter.choices.includes(text);
  const options = [
    ...parameter.choices.map((value) => ({ value, label: value })),
    { value: "", label: t("field.size") },
  ];
  const choose = (value: string) => send(value || (parameter.minimum ?? 1));
  const Numbers = parameter.kind === "pair" ? PairControl : NumberControl;
  return (
    <span className="nb-words">
      <Segments control={control} options={options} chosen={word ? text : mixed && !text ? null : ""} choose={choose} />
      {!word && !(mixed && !text) && <Numbers {...control} id={`${control.id}-size`} />}
    </span>
  );
}
