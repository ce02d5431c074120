// The moving average of the weights: its numbers, and how the weights are exchanged with it.

import { describe, expect, test } from "vitest";
import {
  averageSlot,
  type OptimizerChoice,
  optimizer,
  optimizers,
} from "../../../src/nn/optimizers/index.ts";
import { adam, averaged } from "./formulas.ts";
import { arenaOf, byFormula, expectNear, type Formula, randomPath, type Weights } from "./trajectories.ts";

describe("the average", () => {
  test("test_ema of keras/src/optimizers/optimizer_test.py: SGD, momentum 0.9, the weights set to it every 3 steps", () => {
    const rule = optimizers.sgd({
      learningRate: 1,
      useEma: true,
      emaMomentum: 0.9,
      emaOverwriteFrequency: 3,
    });
    const { step, weights, slot } = arenaOf({ v: [3, 4, 5, 6] }, rule);
    const wanted: readonly (readonly [Weights, Weights])[] = [
      [{ v: [2, 3, 4, 5] }, { v: [2, 3, 4, 5] }],
      [{ v: [1, 2, 3, 4] }, { v: [1.9, 2.9, 3.9, 4.9] }],
      [{ v: [1.71, 2.71, 3.71, 4.71] }, { v: [1.71, 2.71, 3.71, 4.71] }],
    ];
    for (const [t, [v, average]] of wanted.entries()) {
      step({ v: [1, 1, 1, 1] }, t);
      expectNear([weights(), slot(averageSlot)], [v, average], 1e-6, 0);
    }
  });

  test("is kept beside the weights, which do not feel it", () => {
    const path = randomPath({ a: 7, b: 4 }, 10);
    const averages: Weights[] = [];
    const wanted = byFormula(path, () => adam(0.1));
    /** A formula for the average: the weight itself is in the state. */
    const averageOf = (): Formula => (w, g, t, state) => {
      state.w = averaged(0.8, adam(0.1))(state.w ?? w, g, t, state);
      return state.average ?? Number.NaN;
    };
    const wantedAverages = byFormula(path, averageOf);
    const rule = optimizers.adam({ learningRate: 0.1, useEma: true, emaMomentum: 0.8 });
    const { step, weights, slot } = arenaOf(path.start, rule);
    const got = path.gradients.map((gradient, t) => {
      step(gradient, t);
      averages.push(slot(averageSlot));
      return weights();
    });
    expectNear(got, wanted, 1e-5, 5e-6);
    expectNear(averages, wantedAverages, 1e-5, 5e-6);
  });

  test("has momentum 0.99 unless told otherwise, and none at the first step", () => {
    const rule = optimizers.sgd({ useEma: true });
    expect(rule.hyperparameters(1, 1)[""]?.averageRate).toBe(1);
    expect(rule.hyperparameters(2, 1)[""]?.averageRate).toBeCloseTo(0.01, 15);
  });
});

describe("exchanging", () => {
  const start = { a: [1, 2, 3], b: [4] };
  const gradients = { a: [1, 1, 1], b: [1] };
  const trained = () => {
    const rule = optimizers.sgd({ learningRate: 1, momentum: 0.5, useEma: true, emaMomentum: 0.5 });
    const made = arenaOf(start, rule);
    made.step(gradients, 0);
    made.step(gradients, 1);
    return made;
  };
  // m: -1, -1.5; the weights start - 1, start - 2.5; the averages start - 1, start - 1.75.
  const weightsNow = { a: [-1.5, -0.5, 0.5], b: [1.5] };
  const averagesNow = { a: [-0.75, 0.25, 1.25], b: [2.25] };

  test("swapAverages puts the average in the weights' place and the weights in its, and back", () => {
    const { updater, weights, slot, step } = trained();
    expect([weights(), slot("average")]).toEqual([weightsNow, averagesNow]);
    updater.swapAverages();
    expect([weights(), slot("average")]).toEqual([averagesNow, weightsNow]);
    updater.swapAverages();
    expect([weights(), slot("average")]).toEqual([weightsNow, averagesNow]);
    expect(slot("momentum")).toEqual({ a: [-1.5, -1.5, -1.5], b: [-1.5] });
    step(gradients, 2); // m: -1.75
    expect(weights()).toEqual({ a: [-3.25, -2.25, -1.25], b: [-0.25] });
  });

  test("takeAverages leaves the average where it is", () => {
    const { updater, weights, slot } = trained();
    updater.takeAverages();
    expect([weights(), slot("average")]).toEqual([averagesNow, averagesNow]);
  });

  test.each(["swapAverages", "takeAverages"] as const)("%s fails without an average", (method) => {
    const { updater } = arenaOf(start, optimizers.sgd());
    expect(() => updater[method]()).toThrow(
      expect.objectContaining({
        code: "optimizer-average",
        message: "the optimiser keeps no average of the weights: make it with useEma: true",
      }),
    );
  });
});

describe("bad options", () => {
  test.each([
    [{ name: "sgd", useEma: "yes" }, "option-value", /sgd: useEma is to be true or false, got "yes"/],
    [
      { name: "adam", useEma: true, emaMomentum: 1.5 },
      "option-value",
      /adam: emaMomentum is to be a number from 0 to 1, got 1.5/,
    ],
    [
      { name: "adam", useEma: true, emaOverwriteFrequency: 2.5 },
      "option-value",
      /adam: emaOverwriteFrequency is to be a positive whole number, got 2.5/,
    ],
    [
      { name: "adam", emaMomentum: 0.9 },
      "option-conflict",
      /adam: emaMomentum is given without useEma: true/,
    ],
    [
      { name: "adam", emaOverwriteFrequency: 10 },
      "option-conflict",
      /adam: emaOverwriteFrequency is given without useEma: true/,
    ],
  ])("%j", (choice, code, message) => {
    expect(() => optimizer(choice as OptimizerChoice)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
