// Tests of the random numbers: the generator's published vectors, exact streams, and the distributions' statistics.
//
// The exact values were made by a second implementation, in Python 3.11 with plain integers and float64 NumPy 2.4, from the
// definitions in random.ts alone. The statistical tests run with fixed seeds, so they do not fail by chance: their bounds
// are four standard errors, or the 0.1 % point of chi-square.

import { describe, expect, test } from "vitest";
import type { NdArray } from "../../src/tensor/nd-array.ts";
import { Random, threefry2x32 } from "../../src/tensor/random.ts";

describe("threefry2x32", () => {
  // "threefry2x32 20" in the kat_vectors file of Random123, the library of the paper.
  test.each([
    ["zeros", [0, 0], [0, 0], [0x6b200159, 0x99ba4efe]],
    ["ones", [0xffffffff, 0xffffffff], [0xffffffff, 0xffffffff], [0x1cb996fc, 0xbb002be7]],
    ["digits of pi", [0x13198a2e, 0x03707344], [0x243f6a88, 0x85a308d3], [0xc4923a9c, 0x483df7a0]],
  ] as const)("known answer: %s", (_, key, counter, answer) => {
    const out = new Uint32Array(4);
    threefry2x32(key[0], key[1], counter[0], counter[1], out, 1);
    expect([...out]).toEqual([0, ...answer, 0]);
  });
});

describe("streams", () => {
  test("draws are threefry(key, [i, block])", () => {
    const random = new Random(42);
    expect(random.key).toEqual([0, 42]);
    expect([...random.bits(5)]).toEqual([0x6d3e048f, 0x1022172d, 0x19a3f86f, 0xcfbc07f9, 0x3249c374]);
    expect([...random.bits(3)]).toEqual([0x03d7b32d, 0xadd083f4, 0x44ca21e3]);
  });

  test("seeds: numbers and bigints give their bits as the key, text is hashed", () => {
    expect(new Random(2 ** 32 + 5).key).toEqual([1, 5]);
    expect(new Random((7n << 32n) + 9n).key).toEqual([7, 9]);
    expect(new Random("airline").key).toEqual([0xb442202b, 0x7b668ad0]);
    expect(new Random("").key).not.toEqual(new Random("\0").key);
    expect(new Random("ab").key).not.toEqual(new Random("ba").key);
  });

  test("fold derives a stream, whatever has been drawn, and leaves its parent alone", () => {
    const random = new Random(42);
    expect(random.fold(7).key).toEqual([0xddb87111, 0x88c2449b]);
    expect(random.fold(2 ** 32 + 5).key).toEqual([0x05eb0a24, 0xd926eb8c]);
    expect(random.state).toEqual({ key: [0, 42], block: 0 });
    random.bits(10);
    expect(random.fold(7).key).toEqual([0xddb87111, 0x88c2449b]);
  });

  test("the state continues a stream", () => {
    const random = new Random(1);
    random.normal([3]);
    const saved = JSON.parse(JSON.stringify(random.state));
    const expected = [random.uniform([4]), random.permutation(5)];
    const restored = new Random(0);
    restored.state = saved;
    expect([restored.uniform([4]), restored.permutation(5)]).toEqual(expected);
    expect(restored.state).toEqual(random.state);
  });

  test("a longer draw begins like a shorter one", () => {
    expect([...new Random(3).bits(9)].slice(0, 4)).toEqual([...new Random(3).bits(4)]);
  });

  test.each([-1, 0.5, 2 ** 53, Number.NaN, -1n, 2n ** 64n])("seed %s is rejected", (seed) => {
    expect(() => new Random(seed)).toThrow(
      expect.objectContaining({
        code: "seed",
        message: `Random: seed ${seed}; wanted an integer from 0 to 2^53 - 1, or a bigint below 2^64`,
      }),
    );
  });

  test("a state that is none is rejected, and so is a draw too many", () => {
    const random = new Random(0);
    expect(() => {
      random.state = { key: [0, -1], block: 0 };
    }).toThrow("Random: state { key: [0, -1], block: 0 } is none");
    random.state = { key: [0, 0], block: 2 ** 31 - 1 };
    expect(() => random.bits(1)).toThrow(expect.objectContaining({ code: "random-state" }));
  });
});

