// Two trainings from one seed are the same to the last bit; what is frozen or switched off stays so.

import { describe, expect, test } from "vitest";
import { layers, optimizers, type Sequential, sequential } from "../../src/index.ts";
import { filled, linearData, normal, setWeights, weightsOf } from "./support/data.ts";
import { SpyDevice } from "./support/spy-device.ts";

const quiet = { verbose: "silent" } as const;

describe("a seed", () => {
  const x = normal([40, 6, 2]);
  const y = normal([40, 1], 2);

  async function train(seed: number) {
    const model = sequential(
      [
        layers.lstm({
          units: 5,
          dropout: 0.2,
          recurrentDropout: 0.2,
          returnSequences: true,
          inputShape: [6, 2],
        }),
        layers.dropout({ rate: 0.3 }),
        layers.gru({ units: 4 }),
        layers.dense({ units: 1 }),
      ],
      { seed },
    );
    model.compile({ loss: "mse", metrics: ["mae"] });
    const history = await model.fit(x, y, { epochs: 3, batchSize: 16, validationSplit: 0.2, ...quiet });
    return { weights: weightsOf(model), logs: history.logs, y: (await model.predict(x)).toArray() };
  }

  test("determines first weights, order, dropout and so all that follows", async () => {
    expect(await train(11)).toEqual(await train(11));
  });

  test("of another number gives another training", async () => {
    const [one, other] = [await train(11), await train(12)];
    expect(other.logs.loss).not.toEqual(one.logs.loss);
    expect(
      other.weights.filter((value, i) => value === one.weights[i] && value !== 0 && value !== 1),
    ).toEqual([]);
  });

  test("draws the first weights before anything is compiled", () => {
    const make = (seed: number) =>
      weightsOf(
        sequential([layers.dense({ units: 3, inputShape: [4] }), layers.dense({ units: 3 })], { seed }),
      );
    expect(make(1)).toEqual(make(1));
    expect(make(1)).not.toEqual(make(2));
    // Two kernels of the same shape are drawn apart.
    const [first, second] = [make(1).slice(0, 9), make(1).slice(15, 24)];
    expect(first).not.toEqual(second);
  });
});

describe("dropout", () => {
  test("draws other numbers at each step, and drops the share that it is told to", async () => {
    const spy = new SpyDevice();
    const model = sequential([layers.dropout({ rate: 0.25, inputShape: [100] }), layers.dense({ units: 1 })]);
    model.compile({ optimizer: "sgd", loss: "mse", device: spy });
    await model.fit(normal([60, 100]), normal([60, 1]), { batchSize: 20, ...quiet });
    const masks = spy.steps.map(({ feeds }) => feeds.get("random0")?.toArray() ?? []);
    expect(masks.length).toBe(3);
    expect(masks[1]).not.toEqual(masks[0]);
    expect(masks[2]).not.toEqual(masks[1]);
    for (const mask of masks) {
      expect(new Set(mask)).toEqual(new Set([0, Math.fround(4 / 3)]));
      const dropped = mask.filter((value) => value === 0).length / mask.length;
      expect(Math.abs(dropped - 0.25)).toBeLessThan(0.03); // three standard deviations of 2000 draws
    }
  });

  test("is off in evaluate and predict: neither draws anything", async () => {
    const spy = new SpyDevice();
    const model = sequential([layers.dropout({ rate: 0.5, inputShape: [4] }), layers.dense({ units: 1 })]);
    model.compile({ loss: "mse", device: spy });
    const x = normal([8, 4]);
    await model.predict(x);
    await model.evaluate(x, normal([8, 1]));
    for (const { feeds } of spy.runs)
      expect([...feeds.keys()].filter((name) => name.startsWith("random"))).toEqual([]);
    expect(spy.runs.length).toBe(2);
  });
});

describe("a frozen layer", () => {
  const { x, y } = linearData(32);
  const kernel = (model: Sequential, layer: number) => {
    const name = `${model.layers[layer]?.name}/kernel`;
    return model.weights.find((weight) => weight.name === name)?.weight.value.toArray();
  };

  test("keeps its weights, under any optimiser, and costs no gradient", async () => {
    for (const optimizer of [
      optimizers.sgd({ momentum: 0.9, weightDecay: 0.1 }),
      optimizers.adamw({ learningRate: 0.1, globalClipnorm: 1 }),
    ]) {
      const spy = new SpyDevice();
      const model = sequential([
        layers.dense({ units: 7, activation: "tanh", trainable: false, inputShape: [2] }),
        layers.dense({ units: 1 }),
      ]);
      model.compile({ optimizer, loss: "mse", device: spy });
      const [frozen, free] = [kernel(model, 0), kernel(model, 1)];
      await model.fit(x, y, { epochs: 2, ...quiet });
      expect(kernel(model, 0)).toEqual(frozen);
      expect(kernel(model, 1)).not.toEqual(free);
      // Out of the graph come the loss and two gradients, [7, 1] and [1], none of the frozen [2, 7] and [7].
      const shapes = [...(spy.steps[0]?.outputs.values() ?? [])].map(({ shape }) => shape);
      expect(shapes).toEqual([[], [7, 1], [1]]);
    }
  });

  test("lets the gradient through to the layers below it", async () => {
    const model = sequential([
      layers.dense({ units: 3, inputShape: [2] }),
      layers.dense({ units: 1, trainable: false }),
    ]);
    model.compile({ loss: "mse" });
    const [free, frozen] = [kernel(model, 0), kernel(model, 1)];
    await model.fit(x, y, quiet);
    expect(kernel(model, 0)).not.toEqual(free);
    expect(kernel(model, 1)).toEqual(frozen);
  });

  test("may be all there is", async () => {
    const model = sequential([layers.dense({ units: 1, trainable: false, inputShape: [2] })]);
    model.compile({ optimizer: optimizers.adam({ clipnorm: 1 }), loss: "mse" });
    const before = weightsOf(model);
    const { logs } = await model.fit(x, y, { epochs: 2, ...quiet });
    expect(weightsOf(model)).toEqual(before);
    expect(logs.loss?.[1]).toBeCloseTo(logs.loss?.[0] ?? Number.NaN, 5);
  });

  test("can be frozen and thawed between compiles, for fine-tuning", async () => {
    const model = sequential([layers.dense({ units: 3, inputShape: [2] }), layers.dense({ units: 1 })]);
    const [base] = model.layers;
    if (base === undefined) throw new TypeError("there is a first layer");
    const compile = () => model.compile({ loss: "mse" });
    const changes = async () => {
      const before = kernel(model, 0);
      await model.fit(x, y, quiet);
      return JSON.stringify(kernel(model, 0)) !== JSON.stringify(before);
    };
    compile();
    expect(await changes()).toBe(true);
    base.trainable = false;
    expect(model.summary()).toContain("Non-trainable params: 9");
    expect(await changes()).toBe(true); // seen at the next compile, as in Keras
    compile();
    expect(await changes()).toBe(false);
    base.trainable = true;
    compile();
    expect(await changes()).toBe(true);
  });

  test("within a TimeDistributed is frozen too", async () => {
    const inner = layers.dense({ units: 1, trainable: false });
    const model = sequential([
      layers.simpleRNN({ units: 2, returnSequences: true, inputShape: [3, 1] }),
      layers.timeDistributed({ layer: inner }),
    ]);
    model.compile({ loss: "mse" });
    const before = kernel(model, 1);
    await model.fit(normal([8, 3, 1]), normal([8, 3, 1]), quiet);
    expect(kernel(model, 1)).toEqual(before);
  });
});

