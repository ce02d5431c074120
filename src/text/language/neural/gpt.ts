// A transformer that reads from left to right, as GPT-2 (Radford et al. 2019) at any size.

import { type Functional, model as functional } from "../../../model/functional.ts";
import { input } from "../../../nn/input.ts";
import type { Layer, LayerTensor } from "../../../nn/layer.ts";
import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { CachedForm, NetworkForms, NetworkKind } from "./network.ts";

export interface GptOptions {
  /** Blocks. Default 4. */
  readonly layers: number;
  /** Heads of each block's attention. Default 4. */
  readonly heads: number;
  /** Width of the vectors; `heads` divides it. Default 128. */
  readonly width: number;
}

/** Standard deviation of the weights before training, and of those that write into the residual stream, by GPT-2. */
const deviation = 0.02;

/** Pre-norm blocks of causal attention and a feed-forward network of four times the width, between learned positions and a last norm. */
export const gpt: NetworkKind<GptOptions> = {
  options: { layers: count, heads: count, width: count },
  defaults: { layers: 4, heads: 4, width: 128 },
  recipe: { context: 64, batchSize: 12, learningRate: 0.002, dropout: 0 },
  build({ vocabulary, context, dropout, seed }, options): NetworkForms {
    if (options.width % options.heads !== 0)
      throw new RecurraError(
        "option-value",
        `language model gpt: width is to be a multiple of its ${options.heads} heads, got ${options.width}`,
      );
    const normal = { name: "randomNormal", stddev: deviation } as const;
    const make = (): Stack => ({
      table: layers.embedding({
        inputDim: vocabulary,
        outputDim: options.width,
        embeddingsInitializer: normal,
        name: "embedding",
      }),
      positions: layers.positionEmbedding({
        sequenceLength: context,
        initializer: normal,
        name: "positions",
      }),
      blocks: Array.from({ length: options.layers }, (_, i) =>
        layers.transformerEncoder({
          intermediateDim: 4 * options.width,
          numHeads: options.heads,
          dropout,
          activation: "gelu",
          normalizeFirst: true,
          causal: true,
          kernelInitializer: normal,
          name: `block_${i + 1}`,
        }),
      ),
      norm: layers.layerNormalization({ epsilon: 1e-5, name: "norm" }),
    });
    const training = wholeForm(make(), context, dropout, seed);
    const [read, heads] = [make(), options.heads];
    const shape = { context, heads, width: options.width / heads };
    const cached: CachedForm = {
      reading: (tokens) => cachedForm(read, tokens, shape),
      arrays: 2 * options.layers,
      heads,
      width: shape.width,
    };
    return { reads: "block", training, reading: () => training, states: [], cached };
  },
};

interface Stack {
  readonly table: Layer;
  readonly positions: Layer;
  readonly blocks: readonly Layer[];
  readonly norm: Layer;
}

/** The layers applied to a block: ids [B, T] -> logits [B, T, V]. */
function wholeForm(
  { table, positions, blocks, norm }: Stack,
  context: number,
  dropout: number,
  seed: number,
): Functional {
  const ids = input({ name: "ids", shape: [context], dtype: "int32" });
  let hidden = positions.apply(table.apply(ids));
  if (dropout > 0) hidden = layers.dropout({ rate: dropout }).apply(hidden);
  for (const block of blocks) hidden = block.apply(hidden);
  return functional({
    inputs: ids,
    outputs: table.apply(norm.apply(hidden), { reverse: true }),
    name: "language_model",
    seed,
  });
}

/** The layers applied to a piece of a block, see {@link CachedForm}. */
function cachedForm(
  { table, positions, blocks, norm }: Stack,
  tokens: number,
  { context, heads, width }: { readonly context: number; readonly heads: number; readonly width: number },
): Functional {
  const ids = input({ name: "ids", shape: [tokens], dtype: "int32" });
  const places = input({ name: "places", shape: [tokens], dtype: "int32" });
  const count = input({ name: "count", shape: [1], dtype: "int32" });
  const past = blocks.map((_, i) => ({
    keys: input({ name: `keys_${i}`, shape: [context, heads, width] }),
    values: input({ name: `values_${i}`, shape: [context, heads, width] }),
    count,
  }));
  let hidden = positions.apply(table.apply(ids), { positions: places });
  const added: LayerTensor[] = [];
  for (const [i, block] of blocks.entries()) {
    const [output, ...its] = block.applyAll([hidden], { past: past[i] });
    hidden = output as LayerTensor;
    added.push(...its);
  }
  return functional({
    inputs: [ids, places, count, ...past.flatMap(({ keys, values }) => [keys, values])],
    outputs: [table.apply(norm.apply(hidden), { reverse: true }), ...added],
    name: "language_model",
  });
}
