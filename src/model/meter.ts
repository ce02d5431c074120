// The running loss and metrics of an epoch.

import type { Accumulator, Metric, Statistics } from "../nn/metrics.ts";
import type { Logs } from "./history.ts";

/** What a step leaves: the total loss, that of each head, and the statistics of each metric of each head. */
export interface StepResult {
  readonly loss: number;
  readonly losses: readonly number[];
  readonly statistics: readonly Statistics[];
}

/** What is measured of one output. */
export interface MeteredHead {
  readonly name: string;
  /** What stands before the names of its metrics in the logs. */
  readonly prefix: string;
  readonly metrics: readonly Metric[];
}

/** A metric under its name in the logs, and what it has gathered. */
interface Entry {
  readonly name: string;
  readonly metric: Metric;
  gathered: Accumulator;
}

/** What a meter has added up. */
export type MeterState = Readonly<Record<string, Float64Array>>;

/** Means over the rows seen so far. */
export class Meter {
  readonly #heads: readonly string[];
  readonly #metrics: readonly Entry[];
  #loss = 0;
  #losses: number[];
  #rows = 0;

  /** @param heads where there are several, the loss of each is logged too */
  constructor(heads: readonly MeteredHead[]) {
    this.#heads = heads.length < 2 ? [] : heads.map(({ name }) => `${name}_loss`);
    this.#metrics = heads.flatMap(({ prefix, metrics }) =>
      metrics.map((metric) => ({ metric, name: `${prefix}${metric.name}`, gathered: metric.begin() })),
    );
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
    for (const [i, { gathered }] of this.#metrics.entries()) gathered.add(statistics[i] ?? {});
  }

  /** The loss so far, as Keras shows it: the mean of the steps' losses, weighed by their rows. */
  get loss(): number {
    return this.#loss / this.#rows;
  }

  /** What it has added up. */
  save(): MeterState {
    const gathered = this.#metrics.flatMap(({ gathered: own }, i) =>
      Object.entries(own.save()).map(([name, values]) => [`${i}/${name}`, values] as const),
    );
    return {
      sums: Float64Array.of(this.#rows, this.#loss, ...this.#losses),
      ...Object.fromEntries(gathered),
    };
  }

  /** Goes on from what another meter of the same model has added up. */
  restore({ sums = new Float64Array(), ...gathered }: MeterState): void {
    const [rows = 0, loss = 0, ...losses] = sums;
    this.#rows = rows;
    this.#loss = loss;
    this.#losses = losses;
    for (const [i, entry] of this.#metrics.entries()) {
      const own = Object.entries(gathered).filter(([name]) => name.startsWith(`${i}/`));
      const saved = own.map(([name, values]) => [name.slice(`${i}/`.length), values] as const);
      entry.gathered = entry.metric.begin(Object.fromEntries(saved));
    }
  }

  logs(): Logs {
    const losses = this.#heads.map(
      (name, i) => [name, (this.#losses[i] ?? Number.NaN) / this.#rows] as const,
    );
    const metrics = this.#metrics.map(({ name, gathered }) => [name, gathered.result()] as const);
    return { loss: this.loss, ...Object.fromEntries(losses), ...Object.fromEntries(metrics) };
  }
}
