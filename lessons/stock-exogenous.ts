// Lesson: does it help to tell the network more than the close? Open, high, low and volume come in as well.
//
//     node --conditions=source lessons/stock-exogenous.ts [--data DIR] [--out DIR] [--quick]
//
// The network and its training are those of stock-lstm.ts; a step of a window has five numbers in place of one, each column scaled to 0..1
// by its own training days. All five are of the days before the one that is asked for: its own open or volume would not be known.
// Networks of one kind differ by their seeds more than one would like, so each figure is the mean of three.

import { type PredictionChart, predictionGridSpec } from "recurra/plot";
import { type Column, readStock, stockTask } from "./stock-data.ts";
import {
  type Errors,
  errorText,
  meanErrors,
  predictBySeed,
  predictNaive,
  seeds,
  stockChart,
  threeLstms,
} from "./stock-models.ts";
import { draw, expectFigure, options } from "./support.ts";

const apple = readStock("AAPL");
const charts: PredictionChart[] = [];

/** The errors that the three LSTMs come to with these columns. */
async function errorsWith(title: string, name: string, columns: readonly Column[]): Promise<Errors> {
  const task = stockTask(apple, columns);
  const predictions = await predictBySeed(name, (seed) => threeLstms(columns.length, seed), task);
  for (const predicted of predictions.slice(0, 1)) {
    charts.push({ ...stockChart(task, { predicted }), title, width: 420, height: 220 });
  }
  return meanErrors(predictions);
}

const alone = await errorsWith("AAPL from its close", "lstm-AAPL", ["Close"]);
const all = await errorsWith("AAPL from all five columns", "lstm-exogenous-AAPL", [
  "Close",
  "Open",
  "High",
  "Low",
  "Volume",
]);
const naive = predictNaive(stockTask(apple));
await draw("stock-exogenous", predictionGridSpec(charts, "Three LSTMs, the close alone and with others"));

console.log(`
AAPL, test days, mean of ${seeds.length} seeds
  close alone          ${errorText(alone)}
  all five columns     ${errorText(all)}
  tomorrow like today  ${errorText(naive)}
`);
if (!options.quick) {
  console.log(`The other columns do not help. Open, high and low say nearly what the close says; with the volume there is more to fit to and no more
to know of tomorrow. A column earns its place where it is known before what it explains, as a holiday is, or a price that one sets.
`);
}
const limit = options.quick ? 1 : 0.05;
expectFigure(`close alone: MSE ${alone.mse.toFixed(5)}, at most ${limit}`, alone.mse <= limit);
expectFigure(`all five columns: MSE ${all.mse.toFixed(5)}, at most ${limit}`, all.mse <= limit);
expectFigure("the naive forecast is ahead of both", naive.mse < Math.min(alone.mse, all.mse));
