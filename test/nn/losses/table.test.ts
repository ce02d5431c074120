// What holds for every loss that has a name: configs survive JSON, wrong options are named, target shapes are stated, and compiled graphs
// give the interpreter's numbers.

import { describe, expect, test } from "vitest";
import { interpret } from "../../../src/graph/interpret.ts";
import { input, scalar } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { vjp } from "../../../src/graph/vjp.ts";
import { lossRules } from "../../../src/nn/losses/table.ts";
import { type Loss, type LossConfig, loss, losses, reduceLoss } from "../../../src/nn/losses.ts";
import { Compiled } from "../../../src/runtime/compile.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { toValue } from "../../support/check-op.ts";

type Name = keyof typeof lossRules;

interface Sample {
  /** A config with every option. */
  readonly config: LossConfig;
  /** Shapes of targets and predictions, with the batch axis. */
  readonly shapes: readonly [targets: readonly number[], predictions: readonly number[]];
  /** Wrong values of options. */
  readonly wrong?: readonly (readonly [option: string, value: unknown, wanted: RegExp])[];
}

const alike = [
  [4, 3],
  [4, 3],
] as const;
const plain = (name: Name): Sample => ({ config: { name } as LossConfig, shapes: alike });
const flag = /true or false/;
const fromLogits = ["fromLogits", 1, flag] as const;
const labelSmoothing = ["labelSmoothing", -0.1, /a number from 0 to 1/] as const;
const axis = ["axis", 0.5, /a whole number/] as const;

