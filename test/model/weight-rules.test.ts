// Regularisers and constraints through training: what is added to the loss, and what weights are held to after each step.

import { describe, expect, test } from "vitest";
import { input, layers, model, ndarray, type Sequential, sequential } from "../../src/index.ts";
import { filled, normal } from "./support/data.ts";
import { checkGradients } from "./support/gradient-check.ts";

const quiet = { verbose: "silent", shuffle: false } as const;
const l2 = (rate: number) => ({ name: "l2", l2: rate }) as const;
const squares = (net: Sequential | ReturnType<typeof model>, ending: string) =>
  net.weights
    .filter(({ name }) => name.endsWith(ending))
    .flatMap(({ weight }) => weight.value.toArray())
    .reduce((sum, value) => sum + value * value, 0);

describe("a regulariser", () => {
  const recurrent = () =>
    sequential([
      layers.lstm({
        units: 3,
        kernelRegularizer: l2(0.1),
        recurrentRegularizer: l2(0.2),
        inputShape: [4, 2],
      }),
      layers.dense({ units: 1, biasRegularizer: l2(0.3) }),
    ]);
  const [x, y] = [normal([3, 4, 2]), normal([3, 1], 2)];

  test("adds its penalties to the loss, not to the metrics, in training and evaluation", async () => {
    const [plain, held] = [
      sequential([layers.lstm({ units: 3, inputShape: [4, 2] }), layers.dense({ units: 1 })]),
      recurrent(),
    ];
    for (const net of [plain, held])
      net.compile({ optimizer: { name: "sgd", learningRate: 0 }, loss: "mse", metrics: ["mae"] });
    held.weights.at(-1)?.weight.assign(ndarray([0.7]));
    plain.restoreWeights(held.snapshotWeights());
    const penalty = 0.1 * squares(held, "lstm/kernel") + 0.2 * squares(held, "recurrent_kernel") + 0.3 * 0.49;
    for (const run of ["evaluate", "trainOnBatch"] as const) {
      const [without, withIt] = [await plain[run](x, y), await held[run](x, y)];
      expect((withIt.loss ?? 0) - (without.loss ?? 0)).toBeCloseTo(penalty, 5);
      expect(withIt.mae).toBeCloseTo(without.mae ?? Number.NaN, 6);
    }
  });

  test("has its gradient", async () => {
    await checkGradients(recurrent(), [x, y], { loss: "mse" });
  });

  test("of a layer that is called twice counts once", async () => {
    const start = input({ shape: [2] });
    const shared = layers.dense({ units: 2, kernelRegularizer: l2(0.5), name: "shared" });
    const net = model({ inputs: start, outputs: shared.apply(shared.apply(start)) });
    const data = [normal([3, 2]), normal([3, 2], 2)] as const;
    net.compile({ loss: "mse" });
    const given = await net.predict(data[0]);
    const mse =
      given.toArray().reduce((sum, value, i) => sum + (value - Number(data[1].data[i])) ** 2, 0) / 6;
    expect((await net.evaluate(...data)).loss).toBeCloseTo(mse + 0.5 * squares(net, "kernel"), 5);
    await checkGradients(net, data, { loss: "mse" });
  });

  test("of a table has a gradient in every row, also in those that are not read", async () => {
    const net = sequential([
      layers.embedding({ inputDim: 30, outputDim: 2, embeddingsRegularizer: l2(0.1), inputShape: [2] }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ]);
    await checkGradients(
      net,
      [
        ndarray(
          [
            [1, 2],
            [2, 5],
          ],
          { dtype: "int32" },
        ),
        [[1], [0]],
      ],
      { loss: "mse" },
    );
  });

  test("acts on weights inside wrappers and nested models", async () => {
    const inner = sequential([layers.dense({ units: 2, kernelRegularizer: l2(0.1), inputShape: [2] })], {
      name: "inner",
    });
    const net = sequential([
      layers.timeDistributed({ layer: inner.asLayer(), inputShape: [3, 2] }),
      layers.bidirectional({ layer: layers.gru({ units: 2, kernelRegularizer: l2(0.2) }) }),
      layers.dense({ units: 1 }),
    ]);
    await checkGradients(net, [normal([2, 3, 2]), normal([2, 1], 2)], { loss: "mse" });
  });
});

describe("a constraint", () => {
  const line = (more: object) => {
    const net = sequential([layers.dense({ units: 1, kernelConstraint: "nonNeg", inputShape: [2] })]);
    net.compile({ optimizer: { name: "sgd", learningRate: 0.1 }, loss: "mse", ...more });
    return net;
  };
  const x = normal([64, 2]);
  /** 2·x₀ - 3·x₁, of whose weights one may not be learned. */
  const y = filled([64, 1], (i) => 2 * x.at(i, 0) - 3 * x.at(i, 1));

  test("holds after every step, and the rest of the weights learn", async () => {
    const net = line({});
    const seen: number[] = [];
    await net.fit(x, y, {
      batchSize: 16,
      epochs: 20,
      callbacks: [
        { onBatchEnd: () => void seen.push(Math.min(...(net.weights[0]?.weight.value.toArray() ?? []))) },
      ],
      ...quiet,
    });
    expect(Math.min(...seen)).toBe(0);
    const [first = 0, second = Number.NaN] = net.weights[0]?.weight.value.toArray() ?? [];
    expect(first).toBeGreaterThan(1);
    expect(second).toBe(0);
  });

  test("is not applied before the first step, and once for several batches whose gradients are added up", async () => {
    const net = line({ gradientAccumulationSteps: 2 });
    net.weights[0]?.weight.assign(ndarray([[-1], [-1]]));
    await net.evaluate(x, y);
    await net.trainOnBatch(x, y);
    expect(net.weights[0]?.weight.value.toArray()).toEqual([-1, -1]);
    await net.trainOnBatch(x, y);
    expect(net.weights[0]?.weight.value.toArray().every((value) => value >= 0)).toBe(true);
  });

  test("acts on a table, of which few rows are read", async () => {
    const net = sequential([
      layers.embedding({
        inputDim: 20,
        outputDim: 2,
        embeddingsConstraint: { name: "unitNorm", axis: 1 },
        inputShape: [1],
      }),
      layers.flatten(),
      layers.dense({ units: 1 }),
    ]);
    net.compile({ optimizer: "sgd", loss: "mse" });
    await net.trainOnBatch(ndarray([[3]], { dtype: "int32" }), [[1]]);
    const table = net.weights[0]?.weight.value;
    for (let row = 0; row < 20; row++)
      expect(Math.hypot(table?.at(row, 0) ?? 0, table?.at(row, 1) ?? 0)).toBeCloseTo(1, 3);
  });

  test("is seen by the predictions that follow", async () => {
    const net = line({});
    await net.predict(x);
    await net.predict(x);
    await net.trainOnBatch(x, y);
    const [kernel, bias] = net.weights.map(({ weight }) => weight.value);
    const given = await net.predict(x);
    for (let i = 0; i < 64; i++)
      expect(given.at(i, 0)).toBeCloseTo(
        x.at(i, 0) * (kernel?.at(0, 0) ?? 0) + x.at(i, 1) * (kernel?.at(1, 0) ?? 0) + (bias?.at(0) ?? 0),
        5,
      );
  });
});
