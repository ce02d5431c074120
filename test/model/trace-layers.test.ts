// What is seen inside layers: it is what the layers give, by formulas written down here a second time.

import { describe, expect, test } from "vitest";
import { model as functional } from "../../src/model/functional.ts";
import type { Model } from "../../src/model/model.ts";
import { sequential } from "../../src/model/sequential.ts";
import {
  type AttentionLayerTrace,
  type RecurrentLayerTrace,
  traceableLayers,
  traceLayers,
} from "../../src/model/trace-layers.ts";
import { input } from "../../src/nn/input.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";

const [B, T, F, U] = [2, 5, 3, 4];
const random = new Random(5);
const x = random.normal([B, T, F]);
const numbers = (array: NdArray | undefined): Float64Array => array?.toFloat64() ?? new Float64Array();
const sigmoid = (value: number) => 1 / (1 + Math.exp(-value));

/** Weights that are drawn, biases too: those of a fresh layer are zeros. */
function drawn<M extends Model>(model: M): M {
  for (const [i, { weight }] of model.weights.entries())
    weight.assign(random.fold(i).normal(weight.shape, 0, 0.5));
  return model;
}

function expectClose(given: NdArray | undefined, wanted: ArrayLike<number>): void {
  const found = numbers(given);
  expect(found.length).toBe(wanted.length);
  for (const [i, value] of found.entries())
    expect(Math.abs(value - (wanted[i] ?? Number.NaN))).toBeLessThan(1e-5);
}

async function recurrentTraces(model: Model, data: NdArray = x): Promise<readonly RecurrentLayerTrace[]> {
  const { layers: traced, outputs } = await traceLayers(model, data);
  // The outputs are those of a prediction.
  expectClose(outputs[0], numbers(await model.predict(data)));
  return traced as readonly RecurrentLayerTrace[];
}

const inputShape = [T, F];
const returnSequences = true;

