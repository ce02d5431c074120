// Lesson: four networks for the same sentences, and what each learns with.
//
//     node --conditions=source lessons/yelp-models.ts
//
// A review is 100 word numbers out of 10,001; each network turns the numbers into vectors of 50, by the same table of 500,050 numbers,
// and says how likely the review is a good one. They differ in how they read the vectors:
//
//   MLP           the mean of all vectors: the order of the words is lost
//   SimpleRNN     word by word, with a state
//   Conv1D + RNN  pairs of words first, then word by word
//   LSTM          word by word, with a state that is kept on purpose
//
// The table is nearly all of each network: what reads it takes 521, 622, 677 and 2,488 numbers.

import { layers, type Sequential, sequential } from "recurra";
import { expectFigure } from "./support.ts";

const table = () => layers.embedding({ inputDim: 10_001, outputDim: 50, inputShape: [100] });

const models: Readonly<Record<string, { readonly model: Sequential; readonly parameters: number }>> = {
  MLP: {
    model: sequential([
      table(),
      layers.globalAveragePooling1D(),
      layers.dense({ units: 10, activation: "relu" }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]),
    parameters: 500_571,
  },
  SimpleRNN: {
    model: sequential([
      table(),
      layers.simpleRNN({ units: 10, returnSequences: true }),
      layers.simpleRNN({ units: 1, activation: "sigmoid" }),
    ]),
    parameters: 500_672,
  },
  "Conv1D + RNN": {
    model: sequential([
      table(),
      layers.conv1D({ filters: 5, kernelSize: 2 }),
      layers.simpleRNN({ units: 10, returnSequences: true }),
      layers.simpleRNN({ units: 1, activation: "sigmoid" }),
    ]),
    parameters: 500_727,
  },
  LSTM: {
    model: sequential([
      table(),
      layers.lstm({ units: 10, returnSequences: true }),
      layers.lstm({ units: 1, activation: "sigmoid" }),
    ]),
    parameters: 502_538,
  },
};

for (const [name, { model }] of Object.entries(models)) console.log(`${name}\n${model.summary()}\n`);
for (const [name, { model, parameters }] of Object.entries(models)) {
  const count = model.countParams();
  expectFigure(
    `${name}: ${count.toLocaleString("en-US")} parameters, ${parameters.toLocaleString("en-US")} in the lecture`,
    count === parameters,
  );
}