describe("exact values from seed 42", () => {
  const random = () => new Random(42);

  test("uniform", () => {
    expect(random().uniform([2, 2])).toMatchObject({ dtype: "float32", shape: [2, 2] });
    expect(random().uniform([4]).toArray()).toEqual([
      0.4267275333404541, 0.06302016973495483, 0.1001582145690918, 0.8114628195762634,
    ]);
    expect(random().uniform([4], 0, 1, "float64").toArray()).toEqual([
      0.42672756361231334, 0.10015824296670306, 0.19643803754070277, 0.3914102647530826,
    ]);
  });

  test("normal", () => {
    const single = [1.2040926799300584, 0.5033684444170804, 0.8080111622326803, -1.9872407600664292];
    const double = [1.0550640762716696, 0.7681528378978869, -1.400226654789377, 1.1376211017648217];
    // The last bits of logarithm, sine and cosine are the engine's own.
    expectClose(random().normal([4]), single, 1e-7);
    expectClose(random().normal([3]), single.slice(0, 3), 1e-7);
    expectClose(random().normal([4], 0, 1, "float64"), double, 1e-15);
    expectClose(
      random().normal([4], 10, 2, "float64"),
      double.map((z) => 10 + 2 * z),
      1e-14,
    );
  });

  test("bernoulli, integers, permutation", () => {
    expect(random().bernoulli([12], 0.3).toArray()).toEqual([0, 1, 1, 0, 1, 1, 0, 0, 0, 0, 0, 0]);
    expect(random().integers([12], 0, 10).toArray()).toEqual([3, 3, 7, 1, 4, 0, 0, 3, 0, 6, 1, 9]);
    expect([...random().permutation(10)]).toEqual([1, 5, 9, 8, 0, 2, 6, 7, 4, 3]);
  });
});

