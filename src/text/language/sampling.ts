// Sampler: from a model's logits to the next token.

import { count, countOrZero, positive } from "../../nn/layer-options.ts";
import { checkOptions, notNegative, numberKind, share } from "../../nn/losses/rule.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import { cutoff } from "./cutoff.ts";

export interface SamplingOptions {
  /** What logits are divided by: below 1 the probable becomes more probable. At 0 the most probable token is taken. Default 1. */
  readonly temperature?: number | undefined;
  /** Only so many of the most probable tokens may be drawn, and those as probable as the last of them. Default all. */
  readonly topK?: number | undefined;
  /** Only the most probable tokens that together reach this probability may be drawn. Default 1: all. */
  readonly topP?: number | undefined;
  /** Only tokens may be drawn that are at least this times as probable as the most probable one. Default 0: all. */
  readonly minP?: number | undefined;
  /** Above 1 makes tokens that are already in the text less probable, below 1 more. Default 1. */
  readonly repetitionPenalty?: number | undefined;
  /** The same seed draws the same tokens. Default 0. */
  readonly seed?: number | undefined;
}

/** What each of the options may be. */
export const samplingKinds = {
  temperature: notNegative,
  topK: count,
  topP: numberKind("a number above 0, up to 1", (value) => value > 0 && value <= 1),
  minP: share,
  repetitionPenalty: positive,
  seed: countOrZero,
};

/** Random numbers that are drawn at once. */
const DRAWN = 256;

/**
 * Draws tokens from logits.
 *
 * The steps and their order are those of Hugging Face's logits processors: the repetition penalty θ (a logit l of a token in the text
 * becomes l / θ where it is positive, l·θ where not), temperature, top-k, top-p over what top-k has left, min-p; then one draw from the
 * softmax of what is left. At temperature 0 the most probable token after the penalty is taken, of several alike the one of the lowest id.
 *
 * Sources: top-k, Fan, Lewis & Dauphin, "Hierarchical neural story generation", ACL 2018; top-p, Holtzman et al., "The curious case of
 * neural text degeneration", ICLR 2020; min-p, Nguyen et al., "Turning up the heat", 2024; the penalty, Keskar et al., "CTRL", 2019, 4.1.
 */
export class Sampler {
  readonly #options: Required<{ [K in keyof SamplingOptions]: NonNullable<SamplingOptions[K]> }>;
  readonly #random: Random;
  readonly #banned: readonly number[];
  #draws: Float64Array = new Float64Array(DRAWN);
  #drawn = DRAWN;

  /** The distinct tokens of the text so far. */
  readonly #seen = new Set<number>();
  // By id: the logits with the penalty, then what softmax makes of them, unnormalised; and room to look for limits in.
  #weights = new Float64Array(0);
  #room = new Float64Array(0);

  /**
   * @param banned ids that are never drawn: padding, what stands for unknown tokens
   * @throws RecurraError `unknown-option`, `option-value`
   */
  constructor(options: SamplingOptions = {}, banned: readonly number[] = []) {
    checkOptions("sampling", options, samplingKinds);
    const { temperature = 1, topK = Infinity, topP = 1, minP = 0, repetitionPenalty = 1, seed = 0 } = options;
    this.#options = { temperature, topK, topP, minP, repetitionPenalty, seed };
    this.#random = new Random(seed);
    this.#banned = banned;
  }

