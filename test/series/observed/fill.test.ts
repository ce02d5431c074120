// Filling missing values: known numbers for each way, and what all ways have in common.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type FillMethod, fillMissing } from "../../../src/series/observed/fill.ts";

const NONE = Number.NaN;
const filled = (values: readonly number[], method: FillMethod, season?: number) => [
  ...fillMissing(Float64Array.from(values), method, season),
];

describe("known numbers", () => {
  const values = [NONE, 2, NONE, NONE, 8, NONE];
  test.each<[FillMethod, number[]]>([
    ["linear", [2, 2, 4, 6, 8, 8]],
    ["forward", [2, 2, 2, 2, 8, 8]],
    ["zero", [0, 2, 0, 0, 8, 0]],
    // Less than two seasons of 4.
    ["seasonal", [2, 2, 4, 6, 8, 8]],
  ])("%s", (method, expected) => {
    expect(filled(values, method, 4)).toEqual(expected);
  });

  test("nothing to go by", () => {
    expect(filled([NONE, NONE], "linear")).toEqual([NONE, NONE]);
    expect(filled([NONE], "forward")).toEqual([NONE]);
    expect(filled([NONE], "zero")).toEqual([0]);
    expect(filled([], "seasonal", 4)).toEqual([]);
  });
});

test.each([4, 7, 12])("a trend with a season of %i comes back from the holes in it", (season) => {
  const whole = Array.from(
    { length: 6 * season },
    (_, t) => 100 + 0.5 * t + 10 * Math.sin((2 * Math.PI * t) / season),
  );
  const holes = new Set([season + 1, season + 2, 3 * season, 3 * season + 1, 4 * season + 2]);
  const values = whole.map((value, t) => (holes.has(t) ? NONE : value));
  const inSeason = filled(values, "seasonal", season);
  const inLine = filled(values, "linear");
  const error = (got: readonly number[]) =>
    Math.max(...got.map((value, t) => Math.abs(value - (whole[t] ?? 0))));
  expect(error(inLine)).toBeGreaterThan(1.5);
  expect(error(inSeason)).toBeLessThan(0.05);
});

test("values that are there stay to the bit, and all holes are filled", () => {
  const value = fc.oneof(
    { weight: 3, arbitrary: fc.double({ min: -1e6, max: 1e6, noNaN: true }) },
    { weight: 1, arbitrary: fc.constant(NONE) },
  );
  const method = fc.constantFrom<FillMethod>("linear", "seasonal", "forward", "zero");
  fc.assert(
    fc.property(
      fc.array(value, { maxLength: 40 }),
      method,
      fc.integer({ min: 1, max: 8 }),
      (values, how, season) => {
        const got = filled(values, how, season);
        const known = values.filter((one) => !Number.isNaN(one));
        for (const [t, one] of values.entries()) {
          if (!Number.isNaN(one)) expect(got[t]).toBe(one);
          else expect(Number.isNaN(got[t])).toBe(known.length === 0 && how !== "zero");
        }
        if (how === "linear" || how === "forward") {
          for (const one of got) if (known.length > 0) expect(one).toBeLessThanOrEqual(Math.max(...known));
        }
      },
    ),
    { seed: 1 },
  );
});