describe("statistics", () => {
  const N = 400_000;

  test.each(["float32", "float64"] as const)("uniform %s: range, moments, even bins", (dtype) => {
    const values = new Random(11).uniform([N], 0, 1, dtype).toFloat64();
    expect(Math.min(...extremes(values))).toBeGreaterThanOrEqual(0);
    expect(Math.max(...extremes(values))).toBeLessThan(1);
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 1 / 2)).toBeLessThan(4 * Math.sqrt(1 / 12 / N));
    expect(Math.abs(variance - 1 / 12)).toBeLessThan(4 * Math.sqrt((1 / 80 - 1 / 144) / N)); // var of (x - 1/2)^2
    const counts = histogram(values, 100, (value) => Math.floor(value * 100));
    expect(chiSquare(counts, new Array(100).fill(N / 100))).toBeLessThan(148.23); // 99 degrees of freedom
  });

  test("uniform pairs are independent: neighbours, draws, folds", () => {
    const random = new Random(12);
    const a = random.uniform([N], -1, 1, "float64").toFloat64();
    const b = random.uniform([N], -1, 1, "float64").toFloat64();
    const folded = random.fold(1).uniform([N], -1, 1, "float64").toFloat64();
    const foldedNext = random.fold(2).uniform([N], -1, 1, "float64").toFloat64();
    const bound = (4 / 3) * Math.sqrt(1 / N); // the product of two has variance 1/9
    for (const [x, y] of [
      [a.subarray(1), a],
      [a, b],
      [a, folded],
      [folded, foldedNext],
    ] as const) {
      expect(Math.abs(moments(x.map((value, i) => value * (y[i] ?? 0))).mean)).toBeLessThan(bound);
    }
  });

  test("uniform bounds hold after rounding, also where few numbers lie between them", () => {
    for (const [low, high] of [
      [-0.1, 0.1],
      [1, 1 + 2 ** -22],
      [0, 1e-40],
      [-5, -4],
    ] as const) {
      const [least, greatest] = extremes(new Random(13).uniform([10_000], low, high).toFloat64());
      expect(least).toBeGreaterThanOrEqual(Math.fround(low));
      expect(greatest).toBeLessThan(Math.fround(high));
    }
    expect(new Random(0).uniform([2], 3, 3).toArray()).toEqual([3, 3]);
  });

  test.each(["float32", "float64"] as const)("normal %s: moments, tails", (dtype) => {
    const values = new Random(21).normal([N], 0, 1, dtype).toFloat64();
    const { mean, variance, skewness, kurtosis } = moments(values);
    expect(Math.abs(mean)).toBeLessThan(4 * Math.sqrt(1 / N));
    expect(Math.abs(variance - 1)).toBeLessThan(4 * Math.sqrt(2 / N));
    expect(Math.abs(skewness)).toBeLessThan(4 * Math.sqrt(6 / N));
    expect(Math.abs(kurtosis - 3)).toBeLessThan(4 * Math.sqrt(24 / N));
    // P(-3 < z), P(-2 < z), … of the normal distribution: Abramowitz and Stegun, table 26.1.
    const tail = [0.0013498980316301, 0.022750131948179, 0.158655253931457, 0.5];
    const [p3 = 0, p2 = 0, p1 = 0, p0 = 0] = tail;
    const half = [p3, p2 - p3, p1 - p2, p0 - p1];
    const counts = histogram(values, 8, (value) => Math.min(7, Math.max(0, Math.floor(value) + 4)));
    const expected = [...half, ...half.toReversed()].map((p) => p * N);
    expect(chiSquare(counts, expected)).toBeLessThan(24.32); // 7 degrees of freedom
  });

  test("truncated normal: bounds and moments", () => {
    const values = new Random(22).truncatedNormal([N], 5, 3, "float64").toFloat64();
    const [least, greatest] = extremes(values);
    expect(least).toBeGreaterThanOrEqual(-1);
    expect(greatest).toBeLessThanOrEqual(11);
    expect(least).toBeLessThan(-0.99);
    expect(greatest).toBeGreaterThan(10.99);
    // Var = 1 - 4 phi(2) / (2 Phi(2) - 1) = 0.87962566103423978^2, the constant of Keras' VarianceScaling.
    const deviation = 3 * 0.87962566103423978;
    const { mean, variance } = moments(values);
    expect(Math.abs(mean - 5)).toBeLessThan(4 * deviation * Math.sqrt(1 / N));
    expect(Math.abs(Math.sqrt(variance) / deviation - 1)).toBeLessThan(4 * Math.sqrt(1 / (2 * N)));
  });

  test("bernoulli: frequency, and the certain cases", () => {
    const { mean } = moments(new Random(31).bernoulli([N], 0.2).toFloat64());
    expect(Math.abs(mean - 0.2)).toBeLessThan(4 * Math.sqrt((0.2 * 0.8) / N));
    expect(moments(new Random(31).bernoulli([1000], 0).toFloat64()).mean).toBe(0);
    expect(moments(new Random(31).bernoulli([1000], 1).toFloat64()).mean).toBe(1);
  });

  test("integers: even, also where 2^32 is no multiple of the range", () => {
    const die = new Random(41).integers([N], 1, 7).toFloat64();
    expect(extremes(die)).toEqual([1, 6]);
    const faces = histogram(die, 6, (face) => face - 1);
    expect(chiSquare(faces, new Array(6).fill(N / 6))).toBeLessThan(20.52); // 5 degrees of freedom
    // Taking words modulo 3·2^30 would give the first third half of all.
    const wide = new Random(42).integers([N], -(2 ** 31), 2 ** 30).toFloat64();
    const thirds = histogram(wide, 3, (value) => Math.floor((value + 2 ** 31) / 2 ** 30));
    expect(chiSquare(thirds, new Array(3).fill(N / 3))).toBeLessThan(13.82); // 2 degrees of freedom
    const [least, greatest] = extremes(new Random(43).integers([N], -(2 ** 31), 2 ** 31).toFloat64());
    expect(least).toBeLessThan(-(2 ** 31) * 0.999);
    expect(greatest).toBeGreaterThan(2 ** 31 * 0.999);
  });

  test("permutation: every order equally often", () => {
    const random = new Random(51);
    const counts = new Map<string, number>();
    for (let i = 0; i < 24_000; i++) {
      const order = random.permutation(4).join("");
      counts.set(order, (counts.get(order) ?? 0) + 1);
    }
    expect(counts.size).toBe(24);
    expect(chiSquare([...counts.values()], new Array(24).fill(1000))).toBeLessThan(49.73); // 23 degrees of freedom
  });

  test("a permutation holds each number once", () => {
    for (const n of [0, 1, 2, 1000]) {
      expect([...new Random(n).permutation(n)].sort((a, b) => a - b)).toEqual(
        Array.from({ length: n }, (_, i) => i),
      );
    }
  });
});

