/** A watched value in the shape that React's useSyncExternalStore wants. */

import type { Cell } from "../studio";

export function cell<Value extends object>(value: Value, changed?: (value: Value) => void): Cell<Value> {
  const listeners = new Set<() => void>();
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    get: () => value,
    set(change) {
      const keys = Object.keys(change) as (keyof Value)[];
      if (keys.every((key) => Object.is(change[key], value[key]))) return;
      value = { ...value, ...change };
      changed?.(value);
      for (const listener of [...listeners]) listener();
    },
  };
}
