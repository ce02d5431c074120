// Integrals of gradients along the way from baselines to rows, worked out in batches by a compiled graph.

import type { Tensor } from "../../graph/tensor.ts";
import type { Network } from "../../model/network.ts";
import { type Jitted, jit } from "../../runtime/jit.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { sizeOf } from "../../tensor/shape.ts";
import type { CheckedBaselines } from "./baselines.ts";
import { type PathPoint, type PathTarget, pathPoint } from "./path-gradient.ts";
import type { Quadrature } from "./quadrature.ts";

type Step = (
  inputs: readonly Tensor[],
  baselines: readonly Tensor[],
  alphas: Tensor,
  weights: readonly Tensor[],
) => { outputs: Tensor; products: readonly Tensor[] };

/** What came out for N rows. */
export interface Integrals {
  /** [N × F] ∫ ∂output/∂x_i dα · (x_i - x′_i), the features of all inputs one after the other. */
  readonly values: Float64Array;
  /** [N] The output where the way starts. */
  readonly starts: Float64Array;
  /** [N] The output where it ends. */
  readonly ends: Float64Array;
}

/** Integrates; a graph is compiled once for each kind of start and number of rows. */
export class PathIntegral {
  readonly #what: string;
  readonly #target: PathTarget;
  readonly #model: Network | undefined;
  readonly #unit: number;
  readonly #batchSize: number;
  readonly #compiled = new Map<string, Jitted<Parameters<Step>, ReturnType<Step>>>();

  /** @param unit which of a row's outputs is integrated @param batchSize rows times nodes at once */
  constructor(what: string, target: PathTarget, model: Network | undefined, unit: number, batchSize: number) {
    this.#what = what;
    this.#target = target;
    this.#model = model;
    this.#unit = unit;
    this.#batchSize = batchSize;
  }

  /** @param inputs [N, ...] each */
  async run(
    inputs: readonly NdArray[],
    baselines: CheckedBaselines,
    rule: Quadrature,
    signal: AbortSignal | undefined,
  ): Promise<Integrals> {
    const count = inputs[0]?.shape[0] ?? 0;
    const widths = inputs.map(({ shape }) => sizeOf(shape.slice(1)));
    const width = widths.reduce((sum, one) => sum + one, 0);
    const values = new Float64Array(count * width);
    const [starts, ends] = [new Float64Array(count), new Float64Array(count)];
    // Each row at the nodes of the rule, then at both ends of the way, of which only the outputs are wanted.
    const places = [...rule.nodes, 0, 1];
    const total = count * places.length;
    const batch = Math.min(this.#batchSize, total);
    for (let first = 0; first < total; first += batch) {
      signal?.throwIfAborted();
      // The last batch is filled up with its last pair: a graph serves one number of rows.
      const pairs = Array.from({ length: batch }, (_, i) => Math.min(first + i, total - 1));
      const rowOf = pairs.map((pair) => Math.floor(pair / places.length));
      const alphas = Float32Array.from(pairs, (pair) => places[pair % places.length] ?? 0);
      const { outputs, products } = await this.#point(inputs, baselines, rowOf, alphas);
      const outputWidth = outputs.size / batch;
      for (let i = 0; i < Math.min(batch, total - first); i++) {
        const n = rowOf[i] ?? 0;
        const place = (first + i) % places.length;
        const weight = rule.weights[place];
        if (weight === undefined) {
          const end = place === places.length - 1 ? ends : starts;
          end[n] = Number(outputs.data[i * outputWidth + this.#unit]);
          continue;
        }
        let to = n * width;
        for (const [k, { data }] of products.entries()) {
          const size = widths[k] ?? 0;
          for (let f = 0; f < size; f++)
            values[to + f] = (values[to + f] ?? 0) + weight * Number(data[i * size + f]);
          to += size;
        }
      }
    }
    return { values, starts, ends };
  }

  #point(
    inputs: readonly NdArray[],
    { arrays, starts }: CheckedBaselines,
    rowOf: readonly number[],
    alphas: Float32Array,
  ) {
    const key = starts.join(" ");
    const compiled = this.#compiled.get(key) ?? this.#compile(starts);
    this.#compiled.set(key, compiled);
    return compiled(
      inputs.map((array) => array.takeRows(rowOf)),
      arrays.map((row) => row.takeRows(rowOf.map(() => 0))),
      new NdArray(alphas, [alphas.length]),
      (this.#model?.weights ?? []).map(({ weight }) => weight.peek()),
    );
  }

  #compile(starts: CheckedBaselines["starts"]) {
    const point = (...[inputs, baselines, alphas, weights]: Parameters<Step>): PathPoint =>
      pathPoint(this.#target, { inputs, baselines, starts, alphas, weights, unit: this.#unit });
    return jit<Parameters<Step>, ReturnType<Step>>((...args) => ({ ...point(...args) }), {
      label: this.#what,
    });
  }
}
