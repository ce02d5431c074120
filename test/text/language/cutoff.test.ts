// The limit of the largest numbers, against sorting them.

import { expect, test } from "vitest";
import { Random } from "../../../src/tensor/random.ts";
import { cutoff } from "../../../src/text/language/cutoff.ts";

const random = new Random(4);
const lists = Array.from({ length: 200 }, (_, i) => {
  const numbers = random.uniform([1 + (i % 40)], 0, 1, "float64").data as Float64Array;
  return i % 2 === 0 ? numbers : numbers.map((value) => Math.round(value * 4) / 4); // with many alike
});

test("the smallest of the k largest, as sorting gives it", () => {
  for (const numbers of lists) {
    const sorted = numbers.slice().sort().reverse();
    for (const k of [1, Math.ceil(numbers.length / 2), numbers.length]) {
      const { least, ties } = cutoff(numbers.slice(), numbers.length, k, "count");
      expect(least).toBe(sorted[k - 1]);
      expect(ties).toBe(k - sorted.filter((value) => value > least).length);
    }
  }
});

test("the fewest largest that add up to a goal, as sorting gives them", () => {
  for (const numbers of lists) {
    const sorted = numbers.slice().sort().reverse();
    const goal = 0.6 * numbers.reduce((sum, value) => sum + value, 0);
    if (goal === 0) continue;
    let [sum, count] = [0, 0];
    while (sum < goal - 1e-12) sum += sorted[count++] ?? 0;
    const { least, ties } = cutoff(numbers.slice(), numbers.length, goal, "sum");
    expect(least).toBe(sorted[count - 1]);
    expect(ties).toBe(count - sorted.filter((value) => value > least).length);
  }
});

test("only the first numbers are looked at, and a goal out of reach takes them all", () => {
  expect(cutoff(Float64Array.of(1, 2, 9), 2, 1, "count")).toEqual({ least: 2, ties: 1 });
  expect(cutoff(Float64Array.of(3, 1, 2), 3, 100, "sum")).toEqual({ least: 1, ties: 1 });
});
