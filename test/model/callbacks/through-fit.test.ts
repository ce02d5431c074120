// Callbacks in real trainings: what they do to the weights, and that a training cut short goes on as though it had not been.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import {
  type Callback,
  CSVLogger,
  EarlyStopping,
  GradientNorms,
  type History,
  LearningRateScheduler,
  layers,
  ModelCheckpoint,
  optimizers,
  ReduceLROnPlateau,
  Sampler,
  type Sequential,
  sequential,
  TensorBoard,
  TerminateOnNaN,
} from "../../../src/index.ts";
import { normal, weightsOf, written } from "../support/data.ts";
import { line, quiet, x, y } from "./line.ts";
import { readRun } from "./read-events.ts";

describe("in a training", () => {
  test("ReduceLROnPlateau slows it down, and LearningRateScheduler leads it", async () => {
    const halved = line(0.01);
    const plateau = new ReduceLROnPlateau({ monitor: "loss", patience: 1, minDelta: 1e9, factor: 0.5 });
    await halved.fit(x, y, { epochs: 3, batchSize: 4, callbacks: [plateau], ...quiet });
    const led = line(1);
    const scheduler = new LearningRateScheduler((epoch) => [0.01, 0.01, 0.005][epoch] ?? 0);
    await led.fit(x, y, { epochs: 3, batchSize: 4, callbacks: [scheduler], ...quiet });
    // A step leaves 1 - 15·rate of what w lacks of 3; the rate is halved after the second epoch, the first without improvement.
    expect(weightsOf(halved)[0]).toBeCloseTo(3 - 3 * 0.85 * 0.85 * 0.925, 5);
    expect(weightsOf(led)).toEqual(weightsOf(halved));
  });

  test("those that set the rate refuse a schedule, before anything is trained", async () => {
    for (const callback of [new ReduceLROnPlateau({ monitor: "loss" }), new LearningRateScheduler(() => 1)]) {
      const model = line(() => 0.01);
      await expect(model.fit(x, y, { callbacks: [callback], ...quiet })).rejects.toMatchObject({
        code: "learning-rate-schedule",
        message: expect.stringMatching(new RegExp(`^${callback.name}: the learning rate follows`)),
      });
      expect(weightsOf(model)).toEqual([0]);
    }
  });

  test("TerminateOnNaN ends one that blows up, and the history tells", async () => {
    // A step multiplies what w lacks of 3 by 1 - 15·1e10: the fifth loss is beyond float32.
    const model = line(1e10);
    const terminate = new TerminateOnNaN();
    let history: History | undefined;
    const text = await written(async () => {
      history = await model.fit(x, y, { epochs: 4, batchSize: 4, callbacks: [terminate], verbose: "lines" });
    });
    const { epoch = -1, step } = terminate.stoppedAt ?? {};
    expect(step).toBe(0);
    expect(history?.epochs.at(-1)).toBe(epoch);
    expect(history?.logs.loss?.map(Number.isFinite)).toEqual([...new Array(epoch).fill(true), false]);
    expect(text).toContain(
      `TerminateOnNaN: the loss is Infinity at step 1 of epoch ${epoch + 1}; training ends\n`,
    );
  });

  test("Sampler prints below the line of its epoch", async () => {
    const model = line();
    const sampler = new Sampler({
      sample: async (trained) => `f(2) = ${(await trained.predict([[2]])).item().toFixed(3)}`,
    });
    const text = await written(() =>
      model.fit(x, y, { epochs: 2, batchSize: 4, callbacks: [sampler], verbose: "lines" }),
    );
    // w is 0.45, then 0.8325.
    expect(text).toMatch(/^Epoch 1\/2.*\nf\(2\) = 0\.900\nEpoch 2\/2.*\nf\(2\) = 1\.665\n$/);
  });

  test("GradientNorms finds the slope", async () => {
    const norms = new GradientNorms();
    await line(0.01).fit(x, y, { epochs: 2, batchSize: 4, callbacks: [norms], ...quiet });
    // 15·(w - 3) at w = 0 and w = 0.45.
    expect(norms.steps).toEqual([1, 2]);
    expect(norms.total[0]).toBeCloseTo(45, 4);
    expect(norms.total[1]).toBeCloseTo(38.25, 4);
    expect(Object.values(norms.layers)).toEqual([norms.total]);
  });
});

