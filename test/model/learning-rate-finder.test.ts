// The learning-rate finder: it leaves no trace, it ends where the loss runs away, and it finds the rate that a problem wants.

import { describe, expect, test } from "vitest";
import {
  type CompileModelOptions,
  findLearningRate,
  type LearningRateOptions,
  layers,
  type Model,
  NdArray,
  ndarray,
  Random,
  schedules,
  sequential,
} from "../../src/index.ts";

const silent = { verbose: "silent" } as const;

/** Everything that a training has come to, as numbers. */
function stateOf(model: Model): unknown {
  const { json, arrays } = model.trainer().save();
  return { json, arrays: Array.from(arrays, ([name, { data }]) => [name, Array.from(data, Number)]) };
}

const random = new Random(11);
const x = random.normal([48, 6, 3], 0, 1);
const y = random.fold(1).normal([48, 1], 0, 1);

/** A model with everything that a step changes: dropout, moving statistics, states, slots. */
function recurrentModel(compile: Partial<CompileModelOptions>, stateful = false): Model {
  const net = sequential(
    [
      layers.lstm({ units: 4, dropout: 0.2, recurrentDropout: 0.2, stateful, inputShape: [6, 3] }),
      layers.batchNormalization(),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 1 }),
    ],
    { seed: 5 },
  );
  net.compile({ optimizer: { name: "adam", learningRate: 0.01, useEma: true }, loss: "mse", ...compile });
  return net;
}

describe("leaves no trace", () => {
  const cases: readonly [string, Partial<CompileModelOptions>, boolean][] = [
    ["of adam with averages", {}, false],
    ["of momentum", { optimizer: { name: "sgd", learningRate: 0.01, momentum: 0.9 } }, false],
    // 48 rows in batches of 16 are three; the first epoch ends with gradients that are still added up.
    ["of gradients that are added up", { gradientAccumulationSteps: 2 }, false],
    ["of states", {}, true],
  ];

  test.each(cases)("%s: training goes on to the same bits", async (_, compile, stateful) => {
    const [plain, swept] = [recurrentModel(compile, stateful), recurrentModel(compile, stateful)];
    const train = (net: Model, epoch: number) =>
      net.fit(x, y, { batchSize: 16, initialEpoch: epoch, epochs: epoch + 1, ...silent });
    const sweep = (net: Model) => findLearningRate(net, x, y, { steps: 7, batchSize: 16, smoothing: 0.5 });
    await sweep(swept); // before the first step
    const histories = [[await train(plain, 0)], [await train(swept, 0)]];
    const before = stateOf(swept);
    const { losses } = await sweep(swept);
    expect(losses.length).toBeGreaterThan(2);
    expect(stateOf(swept)).toEqual(before);
    histories[0]?.push(await train(plain, 1));
    histories[1]?.push(await train(swept, 1));
    expect(stateOf(swept)).toEqual(stateOf(plain));
    expect(histories[1]?.map(({ logs }) => logs)).toEqual(histories[0]?.map(({ logs }) => logs));
    expect((await swept.predict(x.rows(0, 16))).data).toEqual((await plain.predict(x.rows(0, 16))).data);
  });

  test("of a rate that was set while training, nor of what happened within the sweep", async () => {
    const net = recurrentModel({});
    await net.fit(x, y, { batchSize: 16, ...silent });
    net.trainer().learningRate = 0.003;
    const before = stateOf(net);
    await findLearningRate(net, x, y, { steps: 4 });
    expect(net.trainer().learningRate).toBe(0.003);
    function* broken() {
      yield { x, y };
      throw new RangeError("the disk is gone");
    }
    await expect(findLearningRate(net, () => broken())).rejects.toThrow("the disk is gone");
    expect(stateOf(net)).toEqual(before);
  });

  test("of weights that became no numbers", async () => {
    const net = recurrentModel({ optimizer: { name: "sgd", learningRate: 0.01 } });
    const before = stateOf(net);
    const sweep = { minLearningRate: 1e20, maxLearningRate: 1e36, steps: 9 };
    const { losses, rates } = await findLearningRate(net, x, y, sweep);
    expect(Number.isFinite(losses.at(-1))).toBe(false);
    expect(rates.length).toBeLessThan(9);
    expect(stateOf(net)).toEqual(before);
  });
});

