import { Chart } from "./chart";
import { fill, metric } from "./format";
import { Header, make, say } from "./header";
import { type Change, emptyHistory, merge } from "./history";
import { compare, figures, metricOf, titleOf } from "./figures";
import type { Chunk, Data } from "./messages";
import { poll } from "./poll";
import css from "./style.css?inline";
import { readTheme } from "./theme";

/** A figure that is recorded: `loss`, `accuracy`, and of a network with several outputs `mae/<output>` and so on. */
type Figure = string;
const FIRST: readonly Figure[] = ["loss", "accuracy"];
type Split = "train" | "val";
const SPLITS: readonly Split[] = ["train", "val"];

interface Panel {
  figure: HTMLElement;
  values: Record<Split, HTMLElement>;
  chart: Chart;
}

/** One run on the page, from mount to removal. Streamlit's reruns only bring new words; they never touch the charts. */
export class View {
  readonly run: string;
  private readonly root = make("section", "builder-live");
  private readonly header: Header;
  private readonly empty = make("div", "live-empty");
  private readonly panels = new Map<Figure, Panel>();
  private readonly charts: HTMLElement;
  private readonly history = emptyHistory();
  private readonly stop: () => void;
  private readonly sizes: ResizeObserver;
  private told: string;
  private painted = "";

  constructor(
    parent: HTMLElement,
    private data: Data,
    private readonly tell: (status: string) => void,
  ) {
    this.run = data.run;
    this.told = data.known;
    this.header = new Header(data);
    const style = make("style", "");
    style.textContent = css;
    const charts = (this.charts = make("div", "live-charts"));
    this.root.append(style, this.header.element, charts);
    parent.querySelector(":scope > .builder-live")?.remove(); // left behind by an older build of this component
    parent.append(this.root);
    for (const figure of FIRST) this.makePanel(figure);
    say(this.empty, data.labels.waiting);
    charts.append(this.empty);
    this.sizes = new ResizeObserver(() => requestAnimationFrame(() => this.resize()));
    this.sizes.observe(charts);
    this.paint();
    this.stop = poll(data.run, {
      cursor: () => ({ after: this.history.next, attempt: this.history.attempt }),
      onChunk: (chunk) => this.take(chunk),
      onRefused: (message) => this.header.showRefused(message),
      onLost: () => this.header.showLost(),
      alive: () => this.root.isConnected,
    });
  }

  /** After a rerun or a change of theme. */
  update(data: Data): void {
    this.data = data;
    this.told = data.known;
    this.paint();
    requestAnimationFrame(() => this.paint()); // the page may set its new colours after this call
  }

  remove(): void {
    this.stop();
    this.sizes.disconnect();
    for (const { chart } of this.panels.values()) chart.remove();
    this.root.remove();
  }

  private take(chunk: Chunk): boolean {
    const change = merge(this.history, chunk);
    if (change.gap) return false;
    this.header.show(chunk, this.data);
    for (const figure of figures(this.history.series.keys(), this.data.metrics)) if (!this.panels.has(figure)) this.makePanel(figure);
    for (const figure of this.panels.keys()) this.draw(figure, change, chunk);
    this.showEmpty(chunk);
    this.root.dataset["status"] = chunk.status;
    if (chunk.status !== this.told) {
      this.told = chunk.status;
      this.tell(chunk.status);
    }
    return true;
  }

  private draw(figure: Figure, change: Change, { progress }: Chunk): void {
    const { chart } = this.panels.get(figure) as Panel;
    let drawn = false;
    for (const split of SPLITS) {
      const name = `${split}_${figure}`;
      const points = this.history.series.get(name);
      const start = change.grown.get(name);
      if (change.redrawn.has(name)) chart.replace(split, points);
      else if (points && start !== undefined) chart.append(split, points, start);
      else continue;
      drawn = true;
    }
    if (!drawn) return;
    if (progress.epochs && progress.steps) chart.markEpochs(progress.epoch, progress.steps / progress.epochs);
    this.sayLatest(figure);
  }

  private sayLatest(name: Figure): void {
    const { labels, language, metrics } = this.data;
    const { figure, values } = this.panels.get(name) as Panel;
    for (const split of SPLITS) {
      const points = this.history.series.get(`${split}_${name}`);
      const value = points?.smooth?.at(-1) ?? points?.value.at(-1);
      say(values[split], typeof value === "number" ? metric(value, metricOf(name, metrics).share, language) : "");
    }
    const spoken = `${labels.train} ${values.train.textContent}, ${labels.validation} ${values.val.textContent}`;
    figure.setAttribute("aria-label", fill(labels.chart, { metric: titleOf(name, metrics), values: spoken }));
  }

  private showEmpty(chunk: Chunk): void {
    const { labels } = this.data;
    const waiting = this.history.series.size === 0;
    this.root.classList.toggle("live-is-empty", waiting);
    this.empty.hidden = !waiting;
    if (waiting) say(this.empty, chunk.working ? labels.waiting : labels.nothing);
    // A run that has no accuracy (it predicts numbers, or has several outputs) needs no chart of it.
    const { series } = this.history;
    const without = series.has("train_loss") && !series.has("train_accuracy") && !series.has("val_accuracy");
    (this.panels.get("accuracy") as Panel).figure.hidden = without;
  }

  private makePanel(name: Figure): void {
    const { labels, metrics } = this.data;
    const title_ = titleOf(name, metrics);
    const figure = make("figure", "live-figure");
    const caption = make("figcaption", "live-caption");
    const [title, plot] = [make("strong", "live-title"), make("div", "live-plot")];
    say(title, title_);
    figure.setAttribute("aria-label", title_);
    figure.append(caption, plot);
    const later = [...this.panels.keys()].filter((other) => compare(name, other, metrics) < 0).sort((a, b) => compare(a, b, metrics))[0];
    this.charts.insertBefore(figure, later === undefined ? null : (this.panels.get(later) as Panel).figure);
    const chart = new Chart(plot, metricOf(name, metrics), labels, readTheme(this.root));
    const values = { train: make("span", ""), val: make("span", "") };
    caption.append(title, key(chart, "train", labels.train, values.train), key(chart, "val", labels.validation, values.val));
    this.panels.set(name, { figure, values, chart });
  }

  private paint(): void {
    const theme = readTheme(this.root);
    if (JSON.stringify(theme) === this.painted) return;
    this.painted = JSON.stringify(theme);
    for (const { chart } of this.panels.values()) chart.paint(theme);
  }

  private resize(): void {
    if (!this.root.isConnected) return;
    for (const { figure, chart } of this.panels.values()) if (!figure.hidden) chart.resize();
  }
}

/** An entry of the legend, with the latest value; pressing it hides its curves and shows them again. */
function key(chart: Chart, split: Split, label: string, value: HTMLElement): HTMLElement {
  const button = make("button", `live-key live-${split}`);
  const sample = make("i", "live-sample");
  sample.setAttribute("aria-hidden", "true");
  button.type = "button";
  button.setAttribute("aria-pressed", "true");
  button.append(sample, label, value);
  button.addEventListener("click", () => {
    const visible = button.getAttribute("aria-pressed") !== "true";
    button.setAttribute("aria-pressed", String(visible));
    chart.show(split, visible);
  });
  return button;
}
