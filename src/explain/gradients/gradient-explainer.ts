// Explainers that look inside: integrated gradients, and gradient times input.

import type { ModelData } from "../../model/model-data.ts";
import { Network } from "../../model/network.ts";
import { checkModelInputs } from "../../model/rows.ts";
import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { asRows, type RowData } from "../background.ts";
import { Explanation, type ExplanationParts, outputNames, type RowExplanation } from "../explanation.ts";
import { featuresOf } from "../feature-groups.ts";
import type { ExplainOptions } from "../table-explainer.ts";
import { type Baselines, baselinesOf } from "./baselines.ts";
import { functionTarget, modelTarget, type TensorFunction } from "./path-gradient.ts";
import { type Integrals, PathIntegral } from "./path-integral.ts";
import { gaussLegendre, type Quadrature } from "./quadrature.ts";

export interface GradientOptions {
  /** Which number of a row's outputs is explained, from 0; needed where there are several. */
  readonly output?: number;
  /** Of a model with several outputs, which of them: its name. Default: the first. */
  readonly head?: string;
  /** What the features are called; of a model with several inputs, those of all inputs one after the other. */
  readonly names?: readonly string[];
  /** Rows times steps that are differentiated at once. Default 256. */
  readonly batchSize?: number;
}

export interface IntegratedGradientsOptions extends GradientOptions {
  /**
   * Where the way to the input starts: a number for all features, or a row. Default 0: of ids, the rows that the embedding has for id 0, which
   * is padding. "zeros": zeros in place of an embedding's rows. A model of several inputs takes an object of these by the inputs' names.
   */
  readonly baseline?: Baselines;
  /** Points of the way at which the gradient is taken, by Gauss and Legendre's rule. Default 50. */
  readonly steps?: number;
  /**
   * Rows whose error is above this share of the sum of their |values| are done again with four times the steps, at most three times. Default
   * 0.001; Infinity leaves it at the first time.
   */
  readonly tolerance?: number;
}

/** An explanation with what its values fall short of the prediction by. */
export class GradientExplanation extends Explanation {
  /**
   * [N] prediction - base value - sum of the values. Of integrated gradients the error of the numerical integral: take more `steps` where it is
   * large. Of gradient × input what is not linear in the model.
   */
  readonly errors: Float64Array;
  /** [N] The prediction where the way starts. Where padding is masked it is another for each row, and the base value is their mean. */
  readonly starts: Float64Array;

  constructor(parts: ExplanationParts, starts: Float64Array, errors: Float64Array) {
    super(parts);
    this.starts = starts;
    this.errors = errors;
  }

  /** As {@link Explanation.row}, with the row's own start as its base value. */
  override row(...args: Parameters<Explanation["row"]>): RowExplanation {
    return { ...super.row(...args), baseValue: this.starts[args[0]] ?? 0 };
  }
}

/** Rows for a gradient: as the model's `predict` takes them, or for a function on tensors an array [N, ...]. */
export type GradientRows = ModelData | RowData;

const gradientOptions: readonly (keyof GradientOptions)[] = ["output", "head", "names", "batchSize"];

/** How often rows are done again with more steps, and how many more these are. */
const REFINEMENTS = 3;
const FACTOR = 4;

/** How the way is walked. */
interface Walk {
  readonly baseline: Baselines;
  /** The rule of so many steps, and of more. */
  readonly rule: (refinement: number) => Quadrature;
  readonly tolerance: number;
}

/** Explains predictions by gradients on the way from a baseline. */
export class GradientExplainer {
  readonly #what: string;
  readonly #model: Network | undefined;
  readonly #integral: PathIntegral;
  readonly #options: GradientOptions;
  readonly #walk: Walk;

  /** @internal See {@link integratedGradients}, {@link gradientTimesInput}. */
  constructor(what: string, target: Network | TensorFunction, options: GradientOptions, walk: Walk) {
    const { output = 0, batchSize = 256 } = options;
    checkCounts(what, { batchSize });
    checkedNumber(
      `${what}: output`,
      output,
      (value) => Number.isInteger(value) && value >= 0,
      "a whole number from 0 up",
    );
    this.#what = what;
    this.#options = options;
    this.#walk = walk;
    if (target instanceof Network) {
      this.#model = target;
      const path = modelTarget(target, headOf(what, target, options));
      this.#integral = new PathIntegral(what, path, target, output, batchSize);
    } else if (typeof target === "function")
      this.#integral = new PathIntegral(what, functionTarget(target), undefined, output, batchSize);
    else
      throw new RecurraError(
        "option-value",
        `${what}: wants a model or a function on tensors, got ${describe(target)}`,
      );
  }

