// GradientNorms: the norms it records, from gradients made up by hand.

import { describe, expect, test } from "vitest";
import { GradientNorms, type GradientNormsOptions } from "../../../src/model/callbacks.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";

/** Gradients of a step: those of the first layer have norm 5·scale, that of the second 12·scale. */
const gradientsOf = (scale: number) => ({
  "lstm_1/kernel": Float32Array.of(3 * scale, 0),
  "lstm_1/bias": Float32Array.of(0, -4 * scale),
  "dense/kernel": Float32Array.of(12 * scale),
});

/** A training whose gradients double with each step: scale 2 at its first. */
class Growing extends FakeTraining {
  override gradients() {
    return gradientsOf(2 ** this.steps);
  }
}

const logs = new Array<Record<string, number>>(6).fill({ loss: 1 });

describe("GradientNorms", () => {
  test("records the norm by each layer and by all, after each step", async () => {
    const norms = new GradientNorms();
    const training = new Growing();
    norms.onTrainBegin(training);
    await runEpochs(norms, training, logs, { to: 3 });
    expect(norms.steps).toEqual([1, 2, 3]);
    expect(norms.layers).toEqual({ lstm_1: [10, 20, 40], dense: [24, 48, 96] });
    expect(norms.total).toEqual([26, 52, 104]); // 5, 12, 13 is a right triangle
    expect(norms.timeSteps).toEqual({});
  });

  test("records every so many steps, beginning with the first", async () => {
    const norms = new GradientNorms({ every: 4 });
    const training = new Growing();
    training.steps = 10;
    norms.onTrainBegin(training);
    await runEpochs(norms, training, logs);
    expect(norms.steps).toEqual([11, 15]);
  });

  test("leaves out batches after which the optimiser took no step", async () => {
    const norms = new GradientNorms();
    const training = new Growing();
    norms.onTrainBegin(training);
    for (const steps of [0, 1, 1, 2]) {
      training.steps = steps;
      await norms.onBatchEnd(0, {}, training);
    }
    expect(norms.steps).toEqual([1, 2]);
  });

  test("shows gradients that are no numbers any more as such", async () => {
    const norms = new GradientNorms();
    const training = new FakeTraining();
    norms.onTrainBegin(training);
    training.current = {
      "a/w": Float32Array.of(1, Number.NaN),
      "b/w": Float32Array.of(Infinity),
      "c/w": Float32Array.of(1e38, 1e38),
    };
    await runEpochs(norms, training, logs, { to: 1 });
    expect(norms.layers).toEqual({
      a: [Number.NaN],
      b: [Infinity],
      c: [expect.closeTo(Math.SQRT2 * 1e38, -34)],
    });
    expect(norms.total).toEqual([Number.NaN]);
  });

  test("records by time step what the training tells, in lists as long as the batch's sequences", async () => {
    let calls = 0;
    const stateGradientNorms = async () => ({
      lstm_1: Float32Array.from({ length: ++calls }, (_, t) => 2 ** -t),
    });
    const norms = new GradientNorms({ every: 2, timeSteps: true });
    const training = new FakeTraining({ stateGradientNorms });
    norms.onTrainBegin(training);
    await runEpochs(norms, training, logs, { to: 5 });
    expect(norms.timeSteps).toEqual({ lstm_1: [[1], [1, 0.5], [1, 0.5, 0.25]] });
    expect(calls).toBe(3);
  });

  test("starts anew at each fit", async () => {
    const norms = new GradientNorms();
    const training = new Growing();
    for (const _ of [1, 2]) {
      norms.onTrainBegin(training);
      await runEpochs(norms, training, logs, { to: 1 });
    }
    expect(norms.steps).toEqual([2]);
    expect(norms.layers.dense).toEqual([48]);
  });

  test("goes on after a crash as though there had been none", async () => {
    class Timed extends Growing {
      override readonly stateGradientNorms = async () => ({
        lstm_1: Float64Array.from({ length: (this.steps % 3) + 1 }, (_, t) => this.steps + t),
        "a:b/gru": Float64Array.of(Number.NaN),
      });
    }
    const make = () => new GradientNorms({ every: 2, timeSteps: true });
    const found = ({ steps, total, layers, timeSteps }: GradientNorms) => ({
      steps,
      total,
      layers,
      timeSteps,
    });
    const [whole, training] = [make(), new Timed()];
    whole.onTrainBegin(training);
    await runEpochs(whole, training, logs);
    expect(whole.steps).toEqual([1, 3, 5]);
    for (let cut = 0; cut <= logs.length; cut++) {
      const { callback } = await runCut(make, (resumed) => new Timed({ resumed }), logs, cut, 2);
      expect(found(callback as GradientNorms)).toEqual(found(whole));
    }
  });

  test("fails before anything is trained where the training cannot tell the time steps", () => {
    expect(() => new GradientNorms({ timeSteps: true }).onTrainBegin(new FakeTraining())).toThrow(
      "GradientNorms: this training cannot tell the gradients by time step; leave timeSteps away",
    );
  });

  test.each<[object, string]>([
    [{ each: 2 }, 'GradientNorms: there is no option "each". It takes every, timeSteps'],
    [{ every: 0 }, "GradientNorms: every is to be a positive whole number, got 0"],
    [{ timeSteps: 5 }, "GradientNorms: timeSteps is to be true or false, got 5"],
  ])("refuses %o", (options, message) => {
    expect(() => new GradientNorms(options as GradientNormsOptions)).toThrow(message);
  });
});
