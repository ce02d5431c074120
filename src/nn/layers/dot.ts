// Dot: products of two inputs, sample by sample.

import { div, maximum } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { transpose } from "../../graph/ops/layout.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { reshape, sum } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { sizeOf } from "../../tensor/shape.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import { checkConfig, either, flag, formatInput, kind, whole } from "../layer-options.ts";

export interface DotConfig extends LayerConfig {
  /** The axis of both inputs over which products are summed, or one axis of each; the batch, axis 0, is none. */
  readonly axes: number | readonly [first: number, second: number];
  /** Give vectors along the axis length 1 first: the output is cosines. Default false. */
  readonly normalize?: boolean;
}

const isPair = kind("", (value) => {
  return Array.isArray(value) && value.length === 2 && value.every((axis) => whole(axis) === undefined);
});
const axes = either("a whole number or a list of two", whole, isPair);

/** A squared length below this is not divided by: Keras' epsilon of 1e-7, squared. */
const shortest = 1e-14;

/**
 * Sums the products of two inputs over an axis of each: with `axes: [2, 2]`, [B, T, F] and [B, S, F] -> [B, T, S]; with `axes: 1`, [B, F]
 * and [B, F] -> [B, 1]. The output has the other axes of the first input, then those of the second.
 */
export class Dot extends Layer {
  readonly className = "Dot";
  override readonly config: DotConfig;

  constructor(config: DotConfig) {
    super(config);
    checkConfig("Dot", config, { axes, normalize: flag }, ["axes"]);
    this.config = config;
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [2, 2];
  }

  override call([a, b]: readonly [Tensor, Tensor], _context: CallContext): Tensor {
    const [first, second] = this.#places(a, b);
    const { normalize = false } = this.config;
    const left = rows(normalize ? unit(a, first) : a, first); // [B, M, K]
    const right = rows(normalize ? unit(b, second) : b, second); // [B, N, K]
    const rest = [...a.shape.slice(1).toSpliced(first - 1, 1), ...b.shape.slice(1).toSpliced(second - 1, 1)];
    const [batch = 0] = a.shape;
    return reshape(matmul(left, right, { transposeB: true }), [batch, ...(rest.length === 0 ? [1] : rest)]);
  }

  override computeMask(_inputs: readonly Tensor[], _masks: readonly Mask[]): undefined {
    return undefined;
  }

  #places(a: TensorType, b: TensorType): readonly [number, number] {
    const { axes } = this.config;
    const pair = typeof axes === "number" ? [axes, axes] : axes;
    const [first = 0, second = 0] = [a, b].map(({ shape }, i) => {
      const axis = pair[i] ?? 0;
      return axis < 0 ? axis + shape.length : axis;
    });
    const fits =
      first > 0 &&
      second > 0 &&
      a.shape[0] === b.shape[0] &&
      a.dtype === b.dtype &&
      a.shape[first] !== undefined &&
      a.shape[first] === b.shape[second];
    if (!fits) {
      throw this.fault(
        `wants two inputs of one batch with as many elements along axis ${pair.join(" and ")}, got ${formatInput(a)} and ${formatInput(b)}`,
      );
    }
    return [first, second];
  }
}

/** [B, ..., K, ...] -> [B, M, K], K being the axis. */
function rows(x: Tensor, axis: number): Tensor {
  const [batch = 0, ...rest] = x.shape;
  const others = x.shape.flatMap((_, i) => (i === 0 || i === axis ? [] : [i]));
  const turned = transpose(x, [0, ...others, axis]);
  const width = x.shape[axis] ?? 0;
  return reshape(turned, [batch, sizeOf(rest) / width, width]);
}

function unit(x: Tensor, axis: number): Tensor {
  return div(x, sqrt(maximum(sum(square(x), axis, { keepDims: true }), shortest)));
}
