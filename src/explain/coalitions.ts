// Which coalitions KernelSHAP looks at, and with what weight: the sizes that count most in full, the others by paired draws.

import type { Random } from "../tensor/random.ts";

export interface Coalitions {
  /** [S × M] 1 for a player who is in. A coalition and its complement stand side by side where both are there. */
  readonly masks: Uint8Array;
  /** [S] They sum to 1. */
  readonly weights: Float64Array;
  /** Whether these are all coalitions, so that the shares are exact. */
  readonly isComplete: boolean;
}

/** Above so many players there are more coalitions than could be asked for. */
const COUNTABLE = 30;

/**
 * The coalitions of M ≥ 2 players, but for the empty and the full one: all of them where `samples` allows it. Otherwise, by size from the
 * smallest and largest to the middle, all of a size while the size's share of what is left of `samples` allows it, and then random
 * ones, each drawn with its complement, by the Shapley kernel π(S) = (M-1) / (C(M,|S|)·|S|·(M-|S|)).
 *
 * Source: Lundberg and Lee 2017, A unified approach to interpreting model predictions, NeurIPS, theorem 2; the budget by sizes is that of
 * Python's shap; pairs: Covert and Lee 2021, Improving KernelSHAP, AISTATS.
 */
export function chooseCoalitions(players: number, samples: number, random: Random): Coalitions {
  const most = players <= COUNTABLE ? 2 ** players - 2 : Infinity;
  const budget = Math.min(samples, most);
  const list = new CoalitionList(players, Math.ceil(budget));
  // A size here stands for itself and for the one that its complements have.
  const sizes = Math.floor(players / 2);
  const shares = new Float64Array(sizes);
  for (let i = 0; i < sizes; i++) {
    const size = i + 1;
    const isOwnComplement = 2 * size === players;
    shares[i] = ((players - 1) / (size * (players - size))) * (isOwnComplement ? 1 : 2);
  }
  const total = sum(shares);
  for (let i = 0; i < sizes; i++) shares[i] = (shares[i] ?? 0) / total;

  let left = budget;
  let full = 0;
  for (; full < sizes; full++) {
    const size = full + 1;
    const isOwnComplement = 2 * size === players;
    const count = binomial(players, size) * (isOwnComplement ? 1 : 2);
    const share = (shares[full] ?? 0) / sum(shares.subarray(full));
    if ((left * share) / count < 1 - 1e-8) break;
    left -= count;
    list.addAll(size, (shares[full] ?? 0) / count);
  }
  if (full < sizes) list.addRandom(shares.subarray(full), full + 1, random);
  return { ...list.result(), isComplete: full === sizes };
}

class CoalitionList {
  readonly #players: number;
  readonly #masks: Uint8Array;
  readonly #weights: Float64Array;
  readonly #places = new Map<string, number>();
  #count = 0;

  constructor(players: number, capacity: number) {
    this.#players = players;
    // One more than is wanted: draws come in pairs.
    this.#masks = new Uint8Array((capacity + 1) * players);
    this.#weights = new Float64Array(capacity + 1);
  }

  result() {
    return {
      masks: this.#masks.subarray(0, this.#count * this.#players),
      weights: this.#weights.subarray(0, this.#count),
    };
  }

  /** All coalitions of a size, and their complements, each with a weight. */
  addAll(size: number, weight: number): void {
    const players = this.#players;
    const isOwnComplement = 2 * size === players;
    const members = Int32Array.from({ length: size }, (_, i) => i);
    const mask = new Uint8Array(players);
    for (;;) {
      mask.fill(0);
      for (const member of members) mask[member] = 1;
      this.#add(mask, weight);
      if (!isOwnComplement) this.#add(complementOf(mask), weight);
      // The next combination in lexicographic order.
      let i = size - 1;
      while (i >= 0 && members[i] === players - size + i) i--;
      if (i < 0) return;
      const first = (members[i] ?? 0) + 1;
      for (let j = i; j < size; j++) members[j] = first + j - i;
    }
  }

  /** Draws pairs until the list is full; what comes again counts again. */
  addRandom(shares: Float64Array, firstSize: number, random: Random): void {
    const players = this.#players;
    const capacity = this.#weights.length - 1;
    const start = this.#count;
    const total = sum(shares);
    const mask = new Uint8Array(players);
    const order = Int32Array.from({ length: players }, (_, i) => i);
    // So many draws at most: of a nearly exhausted size most come again.
    for (let draw = 0; draw < 4 * (capacity - start) && this.#count < capacity; draw++) {
      const numbers = random.uniform([players + 1], 0, 1, "float64").data as Float64Array;
      const size = firstSize + pickBy(shares, (numbers[players] ?? 0) * total);
      for (let i = 0; i < size; i++) {
        const other = i + Math.floor((numbers[i] ?? 0) * (players - i));
        const moved = order[i] ?? 0;
        order[i] = order[other] ?? 0;
        order[other] = moved;
      }
      mask.fill(0);
      for (let i = 0; i < size; i++) mask[order[i] ?? 0] = 1;
      for (const one of [mask, complementOf(mask)]) {
        const key = keyOf(one);
        const place = this.#places.get(key);
        if (place !== undefined) this.#weights[place] = (this.#weights[place] ?? 0) + 1;
        else {
          this.#places.set(key, this.#count);
          this.#add(one, 1);
        }
      }
    }
    const drawn = this.#weights.subarray(start, this.#count);
    const scale = total / sum(drawn);
    for (let i = 0; i < drawn.length; i++) drawn[i] = (drawn[i] ?? 0) * scale;
  }

  #add(mask: Uint8Array, weight: number): void {
    this.#masks.set(mask, this.#count * this.#players);
    this.#weights[this.#count++] = weight;
  }
}

function complementOf(mask: Uint8Array): Uint8Array {
  return mask.map((member) => 1 - member);
}

function keyOf(mask: Uint8Array): string {
  let key = "";
  for (let i = 0; i < mask.length; i += 15) {
    let word = 0;
    for (let j = i; j < Math.min(i + 15, mask.length); j++) word = 2 * word + (mask[j] ?? 0);
    key += String.fromCharCode(word);
  }
  return key;
}

function pickBy(shares: Float64Array, point: number): number {
  let left = point;
  for (let i = 0; i < shares.length; i++) {
    left -= shares[i] ?? 0;
    if (left < 0) return i;
  }
  return shares.length - 1;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

function binomial(n: number, k: number): number {
  let value = 1;
  for (let i = 1; i <= k; i++) value = (value * (n - k + i)) / i;
  return Math.round(value);
}
