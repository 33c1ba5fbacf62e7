import { afterEach, beforeEach, expect, it, vi } from "vitest";

beforeEach(() => {
  vi.useFakeTimers();
  vi.resetModules();
  vi.stubGlobal("navigator", {});
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it("is asked for until it comes, and then never again", async () => {
  const { catalogue } = await import("./catalogue");
  const answers = [new TypeError("Failed to fetch"), new Response("<html>"), new Response('{"layers": []}')];
  const fetched = vi.fn(async () => {
    const answer = answers.shift();
    if (answer instanceof Response) return answer;
    throw answer;
  });
  vi.stubGlobal("fetch", fetched);
  const first = catalogue();
  await vi.advanceTimersByTimeAsync(2000);
  expect(await first).toEqual({ layers: [] });
  expect(await catalogue()).toBe(await first);
  expect(fetched).toHaveBeenCalledTimes(3);
});

it("that is refused can be asked for anew", async () => {
  const { catalogue } = await import("./catalogue");
  const refusal = '{"code": "X-MESSAGE", "message": "No."}';
  vi.stubGlobal("fetch", async () => new Response(refusal, { status: 400 }));
  await expect(catalogue()).rejects.toThrow("No.");
  vi.stubGlobal("fetch", async () => new Response("{}"));
  expect(await catalogue()).toEqual({});
});
