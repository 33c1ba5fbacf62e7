/** Finding layers by what people type: name, other names, family or purpose, with a slip of the finger. */

import type { Example, Layer } from "./messages";
import { nameOf } from "./offered";

/** A layer with other names that people look for, where the catalogue gives them. */

/** The layers that match every typed word, best first; all of them, as they come, when nothing is typed. */
export function ranked(layers: readonly Layer[], typed: string, forgiving = true): readonly Layer[] {
  const wanted = words(typed);
  if (!wanted.length) return layers;
  const exact = matching(layers, wanted, exactly);
  return exact.length || !forgiving ? exact : matching(layers, wanted, nearly); // slips, where nothing else is meant
}

/** The examples in which every typed word begins one of theirs. */
export function examplesFor(examples: readonly Example[], typed: string): readonly Example[] {
  const wanted = words(typed);
  return examples.filter(({ name, title, about }) => {
    const theirs = words(`${name} ${title} ${about}`);
    return wanted.every((word) => theirs.some((part) => part.startsWith(word)));
  });
}

/** From 0 (nothing in common) to 8 (the same). */
type Likeness = (word: string, joined: string, parts: readonly string[]) => number;

function matching(layers: readonly Layer[], wanted: readonly string[], likeness: Likeness): readonly Layer[] {
  const found = layers.map((layer) => ({ layer, score: score(layer, wanted, likeness) }));
  return found
    .filter((entry) => entry.score > 0)
    .sort((a, b) => b.score - a.score)
    .map((entry) => entry.layer);
}

/** How well a layer matches; 0 when one of the words is nowhere. */
function score(layer: Layer, wanted: readonly string[], likeness: Likeness): number {
  const whole = wanted.join("");
  const name = plain(nameOf(layer));
  let total = name === whole ? 200 : name.startsWith(whole) ? 60 : 0;
  for (const word of wanted) {
    const points = Math.max(
      ...facts(layer).map(
        ([text, weight]) => weight * likeness(word, plain(text), words(text.replace(/([a-z])([A-Z])/g, "$1 $2"))),
      ),
    );
    if (points <= 0) return 0;
    total += points;
  }
  return total;
}

/** What of a layer is searched, and how much each counts. */
function facts(layer: Layer): readonly (readonly [string, number])[] {
  return [
    [nameOf(layer), 10],
    [initials(nameOf(layer)), 7],
    ...layer.aliases.map((alias) => [alias, 8] as const),
    [layer.family, 5],
    [layer.description, 3],
    [layer.shape, 1],
    [layer.source, 1],
  ];
}

const exactly: Likeness = (word, joined, parts) => {
  if (joined === word || parts.includes(word)) return 8;
  if (joined.startsWith(word)) return 7;
  if (parts.some((part) => part.startsWith(word))) return 6;
  return word.length > 1 && joined.includes(word) ? 4 : 0;
};

const nearly: Likeness = (word, joined, parts) => {
  const known = exactly(word, joined, parts);
  const allowed = word.length < 3 ? 0 : word.length < 6 ? 1 : 2;
  const begun = [joined, ...parts].flatMap((part) => [part, part.slice(0, word.length)]); // words may be typed half
  const nearest = Math.min(...begun.map((part) => distance(word, part)));
  return known || (nearest <= allowed ? 3 - nearest : 0);
};

/** `BN2` of `BatchNorm2d`, for people who write `bn`. */
function initials(type: string): string {
  return type.replace(/[^A-Z0-9]/g, "");
}

function words(text: string): string[] {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
}

function plain(text: string): string {
  return words(text).join("");
}

/** How many letters must be changed, added, dropped or exchanged with their neighbour to make one word the other. */
export function distance(a: string, b: string): number {
  let before: number[] = [];
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let best = Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, before[j - 2]! + 1);
      next.push(best);
    }
    before = row;
    row = next;
  }
  return row[b.length]!;
}
