// Callbacks: when they are called, EarlyStopping and ModelCheckpoint.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Callback,
  EarlyStopping,
  type EarlyStoppingOptions,
  layers,
  loadModel,
  ModelCheckpoint,
  type ModelCheckpointOptions,
  optimizers,
  sequential,
  type TrainingState,
} from "../../src/index.ts";
import { filled, setWeights, weightsOf } from "./support/data.ts";

const quiet = { verbose: "silent" } as const;

/** y = w·x, w being 0 at first; on the data below the loss is 7.5·(w - 3)². */
function line(learningRate: number | ((step: number) => number) = 0.01) {
  const model = sequential([layers.dense({ units: 1, useBias: false, inputShape: [1] })]);
  model.compile({ optimizer: optimizers.sgd({ learningRate }), loss: "mse", metrics: ["mae"] });
  setWeights(model, [[0]]);
  return model;
}

const x = filled([4, 1], (i) => i + 1);
const y = filled([4, 1], (i) => 3 * (i + 1));

describe("callbacks", () => {
  test("are called in order, each waited for, with what was logged", async () => {
    const calls: string[] = [];
    const pause = () => new Promise((resolve) => setTimeout(resolve, 1));
    const make = (name: string): Callback => ({
      async onTrainBegin(training) {
        await pause();
        calls.push(`${name} train begin ${training.logNames.join()}`);
      },
      onEpochBegin: (epoch) => void calls.push(`${name} epoch ${epoch} begin`),
      onBatchEnd: (step, logs) => void calls.push(`${name} batch ${step} ${Object.keys(logs)}`),
      async onEpochEnd(epoch, logs) {
        await pause();
        calls.push(`${name} epoch ${epoch} end ${Object.keys(logs)}`);
      },
      onTrainEnd: (training) => void calls.push(`${name} train end ${training.stop}`),
    });
    await line().fit(x, y, {
      epochs: 2,
      batchSize: 3,
      validationSplit: 0.25,
      callbacks: [make("a"), make("b")],
      ...quiet,
    });
    const both = (text: string) => [`a ${text}`, `b ${text}`];
    const epoch = (number: number) => [
      ...both(`epoch ${number} begin`),
      ...both("batch 0 loss,mae"),
      ...both(`epoch ${number} end loss,mae,val_loss,val_mae`),
    ];
    expect(calls).toEqual([
      ...both("train begin loss,mae,val_loss,val_mae"),
      ...epoch(0),
      ...epoch(1),
      ...both("train end false"),
    ]);
  });

  test("see the mean over the epoch so far at each batch", async () => {
    const seen: number[] = [];
    const watcher: Callback = { onBatchEnd: (_step, { loss = 0 }) => void seen.push(loss) };
    const { logs } = await line(0).fit(x, y, {
      batchSize: 1,
      shuffle: false,
      callbacks: [watcher],
      ...quiet,
    });
    // With w = 0 the losses are 9, 36, 81 and 144.
    expect(seen).toEqual([9, 22.5, 42, 67.5]);
    expect(logs.loss).toEqual([67.5]);
  });

  test("may end training after a batch: the epoch is closed as usual", async () => {
    const calls: string[] = [];
    const stopper: Callback = {
      onBatchEnd(step, _logs, training) {
        calls.push(`batch ${step}`);
        if (step === 1) training.stop = true;
      },
      onEpochEnd: (epoch, logs) => void calls.push(`epoch ${epoch} ${Object.keys(logs)}`),
      onTrainEnd: () => void calls.push("end"),
    };
    const history = await line().fit(x, y, {
      epochs: 5,
      batchSize: 1,
      validationData: [x, y],
      callbacks: [stopper],
      ...quiet,
    });
    expect(calls).toEqual(["batch 0", "batch 1", "epoch 0 loss,mae,val_loss,val_mae", "end"]);
    expect(history.epochs).toEqual([0]);
    expect(history.interrupted).toBe(false);
  });

  test("may end training after an epoch, before one, or before all", async () => {
    const stop = (training: TrainingState) => {
      training.stop = true;
    };
    const stoppers: readonly (readonly [Callback, number[]])[] = [
      [{ onEpochEnd: (_epoch, _logs, training) => stop(training) }, [0]],
      [{ onEpochBegin: (_epoch, training) => stop(training) }, []],
      [{ onTrainBegin: stop }, []],
    ];
    for (const [stopper, epochs] of stoppers) {
      const history = await line().fit(x, y, { epochs: 5, callbacks: [stopper], ...quiet });
      expect(history.epochs).toEqual(epochs);
      expect(Object.values(history.logs).every((values) => values.length === epochs.length)).toBe(true);
    }
  });

  test("may predict, evaluate and look at the weights while the model trains", async () => {
    const model = line();
    const watcher: Callback = {
      async onEpochEnd(_epoch, _logs, training) {
        const [w = 0] = weightsOf(training.model);
        expect((await training.model.predict([[2]])).item()).toBeCloseTo(2 * w, 5);
        expect((await training.model.evaluate(x, y)).loss).toBeCloseTo(7.5 * (w - 3) ** 2, 3);
      },
    };
    await model.fit(x, y, { epochs: 3, callbacks: [watcher], ...quiet });
    expect(weightsOf(model)[0]).toBeGreaterThan(0.1);
  });

  test("may compile the model anew, for the next fit: this one ends as it began", async () => {
    const model = line();
    const [first] = model.layers;
    if (first === undefined) throw new TypeError("there is a layer");
    const compiler: Callback = {
      onEpochEnd(epoch) {
        if (epoch > 0) return;
        first.trainable = false;
        model.compile({ loss: "mae" });
      },
    };
    const { logs } = await model.fit(x, y, {
      epochs: 3,
      validationSplit: 0.25,
      callbacks: [compiler],
      ...quiet,
    });
    expect(Object.keys(logs)).toEqual(["loss", "mae", "val_loss", "val_mae"]);
    expect(logs.loss?.[2]).toBeLessThan(logs.loss?.[1] ?? 0);
    const before = weightsOf(model);
    expect(Object.keys((await model.fit(x, y, quiet)).logs)).toEqual(["loss"]);
    expect(weightsOf(model)).toEqual(before);
  });

  test("that fail end the training with their error; the model can be trained again", async () => {
    const model = line();
    const listeners = process.listenerCount("SIGINT");
    const failing: Callback = {
      onBatchEnd() {
        throw new Error("the disk is gone");
      },
    };
    await expect(model.fit(x, y, { callbacks: [failing], ...quiet })).rejects.toThrow("the disk is gone");
    expect(process.listenerCount("SIGINT")).toBe(listeners);
    expect((await model.fit(x, y, quiet)).epochs).toEqual([0]);
  });
});

