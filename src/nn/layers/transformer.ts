// The blocks that transformers are stacked of: attention and a feed-forward network, each with normalisation and a residual.

import { add } from "../../graph/ops/arithmetic.ts";
import { checkpoint } from "../../graph/ops/checkpoint.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { Activation } from "../activations.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Mask } from "../layer.ts";
import {
  activationKind,
  checkConfig,
  count,
  flag,
  formatInput,
  initializerKind,
  type OptionKinds,
  positive,
  rate,
} from "../layer-options.ts";
import { Dense } from "./dense.ts";
import { Dropout } from "./dropout.ts";
import { LayerNormalization } from "./layer-normalization.ts";
import { MultiHeadAttention } from "./multi-head-attention.ts";

export interface TransformerConfig extends LayerConfig {
  /** Width of the feed-forward network between its two layers. */
  readonly intermediateDim: number;
  /** Heads of the attention. */
  readonly numHeads: number;
  /** Width of a head. Default: that of the input divided by `numHeads`. */
  readonly keyDim?: number;
  /** Share dropped in training: of attention weights, and of what each half of the block adds. Default 0. */
  readonly dropout?: number;
  /** Of the feed-forward network. Default "relu". */
  readonly activation?: Activation;
  /** Normalise before attention and feed-forward network (pre-norm) instead of after the residual. Default false. */
  readonly normalizeFirst?: boolean;
  /** Default 1e-5. */
  readonly layerNormEpsilon?: number;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
  /** Default "zeros". */
  readonly biasInitializer?: Initializer;
  /** In training, keep the block's input alone and work the rest out again when the gradient is: less memory, more time. Default false. */
  readonly recompute?: boolean;
  /** Turn queries and keys of self-attention by their positions (rotary position embedding). Default false. */
  readonly rotary?: boolean;
}

export interface TransformerEncoderConfig extends TransformerConfig {
  /** A position looks at itself and what is before it alone. Default false. */
  readonly causal?: boolean;
}

const kinds: OptionKinds = {
  intermediateDim: count,
  numHeads: count,
  keyDim: count,
  dropout: rate,
  activation: activationKind,
  normalizeFirst: flag,
  layerNormEpsilon: positive,
  kernelInitializer: initializerKind,
  biasInitializer: initializerKind,
  rotary: flag,
  recompute: flag,
};

/** What both blocks are made of. */
abstract class TransformerBlock extends Layer {
  override readonly config: TransformerConfig;
  #up: Dense | undefined;
  #down: Dense | undefined;
  #norm: LayerNormalization | undefined;
  #dropout: Dropout | undefined;

  constructor(className: string, config: TransformerConfig, more: OptionKinds) {
    super(config);
    checkConfig(className, config, { ...kinds, ...more }, ["intermediateDim", "numHeads"]);
    this.config = config;
  }

  /** Attention of heads that together are as wide as the input. */
  protected attention(name: string, width: number): MultiHeadAttention {
    const {
      numHeads,
      keyDim = width / numHeads,
      dropout = 0,
      kernelInitializer,
      biasInitializer,
      rotary,
    } = this.config;
    if (!Number.isInteger(keyDim))
      throw this.fault(`wants a width that ${numHeads} heads can share, or keyDim; got ${width} features`);
    return this.child(
      name,
      new MultiHeadAttention({
        numHeads,
        keyDim,
        dropout,
        ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
        ...(biasInitializer === undefined ? {} : { biasInitializer }),
        ...(name === "self_attention" && rotary === true ? { rotary } : {}),
      }),
    );
  }

  protected norm(name: string): LayerNormalization {
    return this.child(name, new LayerNormalization({ epsilon: this.config.layerNormEpsilon ?? 1e-5 }));
  }

  /** Makes the feed-forward network. */
  protected buildFeedForward(width: number): void {
    const {
      intermediateDim,
      activation = "relu",
      dropout = 0,
      kernelInitializer,
      biasInitializer,
    } = this.config;
    const initializers = {
      ...(kernelInitializer === undefined ? {} : { kernelInitializer }),
      ...(biasInitializer === undefined ? {} : { biasInitializer }),
    };
    this.#up = this.child(
      "feedforward_intermediate",
      new Dense({ units: intermediateDim, activation, ...initializers }),
    );
    this.#down = this.child("feedforward_output", new Dense({ units: width, ...initializers }));
    this.#norm = this.norm("feedforward_layer_norm");
    this.#dropout = new Dropout({ rate: dropout });
  }

  /** x + f(norm(x)), or norm(x + f(x)). */
  protected residual(
    x: Tensor,
    norm: LayerNormalization,
    context: CallContext,
    f: (x: Tensor) => Tensor,
  ): Tensor {
    const first = this.config.normalizeFirst === true;
    const y = f(first ? norm.compute(x, context) : x);
    const dropped = this.#dropout?.compute(y, context) ?? y;
    const sum = add(x, dropped);
    return first ? sum : norm.compute(sum, context);
  }

  /** What the block computes; with `recompute`, what is inside is not kept for the gradient. */
  protected kept({ training }: CallContext, compute: () => Tensor): Tensor {
    return training && this.config.recompute === true ? checkpoint(compute)() : compute();
  }

  /** The second half of a block. */
  protected feedForward(x: Tensor, context: CallContext): Tensor {
    const [up, down, norm] = [this.#up, this.#down, this.#norm];
    if (up === undefined || down === undefined || norm === undefined)
      throw this.fault("was called before it was built");
    return this.residual(x, norm, context, (y) => down.compute(up.compute(y, context), context));
  }
}

