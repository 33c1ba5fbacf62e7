/** A change that cannot be made, with the code and the sentence that `builder/graph` gives for it. */

const SENTENCES = {
  "refused.unknown": "This edit is not known: {reason}.",
  "refused.no_layer": "There is no layer {id}. Reload the page.",
  "refused.no_wire": "There is no such wire. Reload the page.",
  "refused.no_block": "{id} is no block.",
  "refused.taken": "There is already a layer {id}. Choose another name.",
  "refused.twice": "Two of the added layers have the same name.",
  "refused.too_many": "{n} layers; the most is {most}. Delete some first.",
  "refused.too_many_wires": "{n} wires; the most is {most}. Delete some first.",
  "refused.too_deep": "Blocks stand more than {most} deep inside each other. Ungroup some.",
  "refused.group_none": "Choose the layers that the block shall hold.",
  "refused.group_end": "{id} is an {type} and stays outside a block. Leave it out.",
  "refused.group_between": "{id} lies between these layers. Choose it as well.",
  "refused.group_ends": "A block has one output, but {a} and {b} both lead out of it. Choose layers that end in one.",
  "refused.paste": "The clipboard holds no layers. Copy some on a canvas first.",
  "refused.paste_size": "The clipboard holds more than the {most} layers or 5 MB that a network may have.",
  "refused.share_size": "This network is too large for a link. Save it as a file and send that.",
} as const;

export type Sentence = keyof typeof SENTENCES;
type Values = Readonly<Record<string, string | number>>;

export class Refused extends Error {
  override readonly name = "Refused";

  /** `sentence` and `values` say the same as `message`, for a translation; a refusal by the server is translated already. */
  constructor(
    readonly code: string,
    message: string,
    readonly sentence: Sentence | null = null,
    readonly values: Values = {},
  ) {
    super(message);
  }
}

export function refused(code: string, sentence: Sentence, values: Values = {}): Refused {
  const text = SENTENCES[sentence].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return new Refused(code, text, sentence, values);
}

/** Text that came from a user, in double quotes, on one line, cut at 60 characters. */
export function quote(text: string): string {
  const line = [...text.replace(/[^\P{C}]|[^\P{Z} ]/gu, "\uFFFD")];
  return line.length <= 60 ? `"${line.join("")}"` : `"${line.slice(0, 60).join("")}…"`;
}

/** A number with commas between the thousands. */
export function thousands(n: number): string {
  return n.toLocaleString("en-US");
}