const samples: { readonly [N in Name]: Sample } = {
  meanSquaredError: plain("meanSquaredError"),
  mse: plain("mse"),
  meanAbsoluteError: plain("meanAbsoluteError"),
  mae: plain("mae"),
  meanAbsolutePercentageError: plain("meanAbsolutePercentageError"),
  mape: plain("mape"),
  meanSquaredLogarithmicError: plain("meanSquaredLogarithmicError"),
  msle: plain("msle"),
  huber: {
    config: losses.huber({ delta: 0.4 }),
    shapes: alike,
    wrong: [
      ["delta", 0, /a positive number/],
      ["delta", "1", /a positive number/],
      ["delta", Number.NaN, /a positive number/],
    ],
  },
  logCosh: plain("logCosh"),
  poisson: plain("poisson"),
  cosineSimilarity: { config: losses.cosineSimilarity({ axis: 1 }), shapes: alike, wrong: [axis] },
  quantile: {
    config: losses.quantile({ levels: [0.1, 0.9] }),
    shapes: [
      [4, 3],
      [4, 3, 2],
    ],
    wrong: [
      ["levels", [], /a list of numbers between 0 and 1/],
      ["levels", [0.5, 1], /a list of numbers between 0 and 1/],
      ["levels", undefined, /a list of numbers between 0 and 1/],
    ],
  },
  gaussianNll: {
    config: losses.gaussianNll({ parameter: "sigma", full: true }),
    shapes: [[4], [4, 2]],
    wrong: [
      ["parameter", "var", /one of "variance", "sigma", "logVariance"/],
      ["full", 1, flag],
    ],
  },
  studentTNll: {
    config: losses.studentTNll({ parameter: "sigma", degreesOfFreedom: 3 }),
    shapes: [[4], [4, 2]],
    wrong: [
      ["parameter", "scale", /one of "sigma", "logSigma"/],
      ["degreesOfFreedom", 0, /a positive number/],
    ],
  },
  negativeBinomialNll: {
    config: losses.negativeBinomialNll({ parameter: "mean" }),
    shapes: [[4], [4, 2]],
    wrong: [["parameter", "log", /one of "mean", "logMean"/]],
  },
  binaryCrossentropy: {
    config: losses.binaryCrossentropy({ fromLogits: true, labelSmoothing: 0.1, axis: 1 }),
    shapes: alike,
    wrong: [fromLogits, labelSmoothing, axis],
  },
  categoricalCrossentropy: {
    config: losses.categoricalCrossentropy({ fromLogits: true, labelSmoothing: 0.1, axis: 1 }),
    shapes: [
      [4, 3, 2],
      [4, 3, 2],
    ],
    wrong: [fromLogits, labelSmoothing, axis],
  },
  sparseCategoricalCrossentropy: {
    config: losses.sparseCategoricalCrossentropy({
      fromLogits: true,
      labelSmoothing: 0.1,
      axis: 1,
      ignoreClass: 0,
    }),
    shapes: [
      [4, 2],
      [4, 3, 2],
    ],
    wrong: [fromLogits, labelSmoothing, axis, ["ignoreClass", "0", /a whole number/]],
  },
  binaryFocalCrossentropy: {
    config: losses.binaryFocalCrossentropy({
      fromLogits: true,
      gamma: 1,
      alpha: 0.3,
      applyClassBalancing: true,
    }),
    shapes: alike,
    wrong: [
      fromLogits,
      labelSmoothing,
      axis,
      ["gamma", -1, /a number from 0 up/],
      ["alpha", 2, /a number from 0 to 1/],
      ["applyClassBalancing", "yes", flag],
    ],
  },
  categoricalFocalCrossentropy: {
    config: losses.categoricalFocalCrossentropy({ fromLogits: true, gamma: 1, alpha: [0.3, 1, 0.2] }),
    shapes: alike,
    wrong: [
      fromLogits,
      labelSmoothing,
      axis,
      ["gamma", Number.NaN, /a number from 0 up/],
      ["alpha", [1, -1], /a number or a list of numbers from 0 up/],
      ["alpha", [], /a number or a list of numbers from 0 up/],
    ],
  },
  klDivergence: plain("klDivergence"),
  hinge: plain("hinge"),
  squaredHinge: plain("squaredHinge"),
  categoricalHinge: plain("categoricalHinge"),
  dice: {
    config: losses.dice({ axis: [1] }),
    shapes: alike,
    wrong: [
      ["axis", [], /an axis or a list of axes/],
      ["axis", [0.5], /an axis or a list of axes/],
    ],
  },
  tversky: {
    config: losses.tversky({ alpha: 0.2, beta: 0.6, axis: 1 }),
    shapes: alike,
    wrong: [
      ["alpha", -1, /a number from 0 up/],
      ["beta", Infinity, /a number from 0 up/],
      ["axis", "1", /an axis or a list of axes/],
    ],
  },
  ctc: {
    config: losses.ctc({ blankIndex: 3, fromLogits: true, zeroInfinity: true }),
    shapes: [
      [4, 2],
      [4, 6, 4],
    ],
    wrong: [["blankIndex", 0.5, /a whole number/], fromLogits, ["zeroInfinity", 0, flag]],
  },
  crf: {
    config: losses.crf(),
    shapes: [
      [4, 5],
      [4, 5, 3, 3],
    ],
  },
};

const all = Object.entries(samples) as [Name, Sample][];

test.each(all)("%s is what its config says after a way through JSON", (name, { config }) => {
  const read = JSON.parse(JSON.stringify(config)) as LossConfig;
  expect(read).toEqual(config);
  expect(loss(read)).toMatchObject({ name, config });
  const { config: kept } = loss(read);
  expect(JSON.parse(JSON.stringify(kept))).toEqual(config);
  const named = losses[name] as (options?: object) => LossConfig;
  const { name: _, ...options } = config;
  expect(named(options)).toEqual(config);
});

test.each(all)("%s names an option that it does not have", (name, { config }) => {
  expect(() => loss({ ...config, nonesuch: 1 } as unknown as Loss)).toThrow(
    expect.objectContaining({
      code: "unknown-option",
      message: expect.stringContaining(`loss ${name}: there is no option "nonesuch"`),
    }),
  );
});

