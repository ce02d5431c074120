// Lesson: a simple recurrent network reads 100 days of a stock and forecasts the next; then a stack of three.
//
//     node --conditions=source lessons/simple-rnn-stocks.ts [--data DIR] [--out DIR] [--quick]
//
// The lesson of the single neuron wrote the loop, the gradient and the descent by hand. Here the same network is one layer,
//
//     h_t = tanh(w x_t + u h_{t-1} + b),   SimpleRNN(1): three weights,
//
// trained by Adam in batches, and then a stack SimpleRNN(10) -> SimpleRNN(5) -> SimpleRNN(1), of which each layer reads what the one
// below says at every step. As in the lecture, all 502 companies are trained on, and the figures are those of the training data.

import { layers, ndarray, type Sequential, sequential } from "recurra";
import { historySpec } from "recurra/plot";
import { draw, expectFigure, options, readData } from "./support.ts";

const [, ...lines] = readData("fortune500_100_days.csv").trim().split("\n");
const prices = lines.map((line) => line.split(",").slice(1).map(Number)); // [B, 101]
const x = ndarray(prices.map((row) => row.slice(0, 100).map((price) => [price]))); // [B, 100, 1]
const y = ndarray(prices.map((row) => [row[100] ?? Number.NaN])); // [B, 1]
console.log(`${prices.length} companies, 100 days each`);

const epochs = options.quick ? 3 : 120;

async function train(name: string, model: Sequential): Promise<number> {
  console.log(`\n${model.summary()}\n`);
  // The learning rate falls from 0.01 to 0 along a half cosine, so that the last epochs settle.
  const decaySteps = epochs * Math.ceil(prices.length / 32);
  const learningRate = { name: "cosineDecay", initialLearningRate: 0.01, decaySteps } as const;
  model.compile({ optimizer: { name: "adam", learningRate }, loss: "mse" });
  const history = await model.fit(x, y, { epochs, batchSize: 32, verbose: "silent" });
  const { loss = Number.NaN } = await model.evaluate(x, y);
  console.log(`MSE after ${epochs} epochs: ${loss.toFixed(4)}`);
  await draw(name, historySpec({ history, title: `${name}: training` }));
  return loss;
}

const single = sequential([layers.simpleRNN({ units: 1, inputShape: [100, 1] })], { seed: 1 });
const stack = sequential(
  [
    layers.simpleRNN({ units: 10, returnSequences: true, inputShape: [100, 1] }),
    layers.simpleRNN({ units: 5, returnSequences: true }),
    layers.simpleRNN({ units: 1 }),
  ],
  { seed: 1 },
);
const singleMse = await train("simple-rnn", single);
const stackMse = await train("simple-rnn-stack", stack);

console.log(
  "\nFor comparison: always saying the mean of day 101 has an MSE of 0.3516, repeating day 100 one of 0.0333.\n",
);
const [singleLimit, stackLimit] = options.quick ? [0.35, 0.35] : [0.044, 0.027];
expectFigure(`SimpleRNN(1): MSE ${singleMse.toFixed(4)}, at most ${singleLimit}`, singleMse <= singleLimit);
expectFigure(
  `SimpleRNN(10, 5, 1): MSE ${stackMse.toFixed(4)}, at most ${stackLimit}`,
  stackMse <= stackLimit,
);
