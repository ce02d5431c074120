// fitBest: which weights a training ends with, when it ends, and how it is stopped.

import { describe, expect, test } from "vitest";
import { fitBest } from "../../src/model/fit-best.ts";
import { sequential } from "../../src/model/sequential.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

const x = ndarray([[1], [2], [3], [4]]);
const y = ndarray([[2], [4], [6], [8]]);
/** Held out is another slope: to learn the training data is to get worse at these. */
const contrary: readonly [typeof x, typeof y] = [x, ndarray([[-2], [-4], [-6], [-8]])];

function line(learningRate = 0.01) {
  const model = sequential([
    layers.dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [1] }),
  ]);
  model.compile({ optimizer: { name: "sgd", learningRate }, loss: "meanSquaredError" });
  return model;
}

const steps = 1;

describe("fitBest", () => {
  test("keeps the weights of the best epoch, and ends when none has been better for a while", async () => {
    const model = line();
    const told: string[] = [];
    const fitted = await fitBest("a line", model, [x, y], {
      epochs: 50,
      steps,
      patience: 3,
      validationData: contrary,
      onEpoch: (epoch, _logs, isBest) => {
        told.push(`${epoch} ${isBest}`);
      },
    });
    expect(told).toEqual(["1 true", "2 false", "3 false", "4 false"]);
    expect(fitted).toMatchObject({ epochs: 4, bestEpoch: 1 });
    // w = 0 + 0.01 · 2 · mean(x · y) = 0.01 · 2 · 15 after one step.
    expect(model.snapshotWeights()[0]?.[0]).toBeCloseTo(0.3, 5);
    expect(fitted.logs.val_loss).toBeDefined();
  });

  test("without held-out data the last epoch is the best", async () => {
    const model = line();
    const done: number[] = [];
    const fitted = await fitBest("a line", model, [x, y], {
      epochs: 5,
      steps,
      patience: 1,
      onStep: (step, of) => done.push(step / of),
    });
    expect(fitted).toMatchObject({ epochs: 5, bestEpoch: 5 });
    expect(done).toEqual([0.2, 0.4, 0.6, 0.8, 1]);
  });

  test("says so where the loss grows beyond all bounds", async () => {
    const fitting = fitBest("a line", line(1e30), [x, y], { epochs: 5, steps, patience: 5 });
    await expect(fitting).rejects.toMatchObject({ code: "training-diverged" });
  });

  test("ends with the reason of a signal", async () => {
    const stop = new AbortController();
    const epochs: number[] = [];
    const fitting = fitBest("a line", line(), [x, y], {
      epochs: 9,
      steps,
      patience: 9,
      signal: stop.signal,
      onEpoch: (epoch) => {
        epochs.push(epoch);
        if (epoch === 2) stop.abort(new Error("enough"));
      },
    });
    await expect(fitting).rejects.toThrow("enough");
    expect(epochs).toEqual([1, 2]);
    await expect(
      fitBest("a line", line(), [x, y], { epochs: 1, steps, patience: 1, signal: stop.signal }),
    ).rejects.toThrow("enough");
  });
});
