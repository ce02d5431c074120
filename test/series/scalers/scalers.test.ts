// Scalers: what they make of known numbers, that they come back, that they see nothing but their training values, and what they refuse.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boxCoxScaler, logScaler } from "../../../src/series/scalers/curves.ts";
import { differenceScaler, seasonalDifferenceScaler } from "../../../src/series/scalers/differences.ts";
import { minMaxScaler, robustScaler, standardScaler } from "../../../src/series/scalers/linear.ts";
import { scalerPipeline } from "../../../src/series/scalers/pipeline.ts";
import type { Scaler } from "../../../src/series/scalers/scaler.ts";
import { fittedScaler, scalerNames, scalerOf } from "../../../src/series/scalers/scaler-table.ts";

const of = (...values: number[]) => Float64Array.of(...values);
const NONE = Number.NaN;

/** Within 1e-9 of the greatest magnitude among all values; NaN where NaN is wanted. */
function expectAlike(got: Float64Array, wanted: Float64Array, all: readonly Float64Array[]): void {
  const size = Math.max(...all.flatMap((values) => [...values].map((value) => Math.abs(value) || 0)));
  expect(got.length).toBe(wanted.length);
  for (const [t, value] of wanted.entries()) {
    if (Number.isNaN(value)) expect(got[t]).toBeNaN();
    else expect(Math.abs((got[t] ?? NONE) - value)).toBeLessThanOrEqual(1e-9 * size);
  }
}

/** Of any size, but none so small that numbers run out of digits. */
const anyValue = fc
  .double({ min: -1e12, max: 1e12, noNaN: true })
  .map((value) => (Math.abs(value) < 1e-9 ? 0 : value));
const positive = fc.double({ min: 0.1, max: 1e4, noNaN: true });
const series = (value: fc.Arbitrary<number>, minLength: number) =>
  fc
    .array(fc.oneof({ weight: 8, arbitrary: value }, { weight: 1, arbitrary: fc.constant(NONE) }), {
      minLength,
      maxLength: 60,
    })
    // Something to fit to, in every step of a season of 4, twice.
    .map((values) => Float64Array.from(values, (one, t) => (t < 8 && Number.isNaN(one) ? 1 + t : one)));

/** Every scaler, with values that it takes. */
const CASES: readonly (readonly [string, Scaler, fc.Arbitrary<number>])[] = [
  ["standard", standardScaler(), anyValue],
  ["minMax", minMaxScaler(), anyValue],
  ["minMax to [-1, 1]", minMaxScaler({ range: [-1, 1] }), anyValue],
  ["robust", robustScaler(), anyValue],
  ["log", logScaler(), positive],
  ["log with an offset", logScaler({ offset: 3 }), positive],
  ...[-0.5, 0, 0.3, 1, 2].map(
    (lambda) => [`boxCox with λ = ${lambda}`, boxCoxScaler({ lambda }), positive] as const,
  ),
  ["difference", differenceScaler(), anyValue],
  ["second difference", differenceScaler({ order: 2 }), anyValue],
  ["seasonalDifference", seasonalDifferenceScaler({ season: 4 }), anyValue],
  ["second seasonalDifference", seasonalDifferenceScaler({ season: 4, order: 2 }), anyValue],
  [
    "pipeline",
    scalerPipeline([
      logScaler(),
      seasonalDifferenceScaler({ season: 4 }),
      differenceScaler(),
      standardScaler(),
    ]),
    positive,
  ],
];

