// Optimisers: trajectories against Keras' formulas in plain loops, through the interpreter and through the kernel that training uses.

import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { input } from "../../src/graph/ops/leaf.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import {
  type Optimizer,
  type OptimizerChoice,
  type OptimizerConfig,
  optimizer,
  optimizers,
} from "../../src/nn/optimizers/index.ts";
import { schedules } from "../../src/nn/schedules.ts";
import {
  adadelta,
  adagrad,
  adam,
  adamax,
  averaged,
  clipped,
  decayed,
  lion,
  nadam,
  rmsprop,
  sgd,
} from "./optimizers/formulas.ts";
import {
  byFormula,
  byInterpreter,
  byKernel,
  expectNear,
  type Formula,
  limited,
  randomPath,
  type Weights,
} from "./optimizers/trajectories.ts";

const path = randomPath({ w: 6 }, 12);

const cases: readonly (readonly [OptimizerChoice, Formula])[] = [
  ["sgd", sgd(0.01)],
  [{ name: "sgd", learningRate: 0.1, momentum: 0.9 }, sgd(0.1, 0.9)],
  [{ name: "sgd", learningRate: 0.1, momentum: 0.8, nesterov: true }, sgd(0.1, 0.8, true)],
  ["rmsprop", rmsprop(0.001)],
  [
    { name: "rmsprop", learningRate: 0.01, rho: 0.8, momentum: 0.5, epsilon: 1e-4 },
    rmsprop(0.01, { rho: 0.8, mu: 0.5, eps: 1e-4 }),
  ],
  [{ name: "rmsprop", learningRate: 0.01, centered: true }, rmsprop(0.01, { centered: true })],
  ["adam", adam(0.001)],
  [
    { name: "adam", learningRate: 0.1, beta1: 0.5, beta2: 0.9, epsilon: 1e-3 },
    adam(0.1, { b1: 0.5, b2: 0.9, eps: 1e-3 }),
  ],
  [{ name: "adam", learningRate: 0.1, beta2: 0.7, amsgrad: true }, adam(0.1, { b2: 0.7, amsgrad: true })],
  ["adamw", decayed(0.001 * 0.004, adam(0.001))],
  [{ name: "adamw", learningRate: 0.05, weightDecay: 0.1 }, decayed(0.005, adam(0.05))],
  [{ name: "adamw", weightDecay: 0 }, adam(0.001)],
  ["adagrad", adagrad(0.001)],
  [
    { name: "adagrad", learningRate: 0.5, initialAccumulatorValue: 0, epsilon: 1e-3 },
    adagrad(0.5, { start: 0, eps: 1e-3 }),
  ],
  [{ name: "adagrad", learningRate: 0.5, initialAccumulatorValue: 2 }, adagrad(0.5, { start: 2 })],
  ["adadelta", adadelta(0.001)],
  [{ name: "adadelta", learningRate: 1, rho: 0.8, epsilon: 1e-3 }, adadelta(1, { rho: 0.8, eps: 1e-3 })],
  ["adamax", adamax(0.001)],
  [
    { name: "adamax", learningRate: 0.1, beta1: 0.5, beta2: 0.6, epsilon: 1e-2 },
    adamax(0.1, { b1: 0.5, b2: 0.6, eps: 1e-2 }),
  ],
  ["nadam", nadam(0.001)],
  [
    { name: "nadam", learningRate: 0.1, beta1: 0.5, beta2: 0.8, epsilon: 1e-2 },
    nadam(0.1, { b1: 0.5, b2: 0.8, eps: 1e-2 }),
  ],
  ["lion", lion(0.001)],
  [{ name: "lion", learningRate: 0.1, beta1: 0.3, beta2: 0.6 }, lion(0.1, { b1: 0.3, b2: 0.6 })],
  [{ name: "sgd", learningRate: 0.1, clipvalue: 0.5 }, clipped(0.5, sgd(0.1))],
  [{ name: "adam", clipvalue: 0.1, weightDecay: 0.01 }, decayed(0.001 * 0.01, clipped(0.1, adam(0.001)))],
  [
    { name: "adam", learningRate: (step) => 0.1 / (1 + step) },
    (w, g, t, state) => adam(0.1 / t)(w, g, t, state),
  ],
  [
    {
      name: "sgd",
      learningRate: schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 2, decayRate: 0.5 }),
    },
    (w, g, t, state) => sgd(0.1 * 0.5 ** ((t - 1) / 2))(w, g, t, state),
  ],
];
const named = cases.map(
  ([choice, formula]) =>
    [typeof choice === "string" ? choice : JSON.stringify(choice), optimizer(choice), formula] as const,
);

