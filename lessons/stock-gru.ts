// Lesson: another company, another recurrent layer. Microsoft's next close by three GRUs.
//
//     node --conditions=source lessons/stock-gru.ts [--data DIR] [--out DIR] [--quick]
//
// As stock-lstm.ts, with GRU(50) in place of LSTM(50). A GRU keeps one state where an LSTM keeps two, and has two gates in place of three:
// three quarters of the weights. Windows, scale, training and the naive forecast are the same; the figures are means of three seeds.

import { layers, type Sequential, sequential } from "recurra";
import { predictionSpec } from "recurra/plot";
import { lookback, readStock, stockTask } from "./stock-data.ts";
import {
  errorText,
  meanErrors,
  predictBySeed,
  predictNaive,
  seeds,
  stockChart,
  threeLstms,
} from "./stock-models.ts";
import { draw, expectFigure, options } from "./support.ts";

function threeGrus(seed: number): Sequential {
  return sequential(
    [
      layers.gru({ units: 50, returnSequences: true, inputShape: [lookback, 1] }),
      layers.dropout({ rate: 0.2 }),
      layers.gru({ units: 50, returnSequences: true }), // [B, 30, 50]
      layers.dropout({ rate: 0.2 }),
      layers.gru({ units: 50 }), // [B, 50]
      layers.dropout({ rate: 0.2 }),
      layers.dense({ units: 1 }), // [B, 1]
    ],
    { seed },
  );
}
const [gruWeights, lstmWeights] = [threeGrus(1).countParams(), threeLstms(1, 1).countParams()];
console.log(`${gruWeights} weights; three LSTMs have ${lstmWeights}\n`);

const microsoft = stockTask(readStock("MSFT"));
const byGru = await predictBySeed("gru-MSFT", threeGrus, microsoft);
const gru = meanErrors(byGru);
const lstm = meanErrors(await predictBySeed("lstm-MSFT", (seed) => threeLstms(1, seed), microsoft));
const naive = predictNaive(microsoft);

for (const predicted of byGru.slice(0, 1)) {
  await draw(
    "stock-gru",
    predictionSpec({
      ...stockChart(microsoft, { predicted }),
      subtitle: `of scaled prices, by three GRUs; RMSE $${predicted.rmse.toFixed(2)}. Tomorrow like today: $${naive.rmse.toFixed(2)}`,
    }),
  );
}
console.log(`
MSFT, test days, mean of ${seeds.length} seeds
  three GRUs   ${errorText(gru)}
  three LSTMs  ${errorText(lstm)}
  naive        ${errorText(naive)}
`);
if (!options.quick) {
  console.log(`The smaller layer is nearer here: Microsoft's price leaves the range of the training days early, and the GRUs follow it further out than
the LSTMs do. It is one company and one recipe, no law. Tomorrow like today is ahead of both.
`);
}
const limit = options.quick ? 1 : 0.03;
expectFigure(`GRU, MSFT: MSE ${gru.mse.toFixed(5)}, at most ${limit}`, gru.mse <= limit);
expectFigure("the naive forecast is ahead of the GRU", naive.mse < gru.mse);
