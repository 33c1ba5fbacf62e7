import { expect, it } from "vitest";
import { MERGE, STEPS, after, done, redone, start, undone } from "./history";
import { documentOf, graph } from "./sample";
import type { Change, Edit } from "./types";

const titled = (title: string) => ({ ...documentOf(graph("a")), title });
const change = (edits: readonly Edit[], tag = "", at = 0): Change => ({ kind: "edit", edits, tag, at });

it("walks back and forward the same way", () => {
  const history = done(done(start(titled("a")), titled("b")), titled("c"));
  expect(undone(undone(history)).present.title).toBe("a");
  expect(redone(redone(undone(undone(history)))).present).toBe(history.present);
  expect(redone(history)).toBe(history);
});

it("takes no change for a step, whatever the order of keys", () => {
  const edit: Edit = { op: "set_params", node: "a", params: { p: 1, q: [1, { r: null }] } };
  const history = after(start(titled("")), change([edit]));
  expect(after(history, change([edit]))).toBe(history);
  expect(after(history, change([{ ...edit, params: { q: [1, { r: null }], p: true } }]))).toBe(history);
  expect(after(history, change([{ ...edit, params: { q: [1, {}] } }]))).not.toBe(history);
});

it("makes one step of keystrokes in one field, until a pause", () => {
  let history = start(titled(""));
  for (const [i, text] of ["c", "co", "con"].entries()) history = done(history, titled(text), "title", (i * MERGE) / 2);
  expect(undone(history).present.title).toBe("");
  expect(undone(done(history, titled("conv"), "title", 5 * MERGE)).present.title).toBe("con");
  expect(undone(done(history, titled("conv"), "about", MERGE)).present.title).toBe("con");
});

it("keeps 200 steps and forgets the way forward at a new one", () => {
  let history = start(titled("0"));
  for (let i = 1; i <= STEPS + 50; i++) history = done(history, titled(String(i)));
  expect(history.past).toHaveLength(STEPS);
  expect(done(undone(history), titled("new")).future).toEqual([]);
});
