// Attention and AdditiveAttention: one sequence looks at another, without projections.

import { add, greaterEqual, logicalAnd, mul, select, sub } from "../../graph/ops/arithmetic.ts";
import { scaledDotProductAttention } from "../../graph/ops/attention.ts";
import { tanh } from "../../graph/ops/functions.ts";
import { constant, dropoutMask, scalar } from "../../graph/ops/leaf.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { softmax } from "../../graph/ops/reduce.ts";
import { expandDims, squeeze, sum } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import { type CallContext, Layer, type LayerConfig, type Mask, type Weight } from "../layer.ts";
import { checkConfig, flag, formatInput, oneOf, rate } from "../layer-options.ts";
import { flags } from "./multi-head-attention.ts";

export interface AttentionConfig extends LayerConfig {
  /** How a query and a key are scored: their product, or the sum of tanh(query + key). Default "dot". */
  readonly scoreMode?: "dot" | "concat";
  /** Multiply scores by a learned number. Default false. */
  readonly useScale?: boolean;
  /** Share of the attention weights dropped in training. Default 0. */
  readonly dropout?: number;
}

export interface AdditiveAttentionConfig extends LayerConfig {
  /** Weigh the features in the score by learned numbers. Default true. */
  readonly useScale?: boolean;
  /** Share of the attention weights dropped in training. Default 0. */
  readonly dropout?: number;
}

/** What the two layers share: inputs, masks, and what is done with the scores. */
abstract class SequenceAttention extends Layer {
  override get inputCount(): readonly [number, number] {
    return [2, 3];
  }

  override get callOptions(): readonly string[] {
    return ["useCausalMask", "returnAttentionScores"];
  }

  protected override build(...inputs: readonly TensorType[]): void {
    for (const input of inputs) this.expectRank(input, 3, "[batch, positions, features]");
  }

  /** Scores for query [B, T, F] and key [B, S, F]: [B, T, S]. */
  protected abstract scores(query: Tensor, key: Tensor, context: CallContext): Tensor;

  protected abstract get dropout(): number;

  override call(inputs: readonly Tensor[], context: CallContext): Tensor | readonly Tensor[] {
    const [query, value, key = value] = inputs as readonly [Tensor, Tensor, Tensor?];
    if (query.shape[2] !== key.shape[2])
      throw this.fault(`wants a query as wide as the key, got ${formatInput(query)} for ${formatInput(key)}`);
    if (key.shape[1] !== value.shape[1])
      throw this.fault(`wants a key for each value, got ${formatInput(key)} for ${formatInput(value)}`);
    const { useCausalMask = false, returnAttentionScores = false } = flags(context, this.fault.bind(this));
    const mask = seen(query, key, context.masks[1], useCausalMask);
    const { output, scores } = this.attend({ query, value, key }, mask, context);
    const [queryMask] = context.masks;
    const shown =
      queryMask === undefined ? output : select(expandDims(queryMask, 2), output, scalar(0, output.dtype));
    return returnAttentionScores ? [shown, scores] : shown;
  }

  /** The attention of query to value. `mask` is true where it may look: it broadcasts to [B, T, S]. */
  protected attend(
    { query, value, key }: { readonly query: Tensor; readonly value: Tensor; readonly key: Tensor },
    mask: Mask,
    context: CallContext,
  ): { readonly output: Tensor; readonly scores: Tensor } {
    const raw = this.scores(query, key, context);
    const hidden = mask === undefined ? raw : select(mask, raw, sub(raw, 1e9));
    const scores = softmax(hidden, -1);
    const dropped =
      context.training && this.dropout > 0
        ? mul(scores, dropoutMask(scores.shape, this.dropout, scores.dtype))
        : scores;
    return { output: matmul(dropped, value), scores: dropped };
  }

  override computeMask(_inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    return masks[0];
  }
}

/** Where a query may look: [B, 1, S], [T, S] or both together. */
function seen(query: Tensor, key: Tensor, valueMask: Mask, isCausal: boolean): Mask {
  const padding = valueMask === undefined ? undefined : expandDims(valueMask, 1);
  if (!isCausal) return padding;
  const places = (length: number, shape: readonly number[]) =>
    constant(
      ndarray(
        Array.from({ length }, (_, i) => i),
        { shape, dtype: "int32" },
      ),
    );
  const [positions = 0, keys = 0] = [query.shape[1], key.shape[1]];
  const causal = greaterEqual(places(positions, [positions, 1]), places(keys, [1, keys]));
  return padding === undefined ? causal : logicalAnd(padding, causal);
}