/** Each optimiser at a rate at which its weights move, and its formula. */
const lively: Readonly<Record<keyof typeof optimizers, Formula>> = {
  sgd: sgd(0.1),
  rmsprop: rmsprop(0.1),
  adam: adam(0.1),
  adamw: adam(0.1),
  adagrad: adagrad(0.1),
  adadelta: adadelta(0.1),
  adamax: adamax(0.1),
  nadam: nadam(0.1),
  lion: lion(0.1),
};
const everyOptimizer = Object.keys(optimizers) as (keyof typeof optimizers)[];

describe("trajectories", () => {
  test.each(named)("%s by the interpreter", (_, rule, formula) => {
    expectNear(
      byInterpreter(path, rule),
      byFormula(path, () => formula),
      1e-9,
      1e-9,
    );
  });

  test.each(named)("%s by the kernel, in float32", (_, rule, formula) => {
    expectNear(
      byKernel(path, rule),
      byFormula(path, () => formula),
      1e-5,
      5e-6,
    );
  });

  test.each(["clipnorm", "globalClipnorm"] as const)("%s scales gradients that are longer", (option) => {
    const rule = optimizers.sgd({ learningRate: 0.1, [option]: 2.5 });
    const scaled = limited(path, rule);
    const unscaled = scaled.gradients.filter((step, t) => step.w?.[0] === path.gradients[t]?.w?.[0]);
    expect(unscaled.length).toBeGreaterThan(0);
    expect(unscaled.length).toBeLessThan(12);
    const wanted = byFormula(scaled, () => sgd(0.1));
    expectNear(byInterpreter(path, rule), wanted, 1e-9, 1e-9);
    expectNear(byKernel(path, rule), wanted, 1e-5, 5e-6);
  });

  test.each(everyOptimizer)(
    "%s with clipping, decay, excluded weights, groups and an average together",
    (name) => {
      const rule = optimizer({
        name,
        learningRate: 0.1,
        globalClipnorm: 2,
        weightDecay: 0.2,
        excludeFromWeightDecay: ["bias"],
        groups: [{ match: ["first/"], learningRateFactor: 0.5, weightDecay: 0.6 }],
        useEma: true,
        emaMomentum: 0.7,
        emaOverwriteFrequency: 5,
      } as OptimizerConfig);
      const many = randomPath({ "first/kernel": 5, "first/bias": 3, "last/kernel": 6, "last/bias": 2 }, 12);
      const whole = lively[name];
      // Half the rate is half the step, for all formulas here: none keeps its steps.
      const half: Formula = (w, g, t, state) => w + 0.5 * (whole(w, g, t, state) - w);
      const parts: Readonly<Record<string, number>> = { "first/kernel": 0.03, "last/kernel": 0.02 };
      const wanted = byFormula(limited(many, rule), (weight) =>
        averaged(0.7, decayed(parts[weight] ?? 0, weight.startsWith("first/") ? half : whole), 5),
      );
      expectNear(byInterpreter(many, rule), wanted, 1e-9, 1e-9);
      expectNear(byKernel(many, rule), wanted, 1e-5, 1e-5);
    },
  );
});

describe("the trajectories of Keras' own tests", () => {
  // test_correctness_with_golden of keras/src/optimizers/{adadelta,nadam,lion}_test.py, Keras 3: ones, a first gradient of 0.01, then
  // 0.1, 0.2, … 1.
  const tenths = Array.from({ length: 10 }, (_, i) => (i + 1) / 10);
  const ones = {
    start: { x: tenths.map(() => 1) },
    gradients: [{ x: tenths.map(() => 0.01) }, ...Array.from({ length: 4 }, () => ({ x: tenths }))],
  };
  const same = (values: readonly number[]): Weights[] =>
    values.map((value) => ({ x: tenths.map(() => value) }));

  test.each([
    [
      optimizers.adadelta({ learningRate: 1, rho: 0.8, epsilon: 1e-6 }),
      same([0.9978, 0.9947, 0.9915, 0.9882, 0.9849]),
    ],
    [optimizers.lion(), same([0.999, 0.998, 0.997, 0.996, 0.995])],
    [
      optimizers.nadam({ learningRate: 0.5, beta1: 0.5, beta2: 0.67, epsilon: 1e-5 }),
      [
        tenths.map(() => 0.4281),
        [-0.1738, -0.1731, -0.1726, -0.1723, -0.1721, -0.172, -0.1719, -0.1718, -0.1718, -0.1717],
        [-0.7115, -0.7103, -0.7096, -0.7092, -0.709, -0.7088, -0.7086, -0.7085, -0.7085, -0.7084],
        [-1.2335, -1.2322, -1.2313, -1.2309, -1.2306, -1.2304, -1.2302, -1.2301, -1.23, -1.2299],
        [-1.7492, -1.7478, -1.7469, -1.7464, -1.7461, -1.7459, -1.7457, -1.7456, -1.7455, -1.7454],
      ].map((x) => ({ x })),
    ],
  ])("$name", (rule, wanted) => {
    expectNear(byInterpreter(ones, rule), wanted, 1e-4, 1e-4);
  });
});

