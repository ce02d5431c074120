// EarlyStopping: when it ends a training, which weights it keeps, and how it goes on after a crash.

import { describe, expect, test } from "vitest";
import { type Callback, EarlyStopping, type EarlyStoppingOptions } from "../../../src/index.ts";
import { setWeights, weightsOf } from "../support/data.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";
import { line, quiet, x, y } from "./line.ts";

/** Feeds logs to a callback as fit does, and says after which epoch it ended the training. */
async function stopsAfter(
  options: EarlyStoppingOptions,
  values: readonly number[],
): Promise<number | undefined> {
  const name = options.monitor ?? "val_loss";
  const training = new FakeTraining({ logNames: [name] });
  const stopping = new EarlyStopping(options);
  stopping.onTrainBegin(training);
  const last = await runEpochs(
    stopping,
    training,
    values.map((value) => ({ [name]: value })),
  );
  return training.stop ? last : undefined;
}

describe("EarlyStopping", () => {
  test.each<[string, EarlyStoppingOptions, number[], number | undefined]>([
    ["at the first epoch that is no better", {}, [3, 2, 2, 1], 2],
    ["only once patience is used up", { patience: 2 }, [3, 2, 4, 5, 1], 3],
    ["not while there are improvements in between", { patience: 2 }, [3, 4, 2, 4, 1, 4], undefined],
    ["when improvements are too small to count", { minDelta: 0.5 }, [3, 2.4, 2], 2],
    [
      "by small improvements that add up over the patience",
      { minDelta: 0.5, patience: 2 },
      [3, 2.7, 2.4, 2.1],
      undefined,
    ],
    [
      "when an accuracy rises too little to count",
      { monitor: "val_accuracy", minDelta: 0.1 },
      [0.5, 0.55, 0.7],
      1,
    ],
    ["when an accuracy falls", { monitor: "val_accuracy" }, [0.5, 0.6, 0.55], 2],
    ["when R² falls", { monitor: "val_r2" }, [-1, 0.6, 0.55], 2],
    [
      "by the mode given: what is an accuracy to fall",
      { monitor: "val_accuracy", mode: "min" },
      [0.5, 0.4, 0.45],
      2,
    ],
    ["by the mode given: what is a loss to rise", { monitor: "loss", mode: "max" }, [1, 2, 1.5], 2],
    ["not before startFromEpoch", { startFromEpoch: 3 }, [1, 2, 3, 4, 5], 4],
    ["when the loss is no number any more", { patience: 1 }, [3, Number.NaN, 1], 1],
    ["when precision falls", { monitor: "val_precision" }, [0.5, 0.6, 0.55], 2],
    ["when the second AUC of an output falls", { monitor: "val_head_auc_1" }, [0.5, 0.6, 0.55], 2],
    // Baselines: as Keras 3.15.1's callback does on the same numbers, run by hand.
    [
      "not while values fall behind a baseline",
      { patience: 2, baseline: 1 },
      [3, 2.5, 2, 1.5, 1.2],
      undefined,
    ],
    ["when they stay behind a baseline, and rise", { patience: 2, baseline: 1 }, [3, 2.5, 2, 2.2, 1.2], 3],
    ["as ever once a baseline is beaten", { patience: 2, baseline: 2 }, [3, 1.5, 1.6, 1.4, 1.5, 1.6, 1], 5],
    ["when no value beats a baseline", { patience: 3, baseline: 2 }, [3, 4, 5, 1], 2],
    [
      "when a rising value stays behind one",
      { mode: "max", patience: 2, baseline: 0.5 },
      [0.1, 0.2, 0.15],
      2,
    ],
    ["never while the loss falls", { patience: 0 }, [5, 4, 3, 2, 1], undefined],
  ])("ends %s", async (_, options, values, epoch) => {
    expect(await stopsAfter(options, values)).toBe(epoch);
  });

  // With this schedule w goes 1, 2, 3 (where the loss is 0), 4, 5: a step moves w by 15·rate·(3 - w).
  const schedule = (step: number) => (step < 2 ? 1 / 15 / (3 - step) : step === 2 ? 1 / 15 : 0);
  const worse: Callback = {
    // From the fourth epoch on the weight is pushed away from its best value.
    onEpochBegin(epoch, { model }) {
      if (epoch >= 3) setWeights(model, [[3 + epoch]]);
    },
  };

  test("puts the best weights back at the end, if asked to", async () => {
    for (const [restoreBestWeights, kept] of [
      [true, 3],
      [false, 7],
    ] as const) {
      const model = line(schedule);
      const stopping = new EarlyStopping({ patience: 2, restoreBestWeights });
      const options = { epochs: 20, batchSize: 4, validationData: [x, y] as const, ...quiet };
      const history = await model.fit(x, y, { ...options, callbacks: [worse, stopping] });
      expect(history.epochs).toEqual([0, 1, 2, 3, 4]);
      expect(stopping.bestEpoch).toBe(2);
      expect(stopping.stoppedEpoch).toBe(4);
      expect(weightsOf(model)[0]).toBeCloseTo(kept, 4);
    }
  });

  test("puts the best weights back where the epochs run out, too", async () => {
    const model = line(schedule);
    const stopping = new EarlyStopping({ patience: 10, restoreBestWeights: true });
    await model.fit(x, y, {
      epochs: 5,
      batchSize: 4,
      validationData: [x, y],
      callbacks: [worse, stopping],
      ...quiet,
    });
    expect(stopping.stoppedEpoch).toBeUndefined();
    expect(weightsOf(model)[0]).toBeCloseTo(3, 4);
  });

  test("starts anew at each fit", async () => {
    const model = line();
    const stopping = new EarlyStopping({ monitor: "loss", patience: 1 });
    await model.fit(x, y, { epochs: 3, callbacks: [stopping], ...quiet });
    setWeights(model, [[-5]]);
    const { epochs } = await model.fit(x, y, { epochs: 3, callbacks: [stopping], ...quiet });
    expect(epochs).toEqual([0, 1, 2]);
  });

  test("of a quantity that is not logged fails before anything is trained, and names those that are", async () => {
    const model = line();
    const train = (options: EarlyStoppingOptions, validationSplit = 0) =>
      model.fit(x, y, { callbacks: [new EarlyStopping(options)], validationSplit, ...quiet });
    await expect(train({})).rejects.toThrow(
      'EarlyStopping: there is no "val_loss" in the logs; there are loss, mae. Give fit validationData or validationSplit',
    );
    await expect(train({ monitor: "acuracy" }, 0.5)).rejects.toThrow(
      'EarlyStopping: there is no "acuracy" in the logs; there are loss, mae, val_loss, val_mae',
    );
    expect(weightsOf(model)).toEqual([0]);
  });

  test.each<[object, string]>([
    [
      { patince: 3 },
      'EarlyStopping: there is no option "patince". Did you mean "patience"? It takes monitor, mode, patience',
    ],
    [{ patience: -1 }, "EarlyStopping: patience is to be a whole number from 0 up, got -1"],
    [{ patience: 1.5 }, "EarlyStopping: patience is to be a whole number from 0 up, got 1.5"],
    [{ minDelta: Number.NaN }, "EarlyStopping: minDelta is to be a number, got NaN"],
    [{ startFromEpoch: "2" }, 'EarlyStopping: startFromEpoch is to be a whole number from 0 up, got "2"'],
    [{ baseline: null }, "EarlyStopping: baseline is to be a number, got null"],
    [{ monitor: 3 }, "EarlyStopping: monitor is to name a logged quantity, got 3"],
    [{ mode: "maximum" }, 'EarlyStopping: mode is to be one of auto, min, max, got "maximum"'],
  ])("refuses %o", (options, message) => {
    expect(() => new EarlyStopping(options)).toThrow(message);
  });

  test("goes on after a crash as though there had been none: waits, best epoch and best weights", async () => {
    const values = [5, 3, 4, 2, 2.5, 2.2, 3, 1, 0.5, 0.4];
    const logs = values.map((loss) => ({ loss }));
    // The weight is the epoch's number: what is restored says which epoch was kept.
    class Marked extends EarlyStopping {
      onEpochBegin(epoch: number, training: { readonly model: Parameters<typeof setWeights>[0] }): void {
        setWeights(training.model, [[epoch + 0.1]]);
      }
    }
    const make = () => new Marked({ monitor: "loss", patience: 3, restoreBestWeights: true });
    const outcome = (callback: Callback, training: FakeTraining) => {
      const { stoppedEpoch, bestEpoch } = callback as EarlyStopping;
      return { stoppedEpoch, bestEpoch, weights: weightsOf(training.model) };
    };
    const [whole, training] = [make(), new FakeTraining()];
    whole.onTrainBegin(training);
    await runEpochs(whole, training, logs);
    expect(outcome(whole, training)).toEqual({ stoppedEpoch: 6, bestEpoch: 3, weights: [Math.fround(3.1)] });
    for (let cut = 0; cut <= 7; cut++) {
      const again = await runCut(make, (resumed) => new FakeTraining({ resumed }), logs, cut);
      expect(outcome(again.callback, again.training)).toEqual(outcome(whole, training));
    }
  });
});
