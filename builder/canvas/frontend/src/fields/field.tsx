/** One parameter of the form: its name, its control, the way back to the default, and what is wrong with it. */

import { RotateCcw } from "lucide-react";
import { Fragment, useId } from "react";
import type { Kind, Parameter } from "../messages";
import { plain } from "../numbers";
import { IconButton } from "../panels/button";
import { ProblemLine } from "../panels/problem-line";
import { Tip } from "../panels/tip";
import { type Studio, useStudio } from "../studio";
import { ChoiceControl, WordsControl } from "./choice";
import { NumberControl } from "./number";
import { PairControl } from "./pair";
import { SwitchControl, TextControl } from "./plain";
import { type Control, type FieldProps, useField } from "./use-field";
import { write } from "./values";

const CONTROLS: Readonly<Record<Kind, (control: Control) => React.ReactNode>> = {
  int: NumberControl,
  float: NumberControl,
  bool: SwitchControl,
  choice: ChoiceControl,
  pair: PairControl,
  ints: TextControl,
  text: TextControl,
};

export function Field(props: FieldProps) {
  const { parameter, value, mixed, changed, problems } = props;
  const { t } = useStudio();
  const id = useId();
  const { text, reading, type, send, leave, reset } = useField(props);
  const wrong = problems.length ? null : reading.wrong;
  const invalid = !!reading.wrong || problems.some((problem) => problem.severity === "error");
  const Control = parameter.choices.length && ["int", "pair"].includes(parameter.kind) ? WordsControl : CONTROLS[parameter.kind];
  const placeholder = mixed ? t("field.mixed") : standard(parameter, t);
  const says = [`${id}-help`, wrong && `${id}-wrong`, problems.length && `${id}-problems`].filter(Boolean).join(" ");
  const control = { id, parameter, value, mixed, text, invalid, describedBy: says, placeholder, type, send, leave, reset };
  return (
    <div className="nb-field" data-param={parameter.name} data-invalid={invalid || undefined}>
      <Tip tip={<Help parameter={parameter} />} side="left" describes={false}>
        <span className="nb-field-name">
          <label htmlFor={id}>
            <Breakable name={parameter.name} />
            {parameter.unit && <span className="nb-hidden"> ({parameter.unit})</span>}
          </label>
          {(changed || !reading.sent) && !parameter.required && (
            <IconButton small icon={RotateCcw} label={t("field.reset", { name: parameter.name })} onClick={reset} />
          )}
        </span>
      </Tip>
      <Control {...control} />
      <span id={`${id}-help`} className="nb-hidden">
        {helpText(parameter, t)}
      </span>
      {wrong && (
        <p id={`${id}-wrong`} className="nb-wrong" role="alert">
          {t(wrong.key, wrong.values)}
        </p>
      )}
      {problems.length > 0 && (
        <div id={`${id}-problems`}>
          {problems.map((problem) => (
            <ProblemLine key={problem.code + problem.message} problem={problem} />
          ))}
        </div>
      )}
    </div>
  );
}

/** A name that may break behind its underscores. */
function Breakable({ name }: { readonly name: string }) {
  return name.split(/(?<=_)/).map((part, index) => (
    <Fragment key={index}>
      {index > 0 && <wbr />}
      {part}
    </Fragment>
  ));
}

function Help({ parameter }: { readonly parameter: Parameter }) {
  const { t } = useStudio();
  return <span className="nb-help">{helpText(parameter, t)}</span>;
}

function helpText(parameter: Parameter, t: Studio["t"]): string {
  const { help, minimum, maximum } = parameter;
  const parts = [help];
  if (minimum !== null && maximum !== null) {
    parts.push(t("field.range", { least: plain(minimum), most: plain(maximum) }));
  }
  if (!parameter.required)
    parts.push(t("field.standard", { value: write(parameter, parameter.default) || t("field.none") }));
  return parts.filter(Boolean).join(" ");
}

function standard(parameter: Parameter, t: Studio["t"]): string {
  if (parameter.required) return "";
  return write(parameter, parameter.default) || (parameter.optional ? t("field.none") : "");
}
