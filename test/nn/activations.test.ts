// Activations: values against their formulas, gradients against finite differences, and finite numbers at the ends of the line.

import { describe, expect, test } from "vitest";
import { mul } from "../../src/graph/ops/arithmetic.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { type Activation, type ActivationName, activation } from "../../src/nn/activations.ts";
import type { RecurraError } from "../../src/platform/error.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import {
  checkOp,
  evaluateOne,
  gradientGraph,
  graphOf,
  reals,
  run,
  spaced,
  toValue,
} from "../support/check-op.ts";
import { build, elementwise } from "../support/naive.ts";

const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));
const softplus = (x: number) => Math.log1p(Math.exp(x));
const relu6 = (x: number) => Math.min(Math.max(x, 0), 6);
const elu = (x: number, alpha: number) => (x > 0 ? x : alpha * Math.expm1(x));

/** Formulas from Keras' documentation, for one number. */
const formulas: readonly (readonly [Activation, (x: number) => number])[] = [
  ["linear", (x) => x],
  ["relu", (x) => Math.max(x, 0)],
  ["relu6", relu6],
  ["leakyRelu", (x) => (x > 0 ? x : 0.2 * x)],
  [{ name: "leakyRelu", negativeSlope: 0.01 }, (x) => (x > 0 ? x : 0.01 * x)],
  ["elu", (x) => elu(x, 1)],
  [{ name: "elu", alpha: 0.5 }, (x) => elu(x, 0.5)],
  ["selu", (x) => 1.0507009873554805 * elu(x, 1.6732632423543772)],
  [
    { name: "gelu", approximate: true },
    (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3))),
  ],
  ["sigmoid", sigmoid],
  ["hardSigmoid", (x) => relu6(x + 3) / 6],
  ["logSigmoid", (x) => Math.log(sigmoid(x))],
  ["silu", (x) => x * sigmoid(x)],
  ["swish", (x) => x * sigmoid(x)],
  ["hardSilu", (x) => (x * relu6(x + 3)) / 6],
  ["mish", (x) => x * Math.tanh(softplus(x))],
  ["tanh", Math.tanh],
  ["hardTanh", (x) => Math.min(Math.max(x, -1), 1)],
  ["softplus", softplus],
  ["softsign", (x) => x / (1 + Math.abs(x))],
  ["exponential", Math.exp],
];

const nameOf = (choice: Activation) => (typeof choice === "string" ? choice : JSON.stringify(choice));

describe("values and gradients", () => {
  test.each(formulas.map(([choice, formula]) => [nameOf(choice), choice, formula] as const))(
    "%s",
    (name, choice, formula) => {
      checkOp({
        name,
        inputs: [spaced([4, 5], 0.4, -8, 8)], // on both sides of the kinks at -3, -1, 0, 1, 3 and 6
        compute: activation(choice),
        expected: elementwise(formula),
        noSecondGradient: "piecewise linear ones have none",
      });
    },
  );

  test("gelu: x·Φ(x), with Φ from a table", () => {
    // Abramowitz & Stegun, table 26.1: Φ(0.5), Φ(1), Φ(2)
    const phi = [0.6914624612740131, 0.8413447460685429, 0.9772498680518208];
    const x = ndarray([0.5, 1, 2], { dtype: "float64" });
    const y = evaluateOne(activation("gelu"), x);
    for (const [i, wanted] of phi.entries()) expect(y.at(i)).toBeCloseTo(x.at(i) * wanted, 12);
    checkOp({ name: "gelu", inputs: [reals([3, 4])], compute: activation("gelu") });
  });

  test.each([
    ["softmax", undefined],
    ["softmax", 0],
    ["softmax", 1],
    ["logSoftmax", undefined],
    ["logSoftmax", 0],
  ] as const)("%s over axis %s", (name, axis) => {
    const along = axis ?? 2;
    checkOp({
      name,
      inputs: [reals([2, 3, 4])],
      compute: activation(axis === undefined ? name : { name, axis }),
      expected: (x) =>
        build(x.shape, (...index) => {
          const line = Array.from({ length: x.shape[along] ?? 0 }, (_, i) =>
            Math.exp(x.at(...index.with(along, i))),
          );
          const share = Math.exp(x.at(...index)) / line.reduce((sum, power) => sum + power, 0);
          return name === "softmax" ? share : Math.log(share);
        }),
    });
  });
});

