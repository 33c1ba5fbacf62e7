/** What travels between Python, the route and this component. */

/** The points of one series, as columns; `smooth` is the moving average of a noisy series. */
export interface Points {
  step: number[];
  epoch: number[];
  value: (number | null)[];
  smooth?: (number | null)[];
}

export interface Progress {
  epoch: number;
  epochs: number;
  step: number;
  steps: number;
  samples_per_second: number | null;
  seconds: number | null;
  seconds_left: number | null;
}

export interface Problem {
  code: string;
  message: string;
}

/** An answer of the route: all points written from cursor `base` up to cursor `next`. */
export interface Chunk {
  run: string;
  attempt: number;
  status: string;
  working: boolean;
  base: number;
  next: number;
  thin: boolean;
  series: Record<string, Points>;
  progress: Progress;
  phase: string;
  problem: Problem | null;
}

/** What Python sends at each rerun; `known` is the status that the page was drawn with. */
export interface Data {
  run: string;
  known: string;
  language: string;
  labels: Labels;
  metrics: Metrics;
}

/** How a figure is called and read: a share is shown in percent, what is signed may lie below 0. */
export interface Metric {
  title: string;
  share: boolean;
  signed: boolean;
}

/** By the name of each figure, in the order of their charts. */
export type Metrics = Record<string, Metric>;

export interface Labels {
  statuses: Record<string, string>;
  train: string;
  train_each: string;
  validation: string;
  step: string;
  epoch: string;
  position: string;
  speed: string;
  seconds: string;
  seconds_left: string;
  waiting: string;
  nothing: string;
  lost: string;
  progress: string;
  chart: string;
}
