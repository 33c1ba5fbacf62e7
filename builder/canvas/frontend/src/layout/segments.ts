/** A network cut where all its wires meet in one chain: the pieces are laid out one by one, which is much quicker. */

export type Wires = readonly (readonly [number, number])[]; // between chains, from a lower number to a higher

/** What hangs together, each part in ascending order. */
export function components(count: number, wires: Wires): number[][] {
  const beside: number[][] = Array.from({ length: count }, () => []);
  for (const [from, to] of wires) {
    beside[from]!.push(to);
    beside[to]!.push(from);
  }
  const seen = new Set<number>();
  const found: number[][] = [];
  for (let start = 0; start < count; start++) {
    if (seen.has(start)) continue;
    const part = [start];
    seen.add(start);
    for (let i = 0; i < part.length; i++) {
      for (const next of beside[part[i]!]!) {
        if (seen.has(next)) continue;
        seen.add(next);
        part.push(next);
      }
    }
    found.push(part.sort((a, b) => a - b));
  }
  return found;
}

/** A part in pieces: each but the first begins with the chain that ends the one before, which all wires lead through. */
export function segments(part: readonly number[], wires: Wires): number[][] {
  const targets = new Map<number, number[]>(part.map((chain) => [chain, []]));
  const fed = new Set<number>();
  for (const [from, to] of wires) {
    targets.get(from)?.push(to);
    fed.add(to);
  }
  const lastSource = part.findLast((chain) => !fed.has(chain))!;
  const found: number[][] = [[]];
  let furthest = part[0]!; // that a wire leads to from what lies before
  for (const chain of part) {
    found.at(-1)!.push(chain);
    const meets = furthest <= chain && chain > lastSource && chain !== part.at(-1);
    if (meets) found.push([chain]);
    for (const target of targets.get(chain)!) furthest = Math.max(furthest, target);
  }
  return found;
}
