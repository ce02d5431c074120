// Lambda: a function of one's own as a layer.

import type { Tensor } from "../../graph/tensor.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import { checkConfig, code } from "../layer-options.ts";

export interface LambdaConfig extends LayerConfig {
  /** From the inputs to the output, or a list of outputs, in tensor code. */
  readonly function: (x: Tensor, ...more: readonly Tensor[]) => Tensor | readonly Tensor[];
  /** From the masks of the inputs to that of the output. Default: the output has none. */
  readonly outputMask?: (mask: Mask, ...more: readonly Mask[]) => Mask;
}

/**
 * Applies a function of one's own: `layers.lambda({ function: (a, b) => a.mul(b) })`. A model with such a layer cannot be saved whole,
 * since a function is not written to a file; write a subclass of {@link Layer} for that.
 */
export class Lambda extends Layer {
  readonly className = "Lambda";
  override readonly config: LambdaConfig;

  constructor(config: LambdaConfig) {
    super(config);
    checkConfig("Lambda", config, { function: code, outputMask: code }, ["function"]);
    this.config = config;
  }

  override get inputCount(): readonly [least: number, most: number] {
    return [1, Number.POSITIVE_INFINITY];
  }

  override call(
    [x, ...more]: readonly [Tensor, ...Tensor[]],
    _context: CallContext,
  ): Tensor | readonly Tensor[] {
    return this.config.function(x, ...more);
  }

  override computeMask(inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    const [mask, ...more] = inputs.map((_, i) => masks[i]);
    return this.config.outputMask?.(mask, ...more);
  }
}