describe("the hidden state is the layer's output", () => {
  const cases: readonly (readonly [string, Layer, string, number])[] = [
    ["lstm", layers.lstm({ units: U, returnSequences, inputShape }), "lstm", 4],
    [
      "lstm without a bias",
      layers.lstm({ units: U, useBias: false, returnSequences, inputShape }),
      "lstm",
      4,
    ],
    [
      "lstm of other activations",
      layers.lstm({
        units: U,
        activation: "softsign",
        recurrentActivation: "hardSigmoid",
        returnSequences,
        inputShape,
      }),
      "lstm",
      4,
    ],
    [
      "lstm from the end",
      layers.lstm({ units: U, goBackwards: true, returnSequences, inputShape }),
      "lstm",
      4,
    ],
    ["gru", layers.gru({ units: U, returnSequences, inputShape }), "gru", 3],
    ["gru, reset before", layers.gru({ units: U, resetAfter: false, returnSequences, inputShape }), "gru", 3],
    ["simpleRNN", layers.simpleRNN({ units: U, returnSequences, inputShape }), "simpleRNN", 0],
    [
      "an LSTM cell",
      layers.rnn({ cell: layers.lstmCell({ units: U }), returnSequences, inputShape }),
      "lstm",
      4,
    ],
    [
      "stacked cells",
      layers.rnn({
        cell: [layers.gruCell({ units: 3 }), layers.lstmCell({ units: U })],
        returnSequences,
        inputShape,
      }),
      "recurrent",
      0,
    ],
  ];
  test.each(cases)("%s", async (_, layer, kind, gates) => {
    const model = drawn(sequential([layer]));
    const [trace, ...others] = await recurrentTraces(model);
    expect(others).toEqual([]);
    expect(trace?.kind).toBe(kind);
    expect(Object.keys(trace?.gates ?? {})).toHaveLength(gates);
    expect(trace?.cell?.shape).toEqual(kind === "lstm" ? [B, T, U] : undefined);
    const given = numbers(await model.predict(x));
    // What goBackwards returns is in the order of reading; a trace is in that of the sequence.
    const turned = trace?.isBackward === true;
    const inOrder = given.map((_, i) => {
      const [b, t, u] = [Math.floor(i / (T * U)), Math.floor(i / U) % T, i % U];
      return given[(b * T + (turned ? T - 1 - t : t)) * U + u] ?? 0;
    });
    expectClose(trace?.hidden, inOrder);
  });

  test("stacked layers, and both directions in the order of the text", async () => {
    const model = drawn(
      sequential([
        layers.gru({ units: 3, returnSequences, inputShape, name: "first" }),
        layers.bidirectional({ layer: layers.lstm({ units: U, returnSequences }), name: "both" }),
      ]),
    );
    const [first, forward, backward] = await recurrentTraces(model);
    expect([first?.name, forward?.name, backward?.name]).toEqual([
      "first",
      "both/forward_layer",
      "both/backward_layer",
    ]);
    expect([first?.isBackward, forward?.isBackward, backward?.isBackward]).toEqual([false, false, true]);
    const given = numbers(await model.predict(x));
    const side = (from: number) => given.filter((_, i) => i % (2 * U) >= from && i % (2 * U) < from + U);
    expectClose(forward?.hidden, side(0));
    expectClose(backward?.hidden, side(U));
    expect(traceableLayers(model)).toEqual(["first", "both/forward_layer", "both/backward_layer"]);
    // What it is in stands for what is inside.
    const named = await traceLayers(model, x, { layers: ["both"] });
    expect(named.layers.map(({ name }) => name)).toEqual(["both/forward_layer", "both/backward_layer"]);
  });

  test("masked steps keep the state", async () => {
    const padded = x.toFloat64();
    padded.fill(0, 0, 2 * F); // the first two steps of the first sequence
    const data = new NdArray(Float32Array.from(padded), [B, T, F]);
    const model = drawn(
      sequential([layers.masking({ inputShape }), layers.lstm({ units: U, returnSequences })]),
    );
    const [trace] = await recurrentTraces(model, data);
    expectClose(trace?.hidden, numbers(await model.predict(data)));
    expect([...numbers(trace?.hidden).subarray(0, 2 * U)]).toEqual(new Array(2 * U).fill(0));
  });

  test("a call's initial state is where it starts; a stateful layer starts anew and keeps its own", async () => {
    const sequence = input({ name: "sequence", shape: inputShape });
    const before = input({ name: "before", shape: [U] });
    const hidden = layers.gru({ units: U, returnSequences, name: "gru" }).apply(sequence, {
      initialState: [before],
    });
    const model = drawn(functional({ inputs: [sequence, before], outputs: hidden }));
    const data = [x, random.fold(9).normal([B, U])];
    const { layers: traced } = await traceLayers(model, data);
    expectClose((traced[0] as RecurrentLayerTrace).hidden, numbers(await model.predict(data)));

    const stateful = drawn(
      sequential([layers.gru({ units: U, stateful: true, returnSequences, inputShape })]),
    );
    const first = numbers(await stateful.predict(x));
    const again = await traceLayers(stateful, x);
    expectClose((again.layers[0] as RecurrentLayerTrace).hidden, first);
    const next = numbers(await stateful.predict(x));
    expect(next).not.toEqual(first);
  });
});

/** Row u of x·W, for weights [F, columns]. */
function product(row: ArrayLike<number>, weights: Float64Array, columns: number, column: number): number {
  let sum = 0;
  for (let i = 0; i < row.length; i++) sum += (row[i] ?? 0) * (weights[i * columns + column] ?? 0);
  return sum;
}

/** What stands at [b, t] of an array [B, T, width]; zeros before the first step. */
function rowAt(array: NdArray | undefined, b: number, t: number, width: number): Float64Array {
  return t < 0 ? new Float64Array(width) : numbers(array).slice((b * T + t) * width, (b * T + t + 1) * width);
}

