// trainTextTable: from texts beside the columns of a table to a model that tells a number or a class.

import { arrayDataset } from "../../model/datasets/array-dataset.ts";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { fitBest } from "../../model/fit-best.ts";
import type { Batch, Dataset } from "../../model/source.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import { classNumbers, labelSetOf } from "../classify/labels.ts";
import { usualLength } from "../classify/text-rows.ts";
import { fitTokenizer } from "../tokenizers/registry.ts";
import { fitColumns, scaleOf } from "./columns.ts";
import { checkColumns, checkTarget, countRows, planOf, type TextTableRows, takeRows } from "./rows.ts";
import { targetMeans } from "./scores.ts";
import { type TextTableConfig, type TextTableSettings, textTableSettings } from "./settings.ts";
import { CATEGORY, type TextReader, TextTable, type TextTableTarget } from "./text-table.ts";

type TargetValues = Float64Array | readonly number[] | readonly string[];

/** Rows with their target. */
export interface TextTableData extends TextTableRows {
  /** [N] A number for each row, or the name of its class. */
  readonly target: TargetValues;
}

/** What is told after each epoch. */
export interface TextTableEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Of the scaled target. */
  readonly loss: number;
  /** The same on what is held out. */
  readonly validationLoss: number | undefined;
  /** Whether this is the best epoch so far. */
  readonly isBest: boolean;
}

