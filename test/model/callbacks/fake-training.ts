// A training without training: what callbacks see, moved on by hand.

import { layers, type Sequential, sequential } from "../../../src/index.ts";
import type { Callback, CallbackState, TrainingState } from "../../../src/model/callbacks.ts";
import { loadStates, saveStates } from "../../../src/model/callbacks.ts";
import { RecurraError } from "../../../src/platform/error.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { setWeights } from "../support/data.ts";

interface FakeOptions {
  readonly logNames?: readonly string[];
  readonly learningRate?: number;
  /** Whether the rate follows a schedule, so that it cannot be set. */
  readonly scheduled?: boolean;
  readonly resumed?: boolean;
  readonly stateGradientNorms?: TrainingState["stateGradientNorms"];
}

/** A model of one weight, y = w·x, whose layer is called `line`. */
export function oneWeight(w = 0): Sequential {
  const model = sequential([layers.dense({ name: "line", units: 1, useBias: false, inputShape: [1] })]);
  setWeights(model, [[w]]);
  return model;
}

export class FakeTraining implements TrainingState {
  readonly model: Sequential;
  readonly logNames: readonly string[];
  readonly resumed: boolean;
  readonly stateGradientNorms: TrainingState["stateGradientNorms"];
  readonly #scheduled: boolean;
  #rate: number;
  epoch = 0;
  steps = 0;
  stop = false;
  /** What `gradients` gives. */
  current: Record<string, Float32Array> = {};
  /** What was said. */
  readonly said: string[] = [];

  constructor(options: FakeOptions = {}) {
    this.model = oneWeight();
    this.logNames = options.logNames ?? ["loss"];
    this.resumed = options.resumed ?? false;
    this.#scheduled = options.scheduled ?? false;
    this.#rate = options.learningRate ?? 1;
    if (options.stateGradientNorms !== undefined) this.stateGradientNorms = options.stateGradientNorms;
  }

  get learningRate(): number {
    return this.#rate;
  }

  set learningRate(rate: number) {
    if (this.#scheduled)
      throw new RecurraError(
        "learning-rate-schedule",
        "learning rate: a schedule gives it; it cannot be set",
      );
    this.#rate = rate;
  }

  gradients(): Readonly<Record<string, Float32Array>> {
    return this.current;
  }

  say(text: string): void {
    this.said.push(text);
  }
}

/** Runs epochs of one step each, with the logs given, until a callback ends the training. Gives the last epoch. */
export async function runEpochs(
  callback: Callback,
  training: FakeTraining,
  logs: readonly Readonly<Record<string, number>>[],
  { from = 0, to = logs.length, end = true } = {},
): Promise<number | undefined> {
  let last: number | undefined;
  for (let epoch = from; epoch < to && !training.stop; epoch++) {
    training.epoch = epoch;
    await callback.onEpochBegin?.(epoch, training);
    await callback.onBatchBegin?.(0, training);
    training.steps++;
    await callback.onBatchEnd?.(0, logs[epoch] ?? {}, training);
    await callback.onEpochEnd?.(epoch, logs[epoch] ?? {}, training);
    last = epoch;
  }
  if (end) await callback.onTrainEnd?.(training);
  return last;
}

/** A state as it comes back from a file: JSON as text, arrays as copies. */
export function throughFile(states: Readonly<Record<string, CallbackState>>): Record<string, CallbackState> {
  const copied = Object.entries(states).map(([name, { json, arrays }]): [string, CallbackState] => [
    name,
    {
      json: JSON.parse(JSON.stringify(json)),
      arrays: Object.fromEntries(
        Object.entries(arrays ?? {}).map(([key, array]) => [
          key,
          new NdArray(array.data.slice(), array.shape),
        ]),
      ),
    },
  ]);
  return Object.fromEntries(copied);
}

/** As {@link runEpochs} on a fresh callback, with a crash and a checkpoint before epoch `cut`; more epochs may run that are lost. */
export async function runCut(
  make: () => Callback,
  training: (resumed: boolean) => FakeTraining,
  logs: readonly Readonly<Record<string, number>>[],
  cut: number,
  lost = 1,
): Promise<{ readonly callback: Callback; readonly training: FakeTraining }> {
  const [first, before] = [make(), training(false)];
  await first.onTrainBegin?.(before);
  await runEpochs(first, before, logs, { to: cut, end: false });
  const checkpoint = {
    states: throughFile(await saveStates([first])),
    rate: before.learningRate,
    steps: before.steps,
    weights: before.model.snapshotWeights(),
  };
  await runEpochs(first, before, logs, { from: cut, to: Math.min(cut + lost, logs.length), end: false });
  const [second, after] = [make(), training(true)];
  after.learningRate = checkpoint.rate;
  after.steps = checkpoint.steps;
  after.model.restoreWeights(checkpoint.weights);
  await second.onTrainBegin?.(after);
  await loadStates([second], checkpoint.states, after);
  await runEpochs(second, after, logs, { from: cut });
  return { callback: second, training: after };
}
