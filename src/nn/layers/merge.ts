// Layers that join several inputs element by element: Add, Subtract, Multiply, Average, Maximum, Minimum.

import { add, logicalOr, maximum, minimum, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import { reshape } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { broadcastShapes } from "../../tensor/shape.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import { checkConfig, formatInput } from "../layer-options.ts";

/**
 * A layer that joins inputs [B, ...] whose shapes broadcast. An input of fewer axes gets axes of 1 after the batch. Where all inputs
 * have a mask, a step is real in the output that is so in any of them; otherwise the output has none.
 */
export abstract class Merge extends Layer {
  constructor(className: string, config: LayerConfig) {
    super(config);
    checkConfig(className, config, {});
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [2, Number.POSITIVE_INFINITY];
  }

  /** Joins inputs of one rank, each with its mask, which has the first axes of the input. */
  protected abstract merge(inputs: readonly Tensor[], masks: readonly Mask[]): Tensor;

  override call(inputs: readonly Tensor[], { masks }: CallContext): Tensor {
    this.#check(inputs);
    const rank = Math.max(...inputs.map((input) => input.rank));
    const aligned = inputs.map((input) => {
      const [batch = 0, ...rest] = input.shape;
      return reshape(input, [batch, ...new Array<number>(rank - input.rank).fill(1), ...rest]);
    });
    return this.merge(
      aligned,
      inputs.map((_, i) => masks[i]),
    );
  }

  override computeMask(inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    return eitherMask(inputs.map((_, i) => masks[i]));
  }

  #check(inputs: readonly TensorType[]): void {
    const shown = inputs.map(formatInput).join(" and ");
    if (new Set(inputs.map(({ dtype, shape: [batch] }) => `${dtype} ${batch}`)).size > 1)
      throw this.fault(`wants inputs of one dtype and one batch, got ${shown}`);
    try {
      broadcastShapes("", ...inputs.map(({ shape }) => shape.slice(1)));
    } catch (error) {
      if (!(error instanceof RecurraError)) throw error;
      throw this.fault(`wants inputs whose shapes broadcast, got ${shown}`);
    }
  }
}

/** What any of the masks keeps; none where an input has none. */
function eitherMask(masks: readonly Mask[]): Mask {
  return masks.reduce((a, b) => (a === undefined || b === undefined ? undefined : logicalOr(a, b)));
}

/** A mask with as many axes as an input. */
function fitted(mask: Tensor, { rank }: Tensor): Tensor {
  return reshape(mask, [...mask.shape, ...new Array<number>(Math.max(rank - mask.rank, 0)).fill(1)]);
}

/** a + b + ... */
export class Add extends Merge {
  readonly className = "Add";

  constructor(config: LayerConfig = {}) {
    super("Add", config);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return inputs.reduce((a, b) => add(a, b));
  }
}

/** a - b */
export class Subtract extends Merge {
  readonly className = "Subtract";

  constructor(config: LayerConfig = {}) {
    super("Subtract", config);
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [2, 2];
  }

  protected override merge([a, b]: readonly [Tensor, Tensor]): Tensor {
    return sub(a, b);
  }
}

/** (a + b + ...) / n */
export class Average extends Merge {
  readonly className = "Average";

  constructor(config: LayerConfig = {}) {
    super("Average", config);
  }

  protected override merge(inputs: readonly Tensor[]): Tensor {
    return mul(
      inputs.reduce((a, b) => add(a, b)),
      1 / inputs.length,
    );
  }
}

/** a · b · ...; a masked step counts as 1, and is 0 where all inputs are masked. */
export class Multiply extends Merge {
  readonly className = "Multiply";

  constructor(config: LayerConfig = {}) {
    super("Multiply", config);
  }

  protected override merge(inputs: readonly Tensor[], masks: readonly Mask[]): Tensor {
    const factors = inputs.map((input, i) => {
      const mask = masks[i];
      return mask === undefined ? input : select(fitted(mask, input), input, 1);
    });
    const product = factors.reduce((a, b) => mul(a, b));
    const mask = eitherMask(masks);
    return mask === undefined ? product : select(fitted(mask, product), product, 0);
  }
}

/** Joins two by two, as Keras' Maximum and Minimum do: where one is masked, the other is taken. */
function unmaskedOf(
  choose: (a: Tensor, b: Tensor) => Tensor,
  inputs: readonly Tensor[],
  masks: readonly Mask[],
): Tensor {
  const [first, ...others] = inputs.map((tensor, i) => ({ tensor, mask: masks[i] }));
  if (first === undefined) throw new TypeError("a merge has inputs");
  return others.reduce((left, right) => {
    const b =
      right.mask === undefined
        ? right.tensor
        : select(fitted(right.mask, right.tensor), right.tensor, left.tensor);
    const a = left.mask === undefined ? left.tensor : select(fitted(left.mask, left.tensor), left.tensor, b);
    return { tensor: choose(a, b), mask: eitherMask([left.mask, right.mask]) };
  }, first).tensor;
}

/** The largest of the inputs; a masked step gives way to those that are not. */
export class Maximum extends Merge {
  readonly className = "Maximum";

  constructor(config: LayerConfig = {}) {
    super("Maximum", config);
  }

  protected override merge(inputs: readonly Tensor[], masks: readonly Mask[]): Tensor {
    return unmaskedOf(maximum, inputs, masks);
  }
}

/** The smallest of the inputs; a masked step gives way to those that are not. */
export class Minimum extends Merge {
  readonly className = "Minimum";

  constructor(config: LayerConfig = {}) {
    super("Minimum", config);
  }

  protected override merge(inputs: readonly Tensor[], masks: readonly Mask[]): Tensor {
    return unmaskedOf(minimum, inputs, masks);
  }
}
