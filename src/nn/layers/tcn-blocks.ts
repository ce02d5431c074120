// The blocks of a temporal convolutional network: residual ones, and gated ones as WaveNet has them.

import { add, mul } from "../../graph/ops/arithmetic.ts";
import { sigmoid, tanh } from "../../graph/ops/functions.ts";
import { split } from "../../graph/ops/layout.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { type Activation, activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer } from "../layer.ts";
import { BatchNormalization } from "./batch-normalization.ts";
import { Conv1D } from "./conv1d.ts";
import { SpatialDropout1D } from "./dropout.ts";
import { LayerNormalization } from "./layer-normalization.ts";

/** What the blocks of a network have in common. */
export interface BlockOptions {
  readonly filters: number;
  readonly kernelSize: number;
  readonly activation: Activation;
  readonly dropout: number;
  readonly normalization: "layer" | "batch" | undefined;
  readonly kernelInitializer: Initializer;
}

/** A sequence of as many steps with other channels. */
export function withChannels(
  { dtype, shape: [batch = 0, steps = 0] }: TensorType,
  channels: number,
): TensorType {
  return { dtype, shape: [batch, steps, channels] };
}

abstract class Block extends Layer {
  protected readonly options: BlockOptions;
  #projection: Conv1D | undefined;

  constructor(options: BlockOptions) {
    super();
    this.options = options;
  }

  /** Makes what brings an input to the block's channels, where it has others. */
  protected buildProjection(input: TensorType): void {
    const { filters } = this.options;
    if (input.shape[2] === filters) return;
    this.#projection = this.child("projection", this.pointwise(filters));
    this.#projection.ensureBuilt(input);
  }

  /** The input with as many channels as the block has. */
  protected straight(x: Tensor, context: CallContext): Tensor {
    return this.#projection?.compute(x, context) ?? x;
  }

  protected pointwise(filters: number): Conv1D {
    return new Conv1D({ filters, kernelSize: 1, kernelInitializer: this.options.kernelInitializer });
  }

  protected causal(name: string, filters: number, dilationRate: number): Conv1D {
    const { kernelSize, kernelInitializer } = this.options;
    const config = { filters, kernelSize, dilationRate, kernelInitializer, padding: "causal" } as const;
    return this.child(name, new Conv1D(config));
  }

  protected norm(name: string): Layer | undefined {
    const { normalization } = this.options;
    if (normalization === undefined) return undefined;
    return this.child(name, normalization === "layer" ? new LayerNormalization() : new BatchNormalization());
  }

  protected drop(name: string): Layer {
    return this.child(name, new SpatialDropout1D({ rate: this.options.dropout }));
  }
}

/**
 * activation(x + F(x)), F being twice: a dilated causal convolution, the normalisation, the activation, dropout: [B, T, F] ->
 * [B, T, filters]. Where x has another width, it is brought to it by a convolution of one step.
 * Source: Bai, Kolter, Koltun, "An Empirical Evaluation of Generic Convolutional and Recurrent Networks", 2018, figure 1.
 */
export class ResidualBlock extends Block {
  readonly className = "ResidualBlock";
  readonly #branch: readonly {
    readonly conv: Layer;
    readonly norm: Layer | undefined;
    readonly drop: Layer;
  }[];
  readonly #activation: (x: Tensor) => Tensor;

  constructor(options: BlockOptions, dilation: number) {
    super(options);
    this.#activation = activation(options.activation);
    this.#branch = [0, 1].map((i) => ({
      conv: this.causal(`conv_${i}`, options.filters, dilation),
      norm: this.norm(`norm_${i}`),
      drop: this.drop(`drop_${i}`),
    }));
  }

  protected override build(input: TensorType): void {
    const inside = withChannels(input, this.options.filters);
    for (const [i, { conv, norm }] of this.#branch.entries()) {
      conv.ensureBuilt(i === 0 ? input : inside);
      norm?.ensureBuilt(inside);
    }
    this.buildProjection(input);
  }

  override call(x: Tensor, context: CallContext): Tensor {
    const branch = this.#branch.reduce((input, { conv, norm, drop }) => {
      const y = conv.compute(input, context);
      return drop.compute(this.#activation(norm?.compute(y, context) ?? y), context);
    }, x);
    return this.#activation(add(this.straight(x, context), branch));
  }
}

/**
 * With z = tanh(f) ∘ σ(g), where f and g are the halves of a dilated causal convolution: gives [x + residual(z), skip(z)], both by
 * convolutions of one step: [B, T, F] -> [B, T, filters] twice. The last block of a network gives skip(z) alone.
 * Source: van den Oord et al., "WaveNet", 2016, figure 4.
 */
export class GatedBlock extends Block {
  readonly className = "GatedBlock";
  readonly #conv: Layer;
  readonly #norm: Layer | undefined;
  readonly #drop: Layer;
  readonly #skip: Layer;
  readonly #residual: Layer | undefined;

  constructor(options: BlockOptions, dilation: number, { isLast }: { readonly isLast: boolean }) {
    super(options);
    const { filters } = options;
    this.#conv = this.causal("conv", 2 * filters, dilation);
    this.#norm = this.norm("norm");
    this.#drop = this.drop("drop");
    this.#skip = this.child("skip", this.pointwise(filters));
    this.#residual = isLast ? undefined : this.child("residual", this.pointwise(filters));
  }

  protected override build(input: TensorType): void {
    const { filters } = this.options;
    this.#conv.ensureBuilt(input);
    this.#norm?.ensureBuilt(withChannels(input, 2 * filters));
    this.#skip.ensureBuilt(withChannels(input, filters));
    this.#residual?.ensureBuilt(withChannels(input, filters));
    if (this.#residual !== undefined) this.buildProjection(input);
  }

  override call(x: Tensor, context: CallContext): readonly Tensor[] {
    const y = this.#conv.compute(x, context);
    const [f = y, g = y] = split(this.#norm?.compute(y, context) ?? y, 2, -1);
    const z = this.#drop.compute(mul(tanh(f), sigmoid(g)), context);
    const skip = this.#skip.compute(z, context);
    if (this.#residual === undefined) return [skip];
    return [add(this.straight(x, context), this.#residual.compute(z, context)), skip];
  }
}
