// What reports call models, series and small probabilities.

import { expect, test } from "vitest";
import { displayNumber, displayP } from "../../../src/report/numbers.ts";
import { subjectOf, titleOf } from "../../../src/series/report/names.ts";
import { skippedList } from "../../../src/series/report/skipped-list.ts";

test("columns that are series are counted, others named", () => {
  const long = { source: "sales.csv", columns: { time: "day", target: "units", series: "shop" } };
  const wide = { source: "sales.csv", columns: { time: "day", target: "a and b", targets: ["a", "b"] } };
  expect([titleOf(long, 1), titleOf(long, 1234)]).toEqual(["units", "units"]);
  expect(subjectOf(long, 1234)).toBe("units of 1,234 series");
  expect([titleOf(wide, 2), subjectOf(wide, 2)]).toEqual(["2 series of sales.csv", "2 series of sales.csv"]);
  expect(subjectOf({ ...long, columns: { time: "day", target: "units" } }, 1)).toBe("units");
});

test("p values below one in ten thousand are only small", () => {
  expect([1, 0.0123, 1e-4, 9e-5, 3.7e-31].map(displayP)).toEqual([
    displayNumber(1),
    displayNumber(0.0123),
    displayNumber(1e-4),
    "< 0.0001",
    "< 0.0001",
  ]);
});

test("series that were left out: fifty with their reasons, then how many more", () => {
  const skipped = Array.from({ length: 52 }, (_, i) => ({ series: `s${i}`, reason: "a < b" }));
  expect(skippedList([])).toBe("");
  const part = skippedList(skipped, "metrics.json");
  expect(part).toContain("<li><strong>s49</strong>: a &lt; b</li>");
  expect(part).not.toContain("s50");
  expect(part).toContain("<li>2 more are in metrics.json.</li>");
});
