import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

// A plain build with an entry that keeps its default export: one ES module. (Library mode would leave white space.)
// The hash in the name lets browsers cache the file for ever; Streamlit's glob `index-*.js` must match one file only.
export default defineConfig({
  base: "./",
  plugins: [react()],
  // Only React Flow's timed movements of the view need these two; they are a twentieth of the bundle.
  resolve: {
    alias: [{ find: /^d3-(transition|interpolate)$/, replacement: new URL("src/flow/stillness.ts", import.meta.url).pathname }],
  },
  build: {
    target: "es2022",
    outDir: "../static",
    emptyOutDir: true,
    modulePreload: false,
    minify: "terser", // a fiftieth smaller than what Vite does by itself
    terserOptions: { module: true, compress: { ecma: 2020, passes: 2 } },
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: "src/index.tsx",
      preserveEntrySignatures: "strict",
      output: { format: "es", entryFileNames: "index-[hash].js", codeSplitting: false },
    },
  },
});
