// What the stock lessons share of their models: the lecture's three LSTMs, training or loading them, and setting them against what came.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { layers, loadModel, type Model, type Sequential, sequential } from "recurra";
import type { PredictionChart } from "recurra/plot";
import { lookback, type StockTask } from "./stock-data.ts";
import { options } from "./support.ts";

/** The lecture's network: LSTM(50) three times, each with dropout 0.2, and a dense layer that says one number. */
export function threeLstms(features: number, seed: number): Sequential {
  return sequential(
    [
      layers.lstm({ units: 50, returnSequences: true, inputShape: [lookback, features] }),
      layers.dropout({ rate: 0.2 }),
      layers.lstm({ units: 50, returnSequences: true }), // [B, 30, 50]
      layers.dropout({ rate: 0.2 }),
      layers.lstm({ units: 50 }), // [B, 50]
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }), // [B, 1]
    ],
    { seed },
  );
}

/**
 * Trains a model as the lecture does: Adam, MSE, 20 epochs in batches of 32. Where an earlier run with the same --out has saved it, it is
 * loaded instead.
 */
export async function trainOrLoad(name: string, make: () => Model, { training }: StockTask): Promise<Model> {
  const folder =
    options.out === undefined
      ? undefined
      : join(options.out, "models", options.quick ? `${name}-quick` : name);
  if (folder !== undefined && existsSync(folder)) {
    const model = await loadModel(folder);
    console.log(`${name}: loaded from ${folder}`);
    return model;
  }
  const model = make();
  model.compile({ optimizer: "adam", loss: "mse" });
  const epochs = options.quick ? 2 : 20;
  const began = performance.now();
  const { logs } = await model.fit(training.x, training.y, { epochs, batchSize: 32, verbose: "silent" });
  const seconds = (performance.now() - began) / 1000;
  console.log(
    `${name}: ${epochs} epochs in ${seconds.toFixed(1)} s, training loss ${logs.loss?.at(-1)?.toFixed(5)}`,
  );
  await (folder === undefined ? undefined : model.save(folder));
  return model;
}

/** The seeds of a lesson that reports the mean of several. */
export const seeds: readonly number[] = options.quick ? [1] : [1, 2, 3];

/** Trains or loads a model with each seed, and says what it predicts of the test days. */
export async function predictBySeed(
  name: string,
  make: (seed: number) => Model,
  task: StockTask,
): Promise<readonly Predicted[]> {
  const predictions: Predicted[] = [];
  for (const seed of seeds) {
    const model = await trainOrLoad(`${name}-${seed}`, () => make(seed), task);
    predictions.push(await predictTest(model, task));
  }
  return predictions;
}

/** The mean of the seeds' errors. */
export function meanErrors(predictions: readonly Errors[]): Errors {
  const mean = (part: keyof Errors) =>
    predictions.reduce((sum, errors) => sum + errors[part], 0) / predictions.length;
  return { mse: mean("mse"), rmse: mean("rmse") };
}

/** How far predictions are from what came on the test days. */
export interface Errors {
  /** Of scaled prices. */
  readonly mse: number;
  /** In dollars. */
  readonly rmse: number;
}

/** Predictions of the test days' closes in dollars, [test days], and their errors. */
export interface Predicted extends Errors {
  readonly closes: Float64Array;
}

/** What a model says of each test day, from the 30 days before it. */
export async function predictTest(model: Model, task: StockTask): Promise<Predicted> {
  const { data } = await model.predict(task.test.x);
  const closes = task.scaler.inverse(Float64Array.from(data as Float32Array));
  return { closes, ...errorsOf(closes, task) };
}

/** The naive forecast: tomorrow like today. */
export function predictNaive(task: StockTask): Predicted {
  const closes = task.stock.values.Close.slice(task.start - 1, -1);
  return { closes, ...errorsOf(closes, task) };
}

function errorsOf(closes: Float64Array, { stock, start, scaler }: StockTask): Errors {
  const actual = stock.values.Close.subarray(start);
  const squares = (a: Float64Array, b: Float64Array) => a.map((value, i) => (value - (b[i] ?? 0)) ** 2);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  return {
    mse: mean(squares(scaler.transform(actual), scaler.transform(closes))),
    rmse: Math.sqrt(mean(squares(actual, closes))),
  };
}

/** `MSE 0.01232, RMSE $11.50`. */
export function errorText({ mse, rmse }: Errors): string {
  return `MSE ${mse.toFixed(5)}, RMSE $${rmse.toFixed(2)}`;
}

/**
 * The lecture's figure: a stock's closes, and what was predicted of the test days.
 *
 * @param predictions By what the legend calls them; the MSE of the first is in the title
 */
export function stockChart(
  { stock, start }: StockTask,
  predictions: Readonly<Record<string, Predicted>>,
): PredictionChart {
  const [first] = Object.values(predictions);
  return {
    title: stock.symbol,
    mse: first?.mse,
    calendar: true,
    times: stock.times,
    actual: stock.values.Close,
    predictions: Object.entries(predictions).map(([label, { closes }]) => {
      const values = new Float64Array(stock.times.length).fill(Number.NaN);
      values.set(closes, start);
      return { label, values };
    }),
    split: stock.times[start],
  };
}

/** The same figure of the test days alone, for small panels. */
export function testChart(
  task: StockTask,
  predictions: Readonly<Record<string, Predicted>>,
): PredictionChart {
  const { split: _, ...chart } = stockChart(task, predictions);
  const days = (values: Float64Array) => values.subarray(task.start);
  return {
    ...chart,
    times: days(chart.times),
    actual: days(chart.actual),
    predictions: chart.predictions.map(({ label, values }) => ({ label, values: days(values) })),
  };
}
