// TCN: a temporal convolutional network, a stack of dilated causal convolutions.

import { add, cast, equal, logicalAnd, select } from "../../graph/ops/arithmetic.ts";
import { take } from "../../graph/ops/layout.ts";
import { cumsum } from "../../graph/ops/reduce.ts";
import { expandDims, sum } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import {
  activationKind,
  checkConfig,
  count,
  flag,
  initializerKind,
  kind,
  oneOf,
  rate,
} from "../layer-options.ts";
import { GatedBlock, ResidualBlock, withChannels } from "./tcn-blocks.ts";

export interface TCNConfig extends LayerConfig {
  /** Channels of every convolution and of the output. */
  readonly filters: number;
  /** Steps of a window. Default 3. */
  readonly kernelSize?: number;
  /** For each block the steps between the elements of a window; several stacks are written out: [1, 2, 4, 1, 2, 4]. Default [1, 2, 4, 8, 16, 32]. */
  readonly dilations?: readonly number[];
  /** Share of the channels dropped in training, at all steps, after each convolution. Default 0. */
  readonly dropout?: number;
  /** The output of every step instead of the last one alone. Default false. */
  readonly returnSequences?: boolean;
  /** What follows each dilated convolution. Default: nothing. */
  readonly normalization?: "layer" | "batch";
  /** Of the blocks; where they are gated, of the sum of what they give. Default "relu". */
  readonly activation?: Activation;
  /** WaveNet's blocks: one convolution with a gate each, whose outputs are summed up. Default false. */
  readonly gated?: boolean;
  /** Of all convolutions. Default "heNormal", and "glorotUniform" where the blocks are gated. */
  readonly kernelInitializer?: Initializer;
}

const dilations = kind("a list of positive whole numbers, one for each block", (value) => {
  return Array.isArray(value) && value.length > 0 && value.every((part) => count(part) === undefined);
});

const kinds = {
  filters: count,
  kernelSize: count,
  dilations,
  dropout: rate,
  returnSequences: flag,
  normalization: oneOf("layer", "batch"),
  activation: activationKind,
  gated: flag,
  kernelInitializer: initializerKind,
};

/**
 * Reads a sequence by blocks of dilated causal convolutions: [B, T, F] -> [B, filters], or [B, T, filters] with `returnSequences`. No step
 * sees a later one, and each sees {@link TCN.receptiveField} steps with its own: 1 + 2·(kernelSize - 1)·Σ dilations, since a block has two
 * convolutions, or 1 + (kernelSize - 1)·Σ dilations where the blocks are gated. With a mask, the last real step is given; a sequence
 * padded on the right gives what it does without its padding.
 *
 * Source: Bai, Kolter, Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks for Sequence Modeling", 2018,
 * without its weight normalisation; gated: van den Oord et al., "WaveNet: A Generative Model for Raw Audio", 2016.
 */
export class TCN extends Layer {
  readonly className = "TCN";
  override readonly config: TCNConfig;
  readonly #blocks: readonly Layer[];
  readonly #activation: (x: Tensor) => Tensor;

  constructor(config: TCNConfig) {
    super(config);
    checkConfig("TCN", config, kinds, ["filters"]);
    this.config = config;
    const { gated = false, activation: choice = "relu", dropout = 0, normalization, filters } = config;
    const { kernelSize = 3, kernelInitializer = gated ? "glorotUniform" : "heNormal" } = config;
    this.#activation = activation(choice);
    const options = { filters, kernelSize, activation: choice, dropout, normalization, kernelInitializer };
    this.#blocks = this.#dilations.map((dilation, i, { length }) =>
      this.child(
        `block_${i}`,
        gated
          ? new GatedBlock(options, dilation, { isLast: i === length - 1 })
          : new ResidualBlock(options, dilation),
      ),
    );
  }

  get #dilations(): readonly number[] {
    return this.config.dilations ?? [1, 2, 4, 8, 16, 32];
  }

  /** How many steps an output depends on: its own and those before it. */
  get receptiveField(): number {
    const { kernelSize = 3, gated = false } = this.config;
    const total = this.#dilations.reduce((sum, dilation) => sum + dilation, 0);
    return 1 + (gated ? 1 : 2) * (kernelSize - 1) * total;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, steps, features]");
    for (const [i, block] of this.#blocks.entries())
      block.ensureBuilt(i === 0 ? input : withChannels(input, this.config.filters));
  }

  override call(x: Tensor, context: CallContext): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    const y = this.config.gated === true ? this.#gated(x, context) : this.#residual(x, context);
    if (this.config.returnSequences === true) return y;
    return context.mask === undefined ? take(y, -1, 1) : lastReal(y, context.mask);
  }

  override computeMask(_x: Tensor, mask: Mask): Mask {
    return this.config.returnSequences === true ? mask : undefined;
  }

  #residual(x: Tensor, context: CallContext): Tensor {
    return this.#blocks.reduce((y, block) => block.compute(y, context), x);
  }

  #gated(x: Tensor, context: CallContext): Tensor {
    let input = x;
    const skips = this.#blocks.map((block) => {
      const { outputs } = block.trace([input], [context.mask], context);
      input = outputs[0] as Tensor;
      return outputs.at(-1) as Tensor;
    });
    return this.#activation(skips.reduce((a, b) => add(a, b)));
  }
}

/** The last step that is real: [B, T, F] -> [B, F]; zeros where none is. */
function lastReal(y: Tensor, mask: Tensor): Tensor {
  const left = cumsum(cast(mask, y.dtype), 1, { reverse: true }); // real steps from here on
  const isLast = logicalAnd(mask, equal(left, 1));
  return sum(select(expandDims(isLast, 2), y, 0), 1);
}
