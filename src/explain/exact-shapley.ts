// Shapley values by their definition, from the values of all coalitions.

import { RecurraError } from "../platform/error.ts";
import { type Game, trivialShares } from "./game.ts";

/** 2^16 coalitions, each worth a prediction for every row of the background. */
const MOST_PLAYERS = 16;

/**
 * Shares a game out by the definition: φ_i = Σ_S |S|!·(M-|S|-1)!/M! · (v(S ∪ i) - v(S)), over the coalitions S without i.
 *
 * Source: Shapley 1953, A value for n-person games, in Contributions to the Theory of Games II, formula 12.
 *
 * @returns [M × D]
 * @throws RecurraError `too-many-features` above 16 players
 */
export async function exactShapley(game: Game): Promise<Float64Array> {
  const trivial = trivialShares(game);
  if (trivial !== undefined) return trivial;
  const { players, empty, full } = game;
  const outputs = empty.length;
  const count = 2 ** players;
  if (players > MOST_PLAYERS)
    throw new RecurraError(
      "too-many-features",
      `exact Shapley values of ${players} features rest on ${count.toLocaleString("en-US")} coalitions; at most ${MOST_PLAYERS} features are taken. ` +
        'Put features into groups, or take method "kernel" or "permutation"',
    );
  const masks = new Uint8Array((count - 2) * players);
  for (let s = 1; s < count - 1; s++)
    for (let i = 0; i < players; i++) masks[(s - 1) * players + i] = (s >> i) & 1;
  const worth = new Float64Array(count * outputs);
  worth.set(empty);
  worth.set(await game.values(masks), outputs);
  worth.set(full, (count - 1) * outputs);

  // |S|!·(M-|S|-1)!/M! = 1 / (M·C(M-1,|S|))
  const weights = new Float64Array(players);
  for (let size = 0, choose = 1; size < players; size++) {
    weights[size] = 1 / (players * choose);
    choose = (choose * (players - 1 - size)) / (size + 1);
  }
  const shares = new Float64Array(players * outputs);
  for (let s = 0; s < count - 1; s++) {
    const weight = weights[bitsOf(s)] ?? 0;
    for (let i = 0; i < players; i++) {
      const joined = s | (1 << i);
      if (joined === s) continue;
      for (let d = 0; d < outputs; d++) {
        const gain = (worth[joined * outputs + d] ?? 0) - (worth[s * outputs + d] ?? 0);
        shares[i * outputs + d] = (shares[i * outputs + d] ?? 0) + weight * gain;
      }
    }
  }
  return shares;
}

function bitsOf(number: number): number {
  let count = 0;
  for (let rest = number; rest !== 0; rest &= rest - 1) count++;
  return count;
}
