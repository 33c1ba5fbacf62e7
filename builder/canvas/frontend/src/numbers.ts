/** Numbers as people read them: the same words as `builder.core.text` writes in Python. */

/** `421,642`, `3.2 M`, `1.0 G`. */
export function count(number: number): string {
  for (const [limit, unit] of [
    [1e12, "T"],
    [1e9, "G"],
    [1e6, "M"],
  ] as const) {
    if (Math.abs(number) >= limit) return `${tenths(number / limit)} ${unit}`;
  }
  return number.toLocaleString("en-US", { maximumFractionDigits: 0 });
}

/** Bytes: `4.0 TB`, `28.9 MB`, `512 bytes`. */
export function size(bytes: number): string {
  const units = ["bytes", "kB", "MB", "GB", "TB", "PB"];
  let unit = 0;
  while (Math.abs(bytes) >= 1000 && unit < units.length - 1) {
    bytes /= 1000;
    unit += 1;
  }
  return `${unit ? tenths(bytes) : bytes.toFixed(0)} ${units[unit]}`;
}

/** A part of a whole: `42 %`, `< 1 %`, or nothing when there is no whole. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return "";
  const percent = (100 * part) / whole;
  return part > 0 && percent < 1 ? "< 1 %" : `${Math.round(percent)} %`;
}

/** The shape of one sample: `32x28x28`. */
export function shape(sizes: readonly number[]): string {
  return sizes.length ? sizes.join("x") : "1";
}

/** A number of a parameter or of a run, short: `0.001`, `1e-5`, `12,288`. */
export function plain(number: number): string {
  if (number !== 0 && (Math.abs(number) < 1e-4 || Math.abs(number) >= 1e15)) {
    return number
      .toExponential(2)
      .replace(/\.?0+e/, "e")
      .replace("e+", "e");
  }
  return number.toLocaleString("en-US", { maximumSignificantDigits: Number.isInteger(number) ? 15 : 4 });
}

/** One decimal; halves go to the even digit, as in Python. */
function tenths(number: number): string {
  const halfway = Math.abs(number * 4) % 2 === 1; // only x.25 and x.75 are exact halves in binary
  if (!halfway) return number.toFixed(1);
  const below = Math.floor(number * 10);
  return ((below % 2 === 0 ? below : below + 1) / 10).toFixed(1);
}
