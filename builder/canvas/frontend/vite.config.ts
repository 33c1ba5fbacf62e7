import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";

// React Flow names and wraps its components as it is loaded, which the bundler takes for something that must be done:
// its buttons and grips would come along, which nothing here shows.
const lean: Plugin = {
  name: "lean",
  enforce: "pre",
  transform(code, id) {
    if (!id.includes("@xyflow/react")) return undefined;
    if (id.includes(".css")) return code.replace(/\.react-flow__(controls|resize)[^{}]*\{[^{}]*\}/g, "");
    return code.replace(/^\w+\.displayName = .*;$/gm, "").replace(/ = (memo|forwardRef)\(/g, " = /* @__PURE__ */ $1(");
  },
};

// A plain build with an entry that keeps its default export: one ES module. (Library mode would leave white space.)
// The hash in the name lets browsers cache the file for ever; Streamlit's glob `index-*.js` must match one file only.
export default defineConfig({
  base: "./",
  plugins: [lean, react()],
  resolve: {
    alias: [
      // Only React Flow's timed movements of the view need these two; they are a twentieth of the bundle.
      { find: /^d3-(transition|interpolate)$/, replacement: new URL("src/flow/stillness.ts", import.meta.url).pathname },
      // React itself has what this one lends to its older versions.
      { find: /^use-sync-external-store\/shim$/, replacement: "react" },
    ],
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