/**
 * y = x·w with x of variance `scale`²: the mean squared error is a paraboloid of curvature 2·scale² in every direction, so that gradient
 * descent is fastest at the rate 1 / (2·scale²) and runs away above twice that.
 */
function paraboloid(scale: number, optimizer: CompileModelOptions["optimizer"]) {
  const inputs = new Random(1).normal([512, 8], 0, scale);
  const w = new Random(2).normal([8], 0, 1 / scale);
  const targets = ndarray(
    Array.from({ length: 512 }, (_, b) => [
      Array.from({ length: 8 }, (_, f) => inputs.at(b, f) * w.at(f)).reduce((sum, part) => sum + part, 0),
    ]),
  );
  const net = sequential([
    layers.dense({ units: 1, useBias: false, kernelInitializer: "zeros", inputShape: [8] }),
  ]);
  net.compile({ optimizer: optimizer ?? "sgd", loss: "mse" });
  return { net, inputs, targets };
}

describe("on a paraboloid", () => {
  test.each([1, 0.1, 10])("finds the order of the rate, inputs of size %d", async (scale) => {
    const { net, inputs, targets } = paraboloid(scale, { name: "sgd", learningRate: 1 });
    const options = { minLearningRate: 1e-7 / scale ** 2, maxLearningRate: 10 / scale ** 2 };
    const { rates, losses, smoothed, suggestion } = await findLearningRate(net, inputs, targets, options);
    const best = 1 / (2 * scale ** 2);
    expect(suggestion).toBeGreaterThan(best / 20);
    expect(suggestion).toBeLessThanOrEqual(best);
    expect(rates).toContain(suggestion);

    // Rates grow by one factor; the sweep ended after they passed twice the best, where the loss runs away.
    expect([losses.length, smoothed.length]).toEqual([rates.length, rates.length]);
    expect(rates[0]).toBeCloseTo(options.minLearningRate, 12);
    for (const [i, rate] of rates.slice(1).entries())
      expect(rate / (rates[i] ?? Number.NaN)).toBeCloseTo(1e8 ** (1 / 99), 10);
    expect(rates.length).toBeLessThan(100);
    expect(rates.at(-1)).toBeGreaterThan(best);
    expect(smoothed.at(-1)).toBeGreaterThan(4 * Math.min(...smoothed));
  });

  test("its suggestion trains: far better than a hundredth of it", async () => {
    const { net, inputs, targets } = paraboloid(1, { name: "adam", learningRate: 1 });
    const { suggestion = Number.NaN } = await findLearningRate(net, inputs, targets);
    const lossAt = async (learningRate: number) => {
      net.reinitialize(0);
      net.compile({ optimizer: { name: "adam", learningRate }, loss: "mse" });
      await net.fit(inputs, targets, { epochs: 2, ...silent });
      return (await net.evaluate(inputs, targets)).loss ?? Number.NaN;
    };
    expect(await lossAt(suggestion)).toBeLessThan(0.1 * (await lossAt(suggestion / 100)));
  });

  test("a rate is that of one change of the weights, also where gradients are added up", async () => {
    const { net, inputs, targets } = paraboloid(1, { name: "sgd", learningRate: 1 });
    const plain = await findLearningRate(net, inputs, targets, { steps: 8, batchSize: 128 });
    net.compile({ optimizer: { name: "sgd", learningRate: 1 }, loss: "mse", gradientAccumulationSteps: 4 });
    const added = await findLearningRate(net, inputs, targets, { steps: 8, batchSize: 32 });
    expect(added.rates).toEqual(plain.rates);
    for (const [i, loss] of added.losses.entries())
      expect(loss).toBeCloseTo(plain.losses[i] ?? Number.NaN, 3);
  });

  test("smoothed is the average without its bias; divergence says how far it may rise", async () => {
    const { net, inputs, targets } = paraboloid(1, { name: "sgd", learningRate: 1 });
    const find = (options: LearningRateOptions) => findLearningRate(net, inputs, targets, options);
    const { losses, smoothed } = await find({ smoothing: 0.75, steps: 20 });
    for (const [n, mean] of smoothed.entries()) {
      const weights = Array.from({ length: n + 1 }, (_, i) => 0.75 ** (n - i));
      const sum = weights.reduce((total, weight, i) => total + weight * (losses[i] ?? Number.NaN), 0);
      expect(mean).toBeCloseTo(sum / weights.reduce((total, weight) => total + weight, 0), 10);
    }
    expect((await find({ smoothing: 0 })).smoothed).toEqual((await find({ smoothing: 0 })).losses);
    const [early, late] = [await find({ divergence: 1.5 }), await find({ divergence: 1000 })];
    expect(early.rates.length).toBeLessThan(late.rates.length);
  });
});

