// Explanations: what each feature of each row adds to its prediction.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { NdArray } from "../tensor/nd-array.ts";

/** What one feature adds to one prediction. */
export interface Contribution {
  readonly name: string;
  readonly value: number;
  /** What the row holds there, for people; absent where nothing can be told in a word. */
  readonly data?: string | undefined;
}

/** One prediction of one row, taken apart; charts are drawn from it. */
export interface RowExplanation {
  /** What is predicted where nothing is known. */
  readonly baseValue: number;
  /** The prediction, on the scale of the link. */
  readonly prediction: number;
  /** What the output is called, where there are several. */
  readonly output: string;
  readonly features: readonly Contribution[];
}

export interface ExplanationParts {
  /** float64 [N, F, D] */
  readonly values: NdArray;
  /** [D] */
  readonly baseValues: Float64Array;
  /** float64 [N, D] */
  readonly predictions: NdArray;
  /** [N, ...] The rows that are explained. */
  readonly data: NdArray;
  /** [F] */
  readonly names: readonly string[];
  /** [D] */
  readonly outputs: readonly string[];
  /** What of a row a feature is, for people. */
  readonly shown: (row: number, feature: number) => string | undefined;
}

/** What each feature of N rows adds to each of D outputs. */
export class Explanation {
  /** float64 [N, F] of one output, [N, F, D] of several. */
  readonly values: NdArray;
  /** [D] What is predicted where nothing is known, on the scale of the link. */
  readonly baseValues: Float64Array;
  /** float64 [N] of one output, [N, D] of several: the predictions, on the scale of the link. */
  readonly predictions: NdArray;
  /** [N, ...] The rows that are explained. */
  readonly data: NdArray;
  /** [F] What the features are called. */
  readonly names: readonly string[];
  /** [D] What the outputs are called. */
  readonly outputs: readonly string[];
  readonly #shown: ExplanationParts["shown"];

  constructor({ values, baseValues, predictions, data, names, outputs, shown }: ExplanationParts) {
    const isOne = outputs.length === 1;
    this.values = isOne ? values.reshape(values.shape.slice(0, 2)) : values;
    this.predictions = isOne ? predictions.reshape([predictions.shape[0] ?? 0]) : predictions;
    this.baseValues = baseValues;
    this.data = data;
    this.names = names;
    this.outputs = outputs;
    this.#shown = shown;
  }

  /** How many rows are explained. */
  get count(): number {
    return this.values.shape[0] ?? 0;
  }

  /** What is predicted where nothing is known. @throws RecurraError `several-outputs`: see {@link baseValues} */
  get baseValue(): number {
    this.#place(undefined);
    return this.baseValues[0] ?? 0;
  }

  /**
   * The explanation of one output.
   *
   * @param output its name, or its place from 0
   * @throws RecurraError `unknown-name`
   */
  output(output: string | number): Explanation {
    const d = this.#place(output);
    const width = this.outputs.length;
    const pick = (array: NdArray, shape: readonly number[]) => {
      const data = array.data as Float64Array;
      return new NdArray(
        Float64Array.from({ length: array.size / width }, (_, i) => data[i * width + d] ?? 0),
        shape,
      );
    };
    return new Explanation({
      values: pick(this.values, [this.count, this.names.length, 1]),
      baseValues: this.baseValues.slice(d, d + 1),
      predictions: pick(this.predictions, [this.count, 1]),
      data: this.data,
      names: this.names,
      outputs: [this.outputs[d] ?? ""],
      shown: this.#shown,
    });
  }

  /**
   * One row, as the force plot, the waterfall and the coloured text take it.
   *
   * @param index the row, from 0
   * @param options.output which output, where there are several, by name or place
   * @param options.names what its features are called, where each row has names of its own, such as the words at its places
   * @throws RecurraError `index`, `several-outputs`, `unknown-name`, `names`
   */
  row(
    index: number,
    options: { readonly output?: string | number; readonly names?: readonly string[] } = {},
  ): RowExplanation {
    if (!Number.isInteger(index) || index < 0 || index >= this.count)
      throw new RecurraError(
        "index",
        `explanation: there is no row ${index}; rows are 0 to ${this.count - 1}`,
      );
    const d = this.#place(options.output);
    const { names = this.names } = options;
    if (names.length !== this.names.length)
      throw new RecurraError(
        "names",
        `explanation: names has ${names.length} for ${this.names.length} features; wanted one for each`,
      );
    const width = this.outputs.length;
    const values = this.values.data as Float64Array;
    const ownNames = names !== this.names;
    return {
      baseValue: this.baseValues[d] ?? 0,
      prediction: (this.predictions.data as Float64Array)[index * width + d] ?? 0,
      output: this.outputs[d] ?? "",
      features: names.map((name, f) => ({
        name,
        value: values[(index * names.length + f) * width + d] ?? 0,
        data: ownNames ? undefined : this.#shown(index, f),
      })),
    };
  }

  /**
   * What matters most: the mean |value| of each feature over the rows, the largest first.
   *
   * @throws RecurraError `several-outputs`: choose one by {@link output}
   */
  importance(): readonly Contribution[] {
    this.#place(undefined);
    const values = this.values.data as Float64Array;
    const width = this.names.length;
    const means = new Float64Array(width);
    for (let i = 0; i < values.length; i++)
      means[i % width] = (means[i % width] ?? 0) + Math.abs(values[i] ?? 0) / this.count;
    return this.names.map((name, f) => ({ name, value: means[f] ?? 0 })).sort((a, b) => b.value - a.value);
  }

  /** As plain JSON: names, outputs, and the numbers as nested lists. */
  toJSON(): object {
    return {
      names: this.names,
      outputs: this.outputs,
      baseValues: [...this.baseValues],
      predictions: this.predictions.toNested(),
      values: this.values.toNested(),
    };
  }

  #place(output: string | number | undefined): number {
    return outputPlace(this.outputs, output);
  }
}

/**
 * The place of an output.
 *
 * @param output its name or place; may be left out where there is one
 * @throws RecurraError `several-outputs`, `unknown-name`
 */
export function outputPlace(outputs: readonly string[], output: string | number | undefined): number {
  if (output === undefined) {
    if (outputs.length === 1) return 0;
    throw new RecurraError(
      "several-outputs",
      `explanation: there are ${outputs.length} outputs (${some(outputs)}); say which: output(name) or { output: name }`,
    );
  }
  const place = typeof output === "number" ? output : outputs.indexOf(output);
  if (Number.isInteger(place) && place >= 0 && place < outputs.length) return place;
  const near = typeof output === "string" ? suggestion(output, outputs) : "";
  throw new RecurraError(
    "unknown-name",
    `explanation: there is no output ${describe(output)}. ${near}There are ${some(outputs)}, or 0 to ${outputs.length - 1}`,
  );
}

function some(names: readonly string[]): string {
  return names.length > 8 ? `${names.slice(0, 8).join(", ")}, …` : names.join(", ");
}

/** What outputs are called: as given, else by number. @throws RecurraError `names` for a wrong number of names */
export function outputNames(
  what: string,
  given: readonly string[] | undefined,
  count: number,
): readonly string[] {
  if (given === undefined) return Array.from({ length: count }, (_, d) => `output ${d}`);
  if (given.length === count) return given;
  throw new RecurraError(
    "names",
    `${what}: outputs names ${given.length}, but predict gives ${count} output${count === 1 ? "" : "s"} a row`,
  );
}
