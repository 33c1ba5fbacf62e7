/** The part of Plotly that is used here. */
declare module "plotly.js-basic-dist-min" {
  type Json = Record<string, unknown>;
  interface PlotElement extends HTMLElement {
    data: { x: number[]; y: (number | null)[] }[];
  }
  const Plotly: {
    newPlot(element: HTMLElement, traces: Json[], layout: Json, config: Json): Promise<PlotElement>;
    extendTraces(element: HTMLElement, columns: Json, traces: number[]): Promise<PlotElement>;
    restyle(element: HTMLElement, columns: Json, traces: number[]): Promise<PlotElement>;
    relayout(element: HTMLElement, layout: Json): Promise<PlotElement>;
    update(element: HTMLElement, columns: Json, layout: Json, traces: number[]): Promise<PlotElement>;
    purge(element: HTMLElement): void;
    Plots: { resize(element: HTMLElement): Promise<void> };
  };
  export default Plotly;
}
