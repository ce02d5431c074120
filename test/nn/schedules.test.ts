// Schedules: values by hand, those of Keras' own tests (keras/src/optimizers/schedules/learning_rate_schedule_test.py, Keras 3), and torch's.

import { describe, expect, test } from "vitest";
import { optimizers } from "../../src/nn/optimizers/index.ts";
import {
  type LearningRate,
  learningRateAt,
  type ScheduleConfig,
  schedule,
  schedules,
} from "../../src/nn/schedules.ts";

/** The rates at some steps, within 12 digits. */
function expectRates(rate: LearningRate, wanted: Readonly<Record<number, number>>): void {
  for (const [step, value] of Object.entries(wanted)) {
    const got = learningRateAt(rate, Number(step));
    expect(Math.abs(got - value), `step ${step}: ${got}, wanted ${value}`).toBeLessThanOrEqual(
      1e-12 * Math.abs(value),
    );
  }
}

describe("decay", () => {
  test("exponential: Keras' test_continuous and test_staircase", () => {
    expectRates(schedules.exponentialDecay({ initialLearningRate: 0.05, decaySteps: 10, decayRate: 0.96 }), {
      0: 0.05,
      5: 0.05 * 0.96 ** 0.5,
      10: 0.05 * 0.96,
    });
    const stairs = { initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.96, staircase: true };
    expectRates(schedules.exponentialDecay(stairs), { 1: 0.1, 2: 0.1, 3: 0.096, 100: 0.1 * 0.96 ** 33 });
  });

  test("exponential growth, as a search for a learning rate takes it", () => {
    expectRates(schedules.exponentialDecay({ initialLearningRate: 1e-6, decaySteps: 100, decayRate: 1e6 }), {
      0: 1e-6,
      50: 1e-3,
      100: 1,
    });
  });

  test("inverse time: Keras' test_decay and test_staircase", () => {
    const options = { initialLearningRate: 0.1, decaySteps: 10, decayRate: 0.96 };
    const steps = Array.from({ length: 11 }, (_, i) => i);
    const rates = (at: (i: number) => number) =>
      Object.fromEntries(steps.map((i) => [i, 0.1 / (1 + 0.96 * at(i))]));
    expectRates(
      schedules.inverseTimeDecay(options),
      rates((i) => i / 10),
    );
    expectRates(
      schedules.inverseTimeDecay({ ...options, staircase: true }),
      rates((i) => Math.floor(i / 10)),
    );
  });

  test("polynomial: Keras' LinearDecayTest and SqrtDecayTest", () => {
    const line = { initialLearningRate: 0.05, decaySteps: 10, endLearningRate: 0.001 };
    expectRates(schedules.polynomialDecay({ ...line, endLearningRate: 0 }), { 5: 0.025 });
    expectRates(schedules.polynomialDecay(line), { 0: 0.05, 5: 0.051 / 2, 10: 0.001, 15: 0.001 });
    const root = { ...line, power: 0.5 };
    expectRates(schedules.polynomialDecay(root), { 5: 0.049 * 0.5 ** 0.5 + 0.001, 15: 0.001 });
    // At step 15 the end lies at step 20: a quarter is left.
    expectRates(schedules.polynomialDecay({ ...line, cycle: true }), {
      0: 0.05,
      10: 0.001,
      15: 0.049 * 0.25 + 0.001,
    });
    expectRates(schedules.polynomialDecay({ ...root, cycle: true }), { 15: 0.049 * 0.25 ** 0.5 + 0.001 });
    expectRates(schedules.polynomialDecay({ initialLearningRate: 1, decaySteps: 4 }), { 4: 0.0001 });
  });

  test("piecewise constant: Keras' test_piecewise_values and test_boundary_values", () => {
    expectRates(
      schedules.piecewiseConstantDecay({ boundaries: [100, 110, 120], values: [1, 0.1, 0.01, 0.001] }),
      { 0: 1, 100: 1, 101: 0.1, 105: 0.1, 110: 0.1, 111: 0.01, 120: 0.01, 121: 0.001, 999: 0.001 },
    );
    expectRates(schedules.piecewiseConstantDecay({ boundaries: [1, 2, 3], values: [0.4, 0.5, 0.6, 0.7] }), {
      0: 0.4,
      1: 0.4,
      2: 0.5,
      3: 0.6,
      4: 0.7,
    });
  });
});

