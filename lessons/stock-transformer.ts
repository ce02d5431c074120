// Lesson: a transformer against the LSTMs on the prices of 25 companies, and both against saying that tomorrow is like today.
//
//     node --conditions=source lessons/stock-transformer.ts [--data DIR] [--out DIR] [--quick]
//
// The lecture's transformer is that of Keras' example, as in forda-transformer.ts: four blocks of attention with 4 heads of width 256 and
// two 1 × 1 convolutions, each with dropout 0.25 and a layer normalisation; the mean; a layer of 128 with dropout 0.4; one number. Source:
// "Timeseries classification with a Transformer model", keras.io (Ntakouris, 2021), after Vaswani et al., NeurIPS 2017. Windows,
// scale and training are those of stock-lstm.ts, whose models are loaded where that lesson has left them in the same --out.
//
// With one channel, layer normalisation takes one number, subtracts its mean, which is the number itself, and is left with its offset β.
// Whatever attention finds, the same β is added to every day, and the price comes through by the residual path alone. The mean over
// time then makes one number of the 30 days: the network can tell tomorrow's price from the mean of the last 30 days and from nothing
// else, which the lesson checks. That is 15 days late. The LSTMs are ahead of it, as in the lecture.
//
// The example of 2021 normalised before attention and took the mean "channels_first", which is over the one channel: all 30 days remain,
// and the dense layers behind them do the work. It has kept the name of a transformer; on one channel it is a network of two dense
// layers. It is shown beside the other, and it is ahead of the LSTMs: which mean is taken decides who wins, not attention.

import { input, type LayerTensor, layers, type Model, model, ndarray } from "recurra";
import { type PredictionChart, predictionGridSpec, predictionSpec } from "recurra/plot";
import { lookback, readStock, readStocks, type StockTask, stockTask } from "./stock-data.ts";
import {
  errorText,
  type Predicted,
  predictNaive,
  predictTest,
  stockChart,
  testChart,
  threeLstms,
  trainOrLoad,
} from "./stock-models.ts";
import { draw, expectFigure, options } from "./support.ts";

/** Which text of the example: that of today, or that of 2021. */
type Form = "today" | "2021";

const norm = (x: LayerTensor) => layers.layerNormalization({ epsilon: 1e-6 }).apply(x);
const drop = (x: LayerTensor) => layers.dropout({ rate: 0.25 }).apply(x);

/** Attention, then two convolutions, normalised before (2021) or after (today), with residuals: [B, T, F] -> [B, T, F]. */
function block(x: LayerTensor, form: Form): LayerTensor {
  const [before, after] = form === "2021" ? [norm, (y: LayerTensor) => y] : [(y: LayerTensor) => y, norm];
  const seen = before(x);
  const attention = layers.multiHeadAttention({ numHeads: 4, keyDim: 256, dropout: 0.25 });
  const residual = layers.add().apply([after(drop(attention.apply([seen, seen]))), x]);
  const wide = layers.conv1D({ filters: 4, kernelSize: 1, activation: "relu" }).apply(before(residual));
  const narrow = layers.conv1D({ filters: x.shape.at(-1) ?? 1, kernelSize: 1 }).apply(drop(wide));
  return layers.add().apply([after(narrow), residual]);
}

function transformer(form: Form): Model {
  const start = input({ shape: [lookback, 1] });
  let x: LayerTensor = start;
  for (let i = 0; i < 4; i++) x = block(x, form);
  if (form === "2021") x = layers.permute({ dims: [2, 1] }).apply(x); // [B, 1, 30]: the days are now the channels
  x = layers.globalAveragePooling1D().apply(x); // [B, 1] or, in 2021, [B, 30]
  x = layers.dropout({ rate: 0.4 }).apply(layers.dense({ units: 128, activation: "relu" }).apply(x));
  return model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(x), seed: 1 });
}

/** By how much forecasts change, in scaled prices, where each day of a window is replaced by the mean of its 30. */
async function changeByMeans(net: Model, { test }: StockTask): Promise<number> {
  const [count = 0] = test.x.shape;
  const days = test.x.data as Float32Array;
  const means = Array.from({ length: count }, (_, row) => {
    const window = days.subarray(row * lookback, (row + 1) * lookback);
    const mean = window.reduce((sum, price) => sum + price, 0) / lookback;
    return Array.from({ length: lookback }, () => [mean]);
  });
  const [of, ofMeans] = [await net.predict(test.x), await net.predict(ndarray(means))];
  const other = ofMeans.data as Float32Array;
  return (of.data as Float32Array).reduce(
    (most, value, i) => Math.max(most, Math.abs(value - (other[i] ?? 0))),
    0,
  );
}

