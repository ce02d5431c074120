// KernelSHAP: Shapley values by a weighted regression on what coalitions of features are worth.

import { RecurraError } from "../platform/error.ts";
import type { Random } from "../tensor/random.ts";
import { chooseCoalitions } from "./coalitions.ts";
import { momentsOf, solveWithSum } from "./constrained-least-squares.ts";
import { type FeatureCount, selectFeatures } from "./feature-selection.ts";
import { type Game, gainOf, trivialShares } from "./game.ts";

export interface KernelShapSettings {
  /** How many coalitions are looked at; where that is all there are, the shares are exact. */
  readonly samples: number | undefined;
  /** How many features may have a share, all where it is `undefined`; the others get 0. */
  readonly features: FeatureCount | undefined;
  readonly random: Random;
}

/** Coalitions for M features where nothing else is asked for: as many as Python's shap takes. */
export const defaultSamples = (players: number): number => 2 * players + 2048;

/**
 * Shares a game out by KernelSHAP.
 *
 * Source: Lundberg and Lee 2017, A unified approach to interpreting model predictions, NeurIPS, section 4.1.
 *
 * @returns [M × D]
 * @throws RecurraError `samples` where there are fewer coalitions than features
 */
export async function kernelShap(game: Game, settings: KernelShapSettings): Promise<Float64Array> {
  const trivial = trivialShares(game);
  if (trivial !== undefined) return trivial;
  const { players, empty } = game;
  const { samples = defaultSamples(players), features, random } = settings;
  const outputs = empty.length;
  if (samples < players && samples < 2 ** players - 2)
    throw new RecurraError(
      "samples",
      `samples: ${samples} coalitions cannot tell ${players} features apart; give at least ${2 * players}, better ${defaultSamples(players)}`,
    );
  const coalitions = chooseCoalitions(players, samples, random);
  const worth = await game.values(coalitions.masks);
  for (let i = 0; i < worth.length; i++) worth[i] = (worth[i] ?? 0) - (empty[i % outputs] ?? 0);
  const { products, targets } = momentsOf(coalitions, worth, players, outputs);
  const gains = gainOf(game);
  const shares = new Float64Array(players * outputs);
  for (let d = 0; d < outputs; d++) {
    const gain = gains[d] ?? 0;
    const own = Float64Array.from(coalitions.weights, (_, s) => worth[s * outputs + d] ?? 0);
    const chosen =
      features === undefined || (typeof features === "number" && features >= players)
        ? Array.from({ length: players }, (_, i) => i)
        : selectFeatures({ coalitions, players, worth: own, gain }, features);
    const count = chosen.length;
    const block = new Float64Array(count * count);
    const right = new Float64Array(count);
    for (const [a, i] of chosen.entries()) {
      right[a] = targets[i * outputs + d] ?? 0;
      for (const [b, j] of chosen.entries()) block[a * count + b] = products[i * players + j] ?? 0;
    }
    const solved = solveWithSum(block, right, gain);
    for (const [a, i] of chosen.entries()) shares[i * outputs + d] = solved[a] ?? 0;
  }
  return shares;
}