describe("cosines", () => {
  /** np_cosine_decay of Keras' test. */
  const cosine = (step: number, steps: number, alpha = 0) =>
    (1 - alpha) * 0.5 * (1 + Math.cos((Math.PI * Math.min(step, steps)) / steps)) + alpha;
  const every250 = (count: number, at: (step: number) => number) =>
    Object.fromEntries(Array.from({ length: count }, (_, i) => [250 * i, at(250 * i)]));

  test("decay: Keras' test_decay and test_alpha", () => {
    const options = { initialLearningRate: 1, decaySteps: 1000 };
    expectRates(
      schedules.cosineDecay(options),
      every250(6, (step) => cosine(step, 1000)),
    );
    expectRates(
      schedules.cosineDecay({ ...options, alpha: 0.1 }),
      every250(6, (step) => cosine(step, 1000, 0.1)),
    );
    expectRates(schedules.cosineDecay({ initialLearningRate: 0.4, decaySteps: 2, alpha: 0.5 }), {
      0: 0.4,
      1: 0.3,
      2: 0.2,
    });
  });

  test("decay after a warm-up: Keras' test_warmup_decay", () => {
    const options = { initialLearningRate: 0, decaySteps: 1000, warmupTarget: 10, warmupSteps: 2000 };
    expectRates(
      schedules.cosineDecay(options),
      every250(12, (step) => (step < 2001 ? step / 200 : 10 * cosine(step - 2000, 1000))),
    );
    expectRates(schedules.cosineDecay({ ...options, initialLearningRate: 4 }), { 0: 4, 1000: 7, 2000: 10 });
  });

  test("restarts: Keras' tests, at each restart too", () => {
    /** np_cosine_decay_restarts of Keras' test. */
    const restarts = (at: number, first: number, tMul: number, mMul: number, alpha: number) => {
      let [step, steps, factor] = [at, first, 1];
      while (step >= steps) [step, steps, factor] = [step - steps, steps * tMul, factor * mMul];
      return (1 - alpha) * factor * 0.5 * (1 + Math.cos((Math.PI * step) / steps)) + alpha;
    };
    for (const { tMul = 2, mMul = 1, alpha = 0 } of [
      {},
      { alpha: 0.1 },
      { mMul: 0.9 },
      { tMul: 1, mMul: 0.5 },
    ]) {
      const rate = schedules.cosineDecayRestarts({
        initialLearningRate: 1,
        firstDecaySteps: 1000,
        tMul,
        mMul,
        alpha,
      });
      const wanted = every250(40, (step) => restarts(step, 1000, tMul, mMul, alpha));
      expectRates(rate, wanted);
    }
    // 1000·(1 + 2 + 4) and 100·(1 + 1.5 + 2.25 + 3.375): the rate is back at its height, which a rounded logarithm would miss.
    expectRates(schedules.cosineDecayRestarts({ initialLearningRate: 0.3, firstDecaySteps: 1000 }), {
      7000: 0.3,
    });
    expectRates(schedules.cosineDecayRestarts({ initialLearningRate: 0.3, firstDecaySteps: 8, tMul: 1.5 }), {
      65: 0.3,
    });
  });

  test("one cycle, in two phases and in three: torch 1.13's OneCycleLR", () => {
    // Made by torch.optim.lr_scheduler.OneCycleLR(optimizer, max_lr=0.1, total_steps=10, cycle_momentum=False).
    const two = [
      0.004, 0.052, 0.1, 0.09504846320134738, 0.0811745653949763, 0.06112620219362893, 0.03887419780637107,
      0.0188258346050237, 0.004951936798652629, 4e-7,
    ];
    expectRates(schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 10 }), { ...two, 10: 4e-7, 50: 4e-7 });
    // The same with max_lr=1.0, total_steps=12, pct_start=0.25, div_factor=10, final_div_factor=100, three_phase=True.
    const three = [
      0.1, 0.55, 1, 0.55, 0.1, 0.09509795896116975, 0.08136274519200731, 0.061514786230837566,
      0.03948521376916244, 0.019637254807992693, 0.005902041038830258, 0.001,
    ];
    const options = {
      maxLearningRate: 1,
      totalSteps: 12,
      pctStart: 0.25,
      divFactor: 10,
      finalDivFactor: 100,
    };
    expectRates(schedules.oneCycle({ ...options, threePhase: true }), three);
  });
});

