import { clock, count, fill } from "./format";
import type { Chunk, Data, Labels } from "./messages";

/** The line above the charts: status, progress, speed and times. All text is set as text. */
export class Header {
  readonly element = make("div", "live-header");
  private readonly status = make("span", "live-status");
  private readonly dot = make("span", "live-dot");
  private readonly position = make("span", "live-position");
  private readonly bar = make("div", "live-bar");
  private readonly filled = make("div", "live-filled");
  private readonly facts = make("div", "live-facts");
  private readonly problem = make("div", "live-problem");
  private readonly lost = make("div", "live-lost");

  constructor(private data: Data) {
    const line = make("div", "live-line");
    const words = make("span", "live-words");
    this.dot.setAttribute("aria-hidden", "true");
    // Only what changes rarely is announced; steps and seconds would never let a screen reader rest.
    const announced = make("div", "live-announced");
    announced.setAttribute("role", "status");
    announced.setAttribute("aria-live", "polite");
    words.append(this.dot, this.status);
    line.append(words, this.position);
    this.bar.setAttribute("role", "progressbar");
    this.bar.setAttribute("aria-valuemin", "0");
    this.bar.append(this.filled);
    this.problem.hidden = this.lost.hidden = true;
    announced.append(line.firstChild as Node, this.lost, this.problem);
    line.prepend(announced);
    this.element.append(line, this.bar, this.facts);
  }

  show(chunk: Chunk, data: Data): void {
    this.data = data;
    const { labels } = data;
    const known = labels.statuses[chunk.status] ?? chunk.status;
    say(this.status, chunk.phase && chunk.working ? `${known}: ${chunk.phase}` : known);
    this.dot.dataset["tone"] = tone(chunk);
    this.lost.hidden = true;
    this.problem.hidden = chunk.problem === null;
    if (chunk.problem) say(this.problem, `[${chunk.problem.code}] ${chunk.problem.message}`);
    this.showProgress(chunk, labels);
    this.showFacts(chunk, labels);
  }

  showLost(): void {
    say(this.lost, this.data.labels.lost);
    this.lost.hidden = false;
    this.dot.dataset["tone"] = "lost";
  }

  showRefused(message: string): void {
    this.lost.hidden = true;
    say(this.status, message);
    this.dot.dataset["tone"] = "bad";
  }

  private showProgress(chunk: Chunk, labels: Labels): void {
    const { progress } = chunk;
    const number = (value: number): string => count(value, this.data.language);
    const position = fill(labels.position, {
      epoch: number(Math.min(progress.epochs, progress.epoch + 1)), // the one at work; `progress` counts finished ones
      epochs: number(progress.epochs),
      step: number(progress.step),
      steps: number(progress.steps),
    });
    say(this.position, progress.steps ? position : "");
    const part = progress.steps ? Math.min(1, progress.step / progress.steps) : 0;
    this.filled.style.width = `${100 * part}%`;
    this.filled.dataset["tone"] = tone(chunk);
    this.bar.setAttribute("aria-label", labels.progress);
    this.bar.setAttribute("aria-valuemax", String(progress.steps || 1));
    this.bar.setAttribute("aria-valuenow", String(progress.step));
    this.bar.setAttribute("aria-valuetext", position);
  }

  private showFacts({ progress, working }: Chunk, labels: Labels): void {
    const facts: [string, string][] = [];
    if (progress.samples_per_second !== null)
      facts.push([labels.speed, count(progress.samples_per_second, this.data.language)]);
    if (progress.seconds !== null) facts.push([labels.seconds, clock(progress.seconds)]);
    if (working && progress.seconds_left !== null) facts.push([labels.seconds_left, clock(progress.seconds_left)]);
    facts.forEach(([label, value], place) => {
      const fact = this.facts.children[place] ?? this.facts.appendChild(makeFact());
      say(fact.children[0] as HTMLElement, value);
      say(fact.children[1] as HTMLElement, label);
    });
    while (this.facts.children.length > facts.length) this.facts.lastElementChild?.remove();
  }
}

function tone(chunk: Pick<Chunk, "status" | "working" | "problem">): string {
  if (chunk.problem) return "bad";
  if (chunk.working) return "active";
  return chunk.status === "finished" ? "good" : "rest";
}

function makeFact(): HTMLElement {
  const fact = make("span", "live-fact");
  fact.append(make("strong", ""), make("span", ""));
  return fact;
}

export function make<K extends keyof HTMLElementTagNameMap>(tag: K, className: string): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  return element;
}

/** Set a text only when it is another one, so that it is neither announced nor laid out again. */
export function say(element: HTMLElement, text: string): void {
  if (element.textContent !== text) element.textContent = text;
}
