// Which models are tried for which data.

import { expect, test } from "vitest";
import { defaultModels } from "../../src/series/default-models.ts";
import { timeSeries } from "../../src/series/observed/series.ts";

const names = (...series: readonly { readonly length: number; readonly season: number }[]) =>
  defaultModels(
    series.map(({ length, season }) =>
      timeSeries(
        Float64Array.from({ length }, (_, t) => t),
        { season },
      ),
    ),
  ).map(({ name }) => name);

test("a short series without a season is left to models without one", () => {
  expect(names({ length: 40, season: 1 })).toEqual(["ets", "theta", "nhits", "arima"]);
});

test("a long season is smoothed by what takes it off first, not by one state for each of its values", () => {
  expect(names({ length: 800, season: 24 })).toContain("ets");
  expect(names({ length: 800, season: 48 })).toEqual(["theta", "mstl", "ar", "nhits", "arima"]);
});

test("autoregression needs every series to be long", () => {
  expect(names({ length: 400, season: 12 })).toContain("ar");
  expect(names({ length: 400, season: 12 }, { length: 100, season: 12 })).not.toContain("ar");
});

test("what takes minutes on much data is left out there", () => {
  expect(names({ length: 60_000, season: 24 })).not.toContain("arima");
  expect(names({ length: 600_000, season: 24 })).toEqual(["ets", "theta", "mstl", "ar"]);
});