describe("warm-up", () => {
  test("leads in a straight line to what comes after it", () => {
    expectRates(schedules.warmup({ warmupSteps: 4, schedule: 0.2 }), {
      0: 0,
      1: 0.05,
      3: 0.15,
      4: 0.2,
      9: 0.2,
    });
    const decay = schedules.exponentialDecay({ initialLearningRate: 0.5, decaySteps: 1, decayRate: 0.5 });
    expectRates(schedules.warmup({ warmupSteps: 2, schedule: decay, initialLearningRate: 0.1 }), {
      0: 0.1,
      1: 0.3,
      2: 0.5,
      3: 0.25,
      4: 0.125,
    });
    expectRates(schedules.warmup({ warmupSteps: 1, schedule: (step) => 1 + step }), { 1: 1, 3: 3 });
  });

  test("noam: d^-½·min(s^-½, s·w^-1½) for s from 1", () => {
    // d = 4, w = 16: the peak, 1 / √(4·16), at s = 16, the step 15.
    expectRates(schedules.noam({ modelSize: 4, warmupSteps: 16 }), {
      0: 1 / 128,
      7: 1 / 16,
      15: 1 / 8,
      63: 1 / 16,
    });
    expectRates(schedules.noam({ modelSize: 4, warmupSteps: 16, factor: 2 }), { 15: 1 / 4 });
    expectRates(schedules.noam({ modelSize: 512 }), { 3999: 512 ** -0.5 * 4000 ** -0.5 });
  });
});

describe("as configs", () => {
  const all: readonly ScheduleConfig[] = [
    schedules.exponentialDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.9 }),
    schedules.inverseTimeDecay({ initialLearningRate: 0.1, decaySteps: 3, decayRate: 0.9 }),
    schedules.polynomialDecay({ initialLearningRate: 0.1, decaySteps: 3 }),
    schedules.piecewiseConstantDecay({ boundaries: [3], values: [0.1, 0.2] }),
    schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 30 }),
    schedules.cosineDecayRestarts({ initialLearningRate: 0.1, firstDecaySteps: 30 }),
    schedules.oneCycle({ maxLearningRate: 0.1, totalSteps: 30 }),
    schedules.noam({ modelSize: 16, warmupSteps: 3 }),
    schedules.warmup({
      warmupSteps: 3,
      schedule: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 30 }),
    }),
  ];

  test("each schedule is among those that are written and read back here", () => {
    expect(all.map(({ name }) => name).sort()).toEqual(Object.keys(schedules).sort());
  });

  test.each(all)("$name is the same after JSON, and is what an optimiser takes", (config) => {
    const read = JSON.parse(JSON.stringify(config)) as ScheduleConfig;
    expect(read).toEqual(config);
    const { learningRate } = optimizers.sgd({ learningRate: read });
    const steps = [0, 1, 2, 3, 4, 7, 29, 30, 31];
    const rates = steps.map((step) => learningRateAt(learningRate, step));
    expect(rates).toEqual(steps.map(schedule(config)));
    expect(new Set(rates).size).toBeGreaterThan(1);
  });
});