describe.each(CASES)("%s", (_, scaler, value) => {
  const both = fc.tuple(series(value, 8), series(value, 8));

  test("comes back: training values, and values after them", () => {
    fc.assert(
      fc.property(both, ([training, later]) => {
        const fitted = scaler.fit(training);
        expectAlike(fitted.inverse(fitted.transform(training), "start"), training, [training]);
        expectAlike(fitted.inverse(fitted.transform(later, "after"), "after"), later, [training, later]);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("keeps missing values missing, and others known but for the first ones", () => {
    fc.assert(
      fc.property(series(value, 8), (training) => {
        const fitted = scaler.fit(training);
        const scaled = fitted.transform(training);
        for (const [t, one] of training.entries()) if (Number.isNaN(one)) expect(scaled[t]).toBeNaN();
        const unknown = scaled.filter(Number.isNaN).length - training.filter(Number.isNaN).length;
        expect(unknown).toBe(fitted.lost);
      }),
      { numRuns: 60, seed: 1 },
    );
  });

  test("is the same again from its state and from its config, as JSON", () => {
    fc.assert(
      fc.property(both, ([training, later]) => {
        const fitted = scaler.fit(training);
        const restored = fittedScaler(JSON.parse(JSON.stringify(fitted.state)));
        expect(restored.transform(later, "after")).toEqual(fitted.transform(later, "after"));
        expect(restored.inverse(later)).toEqual(fitted.inverse(later));
        expect(restored.state).toEqual(fitted.state);
        const made = scalerOf(JSON.parse(JSON.stringify(scaler.config)));
        expect(made.config).toEqual(scaler.config);
        expect(made.fit(training).state).toEqual(fitted.state);
      }),
      { numRuns: 30, seed: 2 },
    );
  });

  test("sees its training values only, and leaves them as they are", () => {
    fc.assert(
      fc.property(both, ([training, later]) => {
        const whole = Float64Array.of(...training, ...later);
        const before = whole.slice();
        const { state } = scaler.fit(whole.subarray(0, training.length));
        whole.fill(7, training.length);
        expect(scaler.fit(whole.subarray(0, training.length)).state).toEqual(state);
        expect(whole.subarray(0, training.length)).toEqual(before.subarray(0, training.length));
      }),
      { numRuns: 30, seed: 2 },
    );
  });
});

describe("known numbers", () => {
  test("standard: mean 5, deviation 2 (divided by the number of values)", () => {
    const fitted = standardScaler().fit(of(2, 4, 4, 4, NONE, 5, 5, 7, 9));
    expect(fitted.state).toEqual({ name: "standard", centre: 5, width: 2, base: 0 });
    expect([...fitted.transform(of(9, 11, NONE))]).toEqual([2, 3, NONE]);
  });

  test("minMax: training values fill the range, test values may leave it", () => {
    const train = of(10, 30, 20);
    expect([
      ...minMaxScaler()
        .fit(train)
        .transform(of(10, 30, 40)),
    ]).toEqual([0, 1, 1.5]);
    expect([
      ...minMaxScaler({ range: [-1, 1] })
        .fit(train)
        .transform(of(10, 15, 30)),
    ]).toEqual([-1, -0.5, 1]);
  });

  test("robust: median 3, quartiles 2 and 4, whatever the outlier", () => {
    const fitted = robustScaler().fit(of(1, 2, 3, 4, 1e9));
    expect(fitted.state).toEqual({ name: "robust", centre: 3, width: 2, base: 0 });
    // Quartiles both 0: the deviation of nine 0 and one 10 is 3.
    expect(robustScaler().fit(of(0, 0, 0, 0, 0, 0, 0, 0, 0, 10)).state).toMatchObject({
      centre: 0,
      width: 3,
    });
  });

  test("log and boxCox", () => {
    expect([
      ...logScaler({ offset: 1 })
        .fit(of(0))
        .transform(of(0, Math.E - 1)),
    ]).toEqual([0, 1]);
    // (y² - 1) / 2
    expect([...boxCoxScaler({ lambda: 2 }).fit(of(1)).transform(of(1, 3))]).toEqual([0, 4]);
  });

  test("boxCox finds the logarithm where the spread grows with the level", () => {
    // The same pattern in each season of 4, doubled from one to the next: in logarithms each season has the same spread.
    const growing = Float64Array.from({ length: 40 }, (_, t) => 2 ** Math.floor(t / 4) * (10 + (t % 4)));
    const { state } = boxCoxScaler({ season: 4 }).fit(growing);
    expect(state.lambda).toBeCloseTo(0, 3);
    growing[5] = NONE;
    expect(boxCoxScaler({ season: 4 }).fit(growing).state.lambda).toBeCloseTo(0, 0);
  });

  test("difference: forecasts go on from the last value", () => {
    const fitted = differenceScaler().fit(of(1, 3, 6, 10));
    expect([...fitted.transform(of(1, 3, 6, 10))]).toEqual([NONE, 2, 3, 4]);
    expect([...fitted.transform(of(15, 21), "after")]).toEqual([5, 6]);
    expect([...fitted.inverse(of(5, 6))]).toEqual([15, 21]);
    const second = differenceScaler({ order: 2 }).fit(of(1, 3, 6, 10));
    expect([...second.transform(of(1, 3, 6, 10))]).toEqual([NONE, NONE, 1, 1]);
    // Steps of 5 and 6 follow those of 2, 3, 4.
    expect([...second.inverse(of(1, 1))]).toEqual([15, 21]);
  });

  test("seasonalDifference: forecasts go on from the last season", () => {
    const fitted = seasonalDifferenceScaler({ season: 3 }).fit(of(1, 2, 3, 11, 22, 33, 41));
    expect([...fitted.transform(of(1, 2, 3, 11, 22, 33, 41))]).toEqual([NONE, NONE, NONE, 10, 20, 30, 30]);
    // The next steps belong to the second, third and first step of the season.
    expect([...fitted.inverse(of(0, 0, 0, 1))]).toEqual([22, 33, 41, 23]);
  });

  test("a missing value is passed over by differences", () => {
    const fitted = differenceScaler().fit(of(1, NONE, 5, NONE));
    expect([...fitted.transform(of(1, NONE, 5, NONE))]).toEqual([NONE, NONE, 4, NONE]);
    expect([...fitted.inverse(of(2))]).toEqual([7]);
  });

  test.each([standardScaler(), robustScaler()])("equal values become 0 and come back", (scaler) => {
    // 0.1 three times has a mean that rounding takes above it.
    const fitted = scaler.fit(of(0.1, 0.1, 0.1));
    for (const value of fitted.transform(of(0.1, 0.1))) expect(Math.abs(value)).toBeLessThan(1e-15);
    expect([...fitted.inverse(of(0, 0))].map((value) => value.toFixed(12))).toEqual([
      "0.100000000000",
      "0.100000000000",
    ]);
  });

  test("equal values become the lower end of a range and come back", () => {
    const fitted = minMaxScaler({ range: [2, 3] }).fit(of(7, 7));
    expect([...fitted.transform(of(7))]).toEqual([2]);
    expect([...fitted.inverse(of(2, 2.5))]).toEqual([7, 7.5]);
  });
});

describe("refused", () => {
  test.each<[string, () => unknown, string, string]>([
    [
      "no values",
      () => standardScaler().fit(of()),
      "scaler-fit",
      "standard scaler: there are no values to fit to",
    ],
    [
      "missing values only",
      () => robustScaler().fit(of(NONE, NONE)),
      "scaler-fit",
      "robust scaler: all 2 values are missing; wanted at least one to fit to",
    ],
    [
      "infinity",
      () => minMaxScaler().fit(of(1, Infinity)),
      "scaler-fit",
      "minMax scaler: value 2 of 2 is Infinity; wanted finite numbers",
    ],
    [
      "a negative value under a logarithm",
      () => logScaler().fit(of(1, -3, 2)),
      "scaler-domain",
      "log scaler: value 2 of 3 is -3; wanted values above 0. Give an offset above 3, or another scaler.",
    ],
    [
      "a test value under a logarithm",
      () => logScaler({ offset: 2 }).fit(of(1)).transform(of(-2)),
      "scaler-domain",
      "log scaler: value 1 of 1 is -2; wanted values above -2. Give an offset above 2, or another scaler.",
    ],
    [
      "zero under Box–Cox",
      () => boxCoxScaler().fit(of(1, 0)),
      "scaler-domain",
      "boxCox scaler: value 2 of 2 is 0; wanted values above 0. Take the log scaler with an offset, or another one.",
    ],
    [
      "too few values for differences",
      () => differenceScaler({ order: 3 }).fit(of(1, NONE, 2)),
      "scaler-fit",
      "difference scaler: there are 2 values in 3 steps, and 3 are needed to take differences 3 times. Give more values, or another scaler.",
    ],
    [
      "less than a season",
      () => seasonalDifferenceScaler({ season: 12 }).fit(of(1, 2, 3)),
      "scaler-fit",
      "seasonalDifference scaler: there are 3 values in 3 steps, and each of the 12 steps of a season needs 1 to take differences once. Give more values, or another scaler.",
    ],
    [
      "a range from high to low",
      () => minMaxScaler({ range: [1, 0] }),
      "option-value",
      "minMax scaler: range is [1,0]; wanted two numbers, the lower one first",
    ],
    [
      "an offset that is no number",
      () => scalerOf({ name: "log", offset: "1" }),
      "option-value",
      'log scaler: offset is to be a number, got "1"',
    ],
    [
      "a λ that is no number",
      () => scalerOf({ name: "boxCox", lambda: "best" }),
      "option-value",
      'boxCox scaler: lambda is "best"; wanted a number or "auto"',
    ],
    [
      "an order of 0",
      () => differenceScaler({ order: 0 }),
      "option-value",
      "difference scaler: order is to be a positive whole number, got 0",
    ],
    [
      "no season",
      () => scalerOf("seasonalDifference"),
      "option-value",
      "seasonalDifference scaler: season is to be a positive whole number, got undefined",
    ],
    [
      "an unknown option",
      () => scalerOf({ name: "minMax", rnage: [0, 1] }),
      "unknown-option",
      'minMax scaler: there is no option "rnage". Did you mean "range"? It takes range',
    ],
    [
      "an unknown name",
      () => scalerOf({ name: "minmax" }),
      "unknown-name",
      `There is no scaler "minmax". Did you mean "minMax"? There are ${scalerNames.join(", ")}.`,
    ],
    [
      "an empty pipeline",
      () => scalerOf([]),
      "option-value",
      "pipeline scaler: wants a list of scalers, at least one",
    ],
    [
      "a pipeline of no list",
      () => scalerOf({ name: "pipeline", scalers: "log" }),
      "option-value",
      'pipeline scaler: scalers is "log"; wanted a list',
    ],
    [
      "a state without its numbers",
      () => fittedScaler({ name: "standard", centre: 1, width: null, base: 0 }),
      "scaler-state",
      'The state of a scaler "standard" has null for width; wanted a finite number',
    ],
    [
      "a state of differences without their levels",
      () => fittedScaler({ name: "difference", lag: 1, phase: 0 }),
      "scaler-state",
      'The state of a scaler "difference" is {"name":"difference","lag":1,"phase":0}; wanted { lag, phase, levels: [{ firsts, last }] }',
    ],
  ])("%s", (_, run, code, message) => {
    expect(run).toThrow(expect.objectContaining({ code, message }));
  });
});
