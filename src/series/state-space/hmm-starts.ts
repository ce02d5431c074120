// Where the fit of a hidden Markov model may start: first guesses of which state each step is in.

import type { Random } from "../../tensor/random.ts";
import { isMissing, type Observations } from "./gaussian-hmm.ts";

/** Steps on each side that count for how much the values vary around one. */
const REACH = 5;

/**
 * [T, K] The state that each step is guessed to be in, as weights: by the size of the values (start 0), by how much they vary around
 * there (1), then in turn by clusters of values and by blocks of time, at random.
 *
 * @param observations with each dimension of mean 0 and variance 1
 */
export function startWeights(
  observations: Observations,
  states: number,
  start: number,
  random: Random,
): Float64Array {
  const { values, dimensions } = observations;
  const steps = values.length / dimensions;
  const guess =
    start === 0
      ? quantiles(
          Float64Array.from({ length: steps }, (_, t) => values[t * dimensions] ?? 0),
          states,
        )
      : start === 1
        ? quantiles(spreads(observations), states)
        : start % 2 === 0
          ? clusters(observations, states, random)
          : blocks(steps, states, random);
  const weights = new Float64Array(steps * states);
  for (let t = 0; t < steps; t++) {
    const missing = isMissing(observations, t);
    for (let k = 0; k < states; k++) weights[t * states + k] = missing ? 1 / states : guess[t] === k ? 1 : 0;
  }
  return weights;
}

/** Equally many steps for each state, in the order of the scores; NaN last. */
function quantiles(scores: Float64Array, states: number): Int32Array {
  const order = [...scores.keys()].sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0) || a - b);
  const guess = new Int32Array(scores.length);
  for (const [rank, t] of order.entries()) guess[t] = Math.floor((rank * states) / scores.length);
  return guess;
}

/** [T] The mean square of the values around each step. */
function spreads({ values, dimensions }: Observations): Float64Array {
  const steps = values.length / dimensions;
  return Float64Array.from({ length: steps }, (_, t) => {
    let [sum, count] = [0, 0];
    for (let s = Math.max(0, t - REACH); s <= Math.min(steps - 1, t + REACH); s++) {
      for (let d = 0; d < dimensions; d++) {
        const value = values[s * dimensions + d] ?? 0;
        if (Number.isNaN(value)) continue;
        sum += value * value;
        count++;
      }
    }
    return count === 0 ? 0 : sum / count;
  });
}

/** The nearest of K centres, which are drawn far from each other (k-means++, Arthur and Vassilvitskii 2007) and then moved a few times. */
function clusters(observations: Observations, states: number, random: Random): Int32Array {
  const { values, dimensions } = observations;
  const steps = values.length / dimensions;
  const draws = random.uniform([states], 0, 1, "float64").toArray();
  const distances = new Float64Array(steps).fill(1);
  const guess = new Int32Array(steps);
  const centres = new Float64Array(states * dimensions);
  const distance = (t: number, k: number): number => {
    let sum = 0;
    for (let d = 0; d < dimensions; d++)
      sum += ((values[t * dimensions + d] ?? 0) - (centres[k * dimensions + d] ?? 0)) ** 2;
    return Number.isNaN(sum) ? 0 : sum;
  };
  for (let t = 0; t < steps; t++) if (isMissing(observations, t)) distances[t] = 0;
  for (let k = 0; k < states; k++) {
    const chosen = draw(distances, draws[k] ?? 0);
    for (let d = 0; d < dimensions; d++) centres[k * dimensions + d] = values[chosen * dimensions + d] ?? 0;
    for (let t = 0; t < steps; t++) {
      const from = distance(t, k);
      distances[t] = k === 0 ? from : Math.min(distances[t] ?? 0, from);
    }
  }
  for (let round = 0; round < 5; round++) {
    for (let t = 0; t < steps; t++) {
      let nearest = 0;
      for (let k = 1; k < states; k++) if (distance(t, k) < distance(t, nearest)) nearest = k;
      guess[t] = nearest;
    }
    moveCentres(observations, guess, centres, states);
  }
  return guess;
}

/** An index, drawn by weights. */
function draw(weights: Float64Array, uniform: number): number {
  let left = uniform * weights.reduce((sum, weight) => sum + weight, 0);
  let last = 0;
  for (let t = 0; t < weights.length; t++) {
    const weight = weights[t] ?? 0;
    if (weight <= 0) continue;
    last = t;
    left -= weight;
    if (left < 0) break;
  }
  return last;
}

function moveCentres(
  observations: Observations,
  guess: Int32Array,
  centres: Float64Array,
  states: number,
): void {
  const { values, dimensions } = observations;
  const counts = new Float64Array(states);
  const sums = new Float64Array(centres.length);
  for (let t = 0; t < guess.length; t++) {
    if (isMissing(observations, t)) continue;
    const k = guess[t] ?? 0;
    counts[k] = (counts[k] ?? 0) + 1;
    for (let d = 0; d < dimensions; d++)
      sums[k * dimensions + d] = (sums[k * dimensions + d] ?? 0) + (values[t * dimensions + d] ?? 0);
  }
  for (let k = 0; k < states; k++) {
    const count = counts[k] ?? 0;
    for (let d = 0; d < dimensions && count > 0; d++)
      centres[k * dimensions + d] = (sums[k * dimensions + d] ?? 0) / count;
  }
}

/** States at random for stretches of time, about five for each state. */
function blocks(steps: number, states: number, random: Random): Int32Array {
  const length = Math.max(1, Math.ceil(steps / (5 * states)));
  const count = Math.ceil(steps / length);
  const draws = random.uniform([count], 0, 1, "float64").toArray();
  return Int32Array.from({ length: steps }, (_, t) =>
    Math.min(states - 1, Math.floor(states * (draws[Math.floor(t / length)] ?? 0))),
  );
}
