// Batches of windows of many series, cut as they are needed: what a neural forecaster is trained on.

import type { Batch, Dataset } from "../../model/source.ts";
import { Random } from "../../tensor/random.ts";
import { WindowBatch, type WindowShape } from "./window-batch.ts";
import type { WindowSource } from "./window-source.ts";

/** The windows of a series that a data set draws from: those whose last value seen is at `first` … `last`. */
export interface WindowRange {
  readonly source: WindowSource;
  readonly first: number;
  readonly last: number;
  /** Targets are before it. */
  readonly end: number;
}

export interface WindowDatasetOptions {
  /** Windows in a batch; fewer where there are not so many. */
  readonly batchSize: number;
  /** Batches in an epoch. Default: as many as all windows make, without the last one where it would be smaller. */
  readonly steps?: number | undefined;
  /** Of the order, which follows from it and the number of the epoch. `undefined`: windows in their order, spread evenly. */
  readonly seed: number | undefined;
}

/**
 * Windows of series as a data set. An epoch takes every window once, in a random order, or, where its steps are fewer than that takes,
 * so many drawn at random. Windows are copied from the series when their batch is due, into memory that the next batch overwrites.
 */
export class WindowDataset implements Dataset {
  readonly steps: number;
  readonly batchSize: number;
  /** Windows that there are. */
  readonly count: number;
  readonly #ranges: readonly WindowRange[];
  /** [n + 1] Windows before each range. */
  readonly #before: Float64Array;
  readonly #seed: number | undefined;
  readonly #batch: WindowBatch;

  constructor(shape: WindowShape, ranges: readonly WindowRange[], options: WindowDatasetOptions) {
    this.#ranges = ranges;
    this.#before = new Float64Array(ranges.length + 1);
    for (const [i, { first, last }] of ranges.entries())
      this.#before[i + 1] = (this.#before[i] ?? 0) + Math.max(0, last - first + 1);
    this.count = this.#before[ranges.length] ?? 0;
    this.batchSize = Math.max(1, Math.min(options.batchSize, this.count));
    const whole = Math.max(1, Math.floor(this.count / this.batchSize));
    this.steps = Math.min(options.steps ?? whole, this.count === 0 ? 0 : whole);
    this.#seed = options.seed;
    this.#batch = new WindowBatch(shape, this.batchSize);
  }

  *batches(epoch: number): Iterable<Batch> {
    const { steps, batchSize } = this;
    const place = this.#order(epoch);
    const { inputs, targets, weights } = this.#batch;
    for (let step = 0; step < steps; step++) {
      for (let row = 0; row < batchSize; row++) this.#cut(row, place(step * batchSize + row));
      yield { x: inputs, y: targets, sampleWeight: weights };
    }
  }

  /** The number of the window that comes at each place of an epoch. */
  #order(epoch: number): (place: number) => number {
    const { count } = this;
    const taken = this.steps * this.batchSize;
    if (this.#seed === undefined) return (place) => Math.floor((place * count) / taken);
    const random = new Random(this.#seed).fold(3).fold(epoch);
    const order =
      count - taken < this.batchSize
        ? random.permutation(count)
        : (random.integers([taken], 0, count).data as Int32Array);
    return (place) => order[place] ?? 0;
  }

  #cut(row: number, window: number): void {
    let [low, high] = [0, this.#ranges.length - 1];
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if ((this.#before[middle] ?? 0) <= window) low = middle;
      else high = middle - 1;
    }
    const range = this.#ranges[low];
    if (range === undefined) return;
    const origin = range.first + window - (this.#before[low] ?? 0);
    this.#batch.cut(row, range.source, origin);
    this.#batch.cutTargets(row, range.source, origin, range.end);
  }
}