test.each(
  all.flatMap(([name, { config, wrong = [] }]) => wrong.map((one) => [name, ...one, config] as const)),
)("%s refuses %s %j", (name, option, value, wanted, config) => {
  const message = expect.stringMatching(
    new RegExp(`^loss ${name}: ${option} is to be ${wanted.source}, got `),
  );
  expect(() => loss({ ...config, [option]: value } as Loss)).toThrow(
    expect.objectContaining({ code: "option-value", message }),
  );
});

test("every option is refused something", () => {
  for (const [name, { wrong = [] }] of all) {
    const tried = new Set(wrong.map(([option]) => option));
    expect(
      Object.keys(lossRules[name].options).filter((option) => !tried.has(option)),
      name,
    ).toEqual([]);
  }
});

describe("shapes of targets", () => {
  test.each(all)("%s says which it wants", (_, { config, shapes: [targets, predictions] }) => {
    const wanted = loss(config).targetShape(predictions.slice(1));
    expect(wanted?.map((dimension, i) => (dimension === -1 ? targets[i + 1] : dimension))).toEqual(
      targets.slice(1),
    );
  });

  test("labels come with their range, values without", () => {
    for (const [name, { config }] of all) {
      const { targets, labelRange } = loss(config);
      expect(targets === "labels", name).toBe(labelRange([3, 4]) !== undefined);
    }
    expect(loss(losses.sparseCategoricalCrossentropy({ ignoreClass: -1 })).labelRange([5, 7])).toEqual({
      count: 7,
      except: -1,
    });
    expect(loss(losses.sparseCategoricalCrossentropy({ axis: 1 })).labelRange([5, 7])).toEqual({
      count: 5,
      except: undefined,
    });
  });

  test("of a function are its own affair", () => {
    const { targetShape, labelRange, checkTargets } = loss((yTrue: Tensor, yPred: Tensor) =>
      yTrue.rank > 0 ? yPred : yTrue,
    );
    expect(targetShape([3])).toBeUndefined();
    expect(labelRange([3])).toBeUndefined();
    expect(() => checkTargets("y", ndarray([1]), [3])).not.toThrow();
  });
});

describe("compiled", () => {
  test.each(all)(
    "%s and its gradient are the interpreter's, with weights and mask",
    async (name, { config, shapes }) => {
      const random = new Random(name);
      const [targetShape, shape] = shapes;
      const { call, targets, mask } = loss(config);
      const yTrue =
        targets === "labels"
          ? random.integers(targetShape, 0, 3).astype("int32")
          : random.uniform(targetShape, 0.1, 0.9);
      const yPred = random.uniform(shape, 0.1, 0.9);
      const weights = random.uniform([4], 0.5, 2);
      const [y, p, w] = [input("y", yTrue), input("p", yPred), input("w", weights)];
      const value = reduceLoss(call(y, p), { sampleWeight: w, mask: mask?.(y, p) });
      const [gradient] = vjp([value], [scalar(1)], [p]) as Tensor[];
      const outputs = [value, gradient as Tensor];
      const arrays = new Map<Tensor, NdArray>([
        [y, yTrue],
        [p, yPred],
        [w, weights],
      ]);
      const wanted = interpret(
        outputs,
        new Map([...arrays].map(([tensor, array]) => [tensor, toValue(array)])),
      );
      const compiled = await Compiled.from(
        [...arrays.keys()].map((tensor, i) => [`x${i}`, tensor]),
        outputs.map((tensor, i) => [`y${i}`, tensor]),
        { threads: 1, label: name },
      );
      try {
        for (const [i, result] of (await compiled.run([...arrays.values()])).entries()) {
          const numbers = wanted[i]?.data ?? new Float64Array();
          expect(result.size).toBe(numbers.length);
          for (const [j, got] of result.toFloat64().entries()) {
            const exact = numbers[j] ?? Number.NaN;
            expect(Math.abs(got - exact), `${name}: result ${i}, element ${j}`).toBeLessThan(
              2e-5 * Math.max(1, Math.abs(exact)),
            );
          }
        }
      } finally {
        await compiled.release();
      }
    },
  );
});
