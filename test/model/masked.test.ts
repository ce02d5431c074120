// Padding does not count: the mask of an Embedding reaches the loss and the metrics.

import { describe, expect, test } from "vitest";
import { sequential } from "../../src/model/sequential.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

/** Word by word: ids [2, 3], 0 being padding, to probabilities of two classes at each step. */
function tagger(maskZero: boolean) {
  const model = sequential(
    [
      layers.embedding({ inputDim: 5, outputDim: 4, maskZero, inputShape: [3] }),
      layers.lstm({ units: 3, returnSequences: true }),
      layers.dense({ units: 2, activation: "softmax" }),
    ],
    { seed: 3 },
  );
  model.compile({ optimizer: "sgd", loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] });
  return model;
}

describe("a masked model", () => {
  const x = ndarray(
    [
      [1, 2, 0],
      [3, 0, 0],
    ],
    { dtype: "int32" },
  );
  const y = ndarray(
    [
      [0, 1, 1],
      [1, 0, 0],
    ],
    { dtype: "int32" },
  );

  test("counts the steps that are real", async () => {
    const model = tagger(true);
    const probabilities = await model.predict(x);
    // Σ over real steps of -log p(label) / their number, as Keras reduces a loss whose predictions carry a mask.
    const real = [
      [0, 0, 0],
      [0, 1, 1],
      [1, 0, 1],
    ] as const;
    const expected =
      real.reduce((sum, [row, step, label]) => sum - Math.log(probabilities.at(row, step, label)), 0) / 3;
    const hits = real.filter(([row, step, label]) => probabilities.at(row, step, label) > 0.5).length;
    const { loss, accuracy } = await model.evaluate(x, y);
    expect(loss).toBeCloseTo(expected, 5);
    expect(accuracy).toBeCloseTo(hits / 3, 6);
  });

  test("counts all steps where nothing is masked", async () => {
    const model = tagger(false);
    const probabilities = await model.predict(x);
    let expected = 0;
    for (let row = 0; row < 2; row++) {
      for (let step = 0; step < 3; step++)
        expected -= Math.log(probabilities.at(row, step, y.at(row, step))) / 6;
    }
    expect((await model.evaluate(x, y)).loss).toBeCloseTo(expected, 5);
  });

  test("does not learn from padding", async () => {
    const other = ndarray(
      [
        [0, 1, 0],
        [1, 1, 1],
      ],
      { dtype: "int32" },
    ); // differs from y at padded steps alone
    const [a, b] = [tagger(true), tagger(true)];
    await a.trainOnBatch(x, y);
    await b.trainOnBatch(x, other);
    expect(b.snapshotWeights()).toEqual(a.snapshotWeights());
  });
});