export interface TrainTextTableOptions {
  /** Rows by which the best epoch is chosen, in place of a share of those to train with. */
  readonly validation?: TextTableData | undefined;
  readonly onEpoch?: ((epoch: TextTableEpoch) => void | Promise<void>) | undefined;
  /** Told after each step: how many of how many. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a network on texts beside columns: one reads the text, a layer reads the columns, and both together tell the target. Texts, or all
 * columns, may be left out: what is there is read.
 *
 *     const model = await trainTextTable(
 *       { texts: descriptions, numbers: { width, height }, categories: { brand }, target: prices },
 *       { name: "lstm", log: true },
 *     );
 *     const told = await model.predict({ texts, numbers, categories });
 *
 * Numbers are scaled to mean 0 and variance 1, and one that is missing becomes the mean, with a flag; categories become learned vectors,
 * with one for all that are rare or unknown.
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `no-columns`, `no-rows`, `row-count`, `column-type`,
 *   `column-missing`, `unknown-column`; `target`, `one-class`, `unknown-label`; `training-diverged`
 */
export async function trainTextTable(
  data: TextTableData,
  config: TextTableConfig,
  options: TrainTextTableOptions = {},
): Promise<TextTable> {
  const settings = textTableSettings(config);
  checkData("trainTextTable", data, settings);
  if (options.validation !== undefined) {
    checkData("validation", options.validation, settings);
    checkColumns("validation", options.validation, planOf(data));
    if (typeof options.validation.target[0] !== typeof data.target[0])
      throw new RecurraError("target", "validation: its target is of another kind than that to train with");
  }
  const { training, held } = parted(data, settings, options.validation);
  const model = new TextTable(config, {
    reader: await readerOf(training, settings),
    columns: fitColumns(training, settings.minCount),
    target: targetOf(training, data.target, settings),
  });
  const { network, target } = model;
  const y = ({ target: values }: TextTableData) => targetRows(values, target, settings.log);
  network.compile({
    optimizer: optimizers.adam({ learningRate: settings.learningRate }),
    loss: target.kind === "numbers" ? settings.loss : "sparseCategoricalCrossentropy",
    threads: settings.threads,
  });
  const { batchSize, seed } = settings;
  const x = model.inputsOf(training, training.target.length);
  const batches = arrayDataset(x, y(training), { batchSize, seed });
  const { epochs } = settings;
  const fitted = await fitBest(
    `text table ${settings.name}`,
    network,
    withUnknownCategories(batches, x, settings),
    {
      epochs,
      steps: Math.ceil(training.target.length / batchSize),
      patience: settings.patience,
      validationData: held && [model.inputsOf(held, held.target.length), y(held)],
      onStep: options.onStep,
      onEpoch: (epoch, { loss = Number.NaN, val_loss: validationLoss }, isBest) =>
        options.onEpoch?.({ epoch, epochs, loss, validationLoss, isBest }),
      signal: options.signal,
    },
  );
  model.training = {
    rows: training.target.length,
    heldOut: held?.target.length ?? 0,
    epochs: fitted.epochs,
    bestEpoch: fitted.bestEpoch,
    loss: fitted.logs.loss ?? Number.NaN,
    validationLoss: fitted.logs.val_loss,
  };
  return model;
}

/** The batches, some of their categories taken for unknown ones, drawn anew each epoch. */
function withUnknownCategories(
  batches: Dataset,
  inputs: Readonly<Record<string, NdArray>>,
  { categoryDropout, seed }: TextTableSettings,
): Dataset {
  const shares = Object.entries(inputs)
    .filter(([name]) => name.startsWith(CATEGORY))
    .map(([name, column]) => {
      const counts: number[] = [];
      for (const id of column.data as Int32Array) counts[id] = (counts[id] ?? 0) + 1;
      return [name, Float64Array.from(counts, (n = 0) => categoryDropout / (categoryDropout + n))] as const;
    });
  return {
    ...(batches.steps !== undefined && { steps: batches.steps }),
    *batches(epoch) {
      const random = new Random(seed).fold(13).fold(epoch);
      for (const { x, y } of batches.batches(epoch) as Iterable<Batch>) {
        const columns = { ...(x as Readonly<Record<string, NdArray>>) };
        for (const [name, share] of shares) {
          const ids = Int32Array.from((columns[name] as NdArray).data as Int32Array);
          const drawn = random.uniform([ids.length]).data as Float32Array;
          const mixed = ids.map((id, row) => ((drawn[row] ?? 1) < (share[id] ?? 0) ? 0 : id));
          columns[name] = new NdArray(mixed, [ids.length, 1]);
        }
        yield { x: columns, y };
      }
    },
  };
}

function checkData(what: string, data: TextTableData, { log }: TextTableSettings): void {
  checkTarget(what, data.target, countRows(what, data));
  if (!log) return;
  const odd = Array.from<number | string>(data.target).findIndex(
    (value) => typeof value !== "number" || value <= 0,
  );
  if (odd >= 0)
    throw new RecurraError(
      "target",
      `${what}: log is set, and the target of row ${odd} is ${data.target[odd]}; wanted positive numbers. Leave the row out, or log.`,
    );
}

/** What is held out is seen by neither tokeniser nor scales. */
function parted(
  data: TextTableData,
  { validationSplit, seed }: TextTableSettings,
  validation: TextTableData | undefined,
): { readonly training: TextTableData; readonly held: TextTableData | undefined } {
  if (validation !== undefined) return { training: data, held: validation };
  const isClasses = typeof data.target[0] === "string";
  const set = isClasses ? labelSetOf(data.target as readonly string[], false) : undefined;
  const groups =
    set === undefined
      ? new Int32Array(data.target.length)
      : classNumbers(data.target as readonly string[], set);
  const parts = heldOutRows(groups, set?.classes.length ?? 1, validationSplit, seed);
  const take = (rows: Int32Array): TextTableData => ({
    ...takeRows(data, rows),
    target: isClasses
      ? Array.from(rows, (row) => String(data.target[row]))
      : Float64Array.from(rows, (row) => Number(data.target[row])),
  });
  return { training: take(parts.training), held: parts.held.length === 0 ? undefined : take(parts.held) };
}

async function readerOf(
  { texts }: TextTableRows,
  settings: TextTableSettings,
): Promise<TextReader | undefined> {
  if (texts === undefined) return undefined;
  const tokenizer = await fitTokenizer(settings.tokenizer, texts);
  const length = settings.length ?? usualLength(texts.map((text) => tokenizer.encode(text).length));
  return { tokenizer, length };
}

/** @param all the targets of all rows: what is held out has no classes of its own */
function targetOf(training: TextTableData, all: TargetValues, { log }: TextTableSettings): TextTableTarget {
  if (typeof all[0] === "string") {
    const { classes } = labelSetOf(all as readonly string[], false);
    const counts = classes.map(
      (name) => (training.target as readonly string[]).filter((one) => one === name).length,
    );
    return { kind: "classes", classes, majority: classes[counts.indexOf(Math.max(...counts))] ?? "" };
  }
  const values = Float64Array.from(training.target as Float64Array);
  return {
    kind: "numbers",
    ...scaleOf(log ? values.map((value) => Math.log(value)) : values),
    range: [values.reduce((a, b) => Math.min(a, b)), values.reduce((a, b) => Math.max(a, b))],
    means: targetMeans(training, values),
  };
}

/** The target as the network is to tell it: [N, 1] scaled, or the number of each class [N]. */
function targetRows(values: TargetValues, target: TextTableTarget, log: boolean): NdArray {
  if (target.kind === "classes") {
    const numbers = classNumbers(values as readonly string[], { classes: target.classes, isMulti: false });
    return new NdArray(numbers, [numbers.length]);
  }
  const { mean, scale } = target;
  const scaled = Float32Array.from(
    values as Float64Array,
    (value) => ((log ? Math.log(value) : value) - mean) / scale,
  );
  return new NdArray(scaled, [scaled.length, 1]);
}
