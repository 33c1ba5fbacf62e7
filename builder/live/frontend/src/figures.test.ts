import { expect, test } from "vitest";
import { figures, kindOf, titleOf } from "./figures";
import type { Labels } from "./messages";

test("the charts of a run with several outputs: the sum first, then how good, then each loss", () => {
  const series = ["samples_per_second", "train_loss/b", "train_accuracy/a", "val_mae/b", "val_r2/b", "train_loss", "val_loss/a"];
  expect(figures(series)).toEqual(["loss", "accuracy/a", "mae/b", "r2/b", "loss/a", "loss/b"]);
  expect(figures(["train_loss", "val_accuracy"])).toEqual(["loss", "accuracy"]);
});

test("a figure names its output, whatever that is called", () => {
  const labels = { accuracy: "Accuracy", mae: "Mean absolute error" } as Labels;
  expect(titleOf("accuracy", labels)).toBe("Accuracy");
  expect(titleOf("mae/a/b", labels)).toBe("Mean absolute error · a/b");
  expect(kindOf("something")).toBe("loss");
});
