import { describe, expect, it } from "vitest";
import { emptyHistory, merge } from "./history";
import type { Chunk, Points } from "./messages";

const points = (steps: number[], value = (step: number): number => 1 / step): Points => ({
  step: steps,
  epoch: steps.map(() => 1),
  value: steps.map(value),
  smooth: steps.map(value),
});

function chunk(base: number, next: number, steps: number[], more: Partial<Chunk> = {}): Chunk {
  const progress = { epoch: 0, epochs: 1, step: 0, steps: 9, samples_per_second: null, seconds: null, seconds_left: null };
  const series = { train_loss: points(steps) };
  const rest = { run: "r", attempt: 1, status: "running", working: true, thin: false, phase: "", problem: null, progress };
  return { ...rest, base, next, series, ...more };
}

describe("merge", () => {
  it("appends what follows and says where the new points begin", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 2, [1, 2]));
    const change = merge(history, chunk(2, 4, [3, 4]));
    expect(history.series.get("train_loss")?.step).toEqual([1, 2, 3, 4]);
    expect(history.series.get("train_loss")?.smooth).toEqual([1, 1 / 2, 1 / 3, 1 / 4]);
    expect(change.grown.get("train_loss")).toBe(2);
    expect(change.redrawn.size).toBe(0);
    expect(history.next).toBe(4);
  });

  it("trims an overlap", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 3, [1, 2, 3]));
    const change = merge(history, chunk(1, 4, [2, 3, 4]));
    expect(history.series.get("train_loss")?.step).toEqual([1, 2, 3, 4]);
    expect(change.grown.get("train_loss")).toBe(3);
    expect(change.redrawn.size).toBe(0);
  });

  it("refuses a chunk that leaves a gap, so that it is asked for again", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 2, [1, 2]));
    expect(merge(history, chunk(5, 7, [6, 7])).gap).toBe(true);
    expect(history.next).toBe(2);
    expect(history.series.get("train_loss")?.step).toEqual([1, 2]);
  });

  it("drops everything when the attempt changes", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 9, [1, 2, 3, 4]));
    const change = merge(history, chunk(0, 6, [1, 2], { attempt: 2 }));
    expect(history.series.get("train_loss")?.step).toEqual([1, 2]);
    expect([...change.redrawn]).toEqual(["train_loss"]);
    expect(change.grown.size).toBe(0);
    expect(history.next).toBe(6);
  });

  it("asks from the beginning when another attempt is answered in the middle", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 9, [1, 2, 3, 4]));
    expect(merge(history, chunk(9, 12, [3], { attempt: 2 })).gap).toBe(true);
    expect(history).toMatchObject({ attempt: 2, next: 0 });
  });

  it("redraws a series in which a step was written again", () => {
    const history = emptyHistory();
    merge(history, chunk(0, 3, [1, 2, 3]));
    const change = merge(history, chunk(3, 4, [], { series: { train_loss: points([2], () => 7) } }));
    expect(history.series.get("train_loss")?.value).toEqual([1, 7, 1 / 3]);
    expect([...change.redrawn]).toEqual(["train_loss"]);
  });

  it("thins a series that grew too long and keeps its extremes and both ends", () => {
    const history = emptyHistory();
    const steps = Array.from({ length: 1001 }, (_, row) => row + 1);
    const spiky = points(steps, (step) => (step === 503 ? 99 : step === 707 ? -99 : 0.5));
    const change = merge(history, chunk(0, 1001, [], { series: { train_loss: spiky } }), 1000);
    const kept = history.series.get("train_loss") as Points;
    expect([...change.redrawn]).toEqual(["train_loss"]);
    expect(kept.step.length).toBeLessThanOrEqual(500);
    expect([kept.step[0], kept.step.at(-1)]).toEqual([1, 1001]);
    expect([kept.step[kept.value.indexOf(99)], kept.step[kept.value.indexOf(-99)]]).toEqual([503, 707]);
  });
});
