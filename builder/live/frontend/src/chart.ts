import Plotly from "plotly.js-basic-dist-min";
import type { Labels, Metric, Points } from "./messages";
import type { Theme } from "./theme";

const EACH = 0; // traces: every training step, their moving average, validation
const MEAN = 1;
const VALIDATION = 2;
const MOST_EPOCH_MARKS = 8;

type Columns = { x: number[][]; y: (number | null)[][]; customdata: number[][] };

/** One Plotly figure of a metric over steps. It is made once; afterwards points are appended and colours restyled. */
export class Chart {
  private marks = "";
  private drawing: Promise<unknown> = Promise.resolve(); // all that Plotly still works on

  constructor(
    private readonly element: HTMLElement,
    private readonly metric: Metric,
    private readonly labels: Labels,
    theme: Theme,
  ) {
    const config = {
      displaylogo: false,
      // named one by one: the default set holds a button that sends the data to another site
      modeBarButtons: [["zoom2d", "pan2d", "zoomIn2d", "zoomOut2d", "resetScale2d", "toImage"]],
      responsive: false,
    };
    this.draws(Plotly.newPlot(element, traces(labels, theme), layout(metric, labels, theme), config));
  }

  /** Append the rows of a training or validation series from `start` on. */
  append(split: "train" | "val", points: Points, start: number): void {
    const { columns, indices } = rowsOf(split, points, start);
    this.draws(Plotly.extendTraces(this.element, columns, indices));
  }

  /** Draw a series anew, after a resume or when it was thinned; zoom and legend stay. */
  replace(split: "train" | "val", points: Points | undefined): void {
    const { columns, indices } = rowsOf(split, points ?? { step: [], epoch: [], value: [], smooth: [] }, 0);
    this.draws(Plotly.restyle(this.element, columns, indices));
  }

  show(split: "train" | "val", visible: boolean): void {
    this.draws(Plotly.restyle(this.element, { visible }, split === "val" ? [VALIDATION] : [EACH, MEAN]));
  }

  /** Mark where epochs end, on the axis at the top. */
  markEpochs(epoch: number, stepsPerEpoch: number): void {
    const every = Math.ceil(epoch / MOST_EPOCH_MARKS);
    const ends = Array.from({ length: Math.floor(epoch / every) }, (_, mark) => (mark + 1) * every);
    const marks = `${ends.join()}/${stepsPerEpoch}`;
    if (marks === this.marks) return;
    this.marks = marks;
    const ticks = {
      "xaxis2.tickvals": ends.map((end) => end * stepsPerEpoch),
      "xaxis2.ticktext": ends.map((end, mark) => (mark ? String(end) : `${this.labels.epoch} ${end}`)),
    };
    this.draws(Plotly.relayout(this.element, ticks));
  }

  paint(theme: Theme): void {
    const { font, hoverlabel, modebar, plot_bgcolor } = layout(this.metric, this.labels, theme);
    const axes = ["xaxis", "xaxis2", "yaxis"].flatMap((axis) => [
      [`${axis}.gridcolor`, theme.border],
      [`${axis}.linecolor`, theme.border],
      [`${axis}.zerolinecolor`, theme.border],
    ]);
    const lines = { "line.color": colours(theme), "marker.color": colours(theme) };
    const rest = { font, hoverlabel, modebar, plot_bgcolor, "xaxis.spikecolor": theme.faded, ...Object.fromEntries(axes) };
    this.draws(Plotly.update(this.element, lines, rest, [EACH, MEAN, VALIDATION]));
  }

  resize(): void {
    this.draws(Plotly.Plots.resize(this.element));
  }

  /** Plotly fails on what it still has in hand when its element is cleared meanwhile. */
  remove(): void {
    void this.drawing.then(() => Plotly.purge(this.element));
  }

  private draws(work: Promise<unknown>): void {
    this.drawing = Promise.allSettled([this.drawing, work]);
  }
}

function rowsOf(split: "train" | "val", points: Points, start: number): { columns: Columns; indices: number[] } {
  // Plotly keeps and grows the arrays that it is given: every trace gets its own.
  const values = split === "val" ? [points.value] : [points.value, points.smooth ?? points.value];
  const columns = {
    x: values.map(() => points.step.slice(start)),
    y: values.map((column) => column.slice(start)),
    customdata: values.map(() => points.epoch.slice(start)),
  };
  return { columns, indices: split === "val" ? [VALIDATION] : [EACH, MEAN] };
}

function colours(theme: Theme): string[] {
  return [theme.train, theme.train, theme.validation];
}

function traces(labels: Labels, theme: Theme): Record<string, unknown>[] {
  const [train, mean, validation] = colours(theme);
  const empty = () => ({ x: [], y: [], customdata: [], type: "scatter", hovertemplate: `%{y}, ${labels.epoch} %{customdata}` });
  return [
    { ...empty(), name: labels.train_each, mode: "lines", opacity: 0.3, line: { color: train, width: 1 } },
    { ...empty(), hovertemplate: "%{y}", name: labels.train, mode: "lines", line: { color: mean, width: 2.5 } },
    {
      ...empty(),
      name: labels.validation,
      mode: "lines+markers",
      line: { color: validation, width: 2, dash: "dot" },
      marker: { color: validation, size: 7, symbol: "diamond" },
    },
    // An axis is drawn only when a trace stands on it.
    { x: [], y: [], xaxis: "x2", type: "scatter", hoverinfo: "skip" },
  ];
}

function layout({ share, signed }: Metric, labels: Labels, theme: Theme): Record<string, unknown> {
  const axis = { gridcolor: theme.border, linecolor: theme.border, zerolinecolor: theme.border, ticklabeloverflow: "allow" };
  return {
    autosize: true,
    uirevision: "live",
    paper_bgcolor: "rgba(0,0,0,0)",
    plot_bgcolor: theme.background,
    font: { color: theme.text, family: theme.font, size: 12 },
    hoverlabel: { bgcolor: theme.background, bordercolor: theme.border, font: { color: theme.text, family: theme.font } },
    modebar: { bgcolor: "rgba(0,0,0,0)", color: theme.faded, activecolor: theme.text },
    hovermode: "x unified",
    margin: { l: 52, r: 12, t: 44, b: 40 },
    showlegend: false, // the caption is the legend: it works by keyboard, and costs nothing at each update
    xaxis: {
      ...axis,
      title: { text: labels.step, standoff: 4 },
      rangemode: "tozero",
      showgrid: false,
      tickformat: ",d",
      spikecolor: theme.faded,
      spikethickness: 1,
      unifiedhovertitle: { text: `${labels.step} %{x:,d}` },
    },
    xaxis2: {
      ...axis,
      overlaying: "x",
      matches: "x",
      side: "top",
      tickvals: [],
      griddash: "dot",
    },
    yaxis: share
      ? { ...axis, tickformat: ".0%", hoverformat: ".1%", autorangeoptions: { clipmin: 0, clipmax: 1.02 } }
      : { ...axis, rangemode: signed ? "normal" : "tozero", hoverformat: ".4~g" },
  };
}
