import { expect, test } from "vitest";
import type { Document, Node } from "../document/types";
import type { Layer, NodeReport, Report } from "../messages";
import type { Looking } from "../studio";
import { allProblems } from "./all-problems";
import { placed } from "./floating";
import { feeds, reported, safeLink } from "./inspected";
import { arranged, offers, question } from "./picking";
import { fitting } from "./room";

const node = (id: string, type = "ReLU"): Node => ({ id, type, params: {} });
const document = (nodes: Node[], edges: Document["graph"]["edges"]): Document => ({
  format: "netbuilder",
  version: 1,
  title: "",
  about: "",
  data: {},
  graph: { nodes, edges },
  recipe: {},
});

test("the rare tools leave first, and the bar with its menu fits", () => {
  const tools = [0, 3, 1, 2].map((rank) => ({ rank, group: rank < 2 ? "a" : "b" }));
  expect(fitting(tools, 4 * 32 + 2 * 9, 32, 9)).toBe(tools);
  expect(fitting(tools, 4 * 32 + 2 * 9 - 1, 32, 9).map((tool) => tool.rank)).toEqual([0, 1]);
  expect(fitting(tools, 10, 32, 9)).toEqual([]);
});

test("a tip turns to the other side at the edge, and never leaves the window", () => {
  const window = { width: 400, height: 300 };
  const box = { left: 0, top: 0, width: 100, height: 40 };
  expect(placed({ left: 10, top: 10, width: 20, height: 20 }, box, "right", window)).toEqual([36, 10]);
  expect(placed({ left: 370, top: 10, width: 20, height: 20 }, box, "right", window)[0]).toBe(264);
  expect(placed({ left: 370, top: 270, width: 20, height: 20 }, box, "bottom", window)).toEqual([292, 224]);
});

test("the picker asks for the place: the selected node, the open end, or nothing", () => {
  const doc = document([node("input", "Input"), node("a"), node("out", "Output")], [{ source: "input", target: "a" }]);
  const looking = { nodes: [] } as unknown as Looking;
  expect(question({ kind: "end" }, doc, looking)).toEqual({ from: ["a"] });
  expect(question({ kind: "end" }, doc, { ...looking, nodes: [["input"]] })).toEqual({ from: ["input"] });
  expect(question({ kind: "end" }, document([], []), looking)).toBeNull();
  expect(question({ kind: "wire", from: "a", block: ["b"] }, doc, looking)).toEqual({ from: ["b", "a"] });
  expect(question({ kind: "at", position: [0, 0] }, doc, looking)).toBeNull();
});

test("without a search, favourites and recent layers come first, then the families in their order", () => {
  const layers = ["A", "B", "C", "D"].map((type, index) => ({ type, family: index < 2 ? "late" : "early" }) as Layer);
  const families = [
    { name: "early", colour: "" },
    { name: "late", colour: "" },
  ];
  const looking = { favourites: ["D"], recent: ["B", "D"] } as unknown as Looking;
  expect(arranged(layers, families, looking).map((layer) => layer.type)).toEqual(["D", "B", "C", "A"]);
});

test("what does not fit comes last, with its reason", () => {
  const layers = ["A", "B", "C"].map((type) => ({ type }) as Layer);
  const fits = { nodes: {}, layers: { A: { reason: "no" }, B: { shape: "8" }, C: {} } };
  expect(offers(layers, fits).map(({ layer, shape, reason }) => [layer.type, shape, reason])).toEqual([
    ["B", "8", null],
    ["C", null, null],
    ["A", null, "no"],
  ]);
  expect(offers(layers, null).every((offer) => offer.reason === null)).toBe(true);
  // but Enter means what was typed, whatever is learned of it meanwhile
  expect(offers(layers, fits, " a ").map(({ layer }) => layer.type)).toEqual(["A", "B", "C"]);
});

test("wires find their ports: by name first, then in order", () => {
  const graph = document(
    [node("a"), node("b"), node("c")],
    [
      { source: "a", target: "c" },
      { source: "b", target: "c", input: "left" },
      { source: "a", target: "c", input: "gone" },
    ],
  ).graph;
  const { ports, rest } = feeds(graph, graph.nodes[2]!, ["left", "right", "third"]);
  expect(ports.map(({ port, edge }) => [port, edge?.source])).toEqual([
    ["left", "b"],
    ["right", "a"],
    ["third", undefined],
  ]);
  expect(rest.map((edge) => edge.input)).toEqual(["gone"]);
});

test("problems of blocks are listed with their path, errors first", () => {
  const problem = (severity: "error" | "hint", message: string) => ({
    code: "G",
    severity,
    param: null,
    message,
    fixes: [],
  });
  const found = (problems: NodeReport["problems"], inside?: NodeReport["inside"]) =>
    ({ problems, ...(inside && { inside }) }) as NodeReport;
  const report = {
    nodes: { b: found([problem("hint", "h")], { inner: found([problem("error", "e")]) }) },
    general: [problem("error", "g")],
  } as unknown as Report;
  expect(allProblems(report).map(({ path, problem }) => [path, problem.message])).toEqual([
    [null, "g"],
    [["b", "inner"], "e"],
    [["b"], "h"],
  ]);
  expect(allProblems(null)).toEqual([]);
  expect(reported(report, ["b", "inner"])?.problems[0]?.message).toBe("e");
  expect(reported(report, ["x", "inner"])).toBeUndefined();
});

test("only https addresses are opened", () => {
  expect(safeLink("https://pytorch.org/docs")).toBe("https://pytorch.org/docs");
  for (const link of ["", "http://a.b", "javascript:alert(1)", "data:text/html,x", "//a.b"])
    expect(safeLink(link)).toBeNull();
});
