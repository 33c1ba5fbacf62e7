import { describe, expect, it } from "vitest";
import { documentOf, edge, node } from "./document/sample";
import type { Document, Graph } from "./document/types";
import { layoutDeep } from "./layout/deep";
import type { Catalogue, Layer, NodeReport, Report } from "./messages";
import { type Colours, svg } from "./picture";
import { escaped, fitted } from "./svg";

const colours: Colours = {
  background: "#fff", card: "#fafafa", line: "#ccc", wire: "#888", text: "#111", muted: "#777", note: "#ffe", error: "#c00",
  font: "system-ui, sans-serif",
}; // prettier-ignore
const layer = (type: string, more: Partial<Layer> = {}): Layer => ({
  type, family: "F", description: "", shape: "", source: "", link: "", formula: "", inputs: ["x"], many: false, optional: 0, params: [],
  keys: [], glyph: "R", colour: "#336699", hidden: false, aliases: [], ...more,
}); // prettier-ignore
const catalogue: Catalogue = {
  families: [], blocks: [],
  layers: [layer("Conv2d", { keys: ["out_channels"], glyph: "C" }), layer("Add", { inputs: ["a", "b"] })],
  axes: {},
  examples: [],
  words: {},
};
const found = (shape: readonly number[]): NodeReport => ({
  shape, axes: "", dtype: "float32", params: 0, trainable: 0, flops: 0, bytes: 0, sees: [], state: "ok",
  problems: [],
}); // prettier-ignore
const EVIL = `<script>alert("1")</script>&'\u0007\uD800`;

function draw(document: Document, report: Report | null = null, folded = true): string {
  const deep = layoutDeep(document.graph, () => ({ width: 208, height: 64 }), () => folded, "down");
  return svg(document, deep, report, catalogue, colours);
}

const inner: Graph = { nodes: [node("in", "Input"), node("deep", "Conv2d")], edges: [edge("in>deep")] };
const net: Graph = {
  nodes: [
    node("conv1", "Conv2d", { params: { out_channels: 32 } }),
    node("block1", "Block", { params: { repeat: 6 }, graph: inner }),
    node("add1", "Add"),
  ],
  edges: [edge("conv1>block1"), edge("block1>add1.a"), edge("conv1>add1.b")],
  notes: [{ id: "n", text: "first line\nsecond line", position: [400, 0] }],
};

describe("the picture", () => {
  it("shows names, types, parameters, shapes, repetitions and notes", () => {
    const counts = { errors: 0, warnings: 0, nodes: 3, offers: {} };
    const totals = { params: 0, trainable: 0, flops: 0, memory_bytes: 0, batch_size: 1, data: "", ...counts };
    const picture = draw(documentOf(net), { nodes: { conv1: found([32, 28, 28]) }, totals, general: [] });
    for (const text of ["conv1", "32x28x28", "Block x6", "first line", "second line"]) {
      expect(picture).toContain(`>${text}</text>`);
    }
    expect(picture).toMatch(/>Conv2d [^<]*32<\/text>/);
    expect(picture).not.toContain(">deep</text>");
    expect(picture.match(/<path /g)).toHaveLength(3);
  });

  it("shows the inside of an unfolded block", () => {
    const picture = draw(documentOf(net), null, false);
    expect(picture).toContain(">deep</text>");
    expect(picture).toContain(">block1 x6</text>");
    expect(picture.match(/<path /g)).toHaveLength(4);
  });

  it("escapes what a person wrote, wherever it stands", () => {
    const evil: Graph = {
      nodes: [node(EVIL, EVIL), node("b", "Block", { graph: { nodes: [node(EVIL, "Conv2d", { params: { out_channels: EVIL } })], edges: [] } })],
      edges: [{ source: EVIL, target: "b", input: EVIL }],
      notes: [{ id: "n", text: EVIL, position: [0, 0] }],
    };
    const picture = draw({ ...documentOf(evil), title: EVIL }, null, false);
    expect(picture).not.toContain("<script");
    expect(picture).not.toMatch(/[\u0000-\u0008]|\p{Surrogate}/u);
    expect(picture).toContain("<title>&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt;&amp;&#39;\uFFFD\uFFFD</title>");
  });

  it("fetches nothing and stands alone", () => {
    const picture = draw(documentOf(net), null, false);
    expect(picture.replace('xmlns="http://www.w3.org/2000/svg"', "")).not.toMatch(/https?:|href|url\(|<style|<image|var\(/);
    expect(picture).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" viewBox="[-\d. ]+" width="\d+" height="\d+"/);
    expect(picture).not.toContain("NaN");
    expect(balanced(picture)).toBe(true);
  });

  it("of an empty network is a picture too", () => {
    expect(draw(documentOf({ nodes: [], edges: [] }))).toContain("</svg>");
  });
});

/** Whether every element that begins also ends, in order. */
function balanced(markup: string): boolean {
  const open: string[] = [];
  for (const [tag, end, name, , alone] of markup.matchAll(/<(\/?)(\w+)((?:"[^"]*"|[^">])*?)(\/?)>/g)) {
    expect(tag.length).toBeGreaterThan(0);
    if (end ? open.pop() !== name : false) return false;
    if (!end && !alone) open.push(name!);
  }
  return open.length === 0;
}

it("cuts what is too wide, between letters", () => {
  expect(fitted("short", 100, 12)).toBe("short");
  expect(fitted("a very long name indeed", 60, 12)).toBe("a very…");
  expect(fitted("日本語日本語", 40, 12)).toBe("日本…");
  expect(fitted("😀😀😀😀", 30, 12)).toBe("😀…");
  expect(escaped("a<b")).toBe("a&lt;b");
});