const names = ["LSTM", "transformer", "of 2021", "naive"] as const;
type Errors = Readonly<Record<(typeof names)[number], Predicted>>;

const stocks = options.quick ? [readStock("AAPL")] : readStocks();
const results: Errors[] = [];
const charts: PredictionChart[] = [];
let change = 0;
const began = performance.now();
for (const stock of stocks) {
  const task = stockTask(stock);
  const { symbol } = stock;
  const lstms = await trainOrLoad(`lstm-${symbol}-1`, () => threeLstms(1, 1), task);
  const today = await trainOrLoad(`transformer-${symbol}-1`, () => transformer("today"), task);
  const of2021 = await trainOrLoad(`transformer-2021-${symbol}-1`, () => transformer("2021"), task);
  change = Math.max(change, await changeByMeans(today, task));
  const errors: Errors = {
    LSTM: await predictTest(lstms, task),
    transformer: await predictTest(today, task),
    "of 2021": await predictTest(of2021, task),
    naive: predictNaive(task),
  };
  results.push(errors);
  for (const name of names) console.log(`  ${symbol.padEnd(6)}${name.padEnd(12)}${errorText(errors[name])}`);

  const predicted = { LSTM: errors.LSTM, transformer: errors.transformer };
  const mses = Object.values(predicted).map(({ mse }) => Number(mse.toPrecision(2)));
  charts.push({ ...testChart(task, predicted), mse: undefined, subtitle: `MSE ${mses.join(", ")}` });
  if (symbol !== "AAPL") continue;
  await draw(
    "stock-transformer",
    predictionSpec({
      ...stockChart(task, { ...predicted, "transformer of 2021": errors["of 2021"] }),
      mse: undefined,
      subtitle: names.map((name) => `${name}: MSE ${errors[name].mse.toPrecision(3)}`).join("; "),
    }),
  );
}
await draw("stock-transformer-grid", predictionGridSpec(charts, "LSTMs and transformer, test days"));

/** The mean of a figure over the companies. */
const mean = (figure: (errors: Errors) => number) =>
  results.reduce((sum, errors) => sum + figure(errors), 0) / results.length;
const mse = (name: keyof Errors) => mean((errors) => errors[name].mse);
const wins = (name: keyof Errors, over: keyof Errors) =>
  results.filter((errors) => errors[name].mse < errors[over].mse).length;

console.log(`\n${stocks.length} companies in ${((performance.now() - began) / 1000).toFixed(0)} s\n`);
console.log(`${"".padEnd(14)}mean MSE   mean RMSE, times the naive one   better than the LSTM`);
for (const name of names) {
  const times = mean((errors) => errors[name].rmse / errors.naive.rmse);
  console.log(
    `${name.padEnd(14)}${mse(name).toFixed(5)}${times.toFixed(2).padStart(12)}${String(wins(name, "LSTM")).padStart(31)}`,
  );
}
if (!options.quick) {
  console.log(`
As in the lecture the LSTMs are ahead of the transformer, and that says little of transformers: with one channel this one is blind to
all but the mean of its window. The same example as it stood in 2021, which leaves the 30 days to its dense layers, is ahead of
the LSTMs, since such layers go on in a straight line where the price leaves the range of the training days. And none comes near to
saying that tomorrow is like today, which is where a comparison of price forecasts has to begin.
`);
}
const bound = 1e-4;
expectFigure(
  `the transformer knows the mean of 30 days alone: with it in place of the days, forecasts change by ${change.toExponential(1)}, at most ${bound}`,
  change <= bound,
);
if (!options.quick) {
  expectFigure(
    `the LSTMs are ahead of the transformer: mean MSE ${mse("LSTM").toFixed(5)} against ${mse("transformer").toFixed(5)}, for ${wins("LSTM", "transformer")} of ${stocks.length} companies`,
    mse("LSTM") < mse("transformer") && wins("LSTM", "transformer") > stocks.length / 2,
  );
}
expectFigure(
  `the naive forecast is ahead of all: mean MSE ${mse("naive").toFixed(5)}`,
  names.every((name) => name === "naive" || mse("naive") < mse(name)),
);
