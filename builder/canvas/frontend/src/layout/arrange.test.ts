import { describe, expect, it } from "vitest";
import { edge, graph, node } from "../document/sample";
import type { Graph, Position } from "../document/types";
import { aligned } from "./align";
import { type Box, around, boxAt, touch } from "./boxes";
import { HEADER, MARGIN, layoutDeep } from "./deep";
import { room } from "./room";
import { route } from "./routes";
import { type Arrow, walk } from "./walk";

const SIZE = { width: 100, height: 40 };
const sizeOf = () => SIZE;
const boxes = (places: Readonly<Record<string, Position>>) =>
  new Map(Object.entries(places).map(([id, place]): [string, Box] => [id, boxAt(place, SIZE)]));

describe("boxes in line", () => {
  const three = new Map([...boxes({ a: [0, 0], b: [30, 100] }), ["w", { x: 10, y: 300, width: 200, height: 40 }]]);

  it.each([
    ["left", { b: [0, 100], w: [0, 300] }],
    ["right", { a: [110, 0], b: [110, 100] }],
    ["centre", { a: [55, 0], b: [55, 100], w: [5, 300] }],
    ["top", { b: [30, 0], w: [10, 0] }],
    ["bottom", { a: [0, 300], b: [30, 300] }],
    ["middle", { a: [0, 150], b: [30, 150], w: [10, 150] }],
    ["rows", { b: [30, 150] }],
  ] as const)("%s", (kind, moved) => {
    expect(aligned(three, kind)).toEqual(moved);
  });

  it("spread over the width, in the order of their middles", () => {
    expect(aligned(boxes({ c: [500, 1], a: [0, 2], b: [120, 3] }), "columns")).toEqual({ b: [250, 3] });
    expect(aligned(boxes({ a: [1, 2] }), "columns")).toEqual({});
    expect(aligned(new Map(), "left")).toEqual({});
  });
});

describe("room on a wire", () => {
  const net = graph("a b c aside", "a>b b>c a>aside");
  const places = new Map<string, Position>([["a", [0, 0]], ["b", [0, 80]], ["c", [0, 160]], ["aside", [200, 80]]]);

  it("moves what lies behind, and nothing else", () => {
    const made = room(net, places, sizeOf, edge("a>b"), SIZE, "down")!;
    expect(Object.keys(made.moved)).toEqual(["b", "c"]);
    const now = new Map([...places, ...Object.entries(made.moved), ["new", made.position] as const]);
    const all = [...now].map(([, place]) => boxAt(place, SIZE));
    expect(all.flatMap((box, i) => all.slice(i + 1).filter((other) => touch(box, other, 8)))).toEqual([]);
  });

  it("moves nothing where the gap is wide enough", () => {
    const far = new Map([...places, ["b", [0, 400]] as const]);
    expect(room(net, far, sizeOf, edge("a>b"), SIZE, "down")).toEqual({ position: [0, 200], moved: {} });
    const flat = new Map<string, Position>([["a", [0, 0]], ["b", [500, 0]]]);
    expect(room(net, flat, sizeOf, edge("a>b"), SIZE, "right")).toEqual({ position: [250, 0], moved: {} });
  });

  it("leaves the source in its place in a loop, and knows no wire to nowhere", () => {
    const loop = graph("a b", "a>b b>a");
    expect(Object.keys(room(loop, places, sizeOf, edge("a>b"), SIZE, "down")!.moved)).toEqual(["b"]);
    expect(room(loop, places, sizeOf, edge("a>gone"), SIZE, "down")).toBeNull();
  });
});

describe("the inside of blocks", () => {
  const inner = graph("x y", "x>y");
  const moved: Graph = { ...inner, nodes: [node("x", "ReLU", { position: [900, 900] }), node("y", "ReLU", { position: [940, 1000] })] };
  const net = (within: Graph): Graph => ({
    nodes: [node("a"), node("b", "Block", { graph: within }), node("c")],
    edges: [edge("a>b"), edge("b>c")],
  });

  it.each([["in order", inner], ["as placed", moved]])("lies within its frame, %s", (_how, within) => {
    const { places, sizes, origins } = layoutDeep(net(within), sizeOf, () => false, "down");
    const frame = sizes.get("b")!;
    for (const id of ["b\nx", "b\ny"]) {
      const [x, y] = places.get(id)!;
      expect(x).toBeGreaterThanOrEqual(MARGIN);
      expect(y).toBeGreaterThanOrEqual(HEADER);
      expect(x + SIZE.width).toBeLessThanOrEqual(frame.width - MARGIN);
      expect(y + SIZE.height).toBeLessThanOrEqual(frame.height - MARGIN);
    }
    expect(places.get("c")![1]).toBeGreaterThan(places.get("b")![1] + frame.height);
    expect([...origins.keys()]).toEqual(["b"]);
  });

  it("tells what to add to a place of the document", () => {
    const { places, origins } = layoutDeep(net(moved), sizeOf, () => false, "down");
    const [dx, dy] = origins.get("b")!;
    expect(places.get("b\ny")).toEqual([940 + dx, 1000 + dy]);
  });

  it("of a folded block takes no room, and one in another is laid out too", () => {
    const deep = net(net(inner));
    const folded = layoutDeep(deep, sizeOf, (path) => path.length > 1, "down");
    expect(folded.sizes.get("b\nb")).toEqual(SIZE);
    expect(folded.places.has("b\nb\nx")).toBe(false);
    const open = layoutDeep(deep, sizeOf, () => false, "right");
    expect(open.sizes.get("b")!.width).toBeGreaterThan(open.sizes.get("b\nb")!.width);
    expect(open.places.has("b\nb\nx")).toBe(true);
  });

  it.each(["down", "right"] as const)("holds the wires that go around layers, too, going %s", (direction) => {
    const skipping = graph("x y z", "x>y y>z x>z");
    const { places, sizes } = layoutDeep(net(skipping), sizeOf, () => false, direction);
    const [x, y, z] = ["x", "y", "z"].map((id) => boxAt(places.get(`b\n${id}`)!, SIZE)) as [Box, Box, Box];
    const frame = boxAt([0, 0], sizes.get("b")!);
    for (const [left, top] of route(x, z, [y], direction)) {
      expect(left).toBeLessThan(frame.width - 5);
      expect(top).toBeLessThan(frame.height - 5);
    }
  });

  it("may be empty", () => {
    const { sizes } = layoutDeep(net(graph("")), sizeOf, () => false, "down");
    expect(sizes.get("b")!.height).toBe(HEADER + MARGIN);
  });
});

