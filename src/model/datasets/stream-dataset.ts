// streamDataset: a long stream cut into rows that are read window by window, for truncated backpropagation through time.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import { type ArrayLike, asArray, checkSameRows } from "../batches.ts";
import type { Batch, Dataset } from "../source.ts";

export interface StreamOptions {
  /** Rows that the stream is cut into, which are read side by side. */
  readonly batchSize: number;
  /** Steps of a window: so far back the gradient reaches. */
  readonly window: number;
  /**
   * Steps from one window to the next. Default: those of a window, so that each window of a row goes on where the one before ended, and
   * a stateful layer's state with it. With any other number the states start at zero in every window.
   */
  readonly stride?: number | undefined;
  /** What is to be told at each step, as long as the stream. Default: the stream itself, `ahead` steps later. */
  readonly y?: ArrayLike | undefined;
  /** How many steps after its input a target lies. Default 1; with `y` 0. */
  readonly ahead?: number | undefined;
  /** "step": a target for each step of a window. "last": that of its last step alone. Default "step". */
  readonly targets?: "step" | "last" | undefined;
  /** "int32" for ids. Default: ids where the stream is an int32 array, otherwise numbers. */
  readonly dtype?: "float32" | "int32" | undefined;
}

const optionNames: readonly (keyof StreamOptions)[] = [
  "batchSize",
  "window",
  "stride",
  "y",
  "ahead",
  "targets",
  "dtype",
];

/**
 * A stream of ids [N], of numbers [N] or of vectors [N, F], cut into `batchSize` rows that follow each other in it. A batch holds a
 * window of each row, and the next batch the windows after: a stateful model carries its state on from batch to batch, while gradients
 * reach no further back than a window (truncated backpropagation through time; Williams and Peng, Neural Computation 2(4), 1990). `fit`
 * and `evaluate` put stateful layers back to zero at the start of each epoch. What is left at the ends of the rows is not read.
 *
 *     const model = sequential([
 *       layers.embedding({ inputDim: 256, outputDim: 32, inputShape: [50] }),
 *       layers.lstm({ units: 128, returnSequences: true, stateful: true }),
 *       layers.dense({ units: 256 }),
 *     ]);
 *     model.compile({ loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }) });
 *     await model.fit(streamDataset(Int32Array.from(bytes), { batchSize: 32, window: 50 }), { epochs: 10 });
 *
 * Batches: x [batchSize, window] of ids, or [batchSize, window, F] of numbers, F being 1 where the stream is one of numbers; y likewise,
 * without the axis of steps where `targets` is "last".
 *
 * @throws RecurraError `unknown-option`, `option-value`; `input-shape`; `no-rows` where a row is shorter than a window
 */
export function streamDataset(series: ArrayLike, options: StreamOptions): Dataset {
  const what = "streamDataset";
  checkOptionNames(what, Object(options), optionNames);
  const {
    batchSize,
    window,
    stride = window,
    y,
    ahead = y === undefined ? 1 : 0,
    targets = "step",
  } = Object(options) as StreamOptions;
  checkCounts(what, { batchSize, window, stride });
  if (!Number.isInteger(ahead) || ahead < 0)
    throw new RecurraError(
      "option-value",
      `${what}: ahead is to be a whole number from 0 up, got ${describe(ahead)}`,
    );
  if (targets !== "step" && targets !== "last")
    throw new RecurraError(
      "option-value",
      `${what}: targets is to be "step" or "last", got ${describe(targets)}`,
    );
  const stream = asStream("the stream", series, options.dtype);
  const [count = 0] = stream.shape;
  const told = y === undefined ? stream : asStream("y", y, undefined);
  checkSameRows("streamDataset: y", told, count, "the stream");
  const rowLength = Math.floor((count - ahead) / batchSize);
  const steps = Math.floor((rowLength - window) / stride) + 1;
  if (steps < 1) {
    throw new RecurraError(
      "no-rows",
      `${what}: a stream of ${count} steps gives ${batchSize} rows of ${Math.max(rowLength, 0)}, too short for a window of ${window}`,
    );
  }
  const starts = Int32Array.from({ length: batchSize }, (_, row) => row * rowLength);
  return {
    steps,
    resetStates: stride === window ? "epoch" : "batch",
    *batches(): Iterable<Batch> {
      for (let step = 0; step < steps; step++) {
        const at = step * stride;
        const from = targets === "last" ? at + window - 1 : at;
        const target = windowsOf(told, starts, from + ahead, targets === "last" ? 1 : window);
        yield {
          x: windowsOf(stream, starts, at, window),
          y: targets === "last" ? target.reshape([batchSize, ...told.shape.slice(1)]) : target,
        };
      }
    },
  };
}

/** Ids [N], or vectors [N, F] of numbers. */
function asStream(what: string, data: ArrayLike, wanted: DType | undefined): NdArray {
  const isIds = data instanceof Int32Array || (data instanceof NdArray && data.dtype === "int32");
  const dtype = wanted ?? (isIds ? "int32" : "float32");
  const array = asArray(`streamDataset: ${what}`, data, dtype);
  if (array.rank === 1) return dtype === "int32" ? array : array.reshape([array.size, 1]);
  if (array.rank === 2) return array;
  throw new RecurraError(
    "input-shape",
    `streamDataset: ${what} is to be [steps] or [steps, features], got ${formatShape(array.shape)}`,
  );
}

/** [rows, length, ...]: so many steps from a place in each row. */
function windowsOf({ data, shape, dtype }: NdArray, starts: Int32Array, at: number, length: number): NdArray {
  const step = shape.slice(1);
  const width = sizeOf(step);
  const windows = NdArray.zeros([starts.length, length, ...step], dtype);
  for (const [row, start] of starts.entries()) {
    const from = (start + at) * width;
    (windows.data as Float32Array).set(
      (data as Float32Array).subarray(from, from + length * width),
      row * length * width,
    );
  }
  return windows;
}
