// Lesson: three months of air travel tell the fourth, by a simple recurrent network, a GRU and an LSTM side by side.
//
//     node --conditions=source lessons/air-passengers.ts [--data DIR] [--out DIR] [--quick]
//
// The classic first example of forecasting by a recurrent network: 144 months of passengers, scaled to 0..1 by the first two thirds of
// them; windows of three months, one number a step; one recurrent layer of four units, a dense layer behind it; Adam, 100 epochs, one
// window a step. Source: Brownlee, "Time series prediction with LSTM recurrent neural networks in Python with Keras", 2016, whose
// LSTM(4) comes to an RMSE of about 24 on the training months and 50 to 60 on the test months; the data: Box and Jenkins, 1976.
//
// Every figure is set against two forecasts that need no training: next month like this month (naive), and like the same month a
// year ago (seasonal naive).

import { layers, ndarray, sequential } from "recurra";
import { type PredictionChart, predictionGridSpec } from "recurra/plot";
import { minMaxScaler } from "recurra/series";
import { draw, expectFigure, options, readData } from "./support.ts";

const [, ...lines] = readData("airpassengers.csv").trim().split("\n");
const passengers = Float64Array.from(lines, (line) => Number(line.split(",")[1])); // [144], thousands
const times = Float64Array.from(lines, (line) => Date.parse(line.split(",")[0] ?? ""));
const months = passengers.length;
const split = Math.floor((months * 2) / 3);
const lookback = 3;

const scaler = minMaxScaler().fit(passengers.subarray(0, split));
const scaled = scaler.transform(passengers);

/** The windows before the months from..to, and those months: [N, 3, 1], [N, 1]. */
function windows(from: number, to: number) {
  const targets = Array.from({ length: to - from }, (_, i) => from + i);
  return {
    x: ndarray(targets.map((t) => Array.from(scaled.subarray(t - lookback, t), (value) => [value]))),
    y: ndarray(targets.map((t) => [scaled[t] ?? Number.NaN])),
  };
}
const training = windows(lookback, split);
const all = windows(lookback, months);
console.log(
  `${split - lookback} windows of ${lookback} months to train on, ${months - split} months to test\n`,
);

/** The root mean squared error, in thousands of passengers, over the months from..to. */
function rmse(predicted: Float64Array, from: number, to: number): number {
  let sum = 0;
  for (let t = from; t < to; t++) sum += ((predicted[t] ?? Number.NaN) - (passengers[t] ?? Number.NaN)) ** 2;
  return Math.sqrt(sum / (to - from));
}

/** What one network says of every month that has three before it: [144], NaN at the start. */
async function predictions(kind: "simpleRNN" | "gru" | "lstm", seed: number): Promise<Float64Array> {
  const network = sequential(
    [layers[kind]({ units: 4, inputShape: [lookback, 1] }), layers.dense({ units: 1 })],
    { seed },
  );
  network.compile({ optimizer: "adam", loss: "mse" });
  await network.fit(training.x, training.y, {
    epochs: options.quick ? 3 : 100,
    batchSize: 1,
    verbose: "silent",
  });
  const { data } = await network.predict(all.x);
  const predicted = new Float64Array(months).fill(Number.NaN);
  predicted.set(scaler.inverse(Float64Array.from(data as Float32Array)), lookback);
  return predicted;
}

const before = (lag: number) => passengers.map((_, t) => passengers[t - lag] ?? Number.NaN);
const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
const row = (name: string, ...cells: readonly string[]) =>
  console.log(name.padEnd(16) + cells.map((cell) => cell.padStart(11)).join(""));

row("RMSE, thousands", "training", "test", "  test, by seed");
const naive = { training: rmse(before(1), lookback, split), test: rmse(before(1), split, months) };
row("naive", naive.training.toFixed(1), naive.test.toFixed(1));
const yearAgo = { training: rmse(before(12), 12, split), test: rmse(before(12), split, months) };
row("seasonal naive", yearAgo.training.toFixed(1), yearAgo.test.toFixed(1));

const began = performance.now();
const seeds = options.quick ? [1] : [1, 2, 3];
const charts: PredictionChart[] = [];
const results = [];
for (const [kind, name] of [
  ["simpleRNN", "SimpleRNN(4)"],
  ["gru", "GRU(4)"],
  ["lstm", "LSTM(4)"],
] as const) {
  const predicted = [];
  for (const seed of seeds) predicted.push(await predictions(kind, seed));
  const tests = predicted.map((one) => rmse(one, split, months));
  const result = {
    name,
    training: mean(predicted.map((one) => rmse(one, lookback, split))),
    test: mean(tests),
  };
  results.push(result);
  row(
    name,
    result.training.toFixed(1),
    result.test.toFixed(1),
    `   ${tests.map((test) => test.toFixed(1)).join(" ")}`,
  );
  const [first = new Float64Array(months)] = predicted;
  charts.push({
    title: name,
    subtitle: `RMSE ${rmse(first, lookback, split).toFixed(1)} in training, ${rmse(first, split, months).toFixed(1)} after`,
    calendar: true,
    times,
    actual: passengers,
    predictions: [{ label: "predicted", values: first }],
    split: times[split],
  });
}
console.log(`${((performance.now() - began) / 1000).toFixed(0)} s`);
await draw("air-passengers", predictionGridSpec(charts, "Air passengers, thousands a month"));

if (!options.quick) {
  console.log(`
In the months they were trained on all three are about as good as repeating the last month. After them none is, and the seasonal naive
forecast is ahead of all. The series grows out of what the networks have seen: the test months reach ${Math.max(...scaled.subarray(split)).toFixed(1)} on a scale that ended at 1 in
training, and a gate or a tanh that is nearly at its end says little of what lies beyond. Three months tell nothing of the season
either. A forecast that a planner would sign takes twelve months and more, and differences or logarithms: see recurra forecast.
`);
}
expectFigure(
  `naive: RMSE ${naive.test.toFixed(1)} on the test months, 48.0 by the data`,
  Math.abs(naive.test - 48) < 0.05,
);
for (const { name, training, test } of results) {
  const [trainingLimit, testLimit] = options.quick ? [80, 200] : [28, 75];
  expectFigure(
    `${name}: RMSE ${training.toFixed(1)} in training, at most ${trainingLimit}; ${test.toFixed(1)} after, at most ${testLimit}`,
    training <= trainingLimit && test <= testLimit,
  );
}
