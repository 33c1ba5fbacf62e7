import { expect, test } from "vitest";
import type { Layer } from "./messages";
import { distance, examplesFor, ranked } from "./search";

function layer(type: string, family: string, description: string, aliases: readonly string[] = []): Layer {
  const rest = {
    shape: "any -> the same",
    source: `torch.nn.${type}`,
    link: "",
    formula: "",
    inputs: ["x"],
    many: false,
    optional: 0,
  };
  return {
    type,
    family,
    description,
    ...rest,
    params: [],
    keys: [],
    glyph: "",
    colour: "",
    hidden: false,
    aliases,
  } as Layer;
}

const LAYERS = [
  layer("Linear", "Dense", "Weighted sums of all features.", ["fully connected", "fc"]),
  layer("Conv1d", "Convolution", "Slide learned windows along a sequence."),
  layer("Conv2d", "Convolution", "Slide learned windows over an image."),
  layer("MaxPool2d", "Pooling", "Keep the largest number of each window."),
  layer("AdaptiveAvgPool2d", "Pooling", "Average each channel over a grid."),
  layer("BatchNorm2d", "Normalisation", "Bring each channel of images to mean 0."),
  layer("Dropout", "Regularisation", "Set numbers to zero at random."),
  layer("Embedding", "Sequence", "Look up a learned vector for each token."),
];
const found = (typed: string) => ranked(LAYERS, typed).map((entry) => entry.type);

test("nothing typed: everything in its order", () => expect(found("  ")).toEqual(LAYERS.map((entry) => entry.type)));

test("names come before families, families before purposes", () => {
  expect(found("conv2d")[0]).toBe("Conv2d");
  expect(found("conv")).toEqual(["Conv1d", "Conv2d"]);
  expect(found("pool").slice(0, 2)).toEqual(["MaxPool2d", "AdaptiveAvgPool2d"]);
  expect(found("image")[0]).toBe("Conv2d");
  expect(found("dense")[0]).toBe("Linear");
});

test("other names, initials and several words", () => {
  expect(found("fc")[0]).toBe("Linear");
  expect(found("bn")[0]).toBe("BatchNorm2d");
  expect(found("max pool")).toEqual(["MaxPool2d"]);
  expect(found("Batch-Norm")[0]).toBe("BatchNorm2d");
});

test("slips of the finger", () => {
  expect(found("covn2d")[0]).toBe("Conv2d");
  expect(found("covn").slice(0, 2)).toEqual(["Conv1d", "Conv2d"]);
  expect(found("dropuot")[0]).toBe("Dropout");
  expect(found("embeding")[0]).toBe("Embedding");
  expect(found("lineer")[0]).toBe("Linear");
  expect(found("xyzzy")).toEqual([]);
});

test("distance counts changed, added, dropped and exchanged letters", () => {
  expect([distance("abc", "abc"), distance("abc", "acb"), distance("abc", "abcd"), distance("", "ab")]).toEqual([
    0, 1, 1, 2,
  ]);
  expect(distance("kitten", "sitting")).toBe(3);
});

test("examples are found by name and by what they are about", () => {
  const xor = { name: "xor-mlp", title: "XOR", about: "Two bits, one answer." };
  const mnist = { name: "mnist-cnn", title: "MNIST CNN", about: "Handwritten digits." };
  const named = (typed: string) => examplesFor([xor, mnist], typed).map(({ name }) => name);
  expect(named("xor")).toEqual(["xor-mlp"]);
  expect(named("digits cnn")).toEqual(["mnist-cnn"]);
  expect(named("lstm")).toEqual([]);
});
