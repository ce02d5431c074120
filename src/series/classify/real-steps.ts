// RealSteps: puts padding back to 0 and gives it its mask again, behind layers that mix steps and so lose it.

import { select } from "../../graph/ops/arithmetic.ts";
import { expandDims } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../../nn/layer.ts";

/**
 * The first input [B, T, F] with the mask of the second [B, T, G], and 0 at the steps that it names as padding: what comes out for a
 * series then does not depend on how far it was filled up. The first input as it is where the second has no mask.
 */
export class RealSteps extends Layer {
  readonly className = "RealSteps";

  constructor(config: LayerConfig = {}) {
    super(config);
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [2, 2];
  }

  override call(inputs: readonly Tensor[], { masks }: CallContext): Tensor {
    const [x] = inputs as readonly [Tensor, Tensor];
    const mask = masks[1];
    return mask === undefined ? x : select(expandDims(mask, 2), x, 0);
  }

  override computeMask(_inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    return masks[1];
  }
}
