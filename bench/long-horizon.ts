// npm run bench:long-horizon [networks…]: ETTh1, horizon 96, as the papers on long horizons measure it. Prints errors and times.
//
// Split and scaling as in Zhou et al. (Informer, AAAI 2021) and those after it: 12, 4 and 4 months of 30 days for training, validation and
// test; every channel standardised by the mean and deviation of its training part; mean errors over all windows, steps and channels of
// the test part, whose first windows look back into the validation part. Published mean squared errors: DLinear 0.375, NLinear 0.374
// (Zeng et al., AAAI 2023), PatchTST 0.370 to 0.414 (Nie et al., ICLR 2023, and later reruns). The settings were chosen by the
// validation part.

import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { NeuralForecaster } from "../src/series/neural/neural-forecaster.ts";
import type { NeuralConfig } from "../src/series/neural/settings.ts";
import { type Series, sliceSeries, timeSeries } from "../src/series/observed/series.ts";

const data = process.env.RECURRA_DATA ?? "../shared/data";
const month = 30 * 24;
const [train, validation, test] = [12 * month, 4 * month, 4 * month];
const horizon = 96;
const seeds = (process.env.SEEDS ?? "0").split(",").map(Number);

const shared = { log: false, seasonality: "none", validation, loss: "mse", windowsPerEpoch: 57_344 } as const;
const configs: readonly NeuralConfig[] = [
  { ...shared, name: "nlinear", lookback: 336, batchSize: 256, epochs: 8, learningRate: 0.002 },
  { ...shared, name: "dlinear", lookback: 336, batchSize: 256, epochs: 8, learningRate: 0.002 },
  {
    ...shared,
    name: "patchtst",
    lookback: 336,
    dropout: 0.2,
    batchSize: 128,
    windowsPerEpoch: 6400,
    steps: 450,
    learningRate: 0.001,
    patience: 20,
  },
  {
    ...shared,
    name: "nhits",
    lookback: 336,
    scaling: "window",
    batchSize: 256,
    steps: 1500,
    windowsPerEpoch: 19_200,
  },
  {
    ...shared,
    name: "lstm",
    lookback: 96,
    scaling: "window",
    dropout: 0.1,
    batchSize: 256,
    steps: 1500,
    windowsPerEpoch: 38_400,
  },
];

/** The channels, standardised. */
function channels(): readonly Series[] {
  const [header = "", ...lines] = gunzipSync(readFileSync(`${data}/etth1.csv.gz`))
    .toString()
    .trim()
    .split("\n");
  return header
    .split(",")
    .slice(1)
    .map((name, c) => {
      const values = lines.slice(0, train + validation + test).map((line) => Number(line.split(",")[c + 1]));
      const known = values.slice(0, train);
      const mean = known.reduce((sum, value) => sum + value, 0) / train;
      const deviation = Math.sqrt(known.reduce((sum, value) => sum + (value - mean) ** 2, 0) / train);
      return timeSeries(
        values.map((value) => (value - mean) / deviation),
        { name, season: 24 },
      );
    });
}

const all = channels();
const chosen = process.argv.slice(2);
console.log("network     seed    MSE    MAE  validation  parameters  fit s  test s");
for (const config of configs) {
  if (chosen.length > 0 && !chosen.includes(config.name)) continue;
  for (const seed of seeds) {
    const began = performance.now();
    const fitted = await new NeuralForecaster(config).fit(
      all.map((series) => sliceSeries(series, 0, train + validation)),
      { horizon, seed },
    );
    const trained = performance.now();
    let [squares, sizes, count] = [0, 0, 0];
    for (const series of all) {
      const origins = Array.from({ length: test - horizon + 1 }, (_, i) => train + validation + i);
      const windows = origins.map((end) => sliceSeries(series, end - (config.lookback ?? horizon), end));
      for (const [i, forecast] of (await fitted.predict({ series: windows })).entries()) {
        const end = origins[i] ?? 0;
        for (const [h, value] of (forecast?.mean ?? []).entries()) {
          const error = value - (series.values[end + h] ?? Number.NaN);
          squares += error * error;
          sizes += Math.abs(error);
          count++;
        }
      }
    }
    const { parameters, validationLoss } = fitted.describe();
    const row = [
      config.name.padEnd(12),
      `${seed}`.padStart(3),
      (squares / count).toFixed(4).padStart(8),
      (sizes / count).toFixed(4).padStart(7),
      Number(validationLoss).toFixed(4).padStart(11),
      `${parameters}`.padStart(12),
      ((trained - began) / 1000).toFixed(1).padStart(7),
      ((performance.now() - trained) / 1000).toFixed(1).padStart(8),
    ];
    console.log(row.join(""));
  }
}
