// summary: the table of layers, with the parameter counts of the lectures' models.

import { describe, expect, test } from "vitest";
import { type Layer, layers, sequential } from "../../src/index.ts";

describe("summary", () => {
  // Each LSTM has 4·(features + units + 1)·units weights.
  test("three LSTMs of 50 units on 30 steps", () => {
    const model = sequential([
      layers.lstm({ units: 50, returnSequences: true, inputShape: [30, 1] }),
      layers.lstm({ units: 50, returnSequences: true }),
      layers.lstm({ units: 50 }),
      layers.dense({ units: 1 }),
    ]);
    expect(model.summary()).toBe(`\
Model: "sequential"
_________________________________________
 Layer (type)   Output Shape      Param #
=========================================
 lstm (LSTM)    (None, 30, 50)     10,400
 lstm_1 (LSTM)  (None, 30, 50)     20,200
 lstm_2 (LSTM)  (None, 50)         20,200
 dense (Dense)  (None, 1)              51
=========================================
Total params: 50,851
Trainable params: 50,851
Non-trainable params: 0`);
    expect(model.countParams()).toBe(50_851);
  });

  test("an embedding and an LSTM on 80 tokens", () => {
    const model = sequential(
      [
        layers.embedding({ inputDim: 20_000, outputDim: 128, inputShape: [80] }),
        layers.lstm({ units: 128 }),
        layers.dense({ units: 1 }),
      ],
      { name: "imdb" },
    );
    expect(model.summary()).toBe(`\
Model: "imdb"
____________________________________________________
 Layer (type)           Output Shape         Param #
====================================================
 embedding (Embedding)  (None, 80, 128)    2,560,000
 lstm (LSTM)            (None, 128)          131,584
 dense (Dense)          (None, 1)                129
====================================================
Total params: 2,691,713
Trainable params: 2,691,713
Non-trainable params: 0`);
  });

  test("simple RNNs of 10, 5 and 1 units on 100 steps", () => {
    const model = sequential([
      layers.simpleRNN({ units: 10, returnSequences: true, inputShape: [100, 1] }),
      layers.simpleRNN({ units: 5, returnSequences: true }),
      layers.simpleRNN({ units: 1 }),
    ]);
    expect(model.countParams()).toBe(207); // (1 + 10 + 1)·10 + (10 + 5 + 1)·5 + (5 + 1 + 1)·1
    expect(model.summary()).toContain(" simple_rnn_1 (SimpleRNN)  (None, 100, 5)          80\n");
  });

  test("a GRU with the bias of cuDNN, and without", () => {
    const count = (layer: Layer) => sequential([layer]).countParams();
    expect(count(layers.gru({ units: 8, inputShape: [5, 3] }))).toBe(3 * (3 * 8 + 8 * 8 + 2 * 8));
    expect(count(layers.gru({ units: 8, resetAfter: false, inputShape: [5, 3] }))).toBe(
      3 * (3 * 8 + 8 * 8 + 8),
    );
    expect(count(layers.gru({ units: 8, useBias: false, inputShape: [5, 3] }))).toBe(3 * (3 * 8 + 8 * 8));
  });

  test("layers of all kinds: names, shapes, and which weights are frozen", () => {
    const model = sequential([
      layers.embedding({ inputDim: 7, outputDim: 4, trainable: false, inputShape: [6] }),
      layers.timeDistributed({ layer: layers.dense({ units: 3 }) }),
      layers.activation({ activation: "relu" }),
      layers.dropout({ rate: 0.5, name: "drop" }),
      layers.reshape({ targetShape: [3, -1] }),
      layers.flatten(),
      layers.dense({ units: 2 }),
    ]);
    const rows = model.summary().split("\n").slice(4, 11);
    expect(rows.map((row) => row.trim().split(/ {2,}/))).toEqual([
      ["embedding (Embedding)", "(None, 6, 4)", "28"],
      ["time_distributed (TimeDistributed)", "(None, 6, 3)", "15"],
      ["activation (Activation)", "(None, 6, 3)", "0"],
      ["drop (Dropout)", "(None, 6, 3)", "0"],
      ["reshape (Reshape)", "(None, 3, 6)", "0"],
      ["flatten (Flatten)", "(None, 18)", "0"],
      ["dense (Dense)", "(None, 2)", "38"],
    ]);
    expect(model.summary()).toContain("Total params: 81\nTrainable params: 53\nNon-trainable params: 28");
  });

  test("a number given as a name counts as taken", () => {
    const model = sequential([
      layers.dense({ units: 1, inputShape: [1] }),
      layers.dense({ units: 1, name: "dense" }),
      layers.dense({ units: 1, name: "dense_1" }),
      layers.dense({ units: 1 }),
    ]);
    expect(model.layers.map(({ name }) => name)).toEqual(["dense_2", "dense", "dense_1", "dense_3"]);
  });
});
