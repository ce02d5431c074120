// The running loss and metrics of an epoch.

import type { Metric, Statistics } from "../nn/metrics.ts";
import type { Logs } from "./history.ts";
import type { Head } from "./setup.ts";

/** What a step leaves: the total loss, that of each head, and the statistics of each metric of each head. */
export interface StepResult {
  readonly loss: number;
  readonly losses: readonly number[];
  readonly statistics: readonly Statistics[];
}

/** A metric under its name in the logs. */
interface Entry {
  readonly name: string;
  readonly metric: Metric;
}

/** What a meter has added up, as lists of numbers. */
export type MeterState = Readonly<Record<string, readonly number[]>>;

/** Means over the rows seen so far. */
export class Meter {
  readonly #heads: readonly string[];
  readonly #metrics: readonly Entry[];
  #totals: (Statistics | undefined)[];
  #loss = 0;
  #losses: number[];
  #rows = 0;

  /** @param heads where there are several, the loss of each is logged too */
  constructor(heads: readonly Head[]) {
    this.#heads = heads.length < 2 ? [] : heads.map(({ name }) => `${name}_loss`);
    this.#metrics = heads.flatMap(({ prefix, metrics }) =>
      metrics.map((metric) => ({ metric, name: `${prefix}${metric.name}` })),
    );
    this.#totals = this.#metrics.map(() => undefined);
    this.#losses = this.#heads.map(() => 0);
  }

  /** The names of the logs. */
  get names(): readonly string[] {
    return ["loss", ...this.#heads, ...this.#metrics.map(({ name }) => name)];
  }

  /** Adds a step on a batch of so many rows. */
  add({ loss, losses, statistics }: StepResult, rows: number): void {
    this.#loss += loss * rows;
    this.#losses = this.#losses.map((sum, i) => sum + (losses[i] ?? Number.NaN) * rows);
    this.#rows += rows;
    for (const [i, { metric }] of this.#metrics.entries()) {
      const [before, now] = [this.#totals[i], statistics[i]];
      this.#totals[i] = before === undefined || now === undefined ? now : metric.combine(before, now);
    }
  }

  /** The loss so far, as Keras shows it: the mean of the steps' losses, weighed by their rows. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  /** What it has added up. */
  save(): MeterState {
    const totals = this.#totals.flatMap((total, i) =>
      Object.entries(total ?? {}).map(([name, values]) => [`${i}/${name}`, Array.from(values)] as const),
    );
    return { sums: [this.#rows, this.#loss, ...this.#losses], ...Object.fromEntries(totals) };
  }

  /** Goes on from what another meter of the same model has added up. */
  restore({ sums = [], ...totals }: MeterState): void {
    const [rows = 0, loss = 0, ...losses] = sums;
    this.#rows = rows;
    this.#loss = loss;
    this.#losses = losses;
    this.#totals = this.#metrics.map((_, i) => {
      const own = Object.entries(totals).filter(([name]) => name.startsWith(`${i}/`));
      if (own.length === 0) return undefined;
      return Object.fromEntries(
        own.map(([name, values]) => [name.slice(`${i}/`.length), Float64Array.from(values)]),
      );
    });
  }

  logs(): Logs {
    const losses = this.#heads.map(
      (name, i) => [name, (this.#losses[i] ?? Number.NaN) / this.#rows] as const,
    );
    const metrics = this.#metrics.map(
      ({ name, metric }, i) => [name, metric.result(this.#totals[i] ?? {})] as const,
    );
    return { loss: this.loss, ...Object.fromEntries(losses), ...Object.fromEntries(metrics) };
  }
}
