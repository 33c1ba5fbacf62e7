/** From what a person types to the value of a parameter, and back. */

import type { Json } from "../document/types";
import type { Parameter } from "../messages";
import { plain } from "../numbers";

/** Why a text is no good, as a word of the interface with its values. */
export interface Wrong {
  readonly key: string;
  readonly values?: Readonly<Record<string, string>>;
}

/** What was typed. Without `sent` there is no value that could be kept; `value` undefined is the default. */
export type Reading =
  | { readonly sent: true; readonly value: Json | undefined; readonly wrong: Wrong | null }
  | { readonly sent: false; readonly wrong: Wrong };

const refuse = (key: string, values?: Record<string, string>): Reading => ({
  sent: false,
  wrong: values ? { key, values } : { key },
});

/** A text as a value of this parameter. What the check will refuse (a number out of range) is read all the same. */
export function read(parameter: Parameter, text: string): Reading {
  const typed = text.trim();
  if (!typed) return empty(parameter);
  if (parameter.kind === "text") return { sent: true, value: text, wrong: null };
  if (parameter.choices.includes(typed)) return { sent: true, value: typed, wrong: null };
  if (parameter.kind === "choice") return refuse("field.wrong.choice", { choices: parameter.choices.join(", ") });
  if (parameter.kind === "pair") return pair(parameter, typed);
  if (parameter.kind === "ints") return ints(typed);
  if (parameter.kind === "bool") return bool(typed);
  return number(parameter, typed);
}

function empty(parameter: Parameter): Reading {
  if (parameter.optional) return { sent: true, value: undefined, wrong: null };
  if (parameter.kind === "text") return { sent: true, value: "", wrong: null };
  return refuse(parameter.kind === "float" ? "field.wrong.empty_number" : "field.wrong.empty");
}

function number(parameter: Parameter, typed: string): Reading {
  if (/^[+-]?\d+,\d+$/.test(typed) && parameter.kind === "float") return refuse("field.wrong.comma");
  const value = numeric(typed);
  if (value === null) return refuse(parameter.kind === "int" ? "field.wrong.whole" : "field.wrong.number");
  if (parameter.kind === "int" && !Number.isInteger(value)) return refuse("field.wrong.whole");
  if (parameter.kind === "int" && !Number.isSafeInteger(value)) return refuse("field.wrong.large");
  return { sent: true, value, wrong: range(parameter, value) };
}

function numeric(typed: string): number | null {
  const value = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(typed) ? Number(typed) : NaN;
  return Number.isFinite(value) ? value : null;
}

function pair(parameter: Parameter, typed: string): Reading {
  const parts = split(typed);
  if (parts.length > 2) return refuse("field.wrong.pair");
  const readings = parts.map((part) => number({ ...parameter, kind: "int" }, part));
  const broken = readings.find((reading) => !reading.sent);
  if (broken) return parts.includes("") ? refuse("field.wrong.pair") : broken;
  const values = readings.map((reading) => (reading.sent ? (reading.value as number) : 0));
  const wrong = readings.find((reading) => reading.wrong)?.wrong ?? null;
  return { sent: true, value: values.length === 1 ? values[0]! : values, wrong };
}

function ints(typed: string): Reading {
  const values = typed
    .split(/[,;x×\s]+/)
    .filter(Boolean)
    .map(numeric);
  if (values.some((value) => value === null || !Number.isSafeInteger(value))) return refuse("field.wrong.ints");
  return { sent: true, value: values as number[], wrong: null };
}

function bool(typed: string): Reading {
  const known = typed === "true" || typed === "false";
  return known ? { sent: true, value: typed === "true", wrong: null } : refuse("field.wrong.bool");
}

function range(parameter: Parameter, value: number): Wrong | null {
  const { minimum, maximum } = parameter;
  if (minimum !== null && value < minimum) return { key: "field.wrong.least", values: { limit: plain(minimum) } };
  if (maximum !== null && value > maximum) return { key: "field.wrong.most", values: { limit: plain(maximum) } };
  return null;
}

/** The two texts of a pair: `3x5` is `3` and `5`. */
export function split(text: string): string[] {
  return text.split(/[x×,]/).map((part) => part.trim());
}

/** A value as a person types it: `3`, `3x5`, `0, 2, 1`, `same`; nothing for null. */
export function write(parameter: Parameter, value: Json | undefined): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) {
    const short = parameter.kind === "pair" && value.length === 2;
    return !short ? value.join(", ") : value[0] === value[1] ? String(value[0]) : value.join("x");
  }
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Whether two values mean the same; one number stands for both of a pair. */
export function same(parameter: Parameter, a: Json | undefined, b: Json | undefined): boolean {
  return JSON.stringify(a ?? null) === JSON.stringify(b ?? null) || alike(parameter, a, b);
}

function alike(parameter: Parameter, a: Json | undefined, b: Json | undefined): boolean {
  return parameter.kind === "pair" && a != null && b != null && write(parameter, a) === write(parameter, b);
}

/** The next value by arrow or wheel, within the range: whole numbers by one, others by a tenth of their power of ten. */
export function nudged(parameter: Parameter, value: number, up: boolean, times: number): number {
  const whole = parameter.kind !== "float";
  const step = whole ? 1 : value ? 10 ** (Math.floor(Math.log10(Math.abs(value)) + 1e-9) - 1) : 0.01;
  const next = Number((value + (up ? step : -step) * times).toPrecision(12));
  return Math.min(parameter.maximum ?? Infinity, Math.max(parameter.minimum ?? -Infinity, next));
}

/** The parameters that all of these lists have, of one name and kind. */
export function shared(lists: readonly (readonly Parameter[])[]): readonly Parameter[] {
  const [first, ...others] = lists;
  const matches = (a: Parameter, b: Parameter) =>
    a.name === b.name && a.kind === b.kind && a.choices.join() === b.choices.join();
  return (first ?? []).filter((parameter) => others.every((list) => list.some((other) => matches(parameter, other))));
}
