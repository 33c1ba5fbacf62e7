import type { Catalogue } from "../messages";
import { thisBrowser } from "./browser";
import { ask, Failure, pause } from "./http";

let known: Promise<Catalogue> | null = null;

/** What layers, examples and words there are; asked for once, until it comes. Rejects when the server refuses. */
export function catalogue(): Promise<Catalogue> {
  known ??= asked().catch((error: unknown) => {
    known = null;
    throw error;
  });
  return known;
}

async function asked(): Promise<Catalogue> {
  for (let failures = 1; ; failures += 1) {
    try {
      // it may be cached: the server says for how long
      return await ask<Catalogue>(thisBrowser(), "/api/canvas/catalogue", { cache: "default" });
    } catch (error) {
      if (error instanceof Failure && !error.passing) throw error;
      await new Promise((wake) => setTimeout(wake, pause(failures)));
    }
  }
}