describe("bad options", () => {
  const rate = 0.1;
  const decaySteps = 10;
  test.each([
    [{ name: "cosinDecay" }, /there is no schedule "cosinDecay"\. Did you mean "cosineDecay"\?/],
    [{ initialLearningRate: 1 }, /schedule: wants a name, a config \{ name, … \}/],
    [
      { name: "cosineDecay", initialLearningRate: rate, decaySteps, steps: 1 },
      /cosineDecay: there is no option "steps"/,
    ],
    [
      { name: "cosineDecay", initialLearningRate: rate },
      /cosineDecay: decaySteps is to be a positive number, got undefined/,
    ],
    [
      { name: "cosineDecay", initialLearningRate: -1, decaySteps },
      /initialLearningRate is to be a number from 0 up, got -1/,
    ],
    [
      { name: "cosineDecay", initialLearningRate: rate, decaySteps, warmupSteps: 5 },
      /cosineDecay: warmupTarget and warmupSteps go together, got warmupTarget undefined and warmupSteps 5/,
    ],
    [
      { name: "cosineDecay", initialLearningRate: rate, decaySteps, warmupTarget: 1 },
      /warmupTarget and warmupSteps go together, got warmupTarget 1 and warmupSteps undefined/,
    ],
    [
      { name: "cosineDecayRestarts", initialLearningRate: rate, firstDecaySteps: 5, tMul: 0.5 },
      /cosineDecayRestarts: tMul is to be a number from 1 up, got 0.5/,
    ],
    [
      { name: "exponentialDecay", initialLearningRate: rate, decaySteps, decayRate: 0.5, staircase: 1 },
      /exponentialDecay: staircase is to be true or false, got 1/,
    ],
    [
      { name: "inverseTimeDecay", initialLearningRate: rate, decaySteps: 0, decayRate: 0.5 },
      /inverseTimeDecay: decaySteps is to be a positive number, got 0/,
    ],
    [
      { name: "polynomialDecay", initialLearningRate: rate, decaySteps, power: -1 },
      /power is to be a positive number, got -1/,
    ],
    [
      { name: "piecewiseConstantDecay", boundaries: [5, 5], values: [1, 1, 1] },
      /a list of ascending steps, got \[5,5\]/,
    ],
    [
      { name: "piecewiseConstantDecay", boundaries: [5], values: [1] },
      /values is to be a list of 2 learning rates.*got \[1\]/,
    ],
    [
      { name: "piecewiseConstantDecay", boundaries: [5], values: [1, -1] },
      /values\[1\] is to be a number from 0 up, got -1/,
    ],
    [
      { name: "oneCycle", maxLearningRate: 1, totalSteps: 10, pctStart: 1 },
      /pctStart is to be between 0 and 1, got 1/,
    ],
    [
      { name: "oneCycle", maxLearningRate: 1, totalSteps: 10, pctStart: 0.5, threePhase: true },
      /pctStart is to be between 0 and 0.5, got 0.5/,
    ],
    [{ name: "noam", modelSize: 1.5 }, /noam: modelSize is to be a positive whole number, got 1.5/],
    [
      { name: "warmup", warmupSteps: 5 },
      /schedule warmup: schedule is to be a number from 0 up, a schedule or a function, got undefined/,
    ],
    [
      { name: "warmup", warmupSteps: 5, schedule: { name: "noam", modelSize: 0 } },
      /noam: modelSize is to be/,
    ],
    ["cosineDecay", /learningRate is to be a number from 0 up, a schedule or a function, got "cosineDecay"/],
  ])("%j", (learningRate, message) => {
    expect(() => optimizers.sgd({ learningRate: learningRate as LearningRate })).toThrow(message);
  });

  test("a function that gives no learning rate", () => {
    expect(learningRateAt((step) => step / 2, 3)).toBe(1.5);
    for (const [value, shown] of [
      [Number.NaN, "NaN"],
      [-1, "-1"],
      ["0.1", '"0.1"'],
    ] as const) {
      expect(() => learningRateAt(() => value as number, 3)).toThrow(
        `learning rate: wants a number from 0 up, got ${shown} from the schedule at step 3`,
      );
    }
  });
});
