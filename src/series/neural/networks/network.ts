// What a forecasting network is: a function from windows to the numbers that a head reads, made of layers.

import { type Functional, model as functional } from "../../../model/functional.ts";
import { input } from "../../../nn/input.ts";
import type { LayerTensor } from "../../../nn/layer.ts";
import type { OptionKinds } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { Offset } from "./fixed-matrix.ts";

/** What a network is given of a window, scaled. */
export interface NetworkInputs {
  /** [L] The series itself. */
  readonly values: LayerTensor;
  /** [L, P] Covariates at the same steps, and whether the value is known. */
  readonly past: LayerTensor | undefined;
  /** [H, F] Covariates of the steps to forecast. */
  readonly future: LayerTensor | undefined;
  /** [S] What is known of the series as a whole. */
  readonly static: LayerTensor | undefined;
}

/** What a network is made for. */
export interface NetworkTask {
  /** L */
  readonly lookback: number;
  /** H: steps that it gives. */
  readonly steps: number;
  /** Q: numbers for each step, which a head reads. */
  readonly outputs: number;
  /** [Q] What they are before anything is learned. */
  readonly start: readonly number[];
  /** Share dropped in training. */
  readonly dropout: number;
}

/** A kind of network, with its own options. */
export interface NetworkKind<Options extends object> {
  /** What the forecaster is called. */
  readonly name: string;
  /** What each option may be. */
  readonly options: { readonly [Name in keyof Options]-?: OptionKinds[string] };
  /** What they are where they are left out; some follow from the task. */
  defaults(task: Pick<NetworkTask, "lookback" | "steps">): Options;
  /** From the inputs to [H, Q]. A network that has learned nothing gives zeros. */
  build(inputs: NetworkInputs, task: NetworkTask, options: Options): LayerTensor;
}

/** What inputs a network has beside the values. */
export interface InputSizes {
  readonly past: number;
  readonly future: number;
  readonly numbers: number;
  /** Ids of each kind of category. */
  readonly categories: readonly number[];
}

/** A model of a kind of network, from the inputs of a {@link WindowBatch} to [H, Q]. */
export function buildNetwork<Options extends object>(
  kind: NetworkKind<Options>,
  task: NetworkTask,
  sizes: InputSizes,
  options: Options,
): Functional {
  const { lookback, steps } = task;
  const values = input({ name: "values", shape: [lookback] });
  const past = sizes.past === 0 ? undefined : input({ name: "past", shape: [lookback, sizes.past] });
  const future = sizes.future === 0 ? undefined : input({ name: "future", shape: [steps, sizes.future] });
  const numbers = sizes.numbers === 0 ? undefined : input({ name: "numbers", shape: [sizes.numbers] });
  const ids = sizes.categories.map((_, k) => input({ name: `category_${k}`, shape: [1], dtype: "int32" }));
  const vectors = sizes.categories.map((count, k) =>
    layers
      .flatten()
      .apply(
        layers
          .embedding({ inputDim: count, outputDim: Math.min(16, Math.ceil(Math.sqrt(count))) })
          .apply(ids[k] as LayerTensor),
      ),
  );
  const statics = [...(numbers === undefined ? [] : [numbers]), ...vectors];
  const learned = kind.build(
    { values, past, future, static: statics.length === 0 ? undefined : joined(statics) },
    task,
    options,
  );
  const isMoved = task.start.some((number) => number !== 0);
  const outputs = isMoved ? new Offset({ offsets: task.start }).apply(learned) : learned;
  const inputs = [values, past, future, numbers, ...ids].filter((one) => one !== undefined);
  return functional({ inputs, outputs, name: kind.name });
}

/** Tensors one after the other along their last axis. */
export function joined(parts: readonly (LayerTensor | undefined)[]): LayerTensor {
  const given = parts.filter((part) => part !== undefined);
  const [only] = given;
  return given.length === 1 && only !== undefined ? only : layers.concatenate().apply(given);
}

/** [L, 1 + P + S] The values with all that is known beside them, as recurrent layers and convolutions read it. */
export function sequenceOf({ values, past, static: fixed }: NetworkInputs, lookback: number): LayerTensor {
  const column = layers.reshape({ targetShape: [lookback, 1] }).apply(values);
  return joined([column, past, fixed === undefined ? undefined : repeated(fixed, lookback)]);
}

/** [F] -> [n, F] */
export function repeated(vector: LayerTensor, n: number): LayerTensor {
  return layers.repeatVector({ n }).apply(vector);
}

export function dropped(x: LayerTensor, rate: number): LayerTensor {
  return rate === 0 ? x : layers.dropout({ rate }).apply(x);
}

/** [F] -> [H, Q], zeros at the start. */
export function projected(vector: LayerTensor, { steps, outputs }: NetworkTask): LayerTensor {
  const flat = layers.dense({ units: steps * outputs, kernelInitializer: "zeros" }).apply(vector);
  return layers.reshape({ targetShape: [steps, outputs] }).apply(flat);
}

/**
 * What a summary of the past says of the steps ahead: a linear layer, [U] -> [H, Q]. Covariates known ahead are read with the summary at
 * each step, by a hidden layer that all steps share.
 */
export function readout(summary: LayerTensor, { future }: NetworkInputs, task: NetworkTask): LayerTensor {
  const base = projected(summary, task);
  if (future === undefined) return base;
  const both = joined([repeated(summary, task.steps), future]);
  const hidden = layers.dense({ units: 32, activation: "relu" }).apply(both);
  const change = layers.dense({ units: task.outputs, kernelInitializer: "zeros" }).apply(hidden);
  return layers.add().apply([base, change]);
}