/**
 * Dot-product attention: query [B, T, F], value [B, S, G], key [B, S, F] (default: the value) -> [B, T, G]. The scores q·k are not
 * divided by √F; with `useScale` they are multiplied by the weight scale []. In mode "concat" a score is
 * concat_score_weight·Σ tanh(scale·(q + k)). Options of a call: `useCausalMask`, `returnAttentionScores` ([B, T, S] as a second
 * output). Masks: outputs at masked queries are 0, masked values are not looked at.
 * Source: Luong et al., EMNLP 2015; Keras' Attention.
 */
export class Attention extends SequenceAttention {
  readonly className = "Attention";
  override readonly config: AttentionConfig;
  #scale: Weight | undefined;
  #concat: Weight | undefined;

  constructor(config: AttentionConfig = {}) {
    super(config);
    checkConfig("Attention", config, { scoreMode: oneOf("dot", "concat"), useScale: flag, dropout: rate });
    this.config = config;
  }

  protected override get dropout(): number {
    return this.config.dropout ?? 0;
  }

  protected override build(...inputs: readonly TensorType[]): void {
    super.build(...inputs);
    if (this.config.useScale === true) this.#scale = this.addWeight("scale", [], "ones");
    if (this.config.scoreMode === "concat") this.#concat = this.addWeight("concat_score_weight", [], "ones");
  }

  protected override scores(query: Tensor, key: Tensor, { value }: CallContext): Tensor {
    if (this.#concat === undefined) {
      const raw = matmul(query, key, { transposeB: true });
      return this.#scale === undefined ? raw : mul(raw, value(this.#scale));
    }
    const both = add(expandDims(query, 2), expandDims(key, 1)); // [B, T, S, F]
    const scaled = this.#scale === undefined ? both : mul(both, value(this.#scale));
    return mul(sum(tanh(scaled), -1), value(this.#concat));
  }

  protected override attend(
    inputs: { readonly query: Tensor; readonly value: Tensor; readonly key: Tensor },
    mask: Mask,
    context: CallContext,
  ): { readonly output: Tensor; readonly scores: Tensor } {
    const isPlain = this.config.scoreMode !== "concat" && !(context.training && this.dropout > 0);
    if (!isPlain) return super.attend(inputs, mask, context);
    const { query, value, key } = inputs;
    const scaled = this.#scale === undefined ? query : mul(query, context.value(this.#scale));
    const heads = [scaled, key, value].map((x) => expandDims(x, 2)) as [Tensor, Tensor, Tensor]; // [B, T, 1, F]
    const { output, scores } = scaledDotProductAttention(...heads, {
      scale: 1,
      mask: mask === undefined || mask.rank === 2 ? mask : expandDims(mask, 1),
      returnScores: true,
    });
    return { output: squeeze(output, 2), scores: squeeze(scores, 1) };
  }
}

/**
 * Additive attention: query [B, T, F], value [B, S, G], key [B, S, F] (default: the value) -> [B, T, G]; the score is
 * Σ scale·tanh(q + k), scale [F] being learned. Calls and masks as {@link Attention}.
 * Source: Bahdanau et al., ICLR 2015; Keras' AdditiveAttention.
 */
export class AdditiveAttention extends SequenceAttention {
  readonly className = "AdditiveAttention";
  override readonly config: AdditiveAttentionConfig;
  #scale: Weight | undefined;

  constructor(config: AdditiveAttentionConfig = {}) {
    super(config);
    checkConfig("AdditiveAttention", config, { useScale: flag, dropout: rate });
    this.config = config;
  }

  protected override get dropout(): number {
    return this.config.dropout ?? 0;
  }

  protected override build(...inputs: readonly TensorType[]): void {
    super.build(...inputs);
    const [query] = inputs;
    if (this.config.useScale ?? true)
      this.#scale = this.addWeight("scale", [query?.shape[2] ?? 0], "glorotUniform");
  }

  protected override scores(query: Tensor, key: Tensor, { value }: CallContext): Tensor {
    const both = tanh(add(expandDims(query, 2), expandDims(key, 1))); // [B, T, S, F]
    return this.#scale === undefined
      ? sum(both, -1)
      : squeeze(matmul(both, expandDims(value(this.#scale), 1)), 3);
  }
}
