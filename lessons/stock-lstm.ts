// Lesson: tomorrow's price of a stock by three LSTMs, and what that is worth.
//
//     node --conditions=source lessons/stock-lstm.ts [--data DIR] [--out DIR] [--quick]
//
// The lecture's listing: the closing prices of one company, scaled to 0..1; windows of 30 days, each to tell the next day's close; the first
// 70 % of the days to train on; LSTM(50) three times, each with dropout 0.2, and a dense layer; Adam, MSE, 20 epochs in batches of 32;
// actual against predicted over the dates, with the MSE in the title. The scale is fitted to the training days alone: a scale that knows
// how far the price will rise has seen the future. With --out the trained models are kept, and loaded where they are there already.
//
// Then the same for each of the 25 companies, and all are set against the naive forecast: tomorrow's close is today's.

import { predictionGridSpec, predictionSpec } from "recurra/plot";
import { lookback, readStock, readStocks, stockTask } from "./stock-data.ts";
import {
  errorText,
  predictNaive,
  predictTest,
  stockChart,
  testChart,
  threeLstms,
  trainOrLoad,
} from "./stock-models.ts";
import { draw, expectFigure, options } from "./support.ts";

const apple = stockTask(readStock("AAPL"));
const { training, test } = apple;
console.log(
  `AAPL: ${training.x.shape[0]} windows of ${lookback} days to train on, ${test.x.shape[0]} days to test`,
);
console.log(`\n${threeLstms(1, 1).summary()}\n`);

const lstm = await trainOrLoad("lstm-AAPL-1", () => threeLstms(1, 1), apple);
const byLstm = await predictTest(lstm, apple);
const byNaive = predictNaive(apple);
console.log(`\nAAPL, test days\n  LSTM   ${errorText(byLstm)}\n  naive  ${errorText(byNaive)}\n`);
await draw(
  "stock-lstm",
  predictionSpec({
    ...stockChart(apple, { predicted: byLstm }),
    subtitle: `of scaled prices; RMSE $${byLstm.rmse.toFixed(2)}. Tomorrow like today: $${byNaive.rmse.toFixed(2)}`,
  }),
);

// Every company by a network of its own.
const charts = [];
const ratios = [];
for (const stock of options.quick ? readStocks().slice(0, 2) : readStocks()) {
  const task = stockTask(stock);
  const { symbol } = stock;
  const model =
    symbol === "AAPL" ? lstm : await trainOrLoad(`lstm-${symbol}-1`, () => threeLstms(1, 1), task);
  const predicted = await predictTest(model, task);
  const naive = predictNaive(task);
  ratios.push(predicted.rmse / naive.rmse);
  charts.push(testChart(task, { predicted }));
  console.log(`  ${symbol.padEnd(6)} LSTM ${errorText(predicted)}; naive ${errorText(naive)}`);
}
await draw("stock-lstm-grid", predictionGridSpec(charts, "Next-day closes by three LSTMs, test days"));
const ahead = ratios.filter((ratio) => ratio < 1).length;
const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)] ?? Number.NaN;
console.log(
  `\nThe LSTM is ahead of the naive forecast for ${ahead} of ${ratios.length} companies; its RMSE is ${median.toFixed(1)} times the naive one's in the median.`,
);
if (!options.quick) {
  console.log(`
The figure looks as if the network knew what comes. It knows what was: it draws the price of the last days again, smoothed and late, and
where the price leaves the range of the training days it mostly lags behind, since what an LSTM puts out is bounded. Whoever says every
day that tomorrow's close is today's has a smaller error, has trained nothing, and has said nothing about the direction. A day's move of
a price is close to noise given the days before: a small MSE of prices is no sign of a forecast.
`);
}

expectFigure(
  `naive forecast of AAPL: ${errorText(byNaive)}, 0.00118 and $3.56 by the data`,
  Math.abs(byNaive.mse - 0.00118) < 5e-6 && Math.abs(byNaive.rmse - 3.56) < 0.005,
);
const limit = options.quick ? 1 : 0.03;
expectFigure(`LSTM, AAPL: MSE ${byLstm.mse.toFixed(5)}, at most ${limit}`, byLstm.mse <= limit);
expectFigure(`the naive forecast is ahead of the LSTM for AAPL`, byNaive.mse < byLstm.mse);