describe("a training that is cut short", () => {
  let root = "";
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), "recurra-cut-"));
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  const inputs = normal([12, 3, 2], 5);
  const targets = normal([12, 1], 6);

  function network(): Sequential {
    const model = sequential(
      [layers.simpleRNN({ units: 3, dropout: 0.2, inputShape: [3, 2] }), layers.dense({ units: 1 })],
      { seed: 4 },
    );
    model.compile({ optimizer: optimizers.adam({ learningRate: 0.05 }), loss: "mse" });
    return model;
  }

  /** Eight epochs of three steps with all callbacks that remember something; what is left of them. */
  async function train(name: string, extra: readonly Callback[] = [], folder = join(root, name)) {
    const model = network();
    const stopping = new EarlyStopping({ patience: 3, restoreBestWeights: true });
    const norms = new GradientNorms({ every: 2, timeSteps: true });
    const callbacks = [
      stopping,
      new ReduceLROnPlateau({ patience: 1, factor: 0.7, minDelta: 0.05 }),
      new ModelCheckpoint({ path: join(folder, "best"), saveBestOnly: true }),
      new CSVLogger({ path: join(folder, "log.csv") }),
      new TensorBoard({ logDir: join(folder, "logs"), updateFreq: "batch", histogramFreq: 2 }),
      norms,
      new TerminateOnNaN(),
      ...extra,
    ];
    const history = await model.fit(inputs, targets, {
      epochs: 8,
      batchSize: 3,
      validationSplit: 0.25,
      callbacks,
      checkpoint: { path: join(folder, "checkpoint"), everySteps: 2 },
      ...quiet,
    });
    const { steps, total, layers: byLayer, timeSteps } = norms;
    const events = async (run: string) =>
      (await readRun(join(folder, "logs", run))).map(({ step, values }) => ({ step, values }));
    return {
      weights: weightsOf(model),
      history,
      stopped: [stopping.bestEpoch, stopping.stoppedEpoch],
      norms: { steps, total, byLayer, timeSteps },
      csv: await readFile(join(folder, "log.csv"), "utf8"),
      events: [await events("train"), await events("validation")],
      files: (await readdir(join(folder, "logs", "train"))).length,
      best: await readFile(join(folder, "best", "weights.safetensors")),
    };
  }

  test("goes on to the same weights, history, logs and records, wherever it was cut", async () => {
    const whole = await train("whole");
    // It is no matter of course: the rate was lowered, and the training ended early.
    const rates = whole.events[0]?.flatMap(({ values }) =>
      values.filter(({ tag }) => tag === "epoch_learning_rate"),
    );
    expect(rates?.at(-1)?.value).toBeLessThan(0.04);
    expect(whole.stopped[1]).toBeGreaterThan(whole.stopped[0] ?? Infinity);
    expect(whole.csv.split("\n").length).toBe((whole.stopped[1] ?? 0) + 3);
    const [lengths = []] = Object.values(whole.norms.timeSteps).map((records) =>
      records.map(({ length }) => length),
    );
    expect(lengths).toEqual(whole.norms.steps.map(() => 3));
    for (const [name, cut] of [
      ["in a batch", { onBatchEnd: (step, _logs, { epoch }) => crash(epoch === 2 && step === 1) }],
      ["before an epoch", { onEpochBegin: (epoch) => crash(epoch === 3) }],
      ["after an epoch, before the checkpoint", { onEpochEnd: (epoch) => crash(epoch === 3) }],
      ["at the end", { onTrainEnd: () => crash(true) }],
    ] as const satisfies readonly (readonly [string, Callback])[]) {
      await expect(train(name, [cut])).rejects.toThrow("the power is gone");
      expect([name, await train(name)]).toEqual([name, whole]);
    }
  });
});

function crash(now: boolean): void {
  if (now) throw new Error("the power is gone");
}
