// MultiHeadAttention: attention between two sequences, or within one, by several heads.

import { logicalAnd } from "../../graph/ops/arithmetic.ts";
import {
  type AttentionOptions,
  type AttentionResult,
  scaledDotProductAttention,
} from "../../graph/ops/attention.ts";
import {
  type MultiHeadInputs,
  type MultiHeadWeights,
  multiHeadAttention,
  type Projection,
} from "../../graph/ops/multi-head.ts";
import { expandDims } from "../../graph/ops/sum.ts";
import { Tensor, type TensorType } from "../../graph/tensor.ts";
import { describe } from "../choice.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Mask, type Weight } from "../layer.ts";
import { checkConfig, count, flag, formatInput, type OptionKinds, rate } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";
import { attendFromPast, isAttentionPast, joined, projected } from "./attention-past.ts";
import { rotate } from "./positions.ts";

export interface MultiHeadAttentionConfig extends LayerConfig, WeightRules<"kernel" | "bias"> {
  /** Heads that attend side by side. */
  readonly numHeads: number;
  /** Width of a head's queries and keys. */
  readonly keyDim: number;
  /** Width of a head's values. Default: `keyDim`. */
  readonly valueDim?: number;
  /** Share of the attention weights dropped in training. Default 0. */
  readonly dropout?: number;
  /** Default true. */
  readonly useBias?: boolean;
  /** Width of the output. Default: that of the query. */
  readonly outputShape?: number;
  /** Turns queries and keys by their positions (rotary position embedding), which `keyDim`, even then, allows. Default false. */
  readonly rotary?: boolean;
  /** Default "glorotUniform". */
  readonly kernelInitializer?: Initializer;
  /** Default "zeros". */
  readonly biasInitializer?: Initializer;
}

const kinds: OptionKinds = {
  numHeads: count,
  keyDim: count,
  valueDim: count,
  dropout: rate,
  useBias: flag,
  outputShape: count,
  rotary: flag,
  ...weightKinds("kernel", "bias"),
};

interface ProjectionWeights {
  readonly kernel: Weight;
  readonly bias: Weight | undefined;
}

const names = ["query", "key", "value", "output"] as const;

/**
 * Attention by several heads: query [B, T, F], value [B, S, G], and key where it is not the value -> [B, T, O]. One input stands for
 * query and value: self-attention.
 *
 *     const y = layers.multiHeadAttention({ numHeads: 4, keyDim: 32 }).apply([x, memory]);
 *
 * Options of a call: `useCausalMask` (a position looks at itself and what is before it), `attentionMask` (bool [B, T, S] or
 * [B, N, T, S], true where it may look), `returnAttentionScores` (the scores [B, N, T, S] are a second output). Masks of the inputs
 * keep queries from padding. With `past: { keys, values, count }` a causal call goes on from the keys [B, S, N, K] and values [B, S, N, V]
 * of steps before, of which the first `count` (int32 [B, 1]) hold, and gives the keys and values of its own steps as second and third
 * output. Weights: query_kernel [F, N, K], query_bias [N, K], key_…, value_kernel [G, N, V], value_bias [N, V],
 * output_kernel [N, V, O], output_bias [O].
 *
 * Source: Vaswani et al., "Attention Is All You Need", NeurIPS 2017; rotary: Su et al., arXiv:2104.09864; layout as in Keras.
 */
export class MultiHeadAttention extends Layer {
  readonly className = "MultiHeadAttention";
  override readonly config: MultiHeadAttentionConfig;
  #weights: Readonly<Record<(typeof names)[number], ProjectionWeights>> | undefined;

  constructor(config: MultiHeadAttentionConfig) {
    super(config);
    checkConfig("MultiHeadAttention", config, kinds, ["numHeads", "keyDim"]);
    if (config.rotary === true && config.keyDim % 2 !== 0)
      throw this.fault(`wants an even keyDim for rotary, got ${config.keyDim}`);
    this.config = config;
  }

  override get inputCount(): readonly [number, number] {
    return [1, 3];
  }

  override get callOptions(): readonly string[] {
    return ["useCausalMask", "attentionMask", "returnAttentionScores", "past"];
  }

