// Shapley values from random orders: what each feature adds when it joins those before it.

import type { Random } from "../tensor/random.ts";
import { type Game, trivialShares } from "./game.ts";

/** Orders that are drawn where nothing else is asked for: as many as Python's shap takes. */
export const DEFAULT_ORDERS = 10;

/**
 * Shares a game out by what players add in random orders, each walked forwards and backwards; the shares sum to the whole whatever
 * orders are drawn, and are without bias.
 *
 * Source: Castro, Gómez and Tejada 2009, Computers & Operations Research 36(5); both ways: Mitchell, Cooper, Frank and Holmes 2022, Sampling
 * permutations for Shapley value estimation, JMLR 23, section 4.
 *
 * @param orders how many orders are drawn; each takes 2·(M-1) coalitions
 * @returns [M × D]
 */
export async function permutationShapley(game: Game, orders: number, random: Random): Promise<Float64Array> {
  const trivial = trivialShares(game);
  if (trivial !== undefined) return trivial;
  const { players, empty, full } = game;
  const outputs = empty.length;
  const walks: Int32Array[] = [];
  for (let i = 0; i < orders; i++) {
    const order = random.permutation(players);
    walks.push(order, order.toReversed());
  }
  const steps = players - 1; // coalitions of a walk, but for the empty and the full one
  const masks = new Uint8Array(walks.length * steps * players);
  for (const [w, walk] of walks.entries()) {
    for (let k = 0; k < steps; k++)
      for (let j = 0; j <= k; j++) masks[(w * steps + k) * players + (walk[j] ?? 0)] = 1;
  }
  const worth = await game.values(masks);
  const shares = new Float64Array(players * outputs);
  for (const [w, walk] of walks.entries()) {
    for (let k = 0; k < players; k++) {
      const i = walk[k] ?? 0;
      for (let d = 0; d < outputs; d++) {
        const after = k === steps ? full[d] : worth[(w * steps + k) * outputs + d];
        const before = k === 0 ? empty[d] : worth[(w * steps + k - 1) * outputs + d];
        shares[i * outputs + d] =
          (shares[i * outputs + d] ?? 0) + ((after ?? 0) - (before ?? 0)) / walks.length;
      }
    }
  }
  return shares;
}
