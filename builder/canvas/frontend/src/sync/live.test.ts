import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { watch } from "./live";

const page = Object.assign(new EventTarget(), { hidden: false });
const node = (value: number): object => ({ values: [{ name: "gradient", value }], heat: 1, image: null });
let status = 200;
let answer: object;
let asked: string[];

beforeEach(() => {
  vi.useFakeTimers();
  [asked, status, page.hidden] = [[], 200, false];
  answer = { run: "r", status: "running", step: 1, nodes: { a: node(1), b: node(2) } };
  vi.stubGlobal("document", page);
  vi.stubGlobal("navigator", {});
  vi.stubGlobal("fetch", async (address: string) => {
    asked.push(address);
    return new Response(JSON.stringify(answer), { status });
  });
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

const pass = (ms: number): Promise<unknown> => vi.advanceTimersByTimeAsync(ms);

it("asks twice a second and tells what is new; the rest stays as it was", async () => {
  const told: Readonly<Record<string, unknown>>[] = [];
  const end = watch("n", "r", (nodes) => told.push(nodes));
  await pass(1200);
  expect(asked).toEqual(Array(3).fill("/api/networks/n/run?run=r"));
  expect(told).toHaveLength(1);
  answer = { ...answer, nodes: { a: node(1), b: node(3) } };
  await pass(500);
  expect(told).toHaveLength(2);
  expect(told[1]?.["a"]).toBe(told[0]?.["a"]);
  expect(told[1]?.["b"]).toEqual(node(3));
  end();
  await pass(5000);
  expect(asked).toHaveLength(4);
});

it("asks nothing while nobody looks, and at once when somebody does", async () => {
  page.hidden = true;
  const end = watch("n", "r", () => undefined);
  await pass(5000);
  expect(asked).toEqual([]);
  page.hidden = false;
  page.dispatchEvent(new Event("visibilitychange"));
  await pass(10);
  expect(asked).toHaveLength(1);
  end();
});

it("asks no more when the run has ended", async () => {
  answer = { ...answer, status: "finished" };
  watch("n", "r", () => undefined);
  await pass(5000);
  expect(asked).toHaveLength(1);
});

it("asks no more for a run that is not there, and again where the server is not", async () => {
  [status, answer] = [404, { code: "P-NONE", message: "No such run." }];
  watch("n", "r", () => undefined);
  await pass(5000);
  expect(asked).toHaveLength(1);
  [status, answer] = [502, {}];
  const end = watch("n", "r", () => undefined);
  await pass(1600);
  expect(asked).toHaveLength(4);
  end();
});
