// Likelihoods against densities in closed form, and the logarithm of Γ against factorials.

import { describe, expect, test } from "vitest";
import { stack } from "../../../src/graph/ops/layout.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { logGamma } from "../../../src/nn/losses/gamma.ts";
import { type Loss, loss, losses } from "../../../src/nn/losses.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { checkOp, evaluateOne, expectClose, integers, reals, type Source } from "../../support/check-op.ts";
import { build } from "../../support/naive.ts";

const shapes = [[5], [2, 3]] as const;

/**
 * Holds a loss against -log of a density of y and the parameters, for parameters drawn one by one and stacked along the last axis, and
 * for targets with and without a last axis of length 1.
 */
function check(
  choice: Loss,
  target: (shape: readonly number[]) => Source,
  parameters: readonly (readonly [low: number, high: number])[],
  density: (y: number, ...parameters: number[]) => number,
): void {
  for (const shape of shapes) {
    checkOp({
      name: JSON.stringify([choice, shape]),
      inputs: [target(shape), ...parameters.map(([low, high]) => reals(shape, low, high))],
      compute: (yTrue, ...parts) => loss(choice).call(yTrue as Tensor, stack(parts, -1)),
      expected: (yTrue, ...parts) =>
        build(
          shape,
          (...index) =>
            -Math.log(density(yTrue?.at(...index) ?? Number.NaN, ...parts.map((part) => part.at(...index)))),
        ),
    });
  }
}

const anything = (shape: readonly number[]) => reals(shape, -2, 2);
const counts = (shape: readonly number[]) => integers(shape, 0, 7, "int32");

describe("gaussianNll", () => {
  const normal = (y: number, mean: number, variance: number) =>
    Math.exp(-((y - mean) ** 2) / (2 * variance)) / Math.sqrt(2 * Math.PI * variance);

  test.each([
    ["logVariance", [-2, 2], (x: number) => Math.exp(x)],
    ["variance", [0.3, 3], (x: number) => x],
    ["sigma", [0.3, 3], (x: number) => x * x],
  ] as const)("full, with the %s", (parameter, range, varianceOf) => {
    check(losses.gaussianNll({ parameter, full: true }), anything, [[-1, 1], range], (y, mean, spread) =>
      normal(y, mean ?? 0, varianceOf(spread ?? 0)),
    );
  });

  test("by default without the constant, and with the logarithm of the variance", () => {
    const constant = Math.sqrt(2 * Math.PI);
    check(
      "gaussianNll",
      anything,
      [
        [-1, 1],
        [-2, 2],
      ],
      (y, mean, spread) => normal(y, mean ?? 0, Math.exp(spread ?? 0)) * constant,
    );
  });

  test("stays finite where the variance is none", () => {
    const y = ndarray(Float64Array.of(1, 1, 1));
    const yPred = ndarray(Float64Array.of(1, -1e4, 1, 0, 1, -3), { shape: [3, 2] });
    for (const parameter of ["logVariance", "variance", "sigma"] as const) {
      const values = evaluateOne(
        (a, b) => loss(losses.gaussianNll({ parameter })).call(a as Tensor, b as Tensor),
        y,
        yPred,
      );
      expect([...values.toFloat64()].every(Number.isFinite), parameter).toBe(true);
    }
  });
});

describe("studentTNll", () => {
  /** Densities for degrees of freedom whose constants are known. Source: Johnson, Kotz & Balakrishnan (1995), ch. 28. */
  const densities: Readonly<Record<number, (z: number) => number>> = {
    1: (z) => 1 / (Math.PI * (1 + z * z)),
    2: (z) => 1 / (2 * Math.SQRT2 * (1 + (z * z) / 2) ** 1.5),
    3: (z) => 2 / (Math.PI * Math.sqrt(3) * (1 + (z * z) / 3) ** 2),
    4: (z) => 3 / (8 * (1 + (z * z) / 4) ** 2.5),
  };

  test.each([1, 2, 3, 4])("with %d degrees of freedom", (degreesOfFreedom) => {
    const density = densities[degreesOfFreedom] ?? (() => Number.NaN);
    check(
      losses.studentTNll({ degreesOfFreedom, parameter: "sigma" }),
      anything,
      [
        [-1, 1],
        [0.3, 3],
      ],
      (y, mu = 0, sigma = 1) => density((y - mu) / sigma) / sigma,
    );
    check(
      losses.studentTNll({ degreesOfFreedom }),
      anything,
      [
        [-1, 1],
        [-1, 1],
      ],
      (y, mu = 0, log = 0) => density((y - mu) / Math.exp(log)) / Math.exp(log),
    );
  });

  test("with degrees of freedom that the model gives: the value, and the gradient", () => {
    const nu = ndarray(Float64Array.of(1, 2, 3, 4));
    const [y, mu, sigma] = [
      [0.5, -1, 2, 0],
      [0, 0.5, 0.2, -1],
      [1, 2, 0.5, 0.8],
    ].map((row) => ndarray(Float64Array.from(row)));
    const rule = loss(losses.studentTNll({ parameter: "sigma" })).call;
    const values = evaluateOne(
      (t, ...parts) => rule(t as Tensor, stack(parts, -1)),
      y as NdArray,
      mu as NdArray,
      sigma as NdArray,
      nu,
    );
    const wanted = build([4], (i = 0) => {
      const scale = sigma?.at(i) ?? 1;
      const density = densities[i + 1]?.(((y?.at(i) ?? 0) - (mu?.at(i) ?? 0)) / scale) ?? Number.NaN;
      return -Math.log(density / scale);
    });
    expectClose(values, wanted, "values");
    checkOp({
      name: "studentTNll",
      inputs: [anything([4]), reals([4], -1, 1), reals([4], -1, 1), reals([4], -0.5, 2)],
      compute: (t, ...parts) => loss("studentTNll").call(t as Tensor, stack(parts, -1)),
    });
  });
});

