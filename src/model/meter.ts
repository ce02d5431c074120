// The running loss and metrics of an epoch.

import type { Metric, Statistics } from "../nn/metrics.ts";
import type { Logs } from "./history.ts";

/** What a step leaves: its loss, and the statistics of each metric. */
export interface StepResult {
  readonly loss: number;
  readonly statistics: readonly Statistics[];
}

/** Means over the rows seen so far. */
export class Meter {
  readonly #metrics: readonly Metric[];
  readonly #totals: (Statistics | undefined)[];
  #loss = 0;
  #rows = 0;

  constructor(metrics: readonly Metric[]) {
    this.#metrics = metrics;
    this.#totals = metrics.map(() => undefined);
  }

  /** The names of the logs. */
  get names(): readonly string[] {
    return ["loss", ...this.#metrics.map(({ name }) => name)];
  }

  /** Adds a step on a batch of so many rows. */
  add({ loss, statistics }: StepResult, rows: number): void {
    this.#loss += loss * rows;
    this.#rows += rows;
    for (const [i, metric] of this.#metrics.entries()) {
      const [before, now] = [this.#totals[i], statistics[i]];
      this.#totals[i] = before === undefined || now === undefined ? now : metric.combine(before, now);
    }
  }

  /** The loss so far, as Keras shows it: the mean of the steps' losses, weighed by their rows. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  logs(): Logs {
    const entries = this.#metrics.map(
      ({ name, result }, i) => [name, result(this.#totals[i] ?? {})] as const,
    );
    return { loss: this.loss, ...Object.fromEntries(entries) };
  }
}
