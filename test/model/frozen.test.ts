// Frozen layers and models: weights that stay to the bit, and a graph that holds no gradient of theirs.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodesOf } from "../../src/graph/rewrite.ts";
import {
  input,
  type Layer,
  layers,
  loadModel,
  type Model,
  model,
  type NdArray,
  sequential,
} from "../../src/index.ts";
import { traceStep } from "../../src/model/step.ts";
import { normal } from "./support/data.ts";
import { bits, checkGradients } from "./support/gradient-check.ts";
import { SpyDevice } from "./support/spy-device.ts";

const quiet = { verbose: "silent" } as const;
const dense = (units: number, more = {}) => layers.dense({ units, activation: "tanh", ...more });
const [x, y] = [normal([6, 2]), normal([6, 1], 2)];

/** Which weights two epochs of Adam with decay change. */
async function changedBy(net: Model, device = new SpyDevice(), given: readonly [NdArray, NdArray] = [x, y]) {
  net.compile({ optimizer: { name: "adamw", learningRate: 0.1, weightDecay: 0.1 }, loss: "mse", device });
  const before = net.weights.map(({ weight }) => bits(weight.value));
  await net.fit(...given, { epochs: 2, batchSize: 4, ...quiet });
  const changed = net.weights.flatMap(({ name, weight }, i) =>
    bits(weight.value).join() === before[i]?.join() ? [] : [name],
  );
  return changed;
}

/** Where the gradients in a training step's outputs belong: the places of the weights. */
const gradientsIn = (device: SpyDevice) =>
  [...(device.steps[0]?.outputs.keys() ?? [])].filter((name) => /^(gradient|rows|ids)/.test(name));

/** How many nodes a training step has. */
function nodesFor(net: Model): number {
  net.compile({ loss: "mse" });
  const trainer = net.trainer();
  const { outputs } = traceStep(net, trainer.setup, net.weights, trainer.checkRows([x, y]), true);
  return nodesOf(outputs.map(([, tensor]) => tensor)).length;
}

/** An encoder in a model, with a head. */
function nested() {
  const encoder = sequential([dense(4, { inputShape: [2] }), dense(3)], { name: "encoder" });
  const start = input({ shape: [2] });
  const whole = model({
    inputs: start,
    outputs: layers.dense({ units: 1, name: "head" }).apply(encoder.apply(start)),
  });
  return { encoder, whole };
}

describe("a nested model", () => {
  test.each<[string, (parts: ReturnType<typeof nested>) => void]>([
    ["by itself", ({ encoder }) => (encoder.trainable = false)],
    ["as a layer", ({ whole }) => ((whole.getLayer("encoder") as Layer).trainable = false)],
    [
      "layer by layer",
      ({ encoder }) => {
        for (const layer of encoder.layers) layer.trainable = false;
      },
    ],
  ])("frozen %s keeps its weights and has no gradient", async (_, freeze) => {
    const parts = nested();
    freeze(parts);
    const device = new SpyDevice();
    expect(await changedBy(parts.whole, device)).toEqual(["head/kernel", "head/bias"]);
    expect(gradientsIn(device)).toEqual(["gradient4", "gradient5"]);
    expect(parts.encoder.trainable).toBe(false);
    expect(parts.whole.trainable).toBe(true);
    expect(parts.whole.summary()).toContain(`Trainable params: 4\nNon-trainable params: ${12 + 15}`);
  });

  test("of which one layer is frozen trains the other", async () => {
    const { encoder, whole } = nested();
    encoder.getLayer("dense").trainable = false;
    expect(await changedBy(whole)).toEqual([
      "encoder/dense_1/kernel",
      "encoder/dense_1/bias",
      "head/kernel",
      "head/bias",
    ]);
  });

  test("whose layers are thawed is frozen as long as it is itself", async () => {
    const { encoder, whole } = nested();
    whole.getLayer("encoder").trainable = false;
    encoder.getLayer("dense").trainable = true;
    expect(await changedBy(whole)).toEqual(["head/kernel", "head/bias"]);
    whole.getLayer("encoder").trainable = true;
    expect((await changedBy(whole)).length).toBe(6);
  });

  test("passes the gradient on to what stands below it", async () => {
    const frozen = sequential([dense(3, { inputShape: [4] })], { name: "frozen" });
    frozen.trainable = false;
    const start = input({ shape: [2] });
    const net = model({
      inputs: start,
      outputs: dense(1).apply(frozen.apply(dense(4, { name: "below" }).apply(start))),
    });
    await checkGradients(net, [x, y], { loss: "mse" });
    expect(await changedBy(net)).toEqual(["below/kernel", "below/bias", "dense/kernel", "dense/bias"]);
  });
});

describe("a whole model", () => {
  test("frozen has a step without a single gradient", async () => {
    const { whole } = nested();
    whole.trainable = false;
    const device = new SpyDevice();
    expect(await changedBy(whole, device)).toEqual([]);
    expect([...(device.steps[0]?.outputs.keys() ?? [])]).toEqual(["loss"]);
  });

  test("thawed trains everything again, as in Keras: inside as well", async () => {
    const { encoder, whole } = nested();
    encoder.getLayer("dense").trainable = false;
    whole.trainable = false;
    expect(encoder.trainable).toBe(false);
    whole.trainable = true;
    expect((await changedBy(whole)).length).toBe(6);
  });
});

