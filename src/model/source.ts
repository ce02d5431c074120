// Where the batches of a training come from: arrays that are shuffled, or anything that gives batches.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { RowBuffer, rowOrder } from "./batches.ts";
import { isPlainObject, type ModelData } from "./model-data.ts";
import { countRows, type GivenRows, mapRows, type Rows } from "./rows.ts";

/** A batch as a user gives it. */
export interface Batch {
  readonly x: ModelData;
  readonly y?: ModelData | undefined;
  readonly sampleWeight?: ModelData | undefined;
}

/** Batches, one after the other; they may be read from where they lie, and need not fit in memory together. */
export type Batches = Iterable<Batch> | AsyncIterable<Batch>;

/** Data that comes in batches, epoch by epoch. */
export interface Dataset {
  /** Batches in an epoch, where it is known: progress then shows how far it has come. */
  readonly steps?: number | undefined;
  /** Whether stateful layers are put back to zero, at the start of each epoch or before every batch. Default: they are left alone. */
  readonly resetStates?: "epoch" | "batch" | undefined;
  /** The batches of an epoch, counted from 0. */
  batches(epoch: number): Batches;
}

/** What `fit` takes in place of arrays: a data set, a function that gives the batches of an epoch, or batches that can be read once. */
export type BatchData = Dataset | ((epoch: number) => Batches) | AsyncIterable<Batch>;

/** @throws RecurraError `model-data` for what gives batches, and cannot be told when an epoch begins */
export function isBatchData(data: unknown): data is BatchData {
  if (typeof data === "function") return true;
  if (typeof data !== "object" || data === null) return false;
  const isList =
    Array.isArray(data) && data.length > 0 && data.every((item) => isPlainObject(item) && "x" in item);
  if (
    isList ||
    (typeof (data as { readonly next?: unknown }).next === "function" && !(Symbol.asyncIterator in data))
  )
    throw new RecurraError(
      "model-data",
      `batches come from a function that gives those of an epoch, an asynchronous generator, or a data set; got ${isList ? "a list of them" : "an iterator"}`,
    );
  return (
    Symbol.asyncIterator in data || typeof (data as { readonly batches?: unknown }).batches === "function"
  );
}

/** Gives a training its batches. */
export interface BatchSource {
  /** Batches in an epoch, where it is known. */
  readonly steps: number | undefined;
  /** The batches of an epoch from a step on. What it gives is overwritten by what it gives next. */
  batches(epoch: number, from: number): Iterable<Rows> | AsyncIterable<Rows>;
}

/** Batches of the rows of arrays, in an order that follows from the seed and the epoch. */
export class ArraySource implements BatchSource {
  readonly steps: number;
  readonly #rows: Rows;
  readonly #batchSize: number;
  readonly #seed: number | undefined;
  readonly #full: Filler;
  readonly #last: Filler;

  /** @param seed of the shuffling; `undefined` leaves the rows in their order */
  constructor(rows: Rows, batchSize: number, seed: number | undefined) {
    const count = countRows(rows);
    this.steps = Math.ceil(count / batchSize);
    this.#rows = rows;
    this.#batchSize = batchSize;
    this.#seed = seed;
    this.#full = fillerFor(rows, Math.min(batchSize, count));
    this.#last = fillerFor(rows, count - (this.steps - 1) * batchSize);
  }

  *batches(epoch: number, from: number): Iterable<Rows> {
    const order = rowOrder(countRows(this.#rows), this.#seed, epoch);
    for (let step = from; step < this.steps; step++) {
      const fill = step === this.steps - 1 ? this.#last : this.#full;
      yield fill(order, step * this.#batchSize);
    }
  }
}

type Filler = (order: Int32Array, start: number) => Rows;

/** Buffers for batches of so many rows. */
function fillerFor(rows: Rows, size: number): Filler {
  const fillers: ((order: Int32Array, start: number) => void)[] = [];
  const batch = mapRows(rows, (source) => {
    const buffer = new RowBuffer(size, source);
    fillers.push((order, start) => buffer.fill(source, order, start));
    return buffer.array;
  });
  return (order, start) => {
    for (const fill of fillers) fill(order, start);
    return batch;
  };
}

/** Who reads the batches of a data set. */
export interface BatchReader {
  /** Checks the arrays of a batch. */
  check(given: GivenRows): Rows;
  /** Puts stateful layers back to zero. */
  resetStates(): void;
}

/** Batches that a user's data set gives, checked one by one. */
export class DatasetSource implements BatchSource {
  readonly steps: number | undefined;
  readonly #what: string;
  readonly #open: (epoch: number) => Batches;
  readonly #reader: BatchReader;
  readonly #resets: Dataset["resetStates"];
  readonly #limit: number | undefined;
  /** Of batches that can be read once: an epoch goes on where the one before ended. */
  readonly #once: AsyncIterator<Batch> | undefined;

  /** @param limit batches that make an epoch; without it, all that there are */
  constructor(what: string, data: BatchData, limit: number | undefined, reader: BatchReader) {
    this.#what = what;
    this.#limit = limit;
    this.#reader = reader;
    if (typeof data === "function") this.#open = data;
    else if ("batches" in data) {
      this.#open = (epoch) => data.batches(epoch);
    } else {
      this.#once = data[Symbol.asyncIterator]();
      this.#open = () => data;
    }
    const described: Partial<Dataset> = "batches" in data ? data : {};
    this.steps = limit ?? described.steps;
    this.#resets = described.resetStates;
  }

  async *batches(epoch: number, from: number): AsyncIterable<Rows> {
    let step = 0;
    const isFull = () => this.#limit !== undefined && step >= this.#limit;
    if (isFull()) return;
    if (this.#resets === "epoch" && from === 0) this.#reader.resetStates();
    for await (const batch of this.#epoch(epoch)) {
      if (this.#resets === "batch") this.#reader.resetStates();
      if (step++ >= from) yield this.#reader.check(this.#given(batch, epoch, step - 1));
      if (isFull()) return;
    }
    if (step === 0) {
      const advice =
        this.#once === undefined
          ? ""
          : "; batches that are read once end after an epoch: give a function, or stepsPerEpoch";
      throw new RecurraError("no-rows", `${this.#what}: there are no batches in epoch ${epoch + 1}${advice}`);
    }
  }

  #epoch(epoch: number): Batches {
    const once = this.#once;
    if (once === undefined) {
      const batches: unknown = this.#open(epoch);
      if (Symbol.asyncIterator in Object(batches) || Symbol.iterator in Object(batches))
        return batches as Batches;
      throw new RecurraError(
        "model-data",
        `${this.#what}: the batches of epoch ${epoch + 1} are to be a list, a generator or the like, got ${describe(batches)}`,
      );
    }
    // Not closed at the end of an epoch, which may be before the end of the batches.
    return { [Symbol.asyncIterator]: () => ({ next: () => once.next() }) };
  }

  #given(batch: unknown, epoch: number, step: number): GivenRows {
    const isBatch = typeof batch === "object" && batch !== null && "x" in batch;
    if (!isBatch) {
      throw new RecurraError(
        "model-data",
        `${this.#what}: batch ${step} of epoch ${epoch + 1} is to be { x, y, sampleWeight? }, got ${describe(batch)}`,
      );
    }
    const { x, y, sampleWeight } = batch as Batch;
    return [x, y, sampleWeight];
  }
}
