// A model of texts beside the columns of a table: a network that tells a number or a class; predicts, is measured, saves itself as a model.

import { type Functional, model as functional } from "../../model/functional.ts";
import { input } from "../../nn/input.ts";
import type { LayerTensor } from "../../nn/layer.ts";
import { layers } from "../../nn/layers/index.ts";
import { type Evaluation, evaluateProbabilities } from "../../nn/metrics/evaluation.ts";
import { RecurraError } from "../../platform/error.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import { classNumbers } from "../classify/labels.ts";
import { idsOf, rowsOf } from "../classify/text-rows.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { type Columns, categoryRows, numberRows, vectorWidth, widthOf } from "./columns.ts";
import { checkColumns, checkTarget, countRows, type RowPlan, type TextTableRows } from "./rows.ts";
import { baselineScores, type NumberScores, numberScores, type TargetMeans } from "./scores.ts";
import { type TextTableConfig, type TextTableSettings, textTableSettings } from "./settings.ts";

/** What a model tells: numbers, of which it knows the scale and means in training; or classes. Plain JSON. */
export type TextTableTarget =
  | {
      readonly kind: "numbers";
      /** Of the numbers, or of their logarithms. */
      readonly mean: number;
      readonly scale: number;
      /** The least and the largest in training. */
      readonly range: readonly [least: number, most: number];
      readonly means: TargetMeans;
    }
  | {
      readonly kind: "classes";
      readonly classes: readonly string[];
      /** The most frequent class in training. */
      readonly majority: string;
    };

/** What a model says of rows. */
export type TextTablePredictions =
  | { readonly kind: "numbers" /** [N] */; readonly values: Float64Array }
  | {
      readonly kind: "classes";
      /** [N] The most probable class. */
      readonly labels: readonly string[];
      /** [N, K] */
      readonly probabilities: Float64Array;
    };

/** How right a model is, beside what is had without it. */
export type TextTableEvaluation =
  | {
      readonly kind: "numbers";
      readonly rows: number;
      readonly scores: NumberScores;
      /** "mean": that of all rows in training; "mean by …": that of each category of a column. */
      readonly baselines: Readonly<Record<string, NumberScores>>;
    }
  | {
      readonly kind: "classes";
      readonly rows: number;
      readonly evaluation: Evaluation;
      /** The accuracy of always saying the most frequent class of training. */
      readonly majority: number;
    };

/** What a training came to, as it is saved with the model. */
export interface TextTableTraining {
  readonly rows: number;
  /** Rows that were held out. */
  readonly heldOut: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly loss: number;
  /** On what was held out, at the best epoch. */
  readonly validationLoss: number | undefined;
}

/** How texts become ids. */
export interface TextReader {
  readonly tokenizer: Tokenizer;
  /** Tokens of a text that are read. */
  readonly length: number;
}

/** What the columns of a file are called that a model's texts and target came from. */
export interface TableNames {
  /** Their cells make the texts. */
  readonly texts: readonly string[];
  readonly target: string;
}

/** What a model is made of, besides its config. */
export interface TextTableParts {
  /** Undefined for a model without texts. */
  readonly reader: TextReader | undefined;
  readonly columns: Columns;
  readonly target: TextTableTarget;
}

/** @internal What a saved model says that it is. */
export const FORMAT = { format: "recurra-text-table", version: 1 } as const;

/** @internal The network's inputs of categories are named so, with the number of their column. */
export const CATEGORY = "category_";

/** Rows that the network reads in one run. */
const BATCH = 128;

export class TextTable {
  readonly config: TextTableConfig;
  readonly settings: TextTableSettings;
  readonly reader: TextReader | undefined;
  readonly columns: Columns;
  readonly target: TextTableTarget;
  /** ids [N, T], numbers [N, F] and each column of categories [N, 1] -> the scaled number [N, 1], or probabilities [N, K]. */
  readonly network: Functional;
  /** Undefined until it is trained. */
  training: TextTableTraining | undefined;
  /** For those who read files: the columns of the training, saved with it. */
  names: TableNames | undefined;

  /** A model with fresh weights. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
  constructor(config: TextTableConfig, { reader, columns, target }: TextTableParts) {
    this.config = JSON.parse(JSON.stringify(config)) as TextTableConfig;
    this.settings = textTableSettings(config);
    this.reader = reader;
    this.columns = columns;
    this.target = target;
    this.network = this.#build();
  }

  /** The columns that the model was trained with. */
  get plan(): RowPlan {
    const { reader, columns } = this;
    return {
      hasTexts: reader !== undefined,
      numbers: columns.numbers.map(({ name }) => name),
      categories: columns.categories.map(({ name }) => name),
    };
  }

