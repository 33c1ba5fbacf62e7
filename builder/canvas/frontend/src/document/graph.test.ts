import { describe, expect, it } from "vitest";
import { apply } from "./apply";
import { before, behind, count, depth, ends, graphAt, inside, into, nodeAt, order, outOf } from "./graph";
import { documentOf, edge, graph, node } from "./sample";

const inner = graph("x y", "x>y");
const nested = documentOf({
  nodes: [node("a"), node("b", "Block", { graph: { nodes: [node("c", "Block", { graph: inner })], edges: [] } })],
  edges: [edge("a>b")],
});

it("finds a node by the blocks that it stands in", () => {
  expect(nodeAt(nested, ["b", "c", "y"])?.id).toBe("y");
  expect(graphAt(nested, ["b", "c"])).toBe(inner);
  expect(graphAt(nested, [])).toBe(nested.graph);
  expect(nodeAt(nested, ["a", "c"])).toBeUndefined();
  expect(nodeAt(nested, [])).toBeUndefined();
});

it("wraps edits for the graph that holds a node", () => {
  const now = apply(nested, ...inside(["b", "c", "y"], [{ op: "rename", node: "y", id: "z" }]));
  expect(nodeAt(now, ["b", "c", "z"])?.id).toBe("z");
  const plain = [{ op: "duplicate", node: "a" }] as const;
  expect(inside(["a"], plain)).toBe(plain);
});

it("counts what stands in blocks, and how deep they lie", () => {
  expect(count(nested.graph)).toBe(5);
  expect(depth(nested.graph)).toBe(2);
});

describe("along the wires", () => {
  const net = graph("d a b c lone", "a>b b>c a>c b>d c>gone");

  it("gives wires in document order", () => {
    expect(into(net, "c").map((e) => e.source)).toEqual(["b", "a"]);
    expect(outOf(net, "b").map((e) => e.target)).toEqual(["c", "d"]);
    expect(into(net, "constructor")).toEqual([]);
  });

  it("reaches near and far", () => {
    expect([...behind(net, ["b"])].sort()).toEqual(["c", "d", "gone"]);
    expect([...before(net, ["d"])].sort()).toEqual(["a", "b"]);
    expect(ends(net).map(({ id }) => id)).toEqual(["d", "lone"]);
  });

  it("orders sources first, loops last", () => {
    expect(order(net).map(({ id }) => id)).toEqual(["a", "lone", "b", "c", "d"]);
    expect(order(graph("a b c", "a>b b>a b>c c>c")).map(({ id }) => id)).toEqual(["a", "b", "c"]);
  });
});
