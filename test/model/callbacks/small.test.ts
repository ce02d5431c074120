// LambdaCallback, Sampler and TerminateOnNaN.

import { describe, expect, test } from "vitest";
import { type Callback, LambdaCallback, Sampler, TerminateOnNaN } from "../../../src/model/callbacks.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";

const logs = new Array<Record<string, number>>(5).fill({ loss: 1 });

describe("LambdaCallback", () => {
  test("calls the functions it was given, in their places", async () => {
    const calls: string[] = [];
    const callback = new LambdaCallback({
      onTrainBegin: ({ logNames }) => void calls.push(`begin ${logNames}`),
      onEpochBegin: (epoch) => void calls.push(`epoch ${epoch}`),
      onBatchBegin: (step) => void calls.push(`step ${step}`),
      onBatchEnd: (step, { loss }) => void calls.push(`step ${step} ${loss}`),
      onEpochEnd: (epoch, { loss }) => void calls.push(`epoch ${epoch} ${loss}`),
      onTrainEnd: () => void calls.push("end"),
    });
    const training = new FakeTraining();
    await callback.onTrainBegin?.(training);
    await runEpochs(callback, training, logs, { to: 1 });
    expect(calls).toEqual(["begin loss", "epoch 0", "step 0", "step 0 1", "epoch 0 1", "end"]);
  });

  test("keeps a state if it has functions for that", async () => {
    const make = () => {
      let count = 0;
      return new LambdaCallback({
        name: "counter",
        onEpochEnd: (_epoch, _logs, training) => {
          count++;
          training.learningRate = count;
        },
        saveState: () => ({ json: count }),
        loadState: ({ json }) => {
          count = Number(json);
        },
      });
    };
    const { callback, training } = await runCut(make, (resumed) => new FakeTraining({ resumed }), logs, 3);
    expect(callback.name).toBe("counter");
    expect(training.learningRate).toBe(5);
  });

  test.each<[object, string]>([
    [{ onEpochFinish() {} }, 'LambdaCallback: there is no option "onEpochFinish"'],
    [{ onEpochEnds() {} }, 'LambdaCallback: there is no option "onEpochEnds". Did you mean "onEpochEnd"?'],
    [{ onEpochEnd: "log" }, 'LambdaCallback: onEpochEnd is to be a function, got "log"'],
    [{ saveState: 1 }, "LambdaCallback: saveState is to be a function, got 1"],
  ])("refuses %o", (hooks, message) => {
    expect(() => new LambdaCallback(hooks as Callback)).toThrow(message);
  });
});

describe("Sampler", () => {
  test("prints after each epoch, or after every so many", async () => {
    for (const [every, epochs] of [
      [undefined, [0, 1, 2, 3, 4]],
      [2, [1, 3]],
      [6, []],
    ] as const) {
      const training = new FakeTraining();
      const sampler = new Sampler({
        ...(every === undefined ? {} : { every }),
        sample: async (model, epoch) => `${model.name} ${epoch}`,
      });
      await runEpochs(sampler, training, logs);
      expect(training.said).toEqual(epochs.map((epoch) => `${training.model.name} ${epoch}`));
    }
  });

  test("hands the text to a function where one is given, and prints nothing", async () => {
    const training = new FakeTraining();
    const taken: string[] = [];
    const sampler = new Sampler({
      sample: (_model, epoch) => `text ${epoch}`,
      print: async (text, epoch) => void taken.push(`${epoch}: ${text}`),
    });
    await runEpochs(sampler, training, logs, { to: 2 });
    expect(taken).toEqual(["0: text 0", "1: text 1"]);
    expect(training.said).toEqual([]);
  });

  test("refuses samples that are no text, naming the epoch", async () => {
    const sampler = new Sampler({ sample: (() => 12) as never });
    await expect(runEpochs(sampler, new FakeTraining(), logs)).rejects.toThrow(
      "Sampler: sample is to give text, gave 12 for epoch 0",
    );
  });

  const sample = () => "";
  test.each<[object, string]>([
    [{}, "Sampler: sample is to be a function, got undefined"],
    [{ sample, every: 0 }, "Sampler: every is to be a positive whole number, got 0"],
    [{ sample, print: "stdout" }, 'Sampler: print is to be a function, got "stdout"'],
    [{ sample, evry: 2 }, 'Sampler: there is no option "evry". Did you mean "every"?'],
  ])("refuses %o", (options, message) => {
    expect(() => new Sampler(options as never)).toThrow(message);
  });
});

describe("TerminateOnNaN", () => {
  test.each([Number.NaN, Infinity, Number.NEGATIVE_INFINITY])(
    "ends at a batch with a loss of %s, and says where",
    (loss) => {
      const callback = new TerminateOnNaN();
      const training = new FakeTraining();
      callback.onTrainBegin();
      training.epoch = 1;
      callback.onBatchEnd(0, { loss: 1e30 }, training);
      expect(training.stop).toBe(false);
      callback.onBatchEnd(1, { loss }, training);
      expect(training.stop).toBe(true);
      expect(callback.stoppedAt).toEqual({ epoch: 1, step: 1 });
      expect(training.said).toEqual([
        `TerminateOnNaN: the loss is ${loss} at step 2 of epoch 2; training ends`,
      ]);
    },
  );

  test("forgets at the next fit", () => {
    const callback = new TerminateOnNaN();
    callback.onBatchEnd(0, { loss: Number.NaN }, new FakeTraining());
    callback.onTrainBegin();
    expect(callback.stoppedAt).toBeUndefined();
  });

  test("stays ended after a crash, wherever that was", async () => {
    const bad = [1, 2, Number.NaN, 1, 1].map((loss) => ({ loss }));
    for (let cut = 0; cut <= 4; cut++) {
      const { callback, training } = await runCut(
        () => new TerminateOnNaN(),
        (resumed) => new FakeTraining({ resumed }),
        bad,
        cut,
      );
      expect((callback as TerminateOnNaN).stoppedAt).toEqual({ epoch: 2, step: 0 });
      expect(training.steps).toBe(3);
    }
  });
});
