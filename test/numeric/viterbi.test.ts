// Viterbi's algorithm: against all paths, tried one by one.

import { expect, test } from "vitest";
import { bestPath } from "../../src/numeric/viterbi.ts";
import { Random } from "../../src/tensor/random.ts";

/** Every path of so many steps. */
function* paths(count: number, length: number): Generator<readonly number[]> {
  if (length === 0) return yield [];
  for (const rest of paths(count, length - 1)) for (let k = 0; k < count; k++) yield [...rest, k];
}

const scoreOf = (scores: Float64Array, path: ArrayLike<number>, count: number) =>
  Array.from(path).reduce(
    (sum, k, t) => sum + (scores[(t * count + (path[t - 1] ?? 0)) * count + k] ?? Number.NaN),
    0,
  );

test.each([
  [1, 1],
  [1, 4],
  [5, 1],
  [2, 2],
  [6, 3],
  [4, 5],
])("%i steps of %i states", (length, count) => {
  for (let seed = 0; seed < 10; seed++) {
    const random = new Random(seed);
    const scores = random.uniform([length * count * count], -2, 2, "float64").data as Float64Array;
    // Some steps may not be, but for those of one path.
    const open = random.uniform([scores.length], 0, 1, "float64").data as Float64Array;
    for (let i = 0; i < scores.length; i++)
      if ((open[i] ?? 0) < 0.3 && i % (count * count) !== 0) scores[i] = Number.NEGATIVE_INFINITY;
    const best = [...paths(count, length)].reduce(
      (most, path) => Math.max(most, scoreOf(scores, path, count)),
      Number.NEGATIVE_INFINITY,
    );
    const { path, score } = bestPath(scores, length, count);
    expect(path).toHaveLength(length);
    expect(score).toBeCloseTo(best, 12);
    expect(scoreOf(scores, path, count)).toBeCloseTo(best, 12);
  }
});

test("nothing to choose, and nothing that may be", () => {
  expect(bestPath(new Float64Array(), 0, 3)).toEqual({ path: new Int32Array(), score: 0 });
  expect(bestPath(new Float64Array(8).fill(Number.NEGATIVE_INFINITY), 2, 2).score).toBe(
    Number.NEGATIVE_INFINITY,
  );
});
