/** The sign of a layer: its letters in the colour of its family. */

import type { Layer } from "../messages";

export function Glyph({ layer }: { readonly layer: Layer | undefined }) {
  const style = { "--nb-family": layer?.colour ?? "gray" } as React.CSSProperties;
  return (
    <span className="nb-glyph" style={style} aria-hidden>
      {layer?.glyph ?? "?"}
    </span>
  );
}

/** What a layer does to a shape, and its formula where there is one. */
export function Rule({ layer }: { readonly layer: Layer }) {
  return (
    <>
      <code className="nb-rule">{layer.shape}</code>
      {layer.formula && <code className="nb-rule">{layer.formula}</code>}
    </>
  );
}