describe("a frozen layer", () => {
  const stack = (frozen: readonly number[]) => {
    const all = [dense(5, { inputShape: [2] }), dense(4), dense(3), layers.dense({ units: 1 })];
    for (const i of frozen) (all[i] as Layer).trainable = false;
    return sequential(all);
  };

  test("below all that learns is not differentiated: the graph ends above it", () => {
    const [none, first, firstTwo, top, all] = [[], [0], [0, 1], [3], [0, 1, 2, 3]].map((frozen) =>
      nodesFor(stack(frozen)),
    );
    // A layer that learns under a frozen one needs the gradient through it, but not that of its weights.
    expect(firstTwo).toBeLessThan(first as number);
    expect(first).toBeLessThan(none as number);
    expect(top).toBeLessThan(none as number);
    expect(top).toBeGreaterThan(first as number);
    expect(all).toBeLessThan(firstTwo as number);
    // Frozen whole, what is left are two weights, a product, a sum and tanh for each layer, and the loss.
    expect(all).toBeLessThan(4 * 5 + 10);
  });

  test("is not penalised and not constrained, as in Keras", async () => {
    const rules = { kernelRegularizer: { name: "l2", l2: 0.5 }, kernelConstraint: "nonNeg" } as const;
    const make = (trainable: boolean) => {
      const net = sequential([layers.dense({ units: 1, ...rules, trainable, inputShape: [2] })]);
      net.weights[0]?.weight.assign(normal([2, 1], 4));
      net.compile({ optimizer: "sgd", loss: "mse" });
      return net;
    };
    const [free, frozen] = [make(true), make(false)];
    const squares = (free.weights[0]?.weight.value.toArray() ?? []).reduce((sum, w) => sum + w * w, 0);
    const losses = await Promise.all([free, frozen].map(async (net) => (await net.evaluate(x, y)).loss));
    expect((losses[0] ?? 0) - (losses[1] ?? 0)).toBeCloseTo(0.5 * squares, 5);
    const before = frozen.weights[0]?.weight.value.toArray() ?? [];
    for (const net of [free, frozen]) await net.fit(x, y, quiet);
    expect(frozen.weights[0]?.weight.value.toArray()).toEqual(before);
    expect(before.some((w) => w < 0)).toBe(true);
    expect(free.weights[0]?.weight.value.toArray().every((w) => w >= 0)).toBe(true);
  });

  test("that is shared is frozen in all its calls", async () => {
    const shared = dense(2, { name: "shared", trainable: false });
    const start = input({ shape: [2] });
    const net = model({
      inputs: start,
      outputs: layers.dense({ units: 1 }).apply(shared.apply(shared.apply(start))),
    });
    expect(await changedBy(net)).toEqual(["dense/kernel", "dense/bias"]);
  });

  test.each<[string, Layer]>([
    ["LSTM", layers.lstm({ units: 3, returnSequences: true, trainable: false, name: "frozen" })],
    [
      "Bidirectional",
      layers.bidirectional({
        layer: layers.gru({ units: 2, returnSequences: true }),
        trainable: false,
        name: "frozen",
      }),
    ],
    ["TimeDistributed", layers.timeDistributed({ layer: dense(3), trainable: false, name: "frozen" })],
    [
      "MultiHeadAttention",
      layers.multiHeadAttention({ numHeads: 2, keyDim: 2, trainable: false, name: "frozen" }),
    ],
    [
      "TransformerEncoder",
      layers.transformerEncoder({ numHeads: 1, intermediateDim: 4, trainable: false, name: "frozen" }),
    ],
    ["BatchNormalization", layers.batchNormalization({ trainable: false, name: "frozen" })],
    ["LayerNormalization", layers.layerNormalization({ trainable: false, name: "frozen" })],
  ])("%s", async (_, layer) => {
    const start = input({ shape: [4, 2] });
    const h = layer.apply(layers.dense({ units: 2, name: "below" }).apply(start));
    const net = model({ inputs: start, outputs: layers.dense({ units: 1, name: "above" }).apply(h) });
    const device = new SpyDevice();
    const changed = await changedBy(net, device, [normal([6, 4, 2]), normal([6, 4, 1], 2)]);
    expect(changed).toEqual(["below/kernel", "below/bias", "above/kernel", "above/bias"]);
    expect(gradientsIn(device).length).toBe(4);
  });

  test("a BatchNormalization inside a frozen model keeps its statistics too", async () => {
    const inner = sequential([layers.batchNormalization({ inputShape: [2] })], { name: "inner" });
    const start = input({ shape: [2] });
    const net = model({ inputs: start, outputs: layers.dense({ units: 1 }).apply(inner.apply(start)) });
    expect(await changedBy(net)).toContain("inner/batch_normalization/moving_mean");
    net.getLayer("inner").trainable = false;
    expect(await changedBy(net)).toEqual(["dense/kernel", "dense/bias"]);
  });
});

test("freezing is saved with the model", async () => {
  const { whole, encoder } = nested();
  encoder.getLayer("dense").trainable = false;
  const folder = await mkdtemp(join(tmpdir(), "recurra-frozen-"));
  try {
    await whole.save(join(folder, "model"));
    const back = await loadModel(join(folder, "model"));
    expect(back.weights.map(({ trainable }) => trainable)).toEqual([false, false, true, true, true, true]);
  } finally {
    await rm(folder, { recursive: true });
  }
});
