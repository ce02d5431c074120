// Concatenate: inputs one after the other along an axis.

import { logicalOr } from "../../graph/ops/arithmetic.ts";
import { concat } from "../../graph/ops/layout.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { broadcastTo } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import { checkConfig, formatInput, whole } from "../layer-options.ts";

export interface ConcatenateConfig extends LayerConfig {
  /** The axis along which the inputs are put; the batch is axis 0. Default -1, the last. */
  readonly axis?: number;
}

/**
 * Puts inputs one after the other: with the default, [B, T, F] and [B, T, G] -> [B, T, F + G]. Their masks are put so as well where the
 * axis is that of the steps, an input without a mask being real throughout; along another axis a step is real that is so in any input.
 */
export class Concatenate extends Layer {
  readonly className = "Concatenate";
  override readonly config: ConcatenateConfig;

  constructor(config: ConcatenateConfig = {}) {
    super(config);
    checkConfig("Concatenate", config, { axis: whole });
    this.config = config;
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [2, Number.POSITIVE_INFINITY];
  }

  override call(inputs: readonly Tensor[], _context: CallContext): Tensor {
    const axis = this.#axis(inputs);
    const others = ({ dtype, shape }: TensorType) => `${dtype} ${shape.toSpliced(axis, 1).join()}`;
    if (new Set(inputs.map(({ shape }) => shape.length)).size > 1 || new Set(inputs.map(others)).size > 1) {
      throw this.fault(
        `wants inputs that differ along axis ${axis} alone, got ${inputs.map(formatInput).join(" and ")}`,
      );
    }
    return concat(inputs, axis);
  }

  override computeMask(inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    const given = masks.filter((mask) => mask !== undefined);
    const [first] = given;
    if (first === undefined) return undefined;
    const axis = this.#axis(inputs);
    if (axis >= first.rank) {
      const isPartial = inputs.some((_, i) => masks[i] === undefined);
      return isPartial ? undefined : given.reduce((a, b) => logicalOr(a, b));
    }
    const real = constant(ndarray(1, { shape: [], dtype: "bool" }));
    const parts = inputs.map(({ shape }, i) => masks[i] ?? broadcastTo(real, shape.slice(0, first.rank)));
    return concat(parts, axis);
  }

  #axis([first]: readonly TensorType[]): number {
    const { axis = -1 } = this.config;
    const rank = first?.shape.length ?? 0;
    const place = axis < 0 ? axis + rank : axis;
    if (place < 1 || place >= rank) {
      throw this.fault(
        `joins along axis ${axis}, and ${first === undefined ? "there is no input" : `${formatInput(first)} has axes 1 to ${rank - 1} beside the batch`}`,
      );
    }
    return place;
  }
}
