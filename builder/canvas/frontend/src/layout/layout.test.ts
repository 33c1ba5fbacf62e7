import { describe, expect, it } from "vitest";
import { notesOf } from "../document/graph";
import { edge, graph, node } from "../document/sample";
import type { Document, Edge, Graph, Position } from "../document/types";
import { type Direction, type Places, type Size, boxAt, touch } from "./boxes";
import { placed } from "./placed";
import { tidy } from "./tidy";

const SIZE = { width: 200, height: 60 };
const wide = (id: string): Size => (id.startsWith("w") ? { width: 320, height: 90 } : SIZE);
const examples = import.meta.glob<{ graph: Graph }>("../../../../examples/*.json", { eager: true, import: "default" });
const networks = Object.values(examples).flatMap((document) => ((document as Document).graph ? [document.graph] : []));

/** Pairs that cover each other. */
function overlaps(places: Places, sizeOf: (id: string) => Size): string[] {
  const boxes = [...places].map(([id, place]) => [id, boxAt(place, sizeOf(id))] as const);
  return boxes.flatMap(([a, box], i) => boxes.slice(i + 1).flatMap(([b, other]) => (touch(box, other) ? [`${a} ${b}`] : [])));
}

const middle = (places: Places, id: string, sizeOf = wide) => places.get(id)![0] + sizeOf(id).width / 2;

describe.each<Direction>(["down", "right"])("a tidy layout going %s", (direction) => {
  const along = direction === "down" ? 1 : 0;
  const cases: readonly (readonly [string, Graph])[] = [
    ...networks.map((network, i) => [`example ${i}`, network] as const),
    ["branches", graph("a b w1 c d e", "a>b a>w1 a>c b>d w1>d c>d d>e")],
    ["long and short branches", graph("a b c d e f", "a>b b>c c>d d>f a>e e>f")],
    ["a branch that leads nowhere", graph("a b c d e f g", "a>b a>c c>d d>e b>f f>g")],
    ["blocks of branches", graph("a b c d e f g h", "a>b a>c b>d c>d d>e e>f e>g e>h f>h g>h")],
    ["a late second input", graph("a b c d in e", "a>b a>c b>d c>d d>e in>e")],
    ["two stacks and loose layers", graph("a b c d lone w9", "a>b c>d")],
    ["a loop", graph("a b c", "a>b b>c c>a b>b")],
    ["wires to nowhere", graph("a b", "a>b a>gone gone>b")],
    ["odd names", graph("__proto__ constructor toString", "__proto__>constructor constructor>toString")],
    ["nothing", graph("")],
  ];

  it.each(cases)("covers nothing, and wires go forward: %s", (what, net) => {
    const places = tidy(net, wide, direction);
    expect(places.size).toBe(net.nodes.length);
    expect(overlaps(places, wide)).toEqual([]);
    if (what === "a loop") return;
    for (const { source, target } of net.edges) {
      const [from, to] = [places.get(source), places.get(target)];
      if (from && to) expect(to[along], `${source}>${target}`).toBeGreaterThan(from[along]);
    }
  });
});

it("a stack stands straight, also beside wires that pass layers over", () => {
  const residual = graph("a b w1 c add d w2 add2", "a>b b>w1 w1>c c>add a>add add>d d>w2 w2>add2 add>add2 a>add2");
  const places = tidy(residual, wide, "down");
  expect(new Set(residual.nodes.map(({ id }) => middle(places, id)))).toEqual(new Set([0]));
});

it("the first layer stays where it is while others are added", () => {
  const before = tidy(graph("a b", "a>b"), wide, "down");
  const after = tidy(graph("a w b c", "a>w w>b a>c"), wide, "down");
  expect([middle(before, "a"), before.get("a")![1]]).toEqual([0, 0]);
  expect([middle(after, "a"), after.get("a")![1]]).toEqual([0, 0]);
});

it("what has no wires, and notes, stand at the side", () => {
  const net = graph("a b lone", "a>b", { notes: [{ id: "n", text: "", position: [0, 0] }] });
  const places = tidy(net, wide, "down");
  expect(Math.min(places.get("lone")![0], places.get("n")![0])).toBeGreaterThan(places.get("b")![0] + SIZE.width);
  expect(overlaps(places, wide)).toEqual([]);
});

