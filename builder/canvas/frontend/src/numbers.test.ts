import { expect, test } from "vitest";
import { count, plain, shape, share, size } from "./numbers";

test("numbers read as Python's builder.core.text writes them", () => {
  const counts: [number, string][] = [
    [0, "0"],
    [320, "320"],
    [421642, "421,642"],
    [999999, "999,999"],
    [1e6, "1.0 M"],
    [1250000, "1.2 M"],
    [1350000, "1.4 M"],
    [1750000, "1.8 M"],
    [3.2e9, "3.2 G"],
    [-4.05e12, "-4.0 T"],
    [1150000, "1.1 M"],
  ];
  for (const [number, text] of counts) expect(count(number)).toBe(text);
});

test("bytes read as Python's builder.core.text writes them", () => {
  const sizes: [number, string][] = [
    [0, "0 bytes"],
    [512, "512 bytes"],
    [4000, "4.0 kB"],
    [1250, "1.2 kB"],
    [28_900_000, "28.9 MB"],
    [4e12, "4.0 TB"],
    [2e19, "20000.0 PB"],
  ];
  for (const [bytes, text] of sizes) expect(size(bytes)).toBe(text);
});

test("shares, shapes and small numbers", () => {
  expect(share(421, 1000)).toBe("42 %");
  expect(share(1, 1000)).toBe("< 1 %");
  expect(share(0, 1000)).toBe("0 %");
  expect(share(1, 0)).toBe("");
  expect(shape([32, 28, 28])).toBe("32x28x28");
  expect([1e-5, 0.001, 65536, 0.5, 2.5e-7, 0].map(plain)).toEqual(["1e-5", "0.001", "65,536", "0.5", "2.5e-7", "0"]);
});
