// Fails when ../static is not what the sources build: run by `npm run check`.
import { mkdtempSync, readFileSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "vite";

const committed = new URL("../static", import.meta.url).pathname;
const fresh = mkdtempSync(join(tmpdir(), "canvas-"));
try {
  await build({ logLevel: "warn", build: { outDir: fresh, emptyOutDir: true } });
  const names = readdirSync(fresh).sort();
  const same =
    names.join() === readdirSync(committed).sort().join() &&
    names.every((name) => readFileSync(join(fresh, name)).equals(readFileSync(join(committed, name))));
  if (!same) {
    console.error("builder/canvas/static is stale: run `npm run build` in builder/canvas/frontend and commit the result.");
    process.exitCode = 1;
  }
} finally {
  rmSync(fresh, { recursive: true });
}