describe("gates are what Keras' formulas say", () => {
  test("lstm: i, f, c̃, o of x·W + h·U + b, and c and h from them", async () => {
    const model = drawn(sequential([layers.lstm({ units: U, returnSequences, inputShape })]));
    const [trace] = await recurrentTraces(model);
    const [W = new Float64Array(), V = W, b = W] = model.weights.map(({ weight }) =>
      weight.value.toFloat64(),
    );
    for (let n = 0; n < B; n++)
      for (let t = 0; t < T; t++)
        for (let u = 0; u < U; u++) {
          const [now, h] = [rowAt(x, n, t, F), rowAt(trace?.hidden, n, t - 1, U)];
          const z = (block: number) => {
            const column = block * U + u;
            return product(now, W, 4 * U, column) + product(h, V, 4 * U, column) + (b[column] ?? 0);
          };
          const gate = (name: string) => rowAt(trace?.gates[name], n, t, U)[u] ?? Number.NaN;
          expect(gate("input")).toBeCloseTo(sigmoid(z(0)), 5);
          expect(gate("forget")).toBeCloseTo(sigmoid(z(1)), 5);
          expect(gate("candidate")).toBeCloseTo(Math.tanh(z(2)), 5);
          expect(gate("output")).toBeCloseTo(sigmoid(z(3)), 5);
          const before = rowAt(trace?.cell, n, t - 1, U)[u] ?? 0;
          const after = rowAt(trace?.cell, n, t, U)[u] ?? 0;
          expect(after).toBeCloseTo(gate("forget") * before + gate("input") * gate("candidate"), 5);
          expect(rowAt(trace?.hidden, n, t, U)[u]).toBeCloseTo(gate("output") * Math.tanh(after), 5);
        }
  });

  test.each([true, false])("gru, resetAfter %s: z, r, h̃, and h from them", async (resetAfter) => {
    const model = drawn(sequential([layers.gru({ units: U, resetAfter, returnSequences, inputShape })]));
    const [trace] = await recurrentTraces(model);
    const [W = new Float64Array(), V = W, b = W] = model.weights.map(({ weight }) =>
      weight.value.toFloat64(),
    );
    for (let n = 0; n < B; n++)
      for (let t = 0; t < T; t++)
        for (let u = 0; u < U; u++) {
          const [now, h] = [rowAt(x, n, t, F), rowAt(trace?.hidden, n, t - 1, U)];
          const reset = rowAt(trace?.gates.reset, n, t, U);
          const fromInput = (block: number) =>
            product(now, W, 3 * U, block * U + u) + (b[block * U + u] ?? 0);
          const fromState = (block: number, state: Float64Array) =>
            product(state, V, 3 * U, block * U + u) + (resetAfter ? (b[3 * U + block * U + u] ?? 0) : 0);
          const gate = (name: string) => rowAt(trace?.gates[name], n, t, U)[u] ?? Number.NaN;
          expect(gate("update")).toBeCloseTo(sigmoid(fromInput(0) + fromState(0, h)), 5);
          expect(gate("reset")).toBeCloseTo(sigmoid(fromInput(1) + fromState(1, h)), 5);
          const recurrent = resetAfter
            ? gate("reset") * fromState(2, h)
            : fromState(
                2,
                h.map((value, j) => value * (reset[j] ?? 0)),
              );
          expect(gate("candidate")).toBeCloseTo(Math.tanh(fromInput(2) + recurrent), 5);
          const z = gate("update");
          expect(rowAt(trace?.hidden, n, t, U)[u]).toBeCloseTo(
            z * (h[u] ?? 0) + (1 - z) * gate("candidate"),
            5,
          );
        }
  });
});

