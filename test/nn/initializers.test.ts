// Initialisers: moments and limits, fans, orthogonality.

import { describe, expect, test } from "vitest";
import { fansOf, type Initializer, initializer } from "../../src/nn/initializers.ts";
import { orthonormalize } from "../../src/nn/orthogonal.ts";
import { RecurraError } from "../../src/platform/error.ts";
import type { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";

const make = (choice: Initializer, shape: Shape, seed = 7): NdArray =>
  initializer(choice)(shape, new Random(seed));

function moments(array: NdArray) {
  const values = array.toFloat64();
  const mean = values.reduce((sum, x) => sum + x, 0) / values.length;
  const variance = values.reduce((sum, x) => sum + (x - mean) ** 2, 0) / values.length;
  return { mean, stddev: Math.sqrt(variance), low: Math.min(...values), high: Math.max(...values) };
}

describe("constants", () => {
  test("zeros, ones, constant, identity", () => {
    expect(make("zeros", [2]).toArray()).toEqual([0, 0]);
    expect(make("ones", [2]).toArray()).toEqual([1, 1]);
    expect(make("constant", [1]).toArray()).toEqual([0]);
    expect(make({ name: "constant", value: 0.5 }, [1, 2]).toArray()).toEqual([0.5, 0.5]);
    expect(make("identity", [2, 3]).toArray()).toEqual([1, 0, 0, 0, 1, 0]);
    expect(make({ name: "identity", gain: 2 }, [3, 2]).toArray()).toEqual([2, 0, 0, 2, 0, 0]);
  });

  test("all give float32", () => {
    for (const name of [
      "zeros",
      "ones",
      "glorotUniform",
      "heNormal",
      "orthogonal",
      "randomUniform",
    ] as const) {
      expect(make(name, [3, 4]).dtype).toBe("float32");
    }
  });
});

describe("fans", () => {
  // Keras: compute_fans
  test.each([
    [[], 1, 1],
    [[5], 5, 5],
    [[3, 4], 3, 4],
    [[7, 3, 4], 21, 28],
    [[5, 7, 3, 4], 105, 140],
  ])("%j: %i in, %i out", (shape, fanIn, fanOut) => {
    expect(fansOf(shape)).toEqual({ fanIn, fanOut });
  });
});

describe("random numbers", () => {
  const shape = [300, 100]; // fans 300 and 100
  const count = 30_000;

  /** The sample's mean and standard deviation, to five standard errors. */
  function expectMoments(array: NdArray, mean: number, stddev: number, fourthMoment: number) {
    const found = moments(array);
    expect(Math.abs(found.mean - mean)).toBeLessThan((5 * stddev) / Math.sqrt(count));
    const error = stddev * Math.sqrt((fourthMoment - 1) / (4 * count));
    expect(Math.abs(found.stddev - stddev)).toBeLessThan(5 * error);
  }

  const uniform = 9 / 5; // fourth standardised moment
  const normal = 3;

  test.each([
    ["glorotUniform", 2 / 400],
    ["heUniform", 2 / 300],
    ["lecunUniform", 1 / 300],
  ] as const)("%s is uniform with variance %f", (name, variance) => {
    const array = make(name, shape);
    expectMoments(array, 0, Math.sqrt(variance), uniform);
    const limit = Math.sqrt(3 * variance);
    const { low, high } = moments(array);
    expect(low).toBeGreaterThanOrEqual(-limit);
    expect(high).toBeLessThanOrEqual(limit);
    expect(high - low).toBeGreaterThan(1.99 * limit);
  });

  test.each([
    ["glorotNormal", 2 / 400],
    ["heNormal", 2 / 300],
    ["lecunNormal", 1 / 300],
  ] as const)("%s is a normal cut off at two standard deviations, with variance %f", (name, variance) => {
    const array = make(name, shape);
    expectMoments(array, 0, Math.sqrt(variance), normal);
    const limit = (2 * Math.sqrt(variance)) / 0.8796256610342398;
    const { low, high } = moments(array);
    expect(Math.max(-low, high)).toBeLessThanOrEqual(limit * (1 + 1e-6));
    expect(Math.max(-low, high)).toBeGreaterThan(0.98 * limit);
  });

  test("varianceScaling by its options", () => {
    expectMoments(
      make({ name: "varianceScaling", scale: 3, mode: "fanOut" }, shape),
      0,
      Math.sqrt(3 / 100),
      normal,
    );
    const untruncated = make({ name: "varianceScaling", distribution: "untruncatedNormal" }, shape);
    expectMoments(untruncated, 0, Math.sqrt(1 / 300), normal);
    expect(moments(untruncated).high).toBeGreaterThan(3 * Math.sqrt(1 / 300));
    expect(make({ name: "varianceScaling" }, shape)).toEqual(make("lecunNormal", shape));
  });

  test("randomUniform, randomNormal, truncatedNormal", () => {
    expectMoments(make("randomUniform", shape), 0, 0.1 / Math.sqrt(12), uniform);
    expectMoments(
      make({ name: "randomUniform", minval: 1, maxval: 3 }, shape),
      2,
      2 / Math.sqrt(12),
      uniform,
    );
    expectMoments(make("randomNormal", shape), 0, 0.05, normal);
    expectMoments(make({ name: "randomNormal", mean: 2, stddev: 3 }, shape), 2, 3, normal);
    const { low, high } = moments(make({ name: "truncatedNormal", mean: 1, stddev: 0.1 }, shape));
    expect(low).toBeGreaterThanOrEqual(0.8 - 1e-6);
    expect(high).toBeLessThanOrEqual(1.2 + 1e-6);
  });

  test("follow from the stream they are given", () => {
    expect(make("glorotUniform", [3, 4], 1)).toEqual(make("glorotUniform", [3, 4], 1));
    expect(make("glorotUniform", [3, 4], 1)).not.toEqual(make("glorotUniform", [3, 4], 2));
  });
});

describe("orthogonal", () => {
  /** Largest distance of M·Mᵀ or Mᵀ·M, whichever is smaller, from gain² times the identity. */
  function defect(array: NdArray, gain = 1): number {
    const columns = array.shape.at(-1) ?? 0;
    const matrix = array.reshape([array.size / columns, columns]);
    const [rows = 0] = matrix.shape;
    const wide = rows < columns;
    const [count, length] = wide ? [rows, columns] : [columns, rows];
    const at = (vector: number, k: number) => (wide ? matrix.at(vector, k) : matrix.at(k, vector));
    let worst = 0;
    for (let i = 0; i < count; i++) {
      for (let j = 0; j < count; j++) {
        let product = 0;
        for (let k = 0; k < length; k++) product += at(i, k) * at(j, k);
        worst = Math.max(worst, Math.abs(product - (i === j ? gain ** 2 : 0)));
      }
    }
    return worst;
  }

  test.each([[[8, 8]], [[20, 6]], [[6, 24]], [[1, 5]], [[5, 1]], [[3, 4, 5]], [[50, 200]]])(
    "shape %j",
    (shape) => {
      expect(defect(make("orthogonal", shape))).toBeLessThan(1e-6);
    },
  );

  test("with a gain", () => {
    expect(defect(make({ name: "orthogonal", gain: 3 }, [6, 9]), 3)).toBeLessThan(1e-5);
  });

  test("directions are uniform: no sign is preferred", () => {
    const diagonal = Array.from({ length: 400 }, (_, seed) => make("orthogonal", [2, 2], seed).at(0, 0));
    const mean = diagonal.reduce((sum, x) => sum + x, 0) / diagonal.length;
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(0.5 / 400));
  });

  test("is the Q of a QR decomposition whose R has a positive diagonal", () => {
    // [1 1; 1 0; 0 1] by hand: q1 = (1, 1, 0)/√2, q2 = (1, -1, 2)/√6
    const q = orthonormalize(Float64Array.of(1, 1, 0, 1, 0, 1), 3, 2);
    const wanted = [1 / Math.SQRT2, 1 / Math.SQRT2, 0, 1 / Math.sqrt(6), -1 / Math.sqrt(6), 2 / Math.sqrt(6)];
    for (const [i, value] of wanted.entries()) expect(q[i]).toBeCloseTo(value, 14);
  });

  test("stays orthogonal where vectors are nearly parallel", () => {
    const q = orthonormalize(Float64Array.of(1, 1e-9, 0, 1, 0, 1e-9, 1, 0, 0), 3, 3);
    for (let i = 0; i < 3; i++) {
      for (let j = 0; j < i; j++) {
        const product = [0, 1, 2].reduce((sum, k) => sum + (q[3 * i + k] ?? 0) * (q[3 * j + k] ?? 0), 0);
        expect(Math.abs(product)).toBeLessThan(1e-14);
      }
    }
  });
});