describe("arrow keys", () => {
  const net = graph("a left right join lone", "a>left a>right left>join right>join");
  const at = boxes({ a: [100, 0], left: [0, 100], right: [200, 100], join: [100, 200], lone: [600, 100] });
  const go = (id: string, ...arrows: readonly Arrow[]) =>
    arrows.reduce<string | null>((now, arrow) => now && walk(net, at, now, arrow, "down"), id);

  it("follow the wires, then what lies beside", () => {
    expect(go("a", "ArrowDown", "ArrowDown")).toBe("join");
    expect(go("join", "ArrowUp")).toBe("left");
    expect(go("left", "ArrowRight")).toBe("right");
    expect(go("right", "ArrowRight")).toBe("lone");
    expect(go("lone", "ArrowLeft")).toBe("right");
    expect(walk(net, at, "a", "ArrowRight", "right")).toBe("right");
  });

  it("reach notes too", () => {
    const beside = boxes({ a: [100, 0], left: [0, 100], note: [500, 20] });
    expect(walk(net, beside, "a", "ArrowRight", "down")).toBe("note");
    expect(walk(net, beside, "note", "ArrowLeft", "down")).toBe("a");
  });

  it("stay where nothing lies", () => {
    expect(go("a", "ArrowUp")).toBeNull();
    expect(go("gone", "ArrowUp")).toBeNull();
  });

  it("take the longest wire of all when it is the only one that way", () => {
    const long = graph("a b", "a>b");
    expect(walk(long, boxes({ a: [0, 0], b: [900, 90] }), "a", "ArrowDown", "down")).toBe("b");
  });
});

describe("the way of a wire", () => {
  const [a, b, c] = [...boxes({ a: [0, 0], b: [0, 100], c: [0, 200] }).values()] as [Box, Box, Box];

  it("is straight where nothing stands between", () => {
    expect(route(a, b, [c], "down")).toEqual([[50, 40], [50, 100]]);
  });

  it.each(["down", "right"] as const)("goes around what stands between, going %s", (direction) => {
    const flat = (box: Box): Box => (direction === "down" ? box : { x: box.y, y: box.x, width: box.height, height: box.width });
    const way = route(flat(a), flat(c), [flat(b)], direction);
    expect(way).toHaveLength(6);
    const [across, edgeOf] = direction === "down" ? ([0, 100] as const) : ([1, 100] as const);
    expect(way[2]![across]).toBeGreaterThan(edgeOf);
    expect(way[2]![across]).toBe(way[3]![across]);
  });

  it("leads a longer way further out, past a second column", () => {
    const d = boxAt([0, 300], SIZE);
    expect(route(a, d, [b, c], "down")[2]![0]).toBeGreaterThan(route(a, c, [b], "down")[2]![0]);
    expect(route(a, c, [b, boxAt([110, 100], SIZE)], "down")[2]![0]).toBeGreaterThan(210);
  });

  it("turns early or late to a branch whose layers are in the way of the curve", () => {
    const wide = { x: -150, y: 60, width: 300, height: 200 };
    const [top, low] = [boxAt([-50, 0], SIZE), boxAt([300, 300], SIZE)];
    expect(route(top, low, [wide], "down")).toEqual([[0, 40], [0, 60], [350, 60], [350, 300]]);
    const back = { ...low, x: -50 };
    expect(route({ ...top, x: 300 }, back, [wide], "down")).toEqual([[350, 40], [350, 280], [0, 280], [0, 300]]);
  });

  it("is straight when it leads back up", () => {
    expect(route(c, a, [b], "down")).toHaveLength(2);
  });
});

it("the box around nothing has no size", () => {
  expect(around([])).toEqual({ x: 0, y: 0, width: 0, height: 0 });
});
