// Networks as a method of classification: their options, how they are trained, when training ends.

import { joinPath } from "#platform";
import { type Callback, EarlyStopping, ReduceLROnPlateau } from "../../model/callbacks.ts";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { loadModelFolder } from "../../model/load.ts";
import type { Model } from "../../model/model.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { Json } from "../forecasters/local-model.ts";
import { type FittedMethod, longestOf, type Method, type MethodTask, type Samples } from "./method.ts";
import type { NetworkSettings } from "./network-options.ts";
import { networkOf } from "./networks.ts";
import { padded, patchesOf } from "./padded.ts";
import { RealSteps } from "./real-steps.ts";
import { numberOf } from "./saved.ts";
import type { TrainingRecord } from "./training-record.ts";

/** Where the network stands in a classifier's folder. */
const FOLDER = "network";

/** What is needed to run a network on series. */
interface Layout {
  /** Steps of the longest training series. */
  readonly longest: number;
  readonly channels: number;
  readonly patch: number;
}

/** A network with its settings as a method. */
export function networkMethod(name: string, settingsOf: (samples: Samples) => NetworkSettings): Method {
  return {
    name,
    wantsOneLength: true,
    fit: (training, task) => train(training, task, settingsOf(training)),
    async restore({ json }, classes, folder) {
      const { model } = await loadModelFolder(joinPath(folder, FOLDER), { layers: { RealSteps } });
      const layout: Layout = {
        longest: numberOf(json, "longest"),
        channels: numberOf(json, "channels"),
        patch: numberOf(json, "patch"),
      };
      return fitted(model, layout, classes, (json as { readonly settings?: Json }).settings ?? {}, undefined);
    },
  };
}

async function train(samples: Samples, task: MethodTask, settings: NetworkSettings): Promise<FittedMethod> {
  const { x, labels, classes } = samples;
  const { seed, signal, onProgress } = task;
  const { shape, patch, epochs, batchSize, learningRate, patience } = settings;
  const longest = longestOf(x);
  const isEven = x.every(([first]) => first?.length === longest);
  const channels = x[0]?.length ?? 1;
  const layout: Layout = { longest, channels, patch };
  const patches = patchesOf(longest, patch);
  const network = networkOf(shape, {
    steps: isEven ? patches : null,
    features: patch * channels,
    classes,
    seed,
  });
  network.compile({
    optimizer: { name: "adam", learningRate, globalClipnorm: 1 },
    loss: "sparseCategoricalCrossentropy",
    metrics: ["accuracy"],
  });

  const { training, held } = heldOutRows(labels, classes, settings.validationShare, seed);
  const rows = padded(x, layout, patches);
  const targets = new NdArray(labels, [labels.length]);
  const monitor = held.length > 0 ? "val_loss" : "loss";
  const stopping = new EarlyStopping({ monitor, patience, restoreBestWeights: true });
  const progress: Callback = {
    onBatchEnd(_step, _logs, state) {
      if (signal?.aborted === true) state.stop = true;
    },
    onEpochEnd(epoch, logs) {
      onProgress?.({ done: (epoch + 1) / epochs, epoch: { epoch: epoch + 1, epochs, logs } });
    },
  };
  const history = await network.fit(rows.takeRows(training), targets.takeRows(training), {
    epochs,
    batchSize,
    ...(held.length > 0 ? { validationData: [rows.takeRows(held), targets.takeRows(held)] as const } : {}),
    classWeight: Object.fromEntries(task.classWeight.entries()),
    callbacks: [
      new ReduceLROnPlateau({
        monitor,
        factor: 0.5,
        patience: Math.ceil(patience / 2),
        minLr: learningRate / 20,
      }),
      stopping,
      progress,
    ],
    verbose: "silent",
  });
  signal?.throwIfAborted();
  const record: TrainingRecord = {
    epochs: history.epochs,
    logs: history.logs,
    best: stopping.bestEpoch ?? history.epochs.length - 1,
    heldOut: held.length,
  };
  return fitted(
    network,
    layout,
    classes,
    { ...shape, patch, epochs, batchSize, learningRate, patience } as unknown as Json,
    record,
  );
}

function fitted(
  network: Model,
  layout: Layout,
  classes: number,
  settings: Json,
  training: TrainingRecord | undefined,
): FittedMethod {
  let isSettled = false;
  return {
    training,
    async probabilities(x) {
      const longest = Math.max(longestOf(x), layout.longest);
      const rows = padded(x, layout, patchesOf(longest, layout.patch));
      // The first call computes with other kernels than those that follow, and may differ in the last digit.
      if (!isSettled && x.length > 0) await network.predict(rows.rows(0, 1));
      isSettled = true;
      const predicted = (await network.predict(rows)).toFloat64();
      for (let n = 0; n < x.length; n++) toShares(predicted.subarray(n * classes, (n + 1) * classes));
      return predicted;
    },
    describe: () => ({
      parameters: network.countParams(),
      ...flat(settings),
      ...(training === undefined
        ? {}
        : { epochsTrained: training.epochs.length, bestEpoch: training.best + 1 }),
    }),
    state: () => ({ json: { ...layout, settings }, arrays: {} }),
    saveInto: (folder) => network.save(joinPath(folder, FOLDER)),
  };
}

/** Rows add up to 1 in float64 too. */
function toShares(row: Float64Array): void {
  const sum = row.reduce((total, value) => total + value, 0);
  for (let k = 0; k < row.length; k++) row[k] = (row[k] ?? 0) / sum;
}

function flat(settings: Json): Record<string, string | number | boolean> {
  return Object.fromEntries(
    Object.entries(settings as { readonly [key: string]: Json }).map(([name, value]) => [
      name,
      typeof value === "string" || typeof value === "number" || typeof value === "boolean"
        ? value
        : String(value),
    ]),
  );
}
