// Which coalitions are looked at: all of them, whole sizes, and pairs drawn at random; their weights are the Shapley kernel's.

import { expect, test } from "vitest";
import { chooseCoalitions } from "../../src/explain/coalitions.ts";
import { Random } from "../../src/tensor/random.ts";

function listOf(players: number, samples: number, seed = 0) {
  const { masks, weights, isComplete } = chooseCoalitions(players, samples, new Random(seed));
  const list = Array.from(weights, (weight, s) => ({
    key: masks.subarray(s * players, (s + 1) * players).join(""),
    weight,
  }));
  return { list, isComplete };
}

const sizeOf = (key: string) => [...key].filter((member) => member === "1").length;
const total = (list: readonly { weight: number }[]) => list.reduce((sum, { weight }) => sum + weight, 0);

test.each([2, 3, 4, 5, 8])(
  "all coalitions of %i players, weighted by (M-1) / (C(M,s)·s·(M-s))",
  (players) => {
    const { list, isComplete } = listOf(players, 2 ** players);
    expect(isComplete).toBe(true);
    expect(new Set(list.map(({ key }) => key)).size).toBe(2 ** players - 2);
    const choose = (n: number, k: number): number => (k === 0 ? 1 : (choose(n - 1, k - 1) * n) / k);
    const kernel = (key: string) => {
      const size = sizeOf(key);
      return (players - 1) / (choose(players, size) * size * (players - size));
    };
    const scale = list.reduce((sum, { key }) => sum + kernel(key), 0);
    for (const { key, weight } of list) expect(weight).toBeCloseTo(kernel(key) / scale, 12);
  },
);

test("too few samples: the smallest and largest coalitions in full, pairs of the others, weights that sum to 1", () => {
  const { list, isComplete } = listOf(12, 500);
  expect(isComplete).toBe(false);
  expect(list.length).toBeGreaterThanOrEqual(499);
  expect(list.length).toBeLessThanOrEqual(501);
  const ofSize = (size: number) => list.filter(({ key }) => sizeOf(key) === size).length;
  // 12 of 1, 66 of 2, and as many of 11 and 10: the shares of 500 suffice for these.
  expect([ofSize(1), ofSize(11), ofSize(2), ofSize(10)]).toEqual([12, 12, 66, 66]);
  expect(total(list)).toBeCloseTo(1, 12);
  const keys = new Set(list.map(({ key }) => key));
  expect(keys.size).toBe(list.length);
  const other = (key: string) => key.replace(/./g, (member) => (member === "1" ? "0" : "1"));
  expect(list.filter(({ key }) => !keys.has(other(key)))).toEqual([]);
});

test("drawn sizes come as often as the kernel says, and players as often as each other", () => {
  const { list } = listOf(40, 3000);
  const shares = Array.from({ length: 20 }, (_, i) => (i === 19 ? 1 : 2) * (39 / ((i + 1) * (39 - i))));
  const all = shares.reduce((a, b) => a + b, 0);
  const weightOf = (size: number) => total(list.filter(({ key }) => [size, 40 - size].includes(sizeOf(key))));
  for (const size of [1, 2, 5, 20]) expect(weightOf(size)).toBeCloseTo((shares[size - 1] ?? 0) / all, 1);
  for (const player of [0, 17, 39])
    expect(total(list.filter(({ key }) => key[player] === "1"))).toBeCloseTo(0.5, 9); // its complement has the others
});

test("a seed gives the same coalitions again, another one others", () => {
  const keys = (seed: number) => listOf(20, 200, seed).list.map(({ key }) => key);
  expect(keys(1)).toEqual(keys(1));
  expect(keys(1)).not.toEqual(keys(2));
});