  /**
   * What each feature of rows adds. An id counts as one feature, with what the numbers of its embedding add up to.
   *
   * @param rows [N, ...], as the model's predict takes them
   * @throws RecurraError `no-rows`, `input-shape`, `no-embedding`, `names`
   */
  async explain(rows: GradientRows, options: ExplainOptions = {}): Promise<GradientExplanation> {
    const what = this.#what;
    checkOptionNames(`${what}: explain`, options, ["signal", "onProgress"]);
    const inputs = this.#rows(rows);
    const count = inputs[0]?.shape[0] ?? 0;
    if (count === 0) throw new RecurraError("no-rows", `${what}: there are no rows`);
    const inputNames = this.#model?.inputs.map(({ name }) => name) ?? ["x"];
    const baselines = baselinesOf(what, this.#walk.baseline, inputs, inputNames);
    const names = this.#names(inputs);

    const found = await this.#integral.run(inputs, baselines, this.#walk.rule(0), options.signal);
    for (let refinement = 1; refinement <= REFINEMENTS; refinement++) {
      const open = this.#openRows(found);
      options.onProgress?.(count - open.length, count);
      if (open.length === 0) break;
      const some = inputs.map((array) => array.takeRows(open));
      const better = await this.#integral.run(some, baselines, this.#walk.rule(refinement), options.signal);
      for (const [i, n] of open.entries())
        found.values.set(better.values.subarray(i * names.length, (i + 1) * names.length), n * names.length);
    }
    options.onProgress?.(count, count);
    return this.#explanation(inputs, names, found);
  }

  /** Rows whose values are too far from their sum. */
  #openRows(found: Integrals): readonly number[] {
    const errors = errorsOf(found);
    const width = found.values.length / errors.length;
    return Array.from(errors.keys()).filter((n) => {
      const row = found.values.subarray(n * width, (n + 1) * width);
      const size = row.reduce((sum, value) => sum + Math.abs(value), 0);
      return Math.abs(errors[n] ?? 0) > this.#walk.tolerance * size;
    });
  }

  #explanation(inputs: readonly NdArray[], names: readonly string[], found: Integrals): GradientExplanation {
    const { values, starts, ends } = found;
    const [count, width] = [ends.length, names.length];
    const odd = values.findIndex((value) => !Number.isFinite(value));
    if (odd >= 0)
      throw new RecurraError(
        "predictions",
        `${this.#what}: the gradient for row ${Math.floor(odd / width)} is ${values[odd]} at ${names[odd % width]}; wanted finite numbers`,
      );
    const data = joined(inputs);
    const parts = {
      values: new NdArray(values, [count, width, 1]),
      baseValues: Float64Array.of(starts.reduce((sum, start) => sum + start / count, 0)),
      predictions: new NdArray(ends, [count, 1]),
      data,
      names,
      outputs: outputNames(this.#what, undefined, 1),
      shown: (n: number, f: number) => String(Number(Number(data.data[n * width + f]).toPrecision(4))),
    };
    return new GradientExplanation(parts, starts, errorsOf(found));
  }

