// The network of the validity task: vectors of a window's words, one after the other, a hidden layer, a score.

import { sub } from "../../graph/ops/arithmetic.ts";
import { relu } from "../../graph/ops/functions.ts";
import { slice } from "../../graph/ops/layout.ts";
import { type Functional, model as functional } from "../../model/functional.ts";
import { input } from "../../nn/input.ts";
import { layers } from "../../nn/layers/index.ts";
import { type LossFunction, losses } from "../../nn/losses.ts";

export interface ValidityShape {
  readonly words: number;
  readonly size: number;
  readonly window: number;
  readonly hidden: number;
}

/**
 * Around [B, window - 1] and middles [B, 2] -> scores [B, 2] of the two windows, v·tanh(Σ_i H_i·W(w_i) + b) + c: what the words around
 * the middle bring is worked out once for both.
 */
export function validityNetwork({ words, size, window, hidden }: ValidityShape, seed: number): Functional {
  const around = input({ name: "around", shape: [window - 1], dtype: "int32" });
  const middles = input({ name: "middles", shape: [2], dtype: "int32" });
  const table = layers.embedding({ inputDim: words, outputDim: size, name: "embedding" });
  const flat = layers.flatten().apply(table.apply(around));
  const shared = layers.dense({ units: hidden, name: "around_to_hidden" }).apply(flat);
  const own = layers
    .dense({ units: hidden, useBias: false, name: "middle_to_hidden" })
    .apply(table.apply(middles)); // [B, 2, H]
  const sum = layers.add().apply([own, layers.reshape({ targetShape: [1, hidden] }).apply(shared)]);
  const bent = layers.activation({ activation: "tanh" }).apply(sum);
  const scores = layers.flatten().apply(layers.dense({ units: 1, name: "score" }).apply(bent));
  return functional({ inputs: [around, middles], outputs: scores, name: "validity", seed });
}

/** Scores [B, 2] -> [B, 1]: max(0, 1 − s(real) + s(broken)). Source: Collobert & Weston 2008, section 5. */
const rankingHinge: LossFunction = (_, scores) =>
  relu(sub(1, sub(slice(scores, 1, 0, 1), slice(scores, 1, 1, 2))));

export const validityLosses = {
  logistic: losses.binaryCrossentropy({ fromLogits: true }),
  hinge: rankingHinge,
};

/** The numbers of a trained network, for scores without its graph. */
export interface ValidityWeights {
  /** [window - 1, size, hidden] and [hidden] */
  readonly aroundKernel: Float32Array;
  readonly aroundBias: Float32Array;
  /** [size, hidden] */
  readonly middleKernel: Float32Array;
  /** [hidden] and [1] */
  readonly scoreKernel: Float32Array;
  readonly scoreBias: Float32Array;
}

/** Copies of a network's weights. */
export function weightsOf(network: Functional): ValidityWeights & { readonly table: Float32Array } {
  const copies = new Map(
    network.weights.map(({ name, weight }) => [name, (weight.peek().data as Float32Array).slice()]),
  );
  const named = (name: string) => copies.get(name) ?? new Float32Array();
  return {
    table: named("embedding/embeddings"),
    aroundKernel: named("around_to_hidden/kernel"),
    aroundBias: named("around_to_hidden/bias"),
    middleKernel: named("middle_to_hidden/kernel"),
    scoreKernel: named("score/kernel"),
    scoreBias: named("score/bias"),
  };
}

/** The score of one window of vectors. */
export function scoreOf(weights: ValidityWeights, vectors: readonly Float32Array[]): number {
  const hidden = Float64Array.from(weights.aroundBias);
  const middle = vectors.length >> 1;
  for (const [place, vector] of vectors.entries()) {
    const kernel = place === middle ? weights.middleKernel : weights.aroundKernel;
    const block = place === middle ? 0 : place - (place > middle ? 1 : 0);
    for (let i = 0; i < vector.length; i++) {
      const [x, row] = [vector[i] ?? 0, (block * vector.length + i) * hidden.length];
      for (let h = 0; h < hidden.length; h++) hidden[h] = (hidden[h] ?? 0) + x * (kernel[row + h] ?? 0);
    }
  }
  let score = weights.scoreBias[0] ?? 0;
  for (let h = 0; h < hidden.length; h++) score += Math.tanh(hidden[h] ?? 0) * (weights.scoreKernel[h] ?? 0);
  return score;
}