  /**
   * What the model says of each row. Where it learned logarithms, a number is e to the one told (of a log-normal price the median), held
   * within those of training: of a row unlike all others, e to what a line goes on to may be beyond all measure.
   *
   * @throws RecurraError `no-columns`, `row-count`, `column-type`, `unknown-column`, `column-missing`
   */
  async predict(rows: TextTableRows): Promise<TextTablePredictions> {
    const { target } = this;
    const count = countRows("predict", rows);
    checkColumns("predict", rows, this.plan);
    const told =
      count === 0
        ? new Float32Array()
        : ((await this.network.predict(this.inputsOf(rows, count), { batchSize: BATCH }))
            .data as Float32Array);
    if (target.kind === "numbers") {
      const values = Float64Array.from(told, (value) => {
        const number = target.mean + target.scale * value;
        const [least, most] = target.range;
        return this.settings.log ? Math.min(most, Math.max(least, Math.exp(number))) : number;
      });
      return { kind: "numbers", values };
    }
    const { classes } = target;
    const labels = Array.from({ length: count }, (_, row) => {
      const own = told.subarray(row * classes.length, (row + 1) * classes.length);
      return classes[own.indexOf(Math.max(...own))] ?? "";
    });
    return { kind: "classes", labels, probabilities: Float64Array.from(told) };
  }

  /**
   * How right the model is on rows that have their target.
   *
   * @throws RecurraError as {@link predict}; `target` for values of the other kind, `no-rows`, `unknown-label`
   */
  async evaluate(
    rows: TextTableRows,
    actual: Float64Array | readonly number[] | readonly string[],
  ): Promise<TextTableEvaluation> {
    const { target } = this;
    const count = countRows("evaluate", rows);
    checkTarget("evaluate", actual, count);
    if ((typeof actual[0] === "string") !== (target.kind === "classes"))
      throw new RecurraError(
        "target",
        `evaluate: the target is ${typeof actual[0] === "string" ? "texts" : "numbers"}, and the model tells ${target.kind}`,
      );
    const told = await this.predict(rows);
    if (told.kind === "numbers" && target.kind === "numbers") {
      const values = actual as Float64Array;
      const baselines = baselineScores(target.means, rows, values);
      return { kind: "numbers", rows: count, scores: numberScores(values, told.values), baselines };
    }
    if (told.kind !== "classes" || target.kind !== "classes")
      throw new TypeError("a model tells what its target is");
    const { classes, majority } = target;
    const labels = actual as readonly string[];
    const numbers = classNumbers(labels, { classes, isMulti: false });
    return {
      kind: "classes",
      rows: count,
      evaluation: evaluateProbabilities(numbers, told.probabilities, classes),
      majority: labels.filter((label) => label === majority).length / count,
    };
  }

  /** Writes a folder that `loadTextTable` reads. */
  async save(folder: string): Promise<void> {
    const { config, columns, target, training, reader, names } = this;
    const text = reader && { tokenizer: reader.tokenizer.record(), length: reader.length };
    await this.network.save(folder, {
      preprocessing: { ...FORMAT, config, text, columns, target, training, names },
    });
  }

  /** @internal The network's inputs. */
  inputsOf(rows: TextTableRows, count: number): Readonly<Record<string, NdArray>> {
    const { reader, columns, settings } = this;
    const inputs: Record<string, NdArray> = {};
    if (reader !== undefined)
      inputs.ids = rowsOf(rows.texts ?? [], { ...reader, truncating: settings.truncating });
    if (columns.numbers.length > 0) inputs.numbers = numberRows(rows, columns, count);
    for (const [i, column] of columns.categories.entries())
      inputs[`${CATEGORY}${i}`] = categoryRows(rows, column, count);
    return inputs;
  }

  #build(): Functional {
    const { kind, network, embedding, hidden, dropout, seed } = this.settings;
    const { reader, columns, target } = this;
    const inputs: Record<string, LayerTensor> = {};
    const sides: LayerTensor[] = [];
    const dropped = (x: LayerTensor) => (dropout > 0 ? layers.dropout({ rate: dropout }).apply(x) : x);
    if (reader !== undefined) {
      const { tokenizer, length } = reader;
      inputs.ids = input({ name: "ids", shape: [length], dtype: "int32" });
      const vectors = layers
        .embedding({ inputDim: idsOf(tokenizer), outputDim: embedding, name: "embedding" })
        .apply(inputs.ids);
      sides.push(kind.build(vectors, { length, dropout }, network));
    }
    const cells: LayerTensor[] = [];
    if (columns.numbers.length > 0) {
      inputs.numbers = input({ name: "numbers", shape: [widthOf(columns)] });
      cells.push(inputs.numbers);
    }
    for (const [i, { categories }] of columns.categories.entries()) {
      const ids = input({ name: `${CATEGORY}${i}`, shape: [1], dtype: "int32" });
      inputs[`${CATEGORY}${i}`] = ids;
      const outputDim = vectorWidth(categories.length);
      const table = layers.embedding({ inputDim: categories.length + 1, outputDim, name: `vectors_${i}` });
      cells.push(layers.flatten().apply(table.apply(ids)));
    }
    if (cells.length > 0)
      sides.push(layers.dense({ units: hidden, activation: "relu", name: "columns" }).apply(joined(cells)));
    const both = layers
      .dense({ units: hidden, activation: "relu", name: "joined" })
      .apply(dropped(joined(sides)));
    const units = target.kind === "numbers" ? 1 : target.classes.length;
    const activation = target.kind === "numbers" ? "linear" : "softmax";
    const outputs = layers.dense({ units, activation, name: "target" }).apply(dropped(both));
    return functional({ inputs, outputs, name: "text_table", seed });
  }
}

function joined(parts: readonly LayerTensor[]): LayerTensor {
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? only : layers.concatenate().apply(parts);
}
