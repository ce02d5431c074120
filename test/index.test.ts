// The package as a user meets it: what `import … from "recurra"` gives, what it costs, and the first example.

import { spawnSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import * as recurra from "../src/index.ts";
import { layerClasses } from "../src/nn/layers/index.ts";

const project = fileURLToPath(new URL("..", import.meta.url));

/** Runs a program that is given as text, in a process of its own, where "recurra" is this package. */
function runProgram(text: string): string {
  const given = ["--conditions=source", "--input-type=module", "--eval", text];
  const { stdout, stderr, status } = spawnSync(process.execPath, given, { cwd: project, encoding: "utf8" });
  if (status !== 0) expect.fail(`the program ended with ${status}: ${stderr}`);
  return stdout;
}

describe("import", () => {
  test("gives what the documentation names, and no more", () => {
    const classes = Object.keys(layerClasses);
    const others = Object.keys(recurra).filter((name) => !classes.includes(name));
    expect(classes.filter((name) => !(name in recurra))).toEqual([]);
    expect(others.toSorted()).toEqual([
      "CSVLogger",
      "Cell",
      "EarlyStopping",
      "GradientNorms",
      "Lambda",
      "LambdaCallback",
      "Layer",
      "LayerState",
      "LearningRateScheduler",
      "Model",
      "ModelCheckpoint",
      "NdArray",
      "Random",
      "RecurraError",
      "ReduceLROnPlateau",
      "Sampler",
      "Sequential",
      "TensorBoard",
      "TerminateOnNaN",
      "Weight",
      "arrayDataset",
      "bucketByLength",
      "classificationReport",
      "confusionMatrix",
      "constraints",
      "findLearningRate",
      "formatReport",
      "gradualUnfreezing",
      "input",
      "layers",
      "layerwiseDecay",
      "loadModel",
      "losses",
      "metrics",
      "model",
      "ndarray",
      "optimizers",
      "padSequences",
      "plotModel",
      "prefetch",
      "regularizers",
      "schedules",
      "sequential",
      "stepDropout",
      "streamDataset",
      "traceLayers",
      "workerDataset",
    ]);
  });

  test("loads no runtime, starts nothing, and is over soon", () => {
    const report = JSON.parse(
      runProgram(`
        const start = performance.now();
        await import("recurra");
        const time = performance.now() - start;
        const native = process.report.getReport().sharedObjects.filter((name) => name.includes("onnxruntime"));
        const handles = process.getActiveResourcesInfo();
        console.log(JSON.stringify({ time, native, handles, listeners: process.listenerCount("SIGINT") }));
      `),
    );
    expect(report.native).toEqual([]);
    expect(report.listeners).toBe(0);
    expect(report.handles.filter((name: string) => !/TTY|Pipe|File/.test(name))).toEqual([]);
    // 150 ms on a quiet machine, where types need not be erased first; tests run beside others.
    expect(report.time).toBeLessThan(1500);
  });
});

test("the first example trains, predicts, and comes back from its folder", async () => {
  const folder = join(await mkdtemp(join(tmpdir(), "recurra-index-")), "model");
  const out = runProgram(`
    import { layers, loadModel, ndarray, sequential } from "recurra";
    const wave = (t) => Math.sin(t / 3);
    const x = ndarray(Array.from({ length: 64 }, (_, i) => Array.from({ length: 30 }, (_, t) => [wave(i + t)])));
    const y = ndarray(Array.from({ length: 64 }, (_, i) => wave(i + 30)));

    const model = sequential([
      layers.lstm({ units: 50, returnSequences: true, inputShape: [30, 1] }),
      layers.dropout({ rate: 0.2 }),
      layers.lstm({ units: 50 }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ optimizer: "adam", loss: "meanSquaredError" });
    const history = await model.fit(x, y, { epochs: 20, batchSize: 32 });
    await model.save(${JSON.stringify(folder)});

    const loaded = await loadModel(${JSON.stringify(folder)});
    const [a, b] = [await model.predict(x), await loaded.predict(x)];
    console.log(JSON.stringify({ losses: history.logs.loss, shape: a.shape, same: a.data.every((value, i) => value === b.data[i]) }));
  `);
  const { losses, shape, same } = JSON.parse(out);
  expect(losses.length).toBe(20);
  expect(losses.at(-1)).toBeLessThan(0.1 * losses[0]);
  expect(shape).toEqual([64, 1]);
  expect(same).toBe(true);
  await rm(join(folder, ".."), { recursive: true });
});

test("a loss, a metric and a callback of one's own, with methods on tensors", async () => {
  const { layers, NdArray, sequential } = recurra;
  const model = sequential([
    layers.dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [1] }),
  ]);
  const seen: number[] = [];
  model.compile({
    optimizer: recurra.optimizers.sgd({ learningRate: 0.5 }),
    loss: (yTrue, yPred) => yPred.sub(yTrue).square().mul(2),
    metrics: [
      function largest(yTrue, yPred) {
        return yPred.sub(yTrue).abs();
      },
    ],
  });
  const [x, y] = [NdArray.full([4, 1], 1), NdArray.full([4, 1], 3)];
  const { logs } = await model.fit(x, y, {
    epochs: 2,
    verbose: "silent",
    callbacks: [{ onEpochEnd: (_epoch, { loss = 0 }) => void seen.push(loss) }],
  });
  // The loss is 2·(w - 3)²: 18 at w = 0, whose slope -12 takes w to 6, where it is 18 again.
  expect(logs).toEqual({ loss: [18, 18], largest: [3, 3] });
  expect(seen).toEqual([18, 18]);
});
