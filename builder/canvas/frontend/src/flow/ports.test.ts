import { expect, test } from "vitest";
import { node } from "../document/sample";
import type { Layer } from "../messages";
import { inputsOf, taken } from "./ports";

const layer = (inputs: readonly string[], more: Partial<Layer> = {}): Layer => ({
  type: "T", family: "F", description: "", shape: "", source: "", link: "", formula: "", inputs, many: false, optional: 0,
  params: [], keys: [], glyph: "T", colour: "#336699", hidden: false, aliases: [], ...more,
});

test("the last inputs of a layer may stay open", () => {
  const ports = inputsOf(node("a", "T"), layer(["query", "context"], { optional: 1 }));
  expect(ports.map(({ name, optional }) => [name, optional])).toEqual([["query", false], ["context", true]]);
  expect(inputsOf(node("a", "T"), layer(["x1", "x2"])).every(({ optional }) => !optional)).toBe(true);
});

test("a wire without a name takes the first input that is open", () => {
  const ports = inputsOf(node("a", "T"), layer(["query", "context"], { optional: 1 }));
  const [named, other] = [{ source: "b", target: "a", input: "query" }, { source: "c", target: "a" }];
  expect(taken(ports, [other]).get(other)).toBe("query");
  expect(taken(ports, [other, named]).get(other)).toBe("context");
});