test("shapes of odd size, of none and of a scalar", () => {
  const random = new Random(0);
  for (const dtype of ["float32", "float64"] as const) {
    expect(random.uniform([3, 1], 0, 1, dtype)).toMatchObject({ shape: [3, 1], size: 3, dtype });
    expect(random.normal([], 0, 1, dtype)).toMatchObject({ shape: [], size: 1, dtype });
    expect(random.truncatedNormal([2, 0], 0, 1, dtype)).toMatchObject({ shape: [2, 0], size: 0, dtype });
  }
});

test("arguments out of range are named", () => {
  const random = new Random(0);
  const code = "random-argument";
  for (const [draw, message] of [
    [() => random.uniform([1], 2, 1), "uniform: low 2, high 1; wanted finite numbers, low <= high"],
    [
      () => random.uniform([1], 0, Infinity),
      "uniform: low 0, high Infinity; wanted finite numbers, low <= high",
    ],
    [() => random.normal([1], 0, -1), "normal: mean 0, stddev -1; wanted finite numbers, stddev >= 0"],
    [
      () => random.truncatedNormal([1], Number.NaN),
      "truncatedNormal: mean NaN, stddev 1; wanted finite numbers, stddev >= 0",
    ],
    [() => random.bernoulli([1], 1.5), "bernoulli: p is 1.5; wanted a probability from 0 to 1"],
    [
      () => random.integers([1], 3, 3),
      "integers: low 3, high 3; wanted integers, -2^31 <= low < high <= 2^31",
    ],
    [() => random.permutation(-1), "permutation: n is -1; wanted an integer from 0 to 2^31"],
    [
      () => random.uniform([1], 0, 1, "int32" as "float32"),
      "uniform: dtype int32; wanted float32 or float64",
    ],
  ] as const) {
    expect(draw).toThrow(expect.objectContaining({ code, message }));
  }
  expect(() => random.normal([-1])).toThrow("normal: axis 0 of shape [-1] is -1");
  expect(random.state.block).toBe(0);
});

function expectClose(array: NdArray, expected: readonly number[], relative: number): void {
  const values = array.toArray();
  expect(values).toHaveLength(expected.length);
  for (const [i, value] of values.entries()) {
    expect(Math.abs(value / (expected[i] ?? 0) - 1)).toBeLessThan(relative);
  }
}

function extremes(values: Float64Array): [number, number] {
  let [least, greatest] = [Infinity, -Infinity];
  for (const value of values) {
    least = Math.min(least, value);
    greatest = Math.max(greatest, value);
  }
  return [least, greatest];
}

function moments(values: Float64Array) {
  const average = (of: (value: number) => number) =>
    values.reduce((sum, value) => sum + of(value), 0) / values.length;
  const mean = average((value) => value);
  const variance = average((value) => (value - mean) ** 2);
  const skewness = average((value) => (value - mean) ** 3) / variance ** 1.5;
  const kurtosis = average((value) => (value - mean) ** 4) / variance ** 2;
  return { mean, variance, skewness, kurtosis };
}

function histogram(values: Float64Array, bins: number, binOf: (value: number) => number): number[] {
  const counts = new Array<number>(bins).fill(0);
  for (const value of values) {
    const bin = binOf(value);
    counts[bin] = (counts[bin] ?? 0) + 1;
  }
  return counts;
}

function chiSquare(counts: readonly number[], expected: readonly number[]): number {
  return counts.reduce((sum, count, i) => sum + (count - (expected[i] ?? 0)) ** 2 / (expected[i] ?? 0), 0);
}
