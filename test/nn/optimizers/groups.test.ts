// Groups of weights: which weights belong to which, with what rate and decay, and the helpers that make groups.

import { describe, expect, test } from "vitest";
import {
  gradualUnfreezing,
  layerwiseDecay,
  type OptimizerChoice,
  optimizer,
  optimizers,
  type ParameterGroup,
} from "../../../src/nn/optimizers/index.ts";
import { schedules } from "../../../src/nn/schedules.ts";
import { byKernel, randomPath } from "./trajectories.ts";

const weights = ["dense/kernel", "dense/bias", "dense_1/kernel", "dense_1/bias"];

describe("patterns", () => {
  const grouped = (...match: string[]) =>
    optimizers
      .sgd({ groups: [{ match }] })
      .groupsOf(weights)
      .map((group) => (group === "" ? 0 : 1));

  test("a part of the name, or a regular expression between slashes", () => {
    expect(grouped("bias")).toEqual([0, 1, 0, 1]);
    expect(grouped("dense/")).toEqual([1, 1, 0, 0]);
    expect(grouped("dense")).toEqual([1, 1, 1, 1]);
    expect(grouped("/kernel")).toEqual([1, 0, 1, 0]);
    expect(grouped("/^dense_\\d+\\//")).toEqual([0, 0, 1, 1]);
    expect(grouped("/DENSE.K/i")).toEqual([1, 0, 0, 0]);
    expect(grouped("dense/bias", "dense_1/kernel")).toEqual([0, 1, 1, 0]);
    // A dot is a dot where the pattern is no regular expression.
    expect(() => grouped("dense.")).toThrow(/groups\[0\] has no weights/);
  });
});

describe("rates and decays", () => {
  test("each weight belongs to the first group that has a pattern for it", () => {
    const rule = optimizers.sgd({
      groups: [
        { match: ["dense_1"], learningRateFactor: 0.1 },
        { match: ["bias"], learningRateFactor: 10 },
      ],
    });
    expect(rule.groupsOf(weights)).toEqual(["", "groups[1]", "groups[0]", "groups[0]"]);
    expect(rule.hyperparameters(1, 0.5)).toEqual({
      "": { learningRate: 0.5 },
      "groups[0]": { learningRate: 0.05 },
      "groups[1]": { learningRate: 5 },
    });
  });

  test("decay is that of the group times its rate; excluded weights have none in any group", () => {
    const rule = optimizers.sgd({
      weightDecay: 0.25,
      excludeFromWeightDecay: ["bias"],
      groups: [
        { match: ["dense_1"], learningRateFactor: 0.5, weightDecay: 1 },
        { match: ["dense/bias"], weightDecay: 0 },
      ],
    });
    const groups = rule.groupsOf(weights);
    const scalars = rule.hyperparameters(1, 0.5);
    expect(groups.map((group) => scalars[group])).toEqual([
      { learningRate: 0.5, decay: 0.125 },
      { learningRate: 0.5, decay: 0 },
      { learningRate: 0.25, decay: 0.25 },
      { learningRate: 0.25, decay: 0 },
    ]);
    expect(new Set(groups).size).toBe(4);
  });

  test("a group may decay where the others do not", () => {
    const rule = optimizers.adam({ groups: [{ match: ["kernel"], weightDecay: 0.5 }] });
    expect(rule.scalars).toEqual(["stepSize", "decay"]);
    const scalars = rule.hyperparameters(1, 1);
    expect(rule.groupsOf(weights).map((group) => scalars[group]?.decay)).toEqual([0.5, 0, 0.5, 0]);
  });

  test("a factor may be a schedule, of steps counted from 0", () => {
    const learningRateFactor = schedules.piecewiseConstantDecay({ boundaries: [1], values: [0, 1] });
    const rule = optimizers.sgd({ groups: [{ match: ["bias"], learningRateFactor }] });
    const rates = [1, 2, 3].map((step) => rule.hyperparameters(step, 0.5)["groups[0]"]?.learningRate);
    expect(rates).toEqual([0, 0, 0.5]);
  });

  test("weights whose factor is 0 stay as they are to the bit, decay or not", () => {
    const rule = optimizers.adamw({
      learningRate: 0.1,
      weightDecay: 0.5,
      groups: [{ match: ["still"], learningRateFactor: 0 }],
    });
    const path = randomPath({ still: 5, moving: 5 }, 4);
    const last = byKernel(path, rule).at(-1);
    expect(last?.still).toEqual(path.start.still);
    expect(last?.moving?.some((value, i) => value === path.start.moving?.[i])).toBe(false);
  });
});

