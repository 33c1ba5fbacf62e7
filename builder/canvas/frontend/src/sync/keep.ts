/** `next` with every part that is equal in `old` taken from there, so that what did not change keeps its identity. */
export function keep<T>(old: unknown, next: T): T {
  return part(old, next) as T;
}

function part(old: unknown, next: unknown): unknown {
  if (old === next || !isObject(old) || !isObject(next) || Array.isArray(old) !== Array.isArray(next)) return next;
  if (Array.isArray(old) && Array.isArray(next)) return list(old, next);
  const was = old as Record<string, unknown>;
  const parts = Object.entries(next).map(([key, value]) => [key, part(own(was, key), value)] as const);
  const given = Object.values(was).filter((value) => value !== undefined).length;
  const same = parts.length === given && parts.every(([key, value]) => own(was, key) === value);
  return same ? was : Object.fromEntries(parts);
}

/** Items with an id are found again by it, wherever they stand now. */
function list(old: readonly unknown[], next: readonly unknown[]): readonly unknown[] {
  const byId = new Map(old.map((item) => [id(item), item]));
  const items = next.map((item, index) => part(id(item) === undefined ? old[index] : byId.get(id(item)), item));
  return items.length === old.length && items.every((item, index) => item === old[index]) ? old : items;
}

function id(item: unknown): unknown {
  return isObject(item) ? own(item as Record<string, unknown>, "id") : undefined;
}

function own(object: Record<string, unknown>, key: string): unknown {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function isObject(value: unknown): value is object {
  return typeof value === "object" && value !== null;
}
