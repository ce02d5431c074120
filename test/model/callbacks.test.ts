// When fit calls callbacks, what they are told, and what they may do. Each callback's own tests stand in callbacks/.

import { describe, expect, test } from "vitest";
import { type Callback, optimizers, type TrainingState } from "../../src/index.ts";
import { line, quiet, x, y } from "./callbacks/line.ts";
import { weightsOf, written } from "./support/data.ts";

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
      onBatchBegin: (step) => void calls.push(`${name} batch ${step} begin`),
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
      ...both("batch 0 begin"),
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

  test("see the epoch, the steps taken over all trainings, and whether it goes on from a checkpoint", async () => {
    const model = line();
    const seen: (readonly unknown[])[] = [];
    const watcher: Callback = {
      onTrainBegin: ({ epoch, steps, resumed }) => void seen.push(["begin", epoch, steps, resumed]),
      onBatchEnd: (_step, _logs, { epoch, steps, resumed }) => void seen.push([epoch, steps, resumed]),
    };
    await model.fit(x, y, { epochs: 2, batchSize: 2, callbacks: [watcher], ...quiet });
    await model.fit(x, y, { initialEpoch: 2, epochs: 3, callbacks: [watcher], ...quiet });
    expect(seen).toEqual([
      ["begin", 0, 0, false],
      ...[
        [0, 1, false],
        [0, 2, false],
        [1, 3, false],
        [1, 4, false],
      ],
      ["begin", 2, 4, false],
      [2, 5, false],
    ]);
  });

  test("may set the learning rate for the steps that follow, also of the next fit", async () => {
    const model = line(0.01);
    const seen: number[] = [];
    const setter: Callback = {
      onBatchBegin(step, training) {
        seen.push(training.learningRate);
        if (step === 1) training.learningRate = 0;
      },
    };
    // A step moves w by 15·rate·(3 - w) on the whole data; on one row (1, 3) by 2·rate·(3 - w).
    await model.fit([[1], [1], [1]], [[3], [3], [3]], { batchSize: 1, callbacks: [setter], ...quiet });
    expect(seen).toEqual([0.01, 0.01, 0]);
    expect(weightsOf(model)[0]).toBeCloseTo(0.06, 6);
    await model.fit(x, y, quiet);
    expect(weightsOf(model)[0]).toBeCloseTo(0.06, 6);
  });

  test("are told where they may not set it, or not to this", async () => {
    const fitWith = (rate: number, learningRate: number | ((step: number) => number)) => {
      const setter: Callback = {
        onTrainBegin(training) {
          training.learningRate = rate;
        },
      };
      return line(learningRate).fit(x, y, { callbacks: [setter], ...quiet });
    };
    await expect(fitWith(0.1, () => 0.01)).rejects.toMatchObject({ code: "learning-rate-schedule" });
    await expect(fitWith(-1, 0.01)).rejects.toMatchObject({ code: "option-value" });
    await expect(fitWith(Number.NaN, 0.01)).rejects.toMatchObject({ code: "option-value" });
  });

  test("see the gradients of the last step, before they were clipped", async () => {
    const model = line();
    model.compile({ optimizer: optimizers.sgd({ learningRate: 0.01, globalClipnorm: 1 }), loss: "mse" });
    const [{ name } = { name: "" }] = model.weights;
    const seen: number[][] = [];
    const watcher: Callback = {
      onBatchEnd: (_step, _logs, training) => void seen.push([...(training.gradients()[name] ?? [])]),
    };
    await model.fit(x, y, { epochs: 2, callbacks: [watcher], ...quiet });
    // The slope of 7.5·(w - 3)² is 15·(w - 3); the first step goes 0.01·1, clipped, to w = 0.01.
    expect(seen[0]?.[0]).toBeCloseTo(-45, 4);
    expect(seen[1]?.[0]).toBeCloseTo(-44.85, 4);
  });

  test("may say something where progress is shown, unless all is to be silent", async () => {
    const speaker: Callback = {
      onEpochEnd: (epoch, _logs, training) => training.say(`epoch ${epoch} is over`),
    };
    const said = (verbose: "lines" | "silent") =>
      written(() => line().fit(x, y, { epochs: 2, callbacks: [speaker], verbose }));
    expect(await said("lines")).toMatch(/^Epoch 1.*\nepoch 0 is over\nEpoch 2.*\nepoch 1 is over\n$/);
    expect(await said("silent")).toBe("");
  });

  test("that are none are refused by their place, before anything is trained", async () => {
    const model = line();
    const odd: object = { onEpochEnds() {} };
    await expect(model.fit(x, y, { callbacks: [{}, odd], ...quiet })).rejects.toThrow(
      'callbacks[1]: there is no hook "onEpochEnds". Did you mean "onEpochEnd"?',
    );
    expect(weightsOf(model)).toEqual([0]);
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
