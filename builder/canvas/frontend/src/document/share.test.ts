import { expect, it } from "vitest";
import { documentOf, graph, node } from "./sample";
import { MOST_CHARACTERS, pack, unpack } from "./share";

it("brings a document through a link", async () => {
  const document = { ...documentOf(graph("a b", "a>b")), title: "Größe 日本 😀 +/=" };
  const text = await pack(document);
  expect(text).toMatch(/^[A-Za-z0-9_-]+$/);
  expect(await unpack(text)).toEqual(document);
});

it("refuses what no link can hold", async () => {
  let seed = 1;
  const noise = () => String((seed = (seed * 48271) % 2147483647));
  const nodes = Array.from({ length: 2000 }, (_, i) => node(`n${i}`, "ReLU", { params: { a: noise() + noise() } }));
  await expect(pack(documentOf({ nodes, edges: [] }))).rejects.toThrow(/too large for a link. Save it as a file/);
  expect(MOST_CHARACTERS).toBe(30_000);
});
