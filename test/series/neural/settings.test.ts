// Settings: what is refused, and by which words.

import { expect, test } from "vitest";
import { NeuralForecaster } from "../../../src/series/neural/neural-forecaster.ts";
import type { NeuralConfig } from "../../../src/series/neural/settings.ts";

const make = (config: object) => () => new NeuralForecaster(config as NeuralConfig);

test.each([
  [{ name: "lstmm" }, /there is no network "lstmm"\. There are rnn, lstm, gru/],
  [{ name: "lstm", unit: 8 }, /forecaster lstm: there is no option "unit"\. Did you mean.*units/],
  [{ name: "nlinear", units: 8 }, /forecaster nlinear: there is no option "units"/],
  [{ name: "lstm", lookback: 0 }, /forecaster lstm: lookback is to be a positive whole number, got 0/],
  [{ name: "lstm", dropout: 1 }, /dropout is to be in \[0, 1\), got 1/],
  [{ name: "lstm", log: "yes" }, /log is to be true, false or "auto", got "yes"/],
  [{ name: "nhits", pooling: [2, 0] }, /pooling is to be a list of positive whole numbers/],
  [{ name: "lstm", quantiles: [0.5, 1] }, /quantiles is to be a list of numbers between 0 and 1/],
  [
    { name: "lstm", head: "gaussian", loss: "mae" },
    /loss is for the head "point"; the head "gaussian" has its own/,
  ],
  [{ name: "lstm", quantiles: [0.5] }, /quantiles are for the head "quantiles", got the head "point"/],
  [{ name: "lstm", monteCarloDropout: 20 }, /monteCarloDropout is for .* a dropout above 0/],
  [{ name: "lstm", dropout: 0.1, monteCarloDropout: 1 }, /2 passes or more/],
  [{ name: "lstm", steps: 10, epochs: 1 }, /steps and epochs are two ways to say one thing/],
])("%j is refused", (config, message) => {
  expect(make(config)).toThrow(message);
});

test("a config makes the forecaster again", () => {
  const config: NeuralConfig<"nhits"> = { name: "nhits", lookback: 8, pooling: [2, 1], frequency: [2, 1] };
  const forecaster = new NeuralForecaster(config);
  expect(forecaster.config).toEqual(config);
  const again = new NeuralForecaster(JSON.parse(JSON.stringify(forecaster.config)));
  expect(again.settings).toEqual(forecaster.settings);
});

test("what a series needs follows from the settings", () => {
  const task = { horizon: 6, seed: 0 };
  const needOf = (config: NeuralConfig) => new NeuralForecaster(config).need({ season: 12 }, task);
  expect(needOf({ name: "lstm" }).rows).toBe(4);
  expect(needOf({ name: "lstm", perSeries: true })).toEqual({
    rows: 9,
    because: "3 values to look back on + 6 to forecast",
  });
  expect(needOf({ name: "lstm", validation: 6 }).rows).toBe(10);
});