describe("layers of one model in another", () => {
  const { x, y } = linearData(32);

  test("keep what they have learned, and their names", async () => {
    const base = sequential([
      layers.dense({ units: 4, activation: "tanh", inputShape: [2] }),
      layers.dense({ units: 1 }),
    ]);
    base.compile({ loss: "mse" });
    await base.fit(x, y, { epochs: 3, ...quiet });
    const learned = weightsOf(base);
    const head = sequential([...base.layers.slice(0, 1), layers.dense({ units: 2 })], { seed: 5 });
    expect(head.weights.map(({ name }) => name)).toEqual([
      "dense/kernel",
      "dense/bias",
      "dense_1/kernel",
      "dense_1/bias",
    ]);
    expect(weightsOf(head).slice(0, 12)).toEqual(learned.slice(0, 12));
    expect(weightsOf(base)).toEqual(learned);
    const other = sequential([layers.dense({ units: 2, inputShape: [4] }), ...base.layers.slice(1)]);
    expect(other.layers.map(({ name }) => name)).toEqual(["dense", "dense_1"]);
    expect(base.layers.map(({ name }) => name)).toEqual(["dense", "dense_1"]);
  });

  test("are trained by both, in turn", async () => {
    const shared = layers.dense({ units: 3, inputShape: [2] });
    const [one, other] = [
      sequential([shared, layers.dense({ units: 1 })]),
      sequential([shared, layers.dense({ units: 1 })]),
    ];
    one.compile({ loss: "mse" });
    other.compile({ loss: "mse" });
    const value = () => shared.weights[0]?.value.toArray();
    for (const model of [one, other, one, other]) {
      const before = value();
      await model.fit(x, y, quiet);
      expect(value()).not.toEqual(before);
      // What either predicts and what it measures come from the same weights.
      for (const each of [one, other]) {
        const errors = (await each.predict(x)).toArray().map((predicted, i) => (predicted - y.at(i, 0)) ** 2);
        const { loss } = await each.evaluate(x, y);
        expect(loss).toBeCloseTo(errors.reduce((a, b) => a + b) / errors.length, 4);
      }
    }
  });
});

test("a layer that stands within two others has one set of weights, trained by both", async () => {
  const inner = layers.dense({ units: 2 });
  const model = sequential([
    layers.timeDistributed({ layer: inner, inputShape: [3, 2] }),
    layers.timeDistributed({ layer: inner }),
  ]);
  expect(model.countParams()).toBe(6);
  model.compile({ optimizer: optimizers.sgd({ learningRate: 1 }), loss: "mse" });
  setWeights(model, [
    [1, 0, 0, 1],
    [0, 0],
  ]);
  // y = W·W·x, W being the identity: the slope along w₀₀ is that of w₀₀².
  await model.trainOnBatch(
    [
      [
        [1, 0],
        [0, 0],
        [0, 0],
      ],
    ],
    [
      [
        [0, 0],
        [0, 0],
        [0, 0],
      ],
    ],
  );
  // Loss = mean of 6 squares, w₀₀⁴ among them: its slope is 4/6.
  expect(model.weights[0]?.weight.value.at(0, 0)).toBeCloseTo(1 - 4 / 6, 5);
});

test("training is the same with the passes over the graph and without", async () => {
  const results = [];
  for (const optimize of [true, false]) {
    const model = sequential([
      layers.lstm({ units: 4, recurrentDropout: 0.2, inputShape: [5, 1] }),
      layers.dense({ units: 1 }),
    ]);
    model.compile({ loss: "mse", optimize });
    await model.fit(
      filled([12, 5, 1], (i) => Math.sin(i)),
      filled([12], (i) => Math.cos(i)),
      { epochs: 3, batchSize: 5, ...quiet },
    );
    results.push(weightsOf(model));
  }
  for (const [i, value] of (results[0] ?? []).entries())
    expect(value).toBeCloseTo(results[1]?.[i] ?? Number.NaN, 5);
});
