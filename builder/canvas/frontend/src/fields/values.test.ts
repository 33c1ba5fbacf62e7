import { expect, test } from "vitest";
import type { Json } from "../document/types";
import type { Parameter } from "../messages";
import { Drafts, shown } from "./drafts";
import { nudged, read, same, shared, write } from "./values";

const BASE: Parameter = {
  name: "p",
  kind: "int",
  default: 3,
  required: false,
  optional: false,
  advanced: false,
  minimum: 1,
  maximum: 100,
  unit: "",
  help: "",
  choices: [],
  offers: "",
};
const param = (rest: Partial<Parameter>): Parameter => ({ ...BASE, ...rest });
const sent = (value: Json | undefined) => ({ sent: true, value, wrong: null });

test("whole numbers", () => {
  expect(read(BASE, " 32 ")).toEqual(sent(32));
  expect(read(BASE, "1e2")).toEqual(sent(100));
  for (const text of ["3.5", "abc", "0x10", "--3", "1,5"])
    expect(read(BASE, text)).toMatchObject({ sent: false, wrong: { key: "field.wrong.whole" } });
  expect(read(BASE, "")).toMatchObject({ sent: false, wrong: { key: "field.wrong.empty" } });
  expect(read(BASE, "99999999999999999999")).toMatchObject({ sent: false, wrong: { key: "field.wrong.large" } });
});

test("a number out of range is sent, and says the limit", () => {
  expect(read(BASE, "70000")).toEqual({
    sent: true,
    value: 70000,
    wrong: { key: "field.wrong.most", values: { limit: "100" } },
  });
  expect(read(BASE, "-1")).toMatchObject({ sent: true, value: -1, wrong: { key: "field.wrong.least" } });
});

test("decimals", () => {
  const float = param({ kind: "float", minimum: 0, maximum: 1 });
  expect(read(float, ".5")).toEqual(sent(0.5));
  expect(read(float, "1e-3")).toEqual(sent(0.001));
  expect(read(float, "0,5")).toMatchObject({ sent: false, wrong: { key: "field.wrong.comma" } });
  for (const text of ["nan", "Infinity", "1e999"]) expect(read(float, text).sent).toBe(false);
});

test("pairs: one number stands for both", () => {
  const pair = param({ kind: "pair", default: [3, 3], choices: ["same", "valid"] });
  expect(read(pair, "5")).toEqual(sent(5));
  expect(read(pair, "3x5")).toEqual(sent([3, 5]));
  expect(read(pair, "3 × 5")).toEqual(sent([3, 5]));
  expect(read(pair, "same")).toEqual(sent("same"));
  expect(read(pair, "3x")).toMatchObject({ sent: false, wrong: { key: "field.wrong.pair" } });
  expect(read(pair, "3xa")).toMatchObject({ sent: false });
  expect(read(pair, "1x2x3")).toMatchObject({ sent: false });
  expect(read(pair, "3x500")).toMatchObject({ sent: true, value: [3, 500], wrong: { key: "field.wrong.most" } });
  expect([write(pair, [3, 3]), write(pair, [3, 5]), write(pair, 4), write(pair, "same")]).toEqual([
    "3",
    "3x5",
    "4",
    "same",
  ]);
  expect([same(pair, 3, [3, 3]), same(pair, [3, 5], [3, 3]), same(pair, null, undefined)]).toEqual([true, false, true]);
});

test("lists, choices, texts, and empty for the default", () => {
  expect(read(param({ kind: "ints" }), "0, 2,1")).toEqual(sent([0, 2, 1]));
  expect(read(param({ kind: "ints" }), "28x28")).toEqual(sent([28, 28]));
  expect(read(param({ kind: "ints" }), "0, b").sent).toBe(false);
  expect([read(param({ kind: "bool" }), "true"), read(param({ kind: "bool" }), "false")]).toEqual([
    sent(true),
    sent(false),
  ]);
  expect(read(param({ kind: "bool" }), "maybe").sent).toBe(false);
  expect(read(param({ kind: "choice", choices: ["last", "sequence"] }), "first").sent).toBe(false);
  expect(read(param({ kind: "text", optional: true }), "label")).toEqual(sent("label"));
  expect(read(param({ optional: true, default: null }), "")).toEqual(sent(undefined));
});

test("arrows step by one, or by a tenth of the power of ten, and stop at the range", () => {
  const float = param({ kind: "float", minimum: 0, maximum: 1 });
  expect([nudged(BASE, 3, true, 1), nudged(BASE, 3, true, 10), nudged(BASE, 3, false, 10)]).toEqual([4, 13, 1]);
  expect([nudged(float, 0.5, true, 1), nudged(float, 0.001, false, 1), nudged(float, 0.95, true, 10)]).toEqual([
    0.51, 0.0009, 1,
  ]);
  expect([nudged(float, 0, true, 1), nudged(float, 0.1, true, 1)]).toEqual([0.01, 0.11]);
});

test("what cannot be kept stays in its field through undo and selection; what can, follows the document", () => {
  const drafts = new Drafts();
  drafts.set("n:conv1\tConv2d:p", "3.5");
  expect(shown(BASE, 7, drafts.get("n:conv1\tConv2d:p")).text).toBe("3.5");
  drafts.move("n:conv1\t", "n:stem\t");
  expect(drafts.get("n:conv1\tConv2d:p")).toBeUndefined();
  expect(drafts.get("n:stem\tConv2d:p")).toBe("3.5");
  expect(shown(BASE, 16, "1.6e1").text).toBe("1.6e1"); // still being typed
  expect(shown(BASE, 8, "1.6e1").text).toBe("8"); // the document went on: an undo
  expect(shown(param({ optional: true, default: null }), undefined, undefined)).toMatchObject({
    text: "",
    reading: sent(undefined),
  });
});

test("the document's own bad values say why they are bad", () => {
  expect(shown(BASE, "abc", undefined)).toMatchObject({ text: "abc", reading: { sent: false } });
  expect(shown(BASE, 1000, undefined).reading.wrong).toMatchObject({ key: "field.wrong.most" });
});

test("several nodes share the parameters of one name, kind and words", () => {
  const [a, b, c] = [param({ name: "a" }), param({ name: "b" }), param({ name: "b", kind: "pair" })];
  expect(
    shared([
      [a, b],
      [b, a],
    ]).map((p) => p.name),
  ).toEqual(["a", "b"]);
  expect(
    shared([
      [a, b],
      [a, c],
    ]).map((p) => p.name),
  ).toEqual(["a"]);
  expect(shared([])).toEqual([]);
});
