/** Numbers and times in the words of the page. */

/** Seconds as a clock: `0:07`, `12:05`, `1:02:05`. */
export function clock(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const tail = `${hours ? String(minutes).padStart(2, "0") : minutes}:${String(rest).padStart(2, "0")}`;
  return hours ? `${hours}:${tail}` : tail;
}

/** A translated sentence with its `{names}` filled in; a name that is not given stays as it stands. */
export function fill(sentence: string, values: Record<string, string>): string {
  return sentence.replace(/\{(\w+)\}/g, (whole, name: string) => values[name] ?? whole);
}

/** Whole numbers grouped as `language` does; fewer than 10 keep one decimal. */
export function count(value: number, language: string): string {
  const digits = value < 10 && !Number.isInteger(value) ? 1 : 0;
  return new Intl.NumberFormat(language, { maximumFractionDigits: digits }).format(value);
}

/** A share in percent, other figures with four significant digits. */
export function metric(value: number, share: boolean, language: string): string {
  const style: Intl.NumberFormatOptions = share
    ? { style: "percent", minimumFractionDigits: 1, maximumFractionDigits: 1 }
    : { maximumSignificantDigits: 4 };
  return new Intl.NumberFormat(language, style).format(value);
}