it("the same network is laid out the same", () => {
  const net = graph("a b c d e", "a>b a>c b>d c>d d>e");
  expect([...tidy(net, wide, "down")]).toEqual([...tidy(structuredClone(net), wide, "down")]);
});

describe("large networks", () => {
  const ids = Array.from({ length: 2000 }, (_, i) => `n${i}`).join(" ");
  const pairs = (n: number, of: (i: number) => string) => Array.from({ length: n }, (_, i) => of(i)).join(" ");
  const cases: readonly (readonly [string, Graph])[] = [
    ["a stack of 2,000", graph(ids, pairs(1999, (i) => `n${i}>n${i + 1}`))],
    ["500 residual blocks", graph(ids, pairs(1996, (i) => `n${i}>n${i + 1}`) + " " + pairs(499, (i) => `n${4 * i}>n${4 * i + 3}`))],
    ["a fan of 1,999", graph(ids, pairs(1999, (i) => `n0>n${i + 1}`))],
    ["250 blocks of 4 branches", graph(ids, pairs(249, (b) => {
      const at = 8 * b;
      const ways = [1, 2, 3, 4].map((k) => `n${at}>n${at + k} n${at + k}>n${at + 5}`).join(" ");
      return `${ways} n${at + 5}>n${at + 6} n${at + 6}>n${at + 7} n${at + 7}>n${at + 8}`;
    }))],
    ["a tangle of 8,000 wires", graph(ids, pairs(8000, (i) => {
      const [a, b] = [(i * 7919) % 2000, (i * 104729 + 13) % 2000];
      return `n${Math.min(a, b)}>n${Math.max(a, b)}`;
    }))],
  ];
  it("cover nothing where wires are tangled", () => {
    const tangle = graph(ids.split(" ").slice(0, 400).join(" "), pairs(1200, (i) => {
      const [a, b] = [(i * 7919) % 400, (i * 104729 + 13) % 400];
      return `n${Math.min(a, b)}>n${Math.max(a, b)}`;
    }));
    expect(overlaps(tidy(tangle, wide, "down"), wide)).toEqual([]);
  });

  it.each(cases)("have a place for every layer: %s", (_what, net) => {
    const places = tidy(net, wide, "down");
    expect(places.size).toBe(2000);
    const downward = ({ source, target }: Edge) => places.get(target)![1] > places.get(source)![1];
    expect(net.edges.filter((wire) => wire.source !== wire.target && !downward(wire))).toEqual([]);
    expect(placed(net, wide, "down").size).toBe(2000);
  });
});

describe("a network that a person has placed", () => {
  const at = (id: string, x: number, y: number) => node(id, "ReLU", { position: [x, y] });
  const net: Graph = {
    nodes: [at("a", 0, 0), at("b", 10, 400), node("c"), node("d"), node("e"), node("w1"), node("lone")],
    edges: ["a>c", "a>d", "c>e", "w1>b"].map(edge),
    notes: [{ id: "n", text: "", position: [0, 200] }],
  };

  it.each<Direction>(["down", "right"])("keeps its places and gives free room to the others, going %s", (direction) => {
    const places = placed(net, wide, direction);
    expect([places.get("a"), places.get("b"), places.get("n")]).toEqual([[0, 0], [10, 400], [0, 200]]);
    expect(places.size).toBe(8);
    expect(overlaps(places, wide)).toEqual([]);
  });

  it("puts a new layer below its source, or above its target", () => {
    const places = placed(net, wide, "down");
    expect(middle(places, "c")).toBe(middle(places, "a"));
    expect(places.get("c")![1]).toBeGreaterThan(SIZE.height);
    expect(places.get("w1")![1] + 90).toBeLessThan(400);
    const alone = placed({ nodes: [node("input"), at("b", 10, 400)], edges: [edge("input>b")] }, wide, "down");
    expect(middle(alone, "input")).toBe(middle(alone, "b"));
    expect(alone.get("input")![1] + SIZE.height).toBeLessThan(400);
  });

  it("is drawn in order while nobody has placed a layer, with notes where they are", () => {
    const note = { id: "n", text: "", position: [7, 7] as Position };
    const automatic = graph("a b", "a>b", { notes: [note] });
    const places = placed(automatic, wide, "down");
    expect(places.get("n")).toEqual([7, 7]);
    expect(places.get("b")).toEqual(tidy(automatic, wide, "down").get("b"));
    expect(notesOf(automatic)).toEqual([note]);
  });
});