describe("layerwiseDecay", () => {
  test("each layer learns slower than the one after it; names are taken whole", () => {
    const groups = layerwiseDecay([["embed", "position"], "rnn.1", "dense"], 0.5);
    const rule = optimizers.sgd({ groups });
    const names = [
      "embed/table",
      "position/table",
      "rnn.1/kernel",
      "dense/kernel",
      "my_dense/kernel",
      "rnnx1/kernel",
    ];
    const scalars = rule.hyperparameters(1, 1);
    expect(rule.groupsOf(names).map((group) => scalars[group]?.learningRate)).toEqual([
      0.25, 0.25, 0.5, 1, 1, 1,
    ]);
    expect(rule.groupsOf(names).slice(4)).toEqual(["", ""]);
  });

  test.each([
    [() => layerwiseDecay(["a"], 0), /layerwiseDecay: decay is to be a number in \(0, 1\], got 0/],
    [() => layerwiseDecay([], 0.5), /layerwiseDecay: layers is to be a list of layers' names, got \[\]/],
    [() => layerwiseDecay(["a", [""]], 0.5), /layers is to be a list of layers' names, got \["a",\[""\]\]/],
  ])("%s", (make, message) => {
    expect(make).toThrow(message);
  });
});

describe("gradualUnfreezing", () => {
  test("layers begin to learn one after the other, the last first", () => {
    const rule = optimizers.sgd({ groups: gradualUnfreezing(["a", "b", "c"], 10) });
    const groups = rule.groupsOf(["a/w", "b/w", "c/w"]);
    const at = (step: number) => {
      const scalars = rule.hyperparameters(step, 1);
      return groups.map((group) => scalars[group]?.learningRate);
    };
    expect(at(1)).toEqual([0, 0, 1]);
    expect(at(10)).toEqual([0, 0, 1]);
    expect(at(11)).toEqual([0, 1, 1]);
    expect(at(20)).toEqual([0, 1, 1]);
    expect(at(21)).toEqual([1, 1, 1]);
  });

  test("wants a whole number of steps", () => {
    expect(() => gradualUnfreezing(["a"], 0.5)).toThrow(
      "gradualUnfreezing: every is to be a positive whole number, got 0.5",
    );
  });
});

describe("bad options", () => {
  const group = (options: object): OptimizerChoice => ({ name: "sgd", groups: [options as ParameterGroup] });
  test.each([
    [
      group({ match: ["a"], learningRate: 1 }),
      "unknown-option",
      /sgd: groups\[0\]: there is no option "learningRate"/,
    ],
    [
      group({}),
      "option-value",
      /sgd: groups\[0\]\.match is to be a list of parts of weights' names .*got undefined/,
    ],
    [group({ match: "bias" }), "option-value", /groups\[0\]\.match is to be a list .*got "bias"/],
    [group({ match: [""] }), "option-value", /groups\[0\]\.match is to be a list .*got \[""\]/],
    [group({ match: ["/(/"] }), "option-value", /groups\[0\]\.match: \/\(\/ is no regular expression/],
    [
      group({ match: ["a"], learningRateFactor: -1 }),
      "option-value",
      /groups\[0\]: learningRateFactor is to be a number from 0 up, a schedule or a function, got -1/,
    ],
    [
      group({ match: ["a"], weightDecay: -1 }),
      "option-value",
      /groups\[0\]: weightDecay is to be a number from 0 up/,
    ],
    [{ name: "sgd", groups: { match: ["a"] } }, "option-value", /sgd: groups is to be a list of/],
    [{ name: "sgd", groups: [null] }, "option-value", /sgd: groups is to be a list of/],
    [
      { name: "adamw", excludeFromWeightDecay: "bias" },
      "option-value",
      /adamw: excludeFromWeightDecay is to be a list .*got "bias"/,
    ],
    [
      { name: "adam", excludeFromWeightDecay: ["bias"] },
      "option-conflict",
      /adam: excludeFromWeightDecay is given, but no weightDecay that weights could be excluded from/,
    ],
  ])("%j", (choice, code, message) => {
    expect(() => optimizer(choice as OptimizerChoice)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });

  test("a group without weights is named, with the weights there are", () => {
    const rule = optimizers.sgd({ groups: [{ match: ["bias"] }, { match: ["lstn/"] }] });
    expect(() => rule.groupsOf(weights)).toThrow(
      expect.objectContaining({
        code: "optimizer-group",
        message: `optimizer sgd: groups[1] has no weights: its match ["lstn/"] fits none of ${weights.join(", ")}`,
      }),
    );
    expect(optimizers.adamw({ excludeFromWeightDecay: ["gamma"] }).groupsOf(weights)).toEqual([
      "",
      "",
      "",
      "",
    ]);
  });
});
