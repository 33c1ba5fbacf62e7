import { describe, expect, it } from "vitest";
import { apply } from "./apply";
import { copied, pasted } from "./clipboard";
import { Refused } from "./refused";
import { documentOf, edge, graph, names, node, wires } from "./sample";
import type { Graph } from "./types";

const net: Graph = {
  nodes: [node("input", "Input"), node("conv1", "Conv2d", { params: { out_channels: 8 } }), node("encoder")],
  edges: [edge("input>conv1"), edge("conv1>encoder.a")],
  notes: [{ id: "note1", text: "x", position: [5, 5] }],
};
const paste = (text: string, into: Graph, offset: readonly [number, number] = [10, 20]) =>
  apply(documentOf(into), ...pasted(text, into, offset)).graph;

it("puts copies beside the originals under free names, with the wires among them", () => {
  const now = paste(copied(net, ["conv1", "encoder"], ["note1"]), net);
  expect(names(now)).toBe("input conv1 encoder conv2 encoder1");
  expect(wires(now)).toBe("input>conv1 conv1>encoder.a conv2>encoder1.a");
  expect(now.nodes[3]?.params).toEqual({ out_channels: 8 });
  expect(now.notes?.[1]).toEqual({ id: "note2", text: "x", position: [15, 25] });
});

it("keeps names and places in an empty network, and takes a whole document", () => {
  const placed = { ...net, nodes: [node("a", "ReLU", { position: [1, 2] })], edges: [] };
  const now = paste(JSON.stringify(documentOf(placed)), graph(""));
  expect(now.nodes[0]).toEqual(node("a", "ReLU", { position: [11, 22] }));
  expect(now.notes?.[0]?.id).toBe("note1");
});

it("gives no places in a network that is laid out by itself", () => {
  const placed = graph("b", "", { nodes: [node("b", "ReLU", { position: [1, 2] })] });
  expect(paste(copied(placed, ["b"]), graph("a")).nodes[1]).toEqual(node("b"));
});

it("copies a block with all that is in it, twice", () => {
  const block: Graph = { nodes: [node("block1", "Block", { graph: net })], edges: [] };
  const text = copied(block, ["block1"]);
  const now = paste(text, paste(text, block));
  expect(names(now)).toBe("block1 block2 block3");
  expect(now.nodes[2]?.graph).toEqual(net);
});

describe("anything else is refused", () => {
  const part = (more: object) => JSON.stringify({ format: "netbuilder/part", version: 1, nodes: [node("a")], ...more });
  const nest = (levels: number): Graph => (levels ? { nodes: [node("b", "Block", { graph: nest(levels - 1) })], edges: [] } : graph("a"));
  const others: readonly (readonly [string, string, string])[] = [
    ["text", "hello", "G-JSON"],
    ["nothing", "", "G-JSON"],
    ["null", "null", "G-JSON"],
    ["other JSON", '{"format": "excel", "version": 1}', "G-JSON"],
    ["a newer version", part({ version: 2 }), "G-JSON"],
    ["no layers", part({ nodes: [] }), "G-JSON"],
    ["a layer without a name", part({ nodes: [{ type: "ReLU" }] }), "G-JSON"],
    ["an unknown field", part({ script: "alert(1)" }), "G-JSON"],
    ["an endless place", part({ nodes: [{ ...node("a"), position: [1e999, 0] }] }), "G-JSON"],
    ["deep nesting", "[".repeat(100_000), "G-JSON"],
    ["too many layers", part({ nodes: Array.from({ length: 2001 }, (_, i) => node(`n${i}`)) }), "L-NODES"],
    ["too much text", " ".repeat(5_000_001), "L-NODES"],
    ["too deep blocks", part(nest(9)), "L-NODES"],
  ];
  it.each(others)("%s", (_what, text, code) => {
    expect(() => pasted(text, graph("a"), [0, 0])).toThrow(Refused);
    expect(() => pasted(text, graph("a"), [0, 0])).toThrow(expect.objectContaining({ code }));
  });
});