describe("attention", () => {
  const heads = 2;
  const keyDim = 3;

  /** Rows sum to 1, and what is ahead has no weight. */
  function expectWeights(weights: NdArray, isCausal: boolean): void {
    const [, , queries = 0, keys = 0] = weights.shape;
    const all = numbers(weights);
    for (let row = 0; row * keys < all.length; row++) {
      const own = all.subarray(row * keys, (row + 1) * keys);
      expect(own.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
      if (isCausal) expect([...own.subarray((row % queries) + 1)].every((value) => value === 0)).toBe(true);
    }
  }

  test.each([false, true])(
    "by several heads, causal %s: weights times values make the output",
    async (causal) => {
      const sequence = input({ shape: inputShape });
      const layer = layers.multiHeadAttention({ numHeads: heads, keyDim, name: "attention" });
      const outputs = layer.apply(sequence, { useCausalMask: causal });
      const model = drawn(functional({ inputs: sequence, outputs }));
      const { layers: traced } = await traceLayers(model, x);
      const [trace] = traced as readonly AttentionLayerTrace[];
      expect(traced).toHaveLength(1);
      expect(trace).toMatchObject({ name: "attention", kind: "attention" });
      expect(trace?.weights.shape).toEqual([B, heads, T, T]);
      expectWeights(trace?.weights as NdArray, causal);

      const weight = (name: string) =>
        numbers(model.weights.find((one) => one.name === `attention/${name}`)?.weight.value);
      const [valueKernel, valueBias] = [weight("value_kernel"), weight("value_bias")]; // [F, N, K], [N, K]
      const [outKernel, outBias] = [weight("output_kernel"), weight("output_bias")]; // [N, K, F], [F]
      const scores = numbers(trace?.weights);
      const wanted: number[] = [];
      for (let b = 0; b < B; b++)
        for (let t = 0; t < T; t++)
          for (let f = 0; f < F; f++) {
            let sum = outBias[f] ?? 0;
            for (let n = 0; n < heads; n++)
              for (let k = 0; k < keyDim; k++) {
                let taken = 0;
                for (let s = 0; s < T; s++) {
                  const place = n * keyDim + k;
                  const value =
                    product(rowAt(x, b, s, F), valueKernel, heads * keyDim, place) + (valueBias[place] ?? 0);
                  taken += (scores[((b * heads + n) * T + t) * T + s] ?? 0) * value;
                }
                sum += taken * (outKernel[(n * keyDim + k) * F + f] ?? 0);
              }
            wanted.push(sum);
          }
      expectClose(await model.predict(x), wanted);
    },
  );

  test("inside blocks of transformers, and between two sequences", async () => {
    const sequence = input({ shape: [T, 4] });
    const encoded = layers
      .transformerEncoder({ intermediateDim: 6, numHeads: heads, causal: true, name: "block" })
      .apply(sequence);
    const cross = layers.attention({ name: "look" }).apply([encoded, sequence]);
    const model = drawn(functional({ inputs: sequence, outputs: cross }));
    const data = random.fold(3).normal([B, T, 4]);
    const { layers: traced } = await traceLayers(model, data);
    const [block, look] = traced as readonly AttentionLayerTrace[];
    expect([block?.name, look?.name]).toEqual(["block/self_attention", "look"]);
    expectWeights(block?.weights as NdArray, true);
    expect(look?.weights.shape).toEqual([B, 1, T, T]);
    expectWeights(look?.weights as NdArray, false);
  });
});

describe("layers by name", () => {
  const shared = layers.lstm({ units: U, returnSequences, name: "shared" });
  const sequence = input({ shape: [T, U] });
  const inner = sequential([layers.dense({ units: U, inputShape: [T, U], name: "dense" })], {
    name: "inner",
  });
  const outputs = layers
    .dropout({ rate: 0.5, name: "drop" })
    .apply(layers.add().apply([shared.apply(sequence), shared.apply(inner.apply(sequence))]));
  const model = drawn(functional({ inputs: sequence, outputs }));
  const data = random.fold(4).normal([B, T, U]);

  test("a layer that is called twice has two traces", async () => {
    const { layers: traced, outputs: given } = await traceLayers(model, data);
    expect(traced.map(({ name }) => name)).toEqual(["shared", "shared#2"]);
    const [first, second] = traced as readonly RecurrentLayerTrace[];
    const both = numbers(second?.hidden);
    expectClose(
      given[0],
      numbers(first?.hidden).map((value, i) => value + (both[i] ?? 0)),
    );
    const named = await traceLayers(model, data, { layers: ["shared#2"] });
    expect(named.layers.map(({ name }) => name)).toEqual(["shared#2"]);
  });

  test("any other layer gives what it gives, also one inside another model, and one that does nothing", async () => {
    const { layers: traced, outputs: given } = await traceLayers(model, data, {
      layers: ["inner/dense", "drop"],
    });
    expect(traced.map(({ name, kind }) => [name, kind])).toEqual([
      ["inner/dense", "output"],
      ["drop", "output"],
    ]);
    const [dense, drop] = traced;
    expectClose(dense?.kind === "output" ? dense.values : undefined, numbers(await inner.predict(data)));
    expectClose(drop?.kind === "output" ? drop.values : undefined, numbers(given[0]));
  });

  test("one that there is not", async () => {
    await expect(traceLayers(model, data, { layers: ["shard"] })).rejects.toThrow(
      /there is no layer "shard"\. Did you mean "shared"\? There are .*inner\/dense/,
    );
    await expect(traceLayers(model, data, { layer: ["shared"] } as never)).rejects.toThrow(
      'traceLayers: there is no option "layer"',
    );
    await expect(traceLayers(model, NdArray.zeros([0, T, U]))).rejects.toThrow("there are no rows to trace");
  });
});