/** Feeds logs to a callback as fit does, and says after which epoch it ended the training. */
function stopsAfter(
  options: EarlyStoppingOptions,
  values: readonly number[],
  name = options.monitor ?? "val_loss",
): number | undefined {
  const model = line();
  const training: TrainingState = { model, logNames: [name], stop: false };
  const stopping = new EarlyStopping(options);
  stopping.onTrainBegin(training);
  for (const [epoch, value] of values.entries()) {
    stopping.onEpochEnd(epoch, { [name]: value }, training);
    if (training.stop) return epoch;
  }
  return undefined;
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
    ["never while the loss falls", { patience: 0 }, [5, 4, 3, 2, 1], undefined],
  ])("ends %s", (_, options, values, epoch) => {
    expect(stopsAfter(options, values)).toBe(epoch);
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
    [{ mode: "maximum" }, 'EarlyStopping: mode is to be one of auto, min, max, got "maximum"'],
  ])("refuses %o", (options, message) => {
    expect(() => new EarlyStopping(options)).toThrow(message);
  });
});

describe("ModelCheckpoint", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "recurra-checkpoint-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const folders = async (name: string) => (await readdir(join(root, name))).toSorted();

  /** Fits three epochs of which the second is best, with a checkpoint. */
  async function saved(name: string, path: string, options: Partial<ModelCheckpointOptions> = {}) {
    const model = line(0);
    const weights = [5, 3.5, 4];
    const move: Callback = { onEpochBegin: (epoch) => setWeights(model, [[weights[epoch] ?? 0]]) };
    const checkpoint = new ModelCheckpoint({ path: join(root, name, path), monitor: "loss", ...options });
    await model.fit(x, y, { epochs: 3, callbacks: [move, checkpoint], ...quiet });
  }

  test("saves after each epoch, under the epoch's number and what was logged", async () => {
    // The loss is 7.5·(w - 3)²: 30, 1.875, 7.5.
    await saved("each", "epoch-{epoch}-{loss}");
    expect(await folders("each")).toEqual(["epoch-1-30.0000", "epoch-2-1.8750", "epoch-3-7.5000"]);
    for (const [folder, w] of [
      ["epoch-1-30.0000", 5],
      ["epoch-2-1.8750", 3.5],
    ] as const) {
      expect(weightsOf(await loadModel(join(root, "each", folder)))).toEqual([w]);
    }
  });

  test("takes widths and decimals as Keras' patterns have them", async () => {
    await saved("wide", "{epoch:03d}-{loss:.2f}");
    expect(await folders("wide")).toEqual(["001-30.00", "002-1.88", "003-7.50"]);
  });

  test("overwrites a path without a pattern, so that the last epoch stays", async () => {
    await saved("last", "model");
    expect(weightsOf(await loadModel(join(root, "last", "model")))).toEqual([4]);
  });

  test("keeps the best only, if asked to", async () => {
    await saved("best", "model", { saveBestOnly: true });
    expect(weightsOf(await loadModel(join(root, "best", "model")))).toEqual([3.5]);
    await saved("bests", "{epoch}", { saveBestOnly: true });
    expect(await folders("bests")).toEqual(["1", "2"]);
    await saved("worst", "{epoch}", { saveBestOnly: true, mode: "max" });
    expect(await folders("worst")).toEqual(["1"]);
  });

  test("goes on comparing over several fits", async () => {
    const model = line(0);
    const checkpoint = new ModelCheckpoint({
      path: join(root, "several", "{loss}"),
      monitor: "loss",
      saveBestOnly: true,
    });
    for (const w of [5, 4, 6, 3]) {
      setWeights(model, [[w]]);
      await model.fit(x, y, { callbacks: [checkpoint], ...quiet });
    }
    expect(await folders("several")).toEqual(["0.0000", "30.0000", "7.5000"]);
  });

  test("holds the history up to its epoch", async () => {
    await saved("history", "{epoch}");
    const training = JSON.parse(await readFile(join(root, "history", "2", "training.json"), "utf8"));
    expect(training.history).toEqual({
      epochs: [0, 1],
      logs: { loss: [30, 1.875], mae: [5, 1.25] },
      interrupted: false,
    });
  });

  test("fails before anything is trained where it cannot work", async () => {
    const model = line();
    const fitWith = (options: ModelCheckpointOptions) =>
      model.fit(x, y, { callbacks: [new ModelCheckpoint(options)], ...quiet });
    const path = join(root, "none");
    await expect(fitWith({ path, saveBestOnly: true })).rejects.toThrow(
      'ModelCheckpoint: there is no "val_loss" in the logs; there are loss, mae',
    );
    await expect(fitWith({ path: join(path, "{val_loss}") })).rejects.toThrow(
      "ModelCheckpoint: path cannot fill in val_loss; it can fill in epoch, loss, mae",
    );
    await expect(fitWith({ path: join(path, "{epoch:x}") })).rejects.toThrow(
      "ModelCheckpoint: path cannot fill in {epoch:x}",
    );
    expect(() => new ModelCheckpoint({} as ModelCheckpointOptions)).toThrow(
      "ModelCheckpoint: path is to name a folder, got undefined",
    );
    const odd: object = { path, filepath: "a" };
    expect(() => new ModelCheckpoint(odd as ModelCheckpointOptions)).toThrow(
      'ModelCheckpoint: there is no option "filepath"',
    );
    expect(weightsOf(model)).toEqual([0]);
    expect(await readdir(root)).not.toContain("none");
  });

  test("that cannot be written ends the training with the reason; what is trained is kept", async () => {
    const model = line();
    const file = join(root, "each", "epoch-1-30.0000", "config.json");
    const checkpoint = new ModelCheckpoint({ path: join(file, "{epoch}") });
    await expect(model.fit(x, y, { epochs: 3, callbacks: [checkpoint], ...quiet })).rejects.toThrow(
      "a part of this path is a file, not a folder",
    );
    expect(weightsOf(model)[0]).toBeGreaterThan(0);
  });
});
