// ReduceLROnPlateau: the rate over epochs, held against Keras' own callback.

import { describe, expect, test } from "vitest";
import { ReduceLROnPlateau, type ReduceLROnPlateauOptions } from "../../../src/model/callbacks.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";

/** The rate after each epoch, 1 at first. */
async function ratesAfter(options: ReduceLROnPlateauOptions, values: readonly number[]) {
  const rates: number[] = [];
  const training = new FakeTraining({ learningRate: 1 });
  const callback = new ReduceLROnPlateau({ monitor: "loss", ...options });
  callback.onTrainBegin(training);
  const logs = values.map((loss) => ({ loss }));
  for (const from of logs.keys()) {
    await runEpochs(callback, training, logs, { from, to: from + 1 });
    rates.push(training.learningRate);
  }
  return rates;
}

describe("ReduceLROnPlateau", () => {
  // Rates as Keras 3.15.1's callback sets them on the same numbers, run by hand with a stub for the model.
  test.each<[string, ReduceLROnPlateauOptions, number[], number[]]>([
    [
      "once patience is used up",
      { factor: 0.5, patience: 2 },
      [5, 4, 4, 4, 4, 4, 3, 3, 3],
      [1, 1, 1, 0.5, 0.5, 0.25, 0.25, 0.25, 0.125],
    ],
    [
      "not while it cools down",
      { factor: 0.5, patience: 1, cooldown: 2 },
      [5, 5, 5, 5, 5, 5, 5],
      [1, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125],
    ],
    [
      "with a wait after one epoch of cooling",
      { factor: 0.5, patience: 2, cooldown: 1 },
      [5, 5, 5, 4, 5, 5, 5, 5],
      [1, 1, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125],
    ],
    [
      "to the least rate at most",
      { factor: 0.1, patience: 1, minLr: 0.03 },
      [5, 5, 5, 5, 5],
      [1, 0.1, 0.03, 0.03, 0.03],
    ],
    [
      "when improvements are too small",
      { factor: 0.5, patience: 2, minDelta: 0.5 },
      [5, 4.6, 4.4, 4.1, 4, 3],
      [1, 1, 1, 1, 0.5, 0.5],
    ],
    ["at once without patience", { factor: 0.5, patience: 0 }, [5, 5, 4, 4, 5], [1, 0.5, 0.5, 0.25, 0.125]],
    [
      "when what is to rise does not",
      { factor: 0.5, patience: 2, mode: "max" },
      [1, 2, 2, 3, 2, 1],
      [1, 1, 1, 1, 1, 0.5],
    ],
    [
      "when the loss is no number",
      { factor: 0.5, patience: 1 },
      [5, Number.NaN, 4, Number.NaN, Number.NaN],
      [1, 0.5, 0.5, 0.25, 0.125],
    ],
    [
      "by ten, after ten epochs, for less than 1e-4, unless told otherwise",
      {},
      [5, ...new Array<number>(10).fill(4.99995)],
      [...new Array<number>(10).fill(1), 0.1],
    ],
  ])("lowers the rate %s", async (_, options, values, rates) => {
    expect(await ratesAfter(options, values)).toEqual(rates);
  });

  test("says what it did", async () => {
    const training = new FakeTraining({ learningRate: 0.003 });
    const callback = new ReduceLROnPlateau({ monitor: "loss", patience: 1 });
    callback.onTrainBegin(training);
    await runEpochs(callback, training, [{ loss: 1 }, { loss: 1 }, { loss: 0 }]);
    // 0.003 · 0.1 is 0.00030000000000000003.
    expect(training.said).toEqual([
      "Epoch 2: ReduceLROnPlateau lowers the learning rate from 0.003 to 0.0003",
    ]);
  });

  test("says nothing where the rate is as low as it may be", async () => {
    const training = new FakeTraining({ learningRate: 0.1 });
    const callback = new ReduceLROnPlateau({ monitor: "loss", patience: 1, minLr: 0.05 });
    callback.onTrainBegin(training);
    await runEpochs(callback, training, new Array<Record<string, number>>(5).fill({ loss: 1 }));
    expect(training.learningRate).toBe(0.05);
    expect(training.said.length).toBe(1);
  });

  test("starts anew at each fit", async () => {
    const training = new FakeTraining();
    const callback = new ReduceLROnPlateau({ monitor: "loss", patience: 2, factor: 0.5 });
    for (const loss of [1, 5]) {
      callback.onTrainBegin(training);
      await runEpochs(callback, training, [{ loss }, { loss }]);
    }
    expect(training.learningRate).toBe(1);
  });

  test("goes on after a crash as though there had been none", async () => {
    const logs = [5, 5, 5, 4, 5, 5, 5, 5, 3, 3, 3, 3, 3].map((loss) => ({ loss }));
    const make = () => new ReduceLROnPlateau({ monitor: "loss", factor: 0.5, patience: 1, cooldown: 3 });
    const [whole, training] = [make(), new FakeTraining()];
    whole.onTrainBegin(training);
    await runEpochs(whole, training, logs);
    expect(training.learningRate).toBe(1 / 16);
    for (let cut = 0; cut <= logs.length; cut++) {
      const again = await runCut(make, (resumed) => new FakeTraining({ resumed }), logs, cut, 2);
      expect(again.training.learningRate).toBe(training.learningRate);
    }
  });

  test("fails before anything is trained where it cannot work", () => {
    const begin = (options: ReduceLROnPlateauOptions, training: FakeTraining) => () =>
      new ReduceLROnPlateau(options).onTrainBegin(training);
    expect(begin({}, new FakeTraining())).toThrow(
      'ReduceLROnPlateau: there is no "val_loss" in the logs; there are loss. Give fit validationData or validationSplit',
    );
    expect(begin({ monitor: "loss" }, new FakeTraining({ scheduled: true }))).toThrow(
      "ReduceLROnPlateau: learning rate: a schedule gives it; it cannot be set",
    );
  });

  test.each<[object, string]>([
    [
      { facter: 0.5 },
      'ReduceLROnPlateau: there is no option "facter". Did you mean "factor"? It takes monitor, mode, factor',
    ],
    [{ factor: 1 }, "ReduceLROnPlateau: factor is to be in (0, 1), got 1"],
    [{ factor: 0 }, "ReduceLROnPlateau: factor is to be in (0, 1), got 0"],
    [{ patience: -1 }, "ReduceLROnPlateau: patience is to be a whole number from 0 up, got -1"],
    [{ cooldown: 0.5 }, "ReduceLROnPlateau: cooldown is to be a whole number from 0 up, got 0.5"],
    [{ minLr: -1 }, "ReduceLROnPlateau: minLr is to be a number from 0 up, got -1"],
    [{ minDelta: "1" }, 'ReduceLROnPlateau: minDelta is to be a number, got "1"'],
    [{ mode: "down" }, 'ReduceLROnPlateau: mode is to be one of auto, min, max, got "down"'],
  ])("refuses %o", (options, message) => {
    expect(() => new ReduceLROnPlateau(options)).toThrow(message);
  });
});
