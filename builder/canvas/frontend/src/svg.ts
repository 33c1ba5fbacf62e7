/** SVG written as text. */

type Attributes = Readonly<Record<string, string | number>>;

/** An element with its attributes escaped; its children are markup already. */
export function element(name: string, attributes: Attributes, ...children: readonly string[]): string {
  const written = Object.entries(attributes).map(([key, value]) => ` ${key}="${escaped(String(value))}"`);
  const inner = children.filter(Boolean).join("\n");
  return inner ? `<${name}${written.join("")}>${inner}</${name}>` : `<${name}${written.join("")}/>`;
}


const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

/** Text for XML, without the characters that XML cannot hold. */
export function escaped(text: string): string {
  return text
    .replace(/[\u0000-\u0008\u000B\u000C\u000E-\u001F\uFFFE\uFFFF]|\p{Surrogate}/gu, "\uFFFD")
    .replace(/[&<>"']/g, (letter) => ENTITIES[letter]!);
}

/** The text cut to what fits a width in pixels at a size of type; East Asian letters are as wide as high. */
export function fitted(text: string, width: number, size: number): string {
  let left = width;
  const fits: string[] = [];
  for (const letter of text) {
    left -= /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\u{1F300}-\u{3FFFF}]/u.test(letter)
      ? size
      : size * 0.56;
    if (left < 0) return `${fits.slice(0, -1).join("").trimEnd()}…`;
    fits.push(letter);
  }
  return text;
}
