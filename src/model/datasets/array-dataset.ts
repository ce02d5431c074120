// arrayDataset: arrays in memory as a data set of shuffled batches.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkFlags } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import { checkBatchSize, rowOrder } from "../batches.ts";
import type { ModelData } from "../model-data.ts";
import type { Batch, Dataset } from "../source.ts";
import { partsOf, takeRows } from "./parts.ts";

/** How the rows of a data set become batches. */
export interface BatchingOptions {
  /** Rows in a batch. Default 32. */
  readonly batchSize?: number | undefined;
  /** Draw the rows in a new order each epoch. Default true. */
  readonly shuffle?: boolean | undefined;
  /** Seed of the shuffling: the order follows from it and the number of the epoch. Default 0. */
  readonly seed?: number | undefined;
  /** Leave the last batch out where it has fewer rows than the others. Default false. */
  readonly dropRemainder?: boolean | undefined;
}

export const batchingOptionNames: readonly (keyof BatchingOptions)[] = [
  "batchSize",
  "shuffle",
  "seed",
  "dropRemainder",
];

/** How rows become batches, with the defaults. */
export type Batching = { readonly [Name in keyof BatchingOptions]-?: NonNullable<BatchingOptions[Name]> };

/** Fails for options that are out of range. @throws RecurraError `option-value`, `seed` */
export function checkBatching(what: string, options: BatchingOptions): Batching {
  const { batchSize = 32, shuffle = true, seed = 0, dropRemainder = false } = options;
  checkBatchSize(what, batchSize);
  checkFlags(what, { shuffle, dropRemainder });
  new Random(seed); // fails for what is no seed
  return { batchSize, shuffle, seed, dropRemainder };
}

export interface ArrayDatasetOptions extends BatchingOptions {
  /** Weight of each row in the loss: [N]; for several outputs one array for all of them, or one for each. */
  readonly sampleWeight?: ModelData | undefined;
}

/**
 * Arrays as a data set: what `fit(x, y)` does by itself, as a {@link Dataset} to be wrapped, joined or looked into. With the model's
 * seed it gives the batches in the same order.
 *
 *     const train = arrayDataset(x, y, { batchSize: 64, seed: 7, dropRemainder: true });
 *     await model.fit(prefetch(train), { epochs: 10 });
 *
 * @param x inputs [N, ...]; a list of arrays, or an object of them, for several
 * @param y targets [N, ...] likewise; may be missing
 * @throws RecurraError `input-shape` where the numbers of rows differ, `no-rows`, `unknown-option`, `option-value`
 */
export function arrayDataset(x: ModelData, y?: ModelData, options: ArrayDatasetOptions = {}): Dataset {
  checkOptionNames("arrayDataset", options, [...batchingOptionNames, "sampleWeight"]);
  const { batchSize, shuffle, seed, dropRemainder } = checkBatching("arrayDataset", options);
  const inputs = partsOf("x", x);
  const count = inputs.arrays[0]?.shape[0] ?? 0;
  const rows = { count, of: "x" };
  const targets = y === undefined ? undefined : partsOf("y", y, rows);
  const weights =
    options.sampleWeight === undefined ? undefined : partsOf("sampleWeight", options.sampleWeight, rows);
  const steps = dropRemainder ? Math.floor(count / batchSize) : Math.ceil(count / batchSize);
  if (steps === 0)
    throw new RecurraError("no-rows", `arrayDataset: ${count} rows make no batch of ${batchSize}`);
  return {
    steps,
    *batches(epoch): Iterable<Batch> {
      const order = rowOrder(count, shuffle ? seed : undefined, epoch);
      for (let step = 0; step < steps; step++) {
        const chosen = order.subarray(step * batchSize, (step + 1) * batchSize);
        yield {
          x: takeRows(inputs, chosen),
          y: targets && takeRows(targets, chosen),
          sampleWeight: weights && takeRows(weights, chosen),
        };
      }
    },
  };
}