describe("bad input", () => {
  const fault = (run: () => unknown): { code: string; message: string } => {
    try {
      run();
    } catch (error) {
      if (error instanceof RecurraError) return error;
      throw error;
    }
    throw new Error("nothing was thrown");
  };

  test.each([
    ["glorotUnifrom", "unknown-name", /Did you mean "glorotUniform"\?/],
    [{ name: "constant", val: 1 }, "unknown-option", /constant: there is no option "val".*It takes value/],
    [{ name: "constant", value: "1" }, "option-value", /constant: value is to be a finite number, got "1"/],
    [{ name: "randomNormal", stddev: 0 }, "option-value", /stddev is to be a positive number, got 0/],
    [
      { name: "randomUniform", minval: 1, maxval: 0 },
      "option-value",
      /maxval is to be at least minval, 1, got 0/,
    ],
    [
      { name: "varianceScaling", mode: "fan_in" },
      "option-value",
      /mode is one of fanIn, fanOut, fanAvg, got "fan_in"/,
    ],
    [
      { name: "varianceScaling", distribution: "cauchy" },
      "option-value",
      /distribution is one of truncatedNormal, /,
    ],
    [{ name: "varianceScaling", scale: -1 }, "option-value", /scale is to be a positive number, got -1/],
  ])("%j", (choice, code, message) => {
    const error = fault(() => initializer(choice as Initializer));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
  });

  test.each([
    ["orthogonal", [4], /wants at least two axes, got \[4\]/],
    ["identity", [4, 4, 4], /wants a matrix, got \[4, 4, 4\]/],
  ] as const)("%s cannot fill %j", (name, shape, message) => {
    const error = fault(() => make(name, shape));
    expect(error.code).toBe("initializer-shape");
    expect(error.message).toMatch(message);
  });
});