  #rows(rows: GradientRows): readonly NdArray[] {
    if (this.#model !== undefined) return checkModelInputs(this.#model, "x", rows as ModelData);
    return [asRows(this.#what, rows).astype("float32")];
  }

  #names(inputs: readonly NdArray[]): readonly string[] {
    const own = inputs.flatMap((array, i) => {
      const { names } = featuresOf(this.#what, array, undefined, undefined);
      return inputs.length === 1 ? names : names.map((name) => `${this.#model?.inputs[i]?.name}: ${name}`);
    });
    const { names = own } = this.#options;
    if (names.length === own.length) return names;
    throw new RecurraError(
      "names",
      `${this.#what}: names has ${names.length} for ${own.length} features; wanted one for each`,
    );
  }
}

/** The place of the output that is explained. @throws RecurraError `unknown-name`, `several-outputs` */
function headOf(what: string, model: Network, { head, output }: GradientOptions): number {
  const names = model.outputNames;
  const place = head === undefined ? 0 : names.indexOf(head);
  if (place < 0)
    throw new RecurraError(
      "unknown-name",
      `${what}: the model has no output ${describe(head)}; there are ${names.join(", ")}`,
    );
  const width = sizeOf((model.outputs[place]?.shape ?? []).map((extent) => extent ?? 1));
  if (output === undefined && width > 1)
    throw new RecurraError(
      "several-outputs",
      `${what}: the model gives ${width} numbers a row; say which is explained: { output: 0 } to { output: ${width - 1} }`,
    );
  return place;
}

/** [N] What the values of each row fall short of the way's gain by. */
function errorsOf({ values, starts, ends }: Integrals): Float64Array {
  const width = values.length / ends.length;
  return ends.map((end, n) => {
    let sum = starts[n] ?? 0;
    for (let f = 0; f < width; f++) sum += values[n * width + f] ?? 0;
    return end - sum;
  });
}

/** The inputs side by side: as they are where there is one. */
function joined(inputs: readonly NdArray[]): NdArray {
  const [first] = inputs;
  if (first !== undefined && inputs.length === 1) return first;
  const count = first?.shape[0] ?? 0;
  const parts = inputs.map((array) => array.toFloat64());
  const widths = parts.map((part) => part.length / count);
  const width = widths.reduce((sum, one) => sum + one, 0);
  const data = new Float64Array(count * width);
  for (let n = 0; n < count; n++) {
    let to = n * width;
    for (const [i, part] of parts.entries()) {
      const size = widths[i] ?? 0;
      data.set(part.subarray(n * size, (n + 1) * size), to);
      to += size;
    }
  }
  return new NdArray(data, [count, width]);
}

/**
 * Explains a model by integrated gradients: φ_i = (x_i - x′_i) · ∫₀¹ ∂F/∂x_i (x′ + α(x - x′)) dα. The values of a row sum to
 * F(x) - F(x′) but for the error of the integral, which the explanation tells.
 *
 *     const explanation = await integratedGradients(net).explain(xTest.rows(0, 10));
 *
 * Source: Sundararajan, Taly and Yan 2017, Axiomatic attribution for deep networks, ICML, section 3.
 *
 * @param target a model; or a function on float tensors [B, ...] to [B] or [B, outputs], in tensor code, each row by itself
 * @throws RecurraError `unknown-option`, `option-value`, `several-outputs`, `unknown-name`
 */
export function integratedGradients(
  target: Network | TensorFunction,
  options: IntegratedGradientsOptions = {},
): GradientExplainer {
  const what = "integratedGradients";
  checkOptionNames(what, options, [...gradientOptions, "baseline", "steps", "tolerance"]);
  const { steps = 50, tolerance = 0.001, baseline = 0 } = options;
  checkCounts(what, { steps });
  checkedNumber(`${what}: tolerance`, tolerance, (value) => value > 0, "a positive number");
  const rule = (refinement: number) => gaussLegendre(steps * FACTOR ** refinement);
  return new GradientExplainer(what, target, options, { baseline, rule, tolerance });
}

/**
 * Explains a model by gradient × input: x_i · ∂F/∂x_i, of an id the sum over its embedding. One step, and exact for linear models; the base
 * value is the prediction for zeros.
 *
 * Source: Shrikumar, Greenside, Shcherbina and Kundaje 2016, Not just a black box, arXiv:1605.01713.
 *
 * @throws RecurraError as {@link integratedGradients}
 */
export function gradientTimesInput(
  target: Network | TensorFunction,
  options: GradientOptions = {},
): GradientExplainer {
  const what = "gradientTimesInput";
  checkOptionNames(what, options, gradientOptions);
  const end = { nodes: Float64Array.of(1), weights: Float64Array.of(1) };
  return new GradientExplainer(what, target, options, {
    baseline: "zeros",
    rule: () => end,
    tolerance: Infinity,
  });
}