describe("data", () => {
  const { net, inputs, targets } = paraboloid(1, { name: "sgd", learningRate: 1 });

  test("in batches are read epoch by epoch, as arrays are", async () => {
    const epochs: number[] = [];
    const batches = (epoch: number) => {
      epochs.push(epoch);
      return [{ x: inputs, y: targets }];
    };
    const fromBatches = await findLearningRate(net, batches, { steps: 12 });
    const fromArrays = await findLearningRate(net, inputs, targets, { steps: 12, batchSize: 512 });
    expect(epochs).toEqual(Array.from({ length: fromBatches.rates.length }, (_, i) => i));
    expect(fromBatches.rates).toEqual(fromArrays.rates);
    for (const [i, loss] of fromBatches.losses.entries())
      expect(loss / (fromArrays.losses[i] ?? Number.NaN)).toBeCloseTo(1, 4);
  });

  test("of no weight leave nothing to suggest", async () => {
    const sampleWeight = NdArray.zeros([512]);
    const { losses, suggestion } = await findLearningRate(net, inputs, targets, { sampleWeight, steps: 20 });
    expect(losses).toEqual(new Array(20).fill(0));
    expect(suggestion).toBeUndefined();
  });

  test("that come in batches have no targets beside them", async () => {
    const batches = () => [{ x: inputs, y: targets }];
    await expect(findLearningRate(net, batches as never, targets, {})).rejects.toThrow(
      "findLearningRate: y is for arrays; data that come in batches have it within them",
    );
    await expect(findLearningRate(net, batches, { batchSize: 8 })).rejects.toThrow(
      "findLearningRate: batchSize is for arrays",
    );
  });
});

describe("refuses", () => {
  const { net, inputs, targets } = paraboloid(1, { name: "sgd", learningRate: 1 });

  test.each<[object, string]>([
    [{ minLearningRate: 0 }, "minLearningRate is to be a positive number, got 0"],
    [
      { minLearningRate: 1, maxLearningRate: 1 },
      "maxLearningRate is to be a number above minLearningRate, 1, got 1",
    ],
    [
      { maxLearningRate: Infinity },
      "maxLearningRate is to be a number above minLearningRate, 1e-7, got Infinity",
    ],
    [{ steps: 2 }, "steps is to be a whole number from 3 up, got 2"],
    [{ steps: "9" }, 'steps is to be a whole number from 3 up, got "9"'],
    [{ batchSize: 0 }, "batchSize is to be a positive whole number, got 0"],
    [{ smoothing: 1 }, "smoothing is to be in [0, 1), got 1"],
    [{ divergence: 1 }, "divergence is to be a number above 1, got 1"],
    [{ minLR: 1 }, 'there is no option "minLR"'],
  ])("%o", async (options, message) => {
    await expect(findLearningRate(net, inputs, targets, options)).rejects.toThrow(
      `findLearningRate: ${message}`,
    );
  });

  test("a schedule, by its optimiser", async () => {
    const { net: other } = paraboloid(1, {
      name: "adam",
      learningRate: schedules.cosineDecay({ initialLearningRate: 0.1, decaySteps: 10 }),
    });
    await expect(findLearningRate(other, inputs, targets)).rejects.toThrow(
      "findLearningRate: the learning rate of adam follows a schedule and cannot be swept; compile with a number",
    );
  });

  test("a model that is not compiled, and data that do not fit", async () => {
    const raw = sequential([layers.dense({ units: 1, inputShape: [8] })]);
    await expect(findLearningRate(raw, inputs, targets)).rejects.toThrow("call compile");
    await expect(findLearningRate(net, targets, targets)).rejects.toThrow(/x: .*\[512, 1\]/);
  });
});