  protected override build(...inputs: readonly TensorType[]): void {
    const [query, value = query, key = value] = inputs as readonly [TensorType, TensorType?, TensorType?];
    for (const input of inputs) this.expectRank(input, 3, "[batch, positions, features]");
    const { numHeads, keyDim, valueDim = keyDim, useBias = true, outputShape } = this.config;
    const width = (type: TensorType) => type.shape[2] ?? 0;
    const { kernelInitializer = "glorotUniform", biasInitializer = "zeros" } = this.config;
    const projection = (
      name: string,
      kernel: readonly number[],
      bias: readonly number[],
    ): ProjectionWeights => ({
      kernel: this.addWeight(`${name}_kernel`, kernel, kernelInitializer, weightRules(this.config, "kernel")),
      bias: useBias
        ? this.addWeight(`${name}_bias`, bias, biasInitializer, weightRules(this.config, "bias"))
        : undefined,
    });
    this.#weights = {
      query: projection("query", [width(query), numHeads, keyDim], [numHeads, keyDim]),
      key: projection("key", [width(key), numHeads, keyDim], [numHeads, keyDim]),
      value: projection("value", [width(value), numHeads, valueDim], [numHeads, valueDim]),
      output: projection(
        "output",
        [numHeads, valueDim, outputShape ?? width(query)],
        [outputShape ?? width(query)],
      ),
    };
  }

  override call(inputs: readonly Tensor[], context: CallContext): Tensor | readonly Tensor[] {
    const [query, value = query, key = value] = inputs as readonly [Tensor, Tensor?, Tensor?];
    if (value.shape[1] !== key.shape[1])
      throw this.fault(`wants a key for each value, got ${formatInput(key)} for ${formatInput(value)}`);
    if (context.options.past !== undefined) return this.#fromPast({ query, value, key }, context);
    const { dropout = 0, rotary = false } = this.config;
    const { useCausalMask = false, returnAttentionScores = false } = flags(context, this.fault.bind(this));
    const options = {
      mask: this.#mask(inputs, query, value, context),
      causal: useCausalMask,
      dropout: context.training ? dropout : 0,
    };
    const weights = this.#values(context);
    const given = { query, value, key };
    const attend = rotary ? rotaryAttention : multiHeadAttention;
    if (!returnAttentionScores) return attend(given, weights, options);
    const { output, scores } = attend(given, weights, { ...options, returnScores: true });
    return [output, scores];
  }

  override computeMask(_inputs: readonly Tensor[], masks: readonly Mask[]): Mask {
    return masks[0];
  }

  #fromPast(inputs: Required<MultiHeadInputs>, context: CallContext): readonly Tensor[] {
    const { past, useCausalMask, attentionMask, returnAttentionScores } = context.options;
    if (!isAttentionPast(past))
      throw this.fault(
        "wants past to be { keys [batch, steps, heads, width], values [batch, steps, heads, width], count int32 [batch, 1] }",
      );
    const isOdd = attentionMask !== undefined || returnAttentionScores === true || useCausalMask !== true;
    if (isOdd || this.config.rotary === true || context.training)
      throw this.fault(
        "goes on from a past with useCausalMask alone: not in training, without rotary, attentionMask and returnAttentionScores",
      );
    return attendFromPast(inputs, this.#values(context), past);
  }

  #values({ value }: CallContext): MultiHeadWeights {
    const weights = this.#weights;
    if (weights === undefined) throw this.fault("was called before it was built");
    const projection = ({ kernel, bias }: ProjectionWeights): Projection => ({
      kernel: value(kernel),
      bias: bias === undefined ? undefined : value(bias),
    });
    return {
      query: projection(weights.query),
      key: projection(weights.key),
      value: projection(weights.value),
      output: projection(weights.output),
    };
  }

  /** Where a query may look, as far as masks say: [B, 1 or N, T, S]. */
  #mask(inputs: readonly Tensor[], query: Tensor, value: Tensor, { masks, options }: CallContext): Mask {
    const [queryMask, valueMask = inputs.length === 1 ? queryMask : undefined, keyMask] = masks;
    const parts: Tensor[] = [];
    if (queryMask !== undefined) parts.push(expandDims(expandDims(queryMask, 2), 1)); // [B, 1, T, 1]
    for (const mask of [valueMask, keyMask])
      if (mask !== undefined) parts.push(expandDims(expandDims(mask, 1), 1)); // [B, 1, 1, S]
    const given = options.attentionMask;
    if (given !== undefined) {
      if (!(given instanceof Tensor) || given.dtype !== "bool" || given.rank < 3 || given.rank > 4) {
        throw this.fault(
          `wants attentionMask as bool [batch, ${query.shape[1]}, ${value.shape[1]}], got ${given instanceof Tensor ? formatInput(given) : describe(given)}`,
        );
      }
      parts.push(given.rank === 3 ? expandDims(given, 1) : given);
    }
    return parts.length === 0 ? undefined : parts.reduce((all, part) => logicalAnd(all, part));
  }
}

/** The options of an attention call that are true or false. */
export function flags(
  { options }: CallContext,
  fault: (why: string) => Error,
): { readonly useCausalMask?: boolean; readonly returnAttentionScores?: boolean } {
  for (const name of ["useCausalMask", "returnAttentionScores"]) {
    const value = options[name];
    if (value !== undefined && typeof value !== "boolean")
      throw fault(`wants ${name} to be true or false, got ${describe(value)}`);
  }
  return options;
}

type Attend = typeof multiHeadAttention;

/** Attention between projections that are turned by their positions first. */
const rotaryAttention = ((
  { query, value, key = value }: Parameters<Attend>[0],
  weights: MultiHeadWeights,
  options: AttentionOptions & { readonly returnScores?: boolean } = {},
) => {
  const [q, k] = [rotate(projected(query, weights.query)), rotate(projected(key, weights.key))];
  const attended = scaledDotProductAttention(
    q,
    k,
    projected(value, weights.value),
    options as AttentionOptions,
  );
  const { output, scores } =
    attended instanceof Tensor ? { output: attended, scores: undefined } : (attended as AttentionResult);
  const result = joined(output, weights.output);
  return scores === undefined ? result : { output: result, scores };
}) as Attend;
