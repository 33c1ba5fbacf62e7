import { describe, expect, it } from "vitest";
import { Refused, apply } from "./apply";
import { documentOf, edge, graph, names, node, wires } from "./sample";
import type { Edit, Graph } from "./types";

const after = (before: Graph, ...edits: readonly Edit[]): Graph => apply(documentOf(before), ...edits).graph;

describe("what an edit leaves alone stays the same object", () => {
  const before = documentOf(graph("a b c", "a>b b>c", { notes: [{ id: "n", text: "", position: [0, 0] }] }));

  it("so that only the changed node is drawn again", () => {
    const now = apply(before, { op: "set_params", node: "b", params: { p: 1 } }).graph;
    expect(now.nodes.map((part, i) => part === before.graph.nodes[i])).toEqual([true, false, true]);
    expect(now.edges).toBe(before.graph.edges);
    expect(now.notes).toBe(before.graph.notes);
  });

  it("also when nodes are moved, wired or removed", () => {
    const placed = apply(before, { op: "place", positions: { c: [1, 2] } }).graph;
    expect(placed.nodes[0]).toBe(before.graph.nodes[0]);
    const wired = apply(before, { op: "connect", edge: edge("a>c") }).graph;
    expect(wired.nodes).toBe(before.graph.nodes);
    expect(apply(before, { op: "remove", nodes: ["c"] }).graph.edges[0]).toBe(before.graph.edges[0]);
  });

  it("and an edit without effect gives the same document", () => {
    const edits: Edit[] = [
      { op: "connect", edge: edge("a>b") },
      { op: "disconnect", edge: edge("a>c") },
      { op: "disable", nodes: ["a"], disabled: false },
      { op: "move", node: "a", before: "a" },
      { op: "place", positions: { gone: [1, 1] } },
      { op: "rename", node: "a", id: "a" },
    ];
    for (const edit of edits) expect(apply(before, edit), edit.op).toBe(before);
  });

  it("and a block's graph changes without its neighbours", () => {
    const block = documentOf({ nodes: [node("b", "Block", { graph: graph("x y") }), node("c")], edges: [] });
    const now = apply(block, { op: "inside", node: "b", edits: [{ op: "disable", nodes: ["x"] }] });
    expect(now.graph.nodes[1]).toBe(block.graph.nodes[1]);
    expect(now.graph.nodes[0]?.graph?.nodes[1]).toBe(block.graph.nodes[0]?.graph?.nodes[1]);
    expect(apply(block, { op: "inside", node: "b", edits: [] })).toBe(block);
  });
});

describe("the JSON is what Python writes", () => {
  it("leaves out what is absent", () => {
    const now = after(graph(""), { op: "insert", type: "Conv2d", position: undefined }, { op: "disable", nodes: ["conv1"] });
    expect(JSON.stringify(now)).toBe('{"nodes":[{"id":"conv1","type":"Conv2d","params":{},"disabled":true}],"edges":[]}');
    expect(after(now, { op: "disable", nodes: ["conv1"], disabled: false }).nodes).toEqual([
      { id: "conv1", type: "Conv2d", params: {} },
    ]);
  });

  it("keeps no empty list of notes", () => {
    const note = { id: "n", text: "", position: [0, 0] } as const;
    const now = after(graph("a"), { op: "annotate", note }, { op: "remove", nodes: ["n"] });
    expect(Object.keys(now)).toEqual(["nodes", "edges"]);
  });

  it("takes names that objects have by nature", () => {
    const params = JSON.parse('{"__proto__": 1, "constructor": 2}');
    const now = after(graph("a"), { op: "set_params", node: "a", params }, { op: "rename", node: "a", id: "__proto__" });
    expect(JSON.stringify(now.nodes[0])).toBe('{"id":"__proto__","type":"ReLU","params":{"__proto__":1,"constructor":2}}');
    expect(after(now, { op: "place", positions: {} }).nodes[0]?.position).toBeUndefined();
  });
});

describe("a removed node leaves its chain joined", () => {
  it("through several removals", () => {
    expect(wires(after(graph("a b c d", "a>b b>c c>d.x"), { op: "remove", nodes: ["b", "c"] }))).toBe("a>d.x");
  });
  it("but makes no second wire", () => {
    expect(wires(after(graph("a b c", "a>b b>c a>c"), { op: "remove", nodes: ["b"] }))).toBe("a>c");
  });
});

describe("a refused edit", () => {
  const cases: readonly (readonly [Edit, string, RegExp])[] = [
    [{ op: "remove", nodes: ["x"] }, "G-EDIT", /no layer "x"/],
    [{ op: "rename", node: "a", id: "b" }, "G-ID", /already a layer "b"/],
    [{ op: "rename", node: "a", id: "" }, "G-EDIT", /1 to 200 characters/],
    [{ op: "ungroup", node: "a" }, "G-EDIT", /"a" is no block/],
    [{ op: "insert", type: "ReLU", edge: edge("b>a") }, "G-EDIT", /no such wire/],
    [{ op: "add", nodes: [node("z"), node("z")] }, "G-ID", /Two of the added/],
    [{ op: "group", nodes: ["a", "c"] }, "G-EDIT", /"b" lies between/],
    [{ op: "group", nodes: [] }, "G-EDIT", /Choose the layers/],
    [{ op: "place", positions: { a: [Number.NaN, 0] } }, "G-EDIT", /finite/],
    [{ op: "explode" } as unknown as Edit, "G-EDIT", /explode/],
  ];

  it.each(cases)("%j says why", (edit, code, sentence) => {
    const before = documentOf(graph("a b c", "a>b b>c"));
    const act = () => apply(before, { op: "set_title", title: "new" }, edit);
    expect(act).toThrow(sentence);
    expect(act).toThrow(Refused);
    expect(act).toThrow(expect.objectContaining({ code }));
    expect(before.title).toBe("");
  });
});

it("a network of 2,000 layers is emptied, grouped and filled without a pause", () => {
  const ids = Array.from({ length: 1990 }, (_, i) => `n${i}`);
  const before = graph(ids.join(" "), ids.slice(1).map((id, i) => `n${i}>${id}`).join(" "));
  expect(names(after(before, { op: "remove", nodes: ids.slice(1) }))).toBe("n0");
  expect(after(before, { op: "group", nodes: ids }).nodes).toHaveLength(1);
  expect(after(before, { op: "add", nodes: [node("x")], edges: ids.map((id) => edge(`x>${id}`)) }).edges).toHaveLength(3979);
});
