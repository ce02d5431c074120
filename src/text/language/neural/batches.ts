// Batches of a long text as ids: streams that go on from batch to batch, blocks from anywhere, windows with what follows them.

import { streamDataset } from "../../../model/datasets/stream-dataset.ts";
import type { Batch, Dataset } from "../../../model/source.ts";
import { NdArray } from "../../../tensor/nd-array.ts";
import { Random } from "../../../tensor/random.ts";
import type { Reads } from "./network.ts";

/** How a text becomes batches. */
export interface BatchPlan {
  readonly reads: Reads;
  readonly context: number;
  readonly stride: number;
  readonly batchSize: number;
  readonly seed: number;
}

/** Tokens that a text must have for one row: a window and what follows it. */
export function leastTokens({ reads, context }: Pick<BatchPlan, "reads" | "context">): number {
  return reads === "window" ? 2 : context + 1;
}

/**
 * Batches to train with.
 *
 * @param ids [N]
 * @param nothing the id that stands before the text, for windows that begin there
 */
export function trainingBatches(ids: Int32Array, plan: BatchPlan, nothing: number): Dataset {
  const { reads, context, stride, seed } = plan;
  if (reads === "stream") {
    const batchSize = rowsThatFit(ids, plan);
    return streamDataset(ids, { batchSize, window: context });
  }
  if (reads === "block") return randomBlocks(ids, plan);
  const starts = Int32Array.from({ length: Math.ceil((ids.length - 1) / stride) }, (_, i) => 1 + i * stride);
  return windowBatches(ids, starts, plan.batchSize, context, nothing, (epoch) =>
    new Random(seed).fold(epoch).permutation(starts.length),
  );
}

/** Batches that cover a text once, in order: to measure a loss. */
export function validationBatches(ids: Int32Array, plan: BatchPlan, nothing: number): Dataset {
  const { reads, context } = plan;
  if (reads === "stream") {
    // Few rows, since each begins without knowing what stands before it.
    const batchSize = Math.min(4, rowsThatFit(ids, plan));
    return streamDataset(ids, { batchSize, window: context });
  }
  if (reads === "block") {
    const batchSize = Math.max(1, Math.min(32, Math.floor((ids.length - 1) / context)));
    return streamDataset(ids, { batchSize, window: context });
  }
  const starts = Int32Array.from({ length: ids.length - 1 }, (_, i) => 1 + i);
  return windowBatches(ids, starts, 256, context, nothing, () => undefined);
}

/** Rows into which a stream is cut: as many as asked for, of a window at least. */
function rowsThatFit(ids: Int32Array, { batchSize, context }: BatchPlan): number {
  return Math.max(1, Math.min(batchSize, Math.floor((ids.length - 1) / context)));
}

/** Blocks that begin anywhere, drawn anew in each epoch, as many as cover the text once. */
function randomBlocks(ids: Int32Array, { context, batchSize, seed }: BatchPlan): Dataset {
  const steps = Math.max(1, Math.floor((ids.length - 1) / (context * batchSize)));
  return {
    steps,
    *batches(epoch): Iterable<Batch> {
      const starts = new Random(seed).fold(epoch).integers([steps * batchSize], 0, ids.length - context).data;
      for (let step = 0; step < steps; step++) {
        const [x, y] = [new Int32Array(batchSize * context), new Int32Array(batchSize * context)];
        for (let row = 0; row < batchSize; row++) {
          const start = Number(starts[step * batchSize + row] ?? 0);
          x.set(ids.subarray(start, start + context), row * context);
          y.set(ids.subarray(start + 1, start + 1 + context), row * context);
        }
        yield { x: new NdArray(x, [batchSize, context]), y: new NdArray(y, [batchSize, context]) };
      }
    },
  };
}

/** Windows before places of a text, and the ids at these places. */
function windowBatches(
  ids: Int32Array,
  places: Int32Array,
  batchSize: number,
  context: number,
  nothing: number,
  orderOf: (epoch: number) => ArrayLike<number> | undefined,
): Dataset {
  return {
    steps: Math.ceil(places.length / batchSize),
    *batches(epoch): Iterable<Batch> {
      const order = orderOf(epoch);
      for (let from = 0; from < places.length; from += batchSize) {
        const rows = Math.min(batchSize, places.length - from);
        const [x, y] = [new Int32Array(rows * context), new Int32Array(rows)];
        for (let row = 0; row < rows; row++) {
          const place = places[order === undefined ? from + row : (order[from + row] ?? 0)] ?? 0;
          putWindow(x, row * context, ids, place, context, nothing);
          y[row] = ids[place] ?? 0;
        }
        yield { x: new NdArray(x, [rows, context]), y: new NdArray(y, [rows]) };
      }
    },
  };
}

/** Writes the `context` ids before a place, filled up with `nothing` from the left. */
export function putWindow(
  into: Int32Array,
  at: number,
  ids: Int32Array,
  place: number,
  context: number,
  nothing: number,
): void {
  const known = Math.min(context, place);
  into.fill(nothing, at, at + context - known);
  into.set(ids.subarray(place - known, place), at + context - known);
}