/**
 * An encoder block: self-attention, then a feed-forward network at each position: [B, T, F] -> [B, T, F]. A call can be given
 * `attentionMask`, as {@link MultiHeadAttention}, or, where the block is causal, `past`: then it gives the keys and values of its own
 * steps as well. Padding that the mask names is not looked at.
 * Source: Vaswani et al., NeurIPS 2017; pre-norm: Xiong et al., ICML 2020; options as in KerasHub's TransformerEncoder.
 */
export class TransformerEncoder extends TransformerBlock {
  readonly className = "TransformerEncoder";
  override readonly config: TransformerEncoderConfig;
  #attention: MultiHeadAttention | undefined;
  #norm: LayerNormalization | undefined;

  constructor(config: TransformerEncoderConfig) {
    super("TransformerEncoder", config, { causal: flag });
    this.config = config;
  }

  override get callOptions(): readonly string[] {
    return ["attentionMask", "past"];
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, positions, features]");
    const width = input.shape[2] ?? 0;
    this.#attention = this.attention("self_attention", width);
    this.#norm = this.norm("self_attention_layer_norm");
    this.buildFeedForward(width);
  }

  override call(x: Tensor, context: CallContext): Tensor | readonly Tensor[] {
    const [attention, norm] = [this.#attention, this.#norm];
    if (attention === undefined || norm === undefined) throw this.fault("was called before it was built");
    const options: CallContext["options"] = {
      ...context.options,
      ...(this.config.causal === true ? { useCausalMask: true } : {}),
    };
    if (options.past !== undefined) {
      let news: readonly Tensor[] = [];
      const attended = this.residual(x, norm, context, (y) => {
        const [output = y, ...rest] = attention.trace([y], [context.mask], context, options).outputs;
        news = rest;
        return output;
      });
      return [this.feedForward(attended, context), ...news];
    }
    return this.kept(context, () => {
      const attended = this.residual(x, norm, context, (y) => attention.compute(y, context, options));
      return this.feedForward(attended, context);
    });
  }
}

/**
 * A decoder block: causal self-attention, attention to an encoder's output where there is one, then a feed-forward network:
 * [B, T, F] and, as a second input, [B, S, G] -> [B, T, F]. Source: Vaswani et al., NeurIPS 2017; as KerasHub's TransformerDecoder.
 */
export class TransformerDecoder extends TransformerBlock {
  readonly className = "TransformerDecoder";
  #self: MultiHeadAttention | undefined;
  #selfNorm: LayerNormalization | undefined;
  #cross: MultiHeadAttention | undefined;
  #crossNorm: LayerNormalization | undefined;

  constructor(config: TransformerConfig) {
    super("TransformerDecoder", config, {});
  }

  override get inputCount(): readonly [number, number] {
    return [1, 2];
  }

  protected override build(...inputs: readonly TensorType[]): void {
    for (const input of inputs) this.expectRank(input, 3, "[batch, positions, features]");
    const width = inputs[0]?.shape[2] ?? 0;
    this.#self = this.attention("self_attention", width);
    this.#selfNorm = this.norm("self_attention_layer_norm");
    if (inputs.length > 1) {
      this.#cross = this.attention("cross_attention", width);
      this.#crossNorm = this.norm("cross_attention_layer_norm");
    }
    this.buildFeedForward(width);
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor {
    const [x, memory] = inputs as readonly [Tensor, Tensor?];
    const [mask, memoryMask] = context.masks;
    const [self, norm, cross, crossNorm] = [this.#self, this.#selfNorm, this.#cross, this.#crossNorm];
    if (self === undefined || norm === undefined) throw this.fault("was called before it was built");
    if ((memory === undefined) !== (cross === undefined)) {
      throw this.fault(
        memory === undefined
          ? "was built with an encoder's output as second input, got one input"
          : `was built without an encoder's output, got ${formatInput(memory)} as second input`,
      );
    }
    const own = { ...context, mask, masks: [mask] };
    return this.kept(context, () => {
      let y = this.residual(x, norm, own, (z) => self.compute(z, own, { useCausalMask: true }));
      if (memory !== undefined && cross !== undefined && crossNorm !== undefined) {
        const both = { ...context, masks: [mask, memoryMask] };
        y = this.residual(y, crossNorm, own, (z) => cross.compute([z, memory], both));
      }
      return this.feedForward(y, own);
    });
  }

  override computeMask(_inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    return masks[0];
  }
}