describe("the golden trajectories, by the interpreter", () => {
  const folder = join(process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared"), "golden");
  test.for([
    ["adam", optimizers.adam()],
    ["adagrad", optimizers.adagrad({ learningRate: 0.1 })],
    ["adamax", optimizers.adamax({ learningRate: 0.05 })],
    ["nadam", optimizers.nadam({ learningRate: 0.05 })],
  ] as const)("%s", async ([name, rule], { skip }) => {
    const file = join(folder, `optimizer_${name}.safetensors`);
    skip(!existsSync(file), `there is no ${file}; set RECURRA_SHARED to the folder that holds golden/`);
    const { decodeSafetensors } = await import("../../src/tensor/safetensors.ts");
    const { tensors } = decodeSafetensors(await readFile(file), file);
    const numbers = (key: string) => Array.from(tensors.get(key)?.toFloat64() ?? []);
    const b = numbers("w.b");
    const rows = (key: string) =>
      Array.from({ length: 10 }, (_, i) => ({ b: numbers(key).slice(i * b.length, (i + 1) * b.length) }));
    expectNear(byInterpreter({ start: { b }, gradients: rows("g.b") }, rule), rows("w_steps.b"), 1e-6, 1e-7);
  });
});

describe("what is not asked for is not computed", () => {
  const opsOf = (rule: Optimizer) => {
    const leaves = Object.fromEntries(
      ["parameter", "gradient", ...rule.slots, ...rule.scalars].map((name) => [
        name,
        input(name, { dtype: "float32", shape: rule.scalars.includes(name) ? [] : [4] }),
      ]),
    );
    return nodesOf(Object.values(rule.update(leaves))).map(({ op }) => op.name);
  };

  test("plain SGD is a product and a difference", () => {
    const rule = optimizers.sgd();
    expect(
      opsOf(rule)
        .filter((name) => name !== "input")
        .sort(),
    ).toEqual(["mul", "sub"]);
    expect(rule).toMatchObject({ slots: [], scalars: ["learningRate"], normLimit: undefined });
    expect(rule.hyperparameters(1, 0.5)).toEqual({ "": { learningRate: 0.5 } });
  });

  test("clipping and decay come as they are asked for", () => {
    expect(opsOf(optimizers.sgd({ clipvalue: 1 }))).toContain("minimum");
    expect(optimizers.sgd({ clipnorm: 1 })).toMatchObject({
      scalars: ["learningRate", "gradientScale"],
      normLimit: { scope: "each", limit: 1 },
    });
    expect(optimizers.adam({ globalClipnorm: 2 })).toMatchObject({
      scalars: ["stepSize", "gradientScale"],
      normLimit: { scope: "all", limit: 2 },
    });
    expect(optimizers.adamw().scalars).toEqual(["stepSize", "decay"]);
    expect(optimizers.adamw({ weightDecay: 0 }).scalars).toEqual(["stepSize"]);
  });

  test("groups add nothing, the average a slot", () => {
    const groups = [{ match: ["a"], learningRateFactor: 0.1 }];
    expect(opsOf(optimizers.adam({ groups }))).toEqual(opsOf(optimizers.adam()));
    expect(optimizers.adam({ useEma: true })).toMatchObject({
      slots: ["momentum", "velocity", "average"],
      scalars: ["stepSize", "averageRate"],
    });
    expect(optimizers.adam({ useEma: false, emaMomentum: 0.9 }).slots).toEqual(["momentum", "velocity"]);
    expect(opsOf(optimizers.sgd({ useEma: true }))).not.toContain("select");
  });
});

describe("what follows from the step alone", () => {
  test.each(everyOptimizer)("%s gives the same scalars at a step, whatever was asked before", (name) => {
    const used = optimizer(name);
    for (let step = 1; step <= 300; step++) used.hyperparameters(step, 0.1);
    for (const step of [300, 7, 100]) {
      expect(used.hyperparameters(step, 0.1)).toEqual(optimizer(name).hyperparameters(step, 0.1));
    }
  });

  test("Nadam's stay finite when the product of its momentums is no longer a number above 0", () => {
    const scalars = optimizers.nadam().hyperparameters(1e6, 0.1)[""];
    // For t → ∞ with β₁ = 0.9: μ → 0.9, Π → 0.
    expect(scalars?.momentumStep).toBeCloseTo(0.09, 12);
    expect(scalars?.gradientStep).toBeCloseTo(0.01, 12);
    expect(scalars?.velocityScale).toBeCloseTo(1, 12);
  });
});

describe("choosing", () => {
  test("by name, by config, or an optimiser itself", () => {
    const own = optimizers.adam({ learningRate: 0.1 });
    expect(optimizer(own)).toBe(own);
    expect(optimizer({ name: "adam", learningRate: 0.1 }).config).toEqual({ learningRate: 0.1 });
    expect(optimizer("adamw")).toMatchObject({
      name: "adamw",
      learningRate: 0.001,
      config: { weightDecay: 0.004 },
    });
  });

  test.each(everyOptimizer)("%s is the same after its config was written as JSON and read", (name) => {
    const rule = optimizer({
      name,
      learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 9 }),
      clipnorm: 1,
      weightDecay: 0.01,
      excludeFromWeightDecay: ["/^w/"],
      groups: [{ match: ["w"], learningRateFactor: 0.5 }],
      useEma: true,
    } as OptimizerConfig);
    const read = optimizer(
      JSON.parse(JSON.stringify({ name: rule.name, ...rule.config })) as OptimizerChoice,
    );
    expect(read.config).toEqual(rule.config);
    expect(byKernel(path, read)).toEqual(byKernel(path, rule));
  });

  test.each([
    [
      "adma",
      "unknown-name",
      /there is no optimizer "adma"\. Did you mean "adam"\? There are sgd, rmsprop, adam, adamw, adagrad, /,
    ],
    [
      { name: "sgd", lr: 1 },
      "unknown-option",
      /optimizer sgd: there is no option "lr".*It takes learningRate, /,
    ],
    [
      { name: "sgd", learningRate: -1 },
      "option-value",
      /sgd: learningRate is to be a number from 0 up, a schedule or a function, got -1/,
    ],
    [{ name: "adam", beta1: 1 }, "option-value", /adam: beta1 is to be a number in \[0, 1\), got 1/],
    [{ name: "adam", epsilon: 0 }, "option-value", /adam: epsilon is to be a positive number, got 0/],
    [{ name: "adam", amsgrad: "yes" }, "option-value", /adam: amsgrad is to be true or false, got "yes"/],
    [{ name: "sgd", nesterov: 1 }, "option-value", /sgd: nesterov is to be true or false, got 1/],
    [{ name: "rmsprop", centered: 0 }, "option-value", /rmsprop: centered is to be true or false, got 0/],
    [
      { name: "rmsprop", rho: Number.NaN },
      "option-value",
      /rmsprop: rho is to be a number in \[0, 1\), got NaN/,
    ],
    [{ name: "sgd", clipnorm: 0 }, "option-value", /sgd: clipnorm is to be a positive number, got 0/],
    [
      { name: "adamw", weightDecay: -0.1 },
      "option-value",
      /adamw: weightDecay is to be a number from 0 up, got -0.1/,
    ],
    [
      { name: "adam", clipnorm: 1, clipvalue: 0.5 },
      "option-conflict",
      /adam: takes one of clipnorm, globalClipnorm and clipvalue, got clipnorm 1 and clipvalue 0.5/,
    ],
    [
      { name: "adagrad", initialAccumulatorValue: -1 },
      "option-value",
      /adagrad: initialAccumulatorValue is to be a number from 0 up, got -1/,
    ],
    [{ name: "adagrad", epsilon: -1 }, "option-value", /adagrad: epsilon is to be a positive number/],
    [{ name: "adadelta", rho: 1 }, "option-value", /adadelta: rho is to be a number in \[0, 1\), got 1/],
    [{ name: "adadelta", momentum: 0.5 }, "unknown-option", /adadelta: there is no option "momentum"/],
    [{ name: "adamax", beta2: -0.5 }, "option-value", /adamax: beta2 is to be a number in \[0, 1\)/],
    [{ name: "nadam", amsgrad: true }, "unknown-option", /nadam: there is no option "amsgrad"/],
    [{ name: "lion", beta1: 0 }, "option-value", /lion: beta1 is to be a number in \(0, 1\], got 0/],
    [{ name: "lion", epsilon: 1e-7 }, "unknown-option", /lion: there is no option "epsilon"/],
  ])("%j", (choice, code, message) => {
    expect(() => optimizer(choice as OptimizerChoice)).toThrow(
      expect.objectContaining({ code, message: expect.stringMatching(message) }),
    );
  });
});