describe("at the ends of the line", () => {
  const bounded = formulas.map(([choice]) => choice).filter((choice) => choice !== "exponential");
  const all: readonly Activation[] = [...bounded, "gelu", "softmax", "logSoftmax"];
  test.each(all.map((choice) => [nameOf(choice), choice] as const))(
    "%s gives finite values and gradients",
    (_, choice) => {
      const x = ndarray([-1e6, -1000, -100, -1e-30, 0, 1e-30, 100, 1000, 1e6], { dtype: "float64" });
      const graph = graphOf(activation(choice), [x]);
      for (const { data } of [...run(graph, [toValue(x)]), ...run(gradientGraph(graph), [toValue(x)])]) {
        expect([...data].every(Number.isFinite), [...data].join(" ")).toBe(true);
      }
    },
  );

  test("elu's gradient at 0 is alpha, relu's and relu6's are 0, and relu6's is 0 at 6", () => {
    const slope = (choice: Activation, at: number) => {
      const x = ndarray([at], { dtype: "float64" });
      const graph = graphOf((t) => mul(activation(choice)(t), 1), [x]);
      const [gradient] = run(gradientGraph(graph), [toValue(x)]);
      const [one] = run(gradientGraph(graphOf((t) => mul(t, 1), [x])), [toValue(x)]);
      return (gradient?.data[0] ?? Number.NaN) / (one?.data[0] ?? Number.NaN);
    };
    expect(slope({ name: "elu", alpha: 0.5 }, 0)).toBeCloseTo(0.5, 12);
    expect(slope("relu", 0)).toBe(0);
    expect(slope("relu6", 0)).toBe(0);
    expect(slope("relu6", 6)).toBe(0);
    expect(slope("hardSigmoid", 3)).toBe(0);
  });
});

describe("choosing", () => {
  const thrown = (choice: unknown): RecurraError => {
    try {
      activation(choice as Activation);
    } catch (error) {
      return error as RecurraError;
    }
    throw new Error("nothing was thrown");
  };

  test("a function stands for itself, nothing for the identity", () => {
    const x = input("x", { dtype: "float32", shape: [2] });
    const y = activation("tanh")(x);
    expect(activation(() => y)(x)).toBe(y);
    expect(() => activation((() => 3) as never)(x)).toThrow(
      "activation: the function is to give a tensor, got 3",
    );
    expect(activation(undefined)(x)).toBe(x);
  });

  test("a misspelt name is named, with the nearest and all there are", () => {
    const { code, message } = thrown("rellu");
    expect(code).toBe("unknown-name");
    expect(message).toMatch(
      /^there is no activation "rellu"\. Did you mean "relu"\? There are linear, relu, relu6, .*exponential$/,
    );
  });

  test("an option that the name does not take", () => {
    const { code, message } = thrown({ name: "leakyRelu", negativeslope: 0.1 });
    expect(code).toBe("unknown-option");
    expect(message).toBe(
      'activation leakyRelu: there is no option "negativeslope". Did you mean "negativeSlope"? It takes negativeSlope',
    );
    expect(thrown({ name: "relu", alpha: 1 }).message).toBe(
      'activation relu: there is no option "alpha". It takes none',
    );
  });

  test.each([[3], [null], [{}], [{ name: 1 }], [["relu"]]])("what is no choice: %j", (choice) => {
    expect(thrown(choice)).toMatchObject({
      code: "unknown-name",
      message: expect.stringContaining("wants a name, a config"),
    });
  });

  test.each(["toString", "constructor", "__proto__"])("names of objects' own: %s", (name) => {
    expect(thrown(name as ActivationName).code).toBe("unknown-name");
  });
});
