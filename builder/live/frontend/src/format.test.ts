import { describe, expect, it } from "vitest";
import { clock, count, fill, metric } from "./format";

describe("clock", () => {
  it.each([
    [0, "0:00"],
    [7.4, "0:07"],
    [59.6, "1:00"],
    [725, "12:05"],
    [3599.5, "1:00:00"],
    [90_061, "25:01:01"],
    [-3, "0:00"],
  ])("%d seconds are %s", (seconds, text) => expect(clock(seconds)).toBe(text));
});

describe("numbers", () => {
  it("are grouped as the language does", () => {
    expect(count(12345.6, "en")).toBe("12,346");
    expect(count(12345.6, "de")).toBe("12.346");
    expect(count(3.27, "en")).toBe("3.3");
  });

  it("are a loss or a percentage", () => {
    expect(metric(0.123456, false, "en")).toBe("0.1235");
    expect(metric(0.98765, true, "en")).toBe("98.8%");
  });
});

describe("fill", () => {
  it("fills in what is given and leaves the rest", () => {
    expect(fill("Epoch {epoch} of {epochs}", { epoch: "3" })).toBe("Epoch 3 of {epochs}");
    expect(fill("{a}", { a: "{b}", b: "no" })).toBe("{b}");
  });
});