describe("negativeBinomialNll", () => {
  /** Γ(y+r) / (y!·Γ(r)) is the product of (r + i)/(i + 1) for i < y. */
  const probability = (y: number, mu: number, r: number) => {
    const ways = Array.from({ length: y }, (_, i) => (r + i) / (i + 1)).reduce((a, b) => a * b, 1);
    return ways * (r / (r + mu)) ** r * (mu / (r + mu)) ** y;
  };

  test("of mean and shape, and of their logarithms", () => {
    check(
      losses.negativeBinomialNll({ parameter: "mean" }),
      counts,
      [
        [0.5, 5],
        [0.5, 5],
      ],
      (y, mu = 0, r = 0) => probability(y, mu, r),
    );
    check(
      "negativeBinomialNll",
      counts,
      [
        [-1, 1.5],
        [-1, 1.5],
      ],
      (y, mu = 0, r = 0) => probability(y, Math.exp(mu), Math.exp(r)),
    );
  });

  test("with a large shape is Poisson's", () => {
    const y = ndarray(Float64Array.of(0, 1, 4, 9));
    const yPred = build([4, 2], (_, part) => (part === 0 ? 3 : 1e8));
    const values = evaluateOne(
      (a, b) => loss(losses.negativeBinomialNll({ parameter: "mean" })).call(a as Tensor, b as Tensor),
      y,
      yPred,
    );
    const factorial = (n: number): number => (n < 2 ? 1 : n * factorial(n - 1));
    const poisson = build(
      [4],
      (i) => -Math.log((3 ** y.at(i ?? 0) * Math.exp(-3)) / factorial(y.at(i ?? 0))),
    );
    expectClose(values, poisson, "Poisson", 1e-6);
  });
});

describe("logGamma", () => {
  test("of whole and half numbers", () => {
    const x = Array.from({ length: 60 }, (_, i) => (i + 1) / 2);
    const wanted = x.map((value) => {
      // Γ(x) = (x - 1)·Γ(x - 1), from Γ(1) = 1 or Γ(½) = √π on.
      let log = Number.isInteger(value) ? 0 : Math.log(Math.PI) / 2;
      for (let factor = Number.isInteger(value) ? 1 : 0.5; factor < value; factor++) log += Math.log(factor);
      return log;
    });
    const values = evaluateOne((tensor) => logGamma(tensor as Tensor), ndarray(Float64Array.from(x)));
    expectClose(values, ndarray(Float64Array.from(wanted)), "log Γ", 1e-13);
  });

  test("near 0 is -log x, and far out Stirling's", () => {
    const values = evaluateOne((x) => logGamma(x as Tensor), ndarray(Float64Array.of(1e-10, 1e10)));
    expect(values.at(0)).toBeCloseTo(-Math.log(1e-10), 8);
    expect(values.at(1) / (1e10 * (Math.log(1e10) - 1))).toBeCloseTo(1, 8);
  });

  test("has the digamma function for a gradient, and trigamma for that one's", () => {
    checkOp({ name: "logGamma", inputs: [reals([12], 0.2, 9)], compute: (x) => logGamma(x as Tensor) });
  });
});

describe("shapes", () => {
  const of = (...shape: number[]) => input("x", { dtype: "float32", shape });

  test.each(["gaussianNll", "negativeBinomialNll"] as const)(
    "%s takes one target for two numbers",
    (name) => {
      const { call, targetShape } = loss(name);
      expect(call(of(4, 3), of(4, 3, 2)).shape).toEqual([4, 3]);
      expect(call(of(4, 1), of(4, 2)).shape).toEqual([4]);
      expect(targetShape([3, 2])).toEqual([3]);
      expect(() => call(of(4, 3), of(4, 3))).toThrow(
        `loss ${name}: wants predictions [..., 2] and one target for each 2 of them, got targets float32[4, 3] and predictions float32[4, 3]`,
      );
    },
  );

  test("studentTNll takes three, or two where the degrees of freedom are fixed", () => {
    expect(loss("studentTNll").call(of(4), of(4, 3)).shape).toEqual([4]);
    const fixed = loss(losses.studentTNll({ degreesOfFreedom: 3 })).call;
    expect(fixed(of(4), of(4, 2)).shape).toEqual([4]);
    expect(() => fixed(of(4), of(4, 3))).toThrow("loss studentTNll: wants predictions [..., 2]");
  });
});
