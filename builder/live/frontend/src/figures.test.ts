import { expect, test } from "vitest";
import { figures, metricOf, titleOf } from "./figures";
import type { Metrics } from "./messages";

const METRICS: Metrics = {
  accuracy: { title: "Accuracy", share: true, signed: false },
  mae: { title: "Mean absolute error", share: false, signed: false },
  r2: { title: "R2", share: false, signed: true },
  loss: { title: "Loss", share: false, signed: false },
};

test("the charts of a run with several outputs: the sum first, then how good, then each loss", () => {
  const series = ["samples_per_second", "train_loss/b", "train_accuracy/a", "val_mae/b", "val_r2/b", "train_loss", "val_loss/a"];
  expect(figures(series, METRICS)).toEqual(["loss", "accuracy/a", "mae/b", "r2/b", "loss/a", "loss/b"]);
  expect(figures(["train_loss", "val_accuracy"], METRICS)).toEqual(["loss", "accuracy"]);
});

test("a figure names its output, whatever that is called", () => {
  expect(titleOf("accuracy", METRICS)).toBe("Accuracy");
  expect(titleOf("mae/a/b", METRICS)).toBe("Mean absolute error · a/b");
  expect(titleOf("something/a", METRICS)).toBe("something · a");
  expect(metricOf("accuracy/a", METRICS).share).toBe(true);
});