  /** Takes note of tokens that are in the text, for the repetition penalty. Those that are drawn are noted anyway. */
  see(ids: Iterable<number>): void {
    if (this.#options.repetitionPenalty === 1) return;
    for (const id of ids) this.#seen.add(id);
  }

  /**
   * The next token.
   *
   * @param logits [V] unnormalised log-probabilities; they stay as they are
   * @returns an id from 0 to V - 1
   * @throws RecurraError `logits` where one is NaN or +∞, or all are -∞
   */
  sample(logits: Float32Array): number {
    const id = this.#options.temperature === 0 ? this.#greedy(logits) : this.#draw(logits);
    if (this.#options.repetitionPenalty !== 1) this.#seen.add(id);
    return id;
  }

  /**
   * The probabilities that the next token is drawn with.
   *
   * @param logits [V]
   * @returns [V]
   * @throws RecurraError `logits`
   */
  probabilities(logits: Float32Array): Float64Array {
    const probabilities = new Float64Array(logits.length);
    if (this.#options.temperature === 0) {
      probabilities[this.#greedy(logits)] = 1;
      return probabilities;
    }
    const total = this.#weigh(logits);
    for (let id = 0; id < logits.length; id++) probabilities[id] = (this.#weights[id] ?? 0) / total;
    return probabilities;
  }

  #greedy(logits: Float32Array): number {
    const most = this.#penalize(logits);
    return this.#weights.indexOf(most);
  }

  #draw(logits: Float32Array): number {
    const target = this.#weigh(logits) * this.#uniform();
    const weights = this.#weights;
    let [sum, last] = [0, 0];
    for (let id = 0; id < weights.length; id++) {
      const weight = weights[id] ?? 0;
      if (weight === 0) continue;
      sum += weight;
      if (sum > target) return id;
      last = id;
    }
    return last; // rounding took the target past the sum
  }

  /** Fills `#weights` with the logits after the penalty. @returns the largest */
  #penalize(logits: Float32Array): number {
    const size = logits.length;
    if (this.#weights.length !== size) {
      this.#weights = new Float64Array(size);
      this.#room = new Float64Array(size);
    }
    const weights = this.#weights;
    for (let id = 0; id < size; id++) weights[id] = logits[id] ?? 0;
    for (const id of this.#banned) if (id < size) weights[id] = -Infinity;
    const { repetitionPenalty } = this.#options;
    for (const id of this.#seen) {
      const logit = weights[id] ?? 0;
      if (id < size) weights[id] = logit < 0 ? logit * repetitionPenalty : logit / repetitionPenalty;
    }
    let [most, sum] = [-Infinity, 0];
    for (let id = 0; id < size; id++) {
      const logit = weights[id] ?? 0;
      if (logit > most) most = logit;
      sum += logit; // NaN, where one is NaN
    }
    if (most === -Infinity || most === Infinity || Number.isNaN(sum)) throw badLogits(logits);
    return most;
  }

  /** Fills `#weights` with what each token may be drawn with, 0 for those that may not. @returns their sum */
  #weigh(logits: Float32Array): number {
    const most = this.#penalize(logits);
    const { temperature, topK, topP, minP } = this.#options;
    const [weights, room] = [this.#weights, this.#room];
    const size = weights.length;
    let least = -Infinity;
    if (topK < size) {
      room.set(weights);
      ({ least } = cutoff(room, size, topK, "count"));
    }
    let [total, left] = [0, 0];
    for (let id = 0; id < size; id++) {
      const logit = weights[id] ?? 0;
      const weight = logit < least ? 0 : Math.exp((logit - most) / temperature);
      weights[id] = weight;
      total += weight;
      if (weight > 0) room[left++] = weight;
    }
    if (topP < 1) {
      const limit = cutoff(room, left, topP * total, "sum");
      // Of tokens that are alike at the limit those of the lowest ids stay, as many as are needed.
      let ties = limit.ties;
      total = 0;
      for (let id = 0; id < size; id++) {
        const weight = weights[id] ?? 0;
        if (weight > limit.least || (weight === limit.least && ties-- > 0)) total += weight;
        else weights[id] = 0;
      }
    }
    if (minP > 0) {
      total = 0; // the most probable token weighs 1
      for (let id = 0; id < size; id++) {
        if ((weights[id] ?? 0) < minP) weights[id] = 0;
        else total += weights[id] ?? 0;
      }
    }
    return total;
  }

  /** A number in [0, 1). */
  #uniform(): number {
    if (this.#drawn === DRAWN) {
      this.#draws = this.#random.uniform([DRAWN], 0, 1, "float64").data as Float64Array;
      this.#drawn = 0;
    }
    return this.#draws[this.#drawn++] ?? 0;
  }
}

function badLogits(logits: Float32Array): RecurraError {
  const at = logits.findIndex((logit) => Number.isNaN(logit) || logit === Infinity);
  return new RecurraError(
    "logits",
    at < 0
      ? `sampling: none of the ${logits.length} tokens may be drawn: all have a logit of -Infinity or are banned`
      : `sampling: the logit of token ${at} is ${logits[at]}; wanted finite numbers or -Infinity. The weights of the model may not be finite`,
  );
}
