// LearningRateScheduler: which rates it sets, and when.

import { describe, expect, test } from "vitest";
import { LearningRateScheduler } from "../../../src/model/callbacks.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";

const logs = new Array<Record<string, number>>(6).fill({ loss: 1 });

describe("LearningRateScheduler", () => {
  test("sets the rate before each epoch, from the epoch's number and the rate before", async () => {
    const seen: (readonly number[])[] = [];
    const training = new FakeTraining({ learningRate: 8 });
    const scheduler = new LearningRateScheduler((epoch, rate) => {
      seen.push([epoch, rate]);
      return epoch < 2 ? rate : rate / 2;
    });
    scheduler.onTrainBegin(training);
    await runEpochs(scheduler, training, logs, { to: 4 });
    expect(seen).toEqual([
      [0, 8],
      [1, 8],
      [2, 8],
      [3, 4],
    ]);
    expect(training.learningRate).toBe(2);
  });

  test("sets it once an epoch, also where a training goes on in the midst of one", async () => {
    const make = () => new LearningRateScheduler((_epoch, rate) => rate / 2);
    for (let cut = 0; cut <= logs.length; cut++) {
      const { training } = await runCut(make, (resumed) => new FakeTraining({ resumed }), logs, cut);
      expect(training.learningRate).toBe(1 / 64);
    }
    const [scheduler, training] = [make(), new FakeTraining()];
    scheduler.onTrainBegin(training);
    scheduler.onEpochBegin(0, training);
    const again = make();
    again.onTrainBegin(training);
    again.loadState(scheduler.saveState());
    again.onEpochBegin(0, training);
    expect(training.learningRate).toBe(1 / 2);
    again.onEpochBegin(1, training);
    expect(training.learningRate).toBe(1 / 4);
  });

  test("fails before anything is trained where a schedule gives the rate", () => {
    const scheduler = new LearningRateScheduler((_epoch, rate) => rate);
    expect(() => scheduler.onTrainBegin(new FakeTraining({ scheduled: true }))).toThrow(
      "LearningRateScheduler: learning rate: a schedule gives it; it cannot be set",
    );
  });

  test.each<[unknown, string]>([
    [Number.NaN, "NaN"],
    [-1, "-1"],
    [Infinity, "Infinity"],
    ["0.1", '"0.1"'],
    [undefined, "undefined"],
  ])("refuses a rate of %s", (rate, shown) => {
    const scheduler = new LearningRateScheduler(() => rate as number);
    expect(() => scheduler.onEpochBegin(3, new FakeTraining())).toThrow(
      `LearningRateScheduler: the function is to give a number from 0 up, gave ${shown} for epoch 3`,
    );
  });

  test("refuses what is no function", () => {
    expect(() => new LearningRateScheduler(0.1 as never)).toThrow(
      "LearningRateScheduler: wants a function (epoch, rate) => rate, got 0.1",
    );
  });
});
