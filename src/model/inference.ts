// Running a model forward: one graph for any batch size, with the weights as inputs, or inside it for export.

import { anyBatch } from "../graph/batch.ts";
import { constant, input } from "../graph/ops/leaf.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { Weight } from "../nn/layer.ts";
import { Compiled, type CompileOptions, lowerGraph } from "../runtime/compile.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Network } from "./network.ts";

export interface PredictOptions {
  /** Rows computed at once. Default 256. */
  readonly batchSize?: number;
}

/** The forward pass of a model as a graph. `bind` says what stands for a weight. */
function forward(
  model: Network,
  bind: (weight: Weight, name: string) => Tensor,
): { readonly x: Tensor; readonly y: Tensor } {
  const { dtype, shape } = model.inputType;
  const x = input("x", { dtype, shape: [anyBatch, ...shape] });
  const bound = new Map(model.weights.map(({ name, weight }) => [weight, bind(weight, name)]));
  const y = model.apply(x, {
    training: false,
    value: (weight) => bound.get(weight) ?? bind(weight, weight.name),
  });
  return { x, y };
}

/** Runs a model forward in batches, with the weights as they are at each call. */
export class Inference {
  readonly #model: Network;
  readonly #compiled: Compiled;

  private constructor(model: Network, compiled: Compiled) {
    this.#model = model;
    this.#compiled = compiled;
  }

  static async of(model: Network, options: CompileOptions): Promise<Inference> {
    const weights: Named[] = [];
    const { x, y } = forward(model, (weight, name) => {
      const tensor = input(name, { dtype: "float32", shape: weight.shape });
      weights.push([name, tensor]);
      return tensor;
    });
    const compiled = await Compiled.from([["x", x], ...weights], [["y", y]], {
      label: model.name,
      ...options,
    });
    return new Inference(model, compiled);
  }

  /** x [n, ...] -> y [n, ...] */
  async run(x: NdArray): Promise<NdArray> {
    const [y] = await this.#compiled.run([x, ...this.#model.weights.map(({ weight }) => weight.value)]);
    if (y === undefined) throw new TypeError("the forward graph has one output");
    return y;
  }
}

/** The model as an ONNX file: input `x`, output `y`, any batch size, the weights inside. */
export function inferenceModel(model: Network): Uint8Array {
  const { x, y } = forward(model, (weight) => constant(weight.value));
  return lowerGraph([["x", x]], [["y", y]], { doc: `${model.name}, trained with Recurra` }).model;
}
