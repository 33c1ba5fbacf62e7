/** What every control of a parameter needs: its text, what it means, and the way back into the document. */

import type { Json } from "../document/types";
import type { Parameter, Problem } from "../messages";
import { drafts, shown, useDraft } from "./drafts";
import { type Reading, read, same } from "./values";

export interface FieldProps {
  readonly parameter: Parameter;
  readonly value: Json | undefined; // undefined: not set, and shown as empty
  readonly mixed: boolean; // the chosen nodes have different values
  readonly changed: boolean; // from the default
  readonly draft: string; // where a text that cannot be kept is remembered
  readonly problems: readonly Problem[];
  readonly change: (value: Json | undefined) => void; // undefined: the default
}

/** A field's state, as its controls draw it. */
export interface Control {
  readonly id: string;
  readonly parameter: Parameter;
  readonly value: Json | undefined;
  readonly mixed: boolean;
  readonly text: string;
  readonly invalid: boolean;
  readonly describedBy: string;
  readonly placeholder: string;
  readonly type: (text: string) => void;
  readonly send: (value: Json) => void;
  readonly leave: () => void;
  readonly reset: () => void;
}

interface Field {
  readonly text: string;
  readonly reading: Reading;
  readonly type: (text: string) => void;
  readonly send: (value: Json) => void;
  readonly leave: () => void;
  readonly reset: () => void;
}

const FINE: Reading = { sent: true, value: undefined, wrong: null };

export function useField({ parameter, value, mixed, draft, change }: FieldProps): Field {
  const typed = useDraft(draft);
  const own = typed === undefined ? FINE : read(parameter, typed);
  const { text, reading } = mixed
    ? { text: own.sent ? "" : (typed ?? ""), reading: own.sent ? FINE : own }
    : shown(parameter, value, typed);
  return {
    text,
    reading,
    type: (next) => {
      drafts.set(draft, next);
      const meant = read(parameter, next);
      if (meant.sent && (mixed || !same(parameter, meant.value, value))) change(meant.value);
    },
    send: (next) => {
      drafts.set(draft, undefined);
      change(next);
    },
    leave: () => {
      const kept = drafts.get(draft);
      if (kept !== undefined && read(parameter, kept).sent) drafts.set(draft, undefined);
    },
    reset: () => {
      drafts.set(draft, undefined);
      change(undefined);
    },
  };
}
