// Cells as users write them: what a loop over any cell does with masks, directions and states, and where such cells can stand.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { dropoutMask, type Tensor, type TensorType, zeros } from "../../../src/entry/graph.ts";
import { item } from "../../../src/graph/op.ts";
import {
  type CallContext,
  Cell,
  type DType,
  input,
  layers,
  loadModel,
  type Model,
  model,
  NdArray,
  ndarray,
  type Step,
  sequential,
} from "../../../src/index.ts";
import { checkGradient, expectClose } from "../../support/check-op.ts";
import { LayerNormLSTMCell } from "./cells/layer-norm-lstm.ts";
import { drawWeights, type HandLoop, loopByHand, stackSteps } from "./cells/loop-by-hand.ts";
import { MemoryCell } from "./cells/memory-cell.ts";
import { PeepholeLSTMCell } from "./cells/peephole-lstm.ts";
import { RunningMeanCell } from "./cells/running-mean.ts";
import { callLayer, layerGraph, numbers, outputOf } from "./layer-graph.ts";

const [B, T, F, H] = [3, 4, 2, 2] as const;
const x = numbers([B, T, F]);

const cells = {
  PeepholeLSTMCell: () => new PeepholeLSTMCell({ units: H }),
  // Finite differences want a smooth function: of two small numbers the norm is that only with a large epsilon.
  LayerNormLSTMCell: () => new LayerNormLSTMCell({ units: H, epsilon: 0.1 }),
  MemoryCell: () => new MemoryCell({ units: H, slots: 3, width: 2 }),
  RunningMeanCell: () => new RunningMeanCell(),
  "cells stacked": () => [new PeepholeLSTMCell({ units: 3 }), layers.lstmCell({ units: H })],
} as const;

type Name = keyof typeof cells;
const names = Object.keys(cells) as Name[];

/** States that are not zero, in the order of zeroState. */
const startStates: Readonly<Record<Name, readonly NdArray[]>> = {
  PeepholeLSTMCell: [numbers([B, H]), numbers([B, 1, H]).reshape([B, H])],
  LayerNormLSTMCell: [numbers([B, H]), numbers([B, 1, H]).reshape([B, H])],
  MemoryCell: [numbers([B, 3, 2]), numbers([B, H]), numbers([B])],
  RunningMeanCell: [numbers([B, F]), ndarray([3, 1, 2], { dtype: "int32" })],
  "cells stacked": [
    numbers([B, 3]),
    numbers([1, B, 3]).reshape([B, 3]),
    numbers([B, H]),
    numbers([1, B, H]).reshape([B, H]),
  ],
};

const masks = {
  "padded right": [
    [1, 1, 1, 0],
    [1, 1, 1, 1],
    [1, 0, 0, 0],
  ],
  "padded left": [
    [0, 1, 1, 1],
    [1, 1, 1, 1],
    [0, 0, 0, 1],
  ],
  "with gaps": [
    [1, 0, 1, 0],
    [0, 1, 0, 1],
    [0, 0, 0, 0],
  ],
};
const maskOf = (name: keyof typeof masks) => ndarray(masks[name], { dtype: "bool" });

interface Options {
  readonly returnSequences?: boolean;
  readonly returnState?: boolean;
  readonly goBackwards?: boolean;
  readonly zeroOutputForMask?: boolean;
}

describe.each(names)("%s", (name) => {
  const make = (options: Options = {}) => layers.rnn({ cell: cells[name](), ...options });

  /** What the layer gives, and what the loop by hand gives with the same weights. */
  function both(options: Options, call: HandLoop = {}) {
    const layer = make(options);
    const given = {
      ...(call.mask === undefined ? {} : { mask: call.mask }),
      ...(call.initialState === undefined ? {} : { initialState: call.initialState }),
    };
    const results = callLayer(layer, x, given);
    const { goBackwards = false } = options;
    return { results, hand: loopByHand(layer.cell, x, drawWeights(layer.cell), { ...call, goBackwards }) };
  }

  test.each([false, true])("all outputs and the state after them, goBackwards %s", (goBackwards) => {
    const { results, hand } = both({ goBackwards, returnSequences: true, returnState: true });
    const [outputs, ...state] = results;
    expectClose(outputs as NdArray, stackSteps(hand.outputs), "outputs");
    expect(state.length).toBe(hand.last.length);
    for (const [i, { data, shape }] of hand.last.entries())
      expectClose(item(state, i), new NdArray(data, shape), `state ${i}`);
  });

  test("from an initial state; the last output alone", () => {
    const initialState = startStates[name];
    const { results, hand } = both({}, { initialState });
    const { data, shape } = item(hand.outputs, T - 1);
    expectClose(item(results), new NdArray(data, shape), "output");
    expect(item(results).toNested()).not.toEqual(item(both({}).results).toNested());
  });

  describe.each(Object.keys(masks) as (keyof typeof masks)[])("%s", (kind) => {
    const mask = maskOf(kind);

    test.each([false, true])("holds state and output, goBackwards %s", (goBackwards) => {
      for (const initialState of [undefined, startStates[name]]) {
        const call = { mask, initialState };
        const { results, hand } = both({ goBackwards, returnSequences: true, returnState: true }, call);
        const [outputs, ...state] = results;
        expectClose(outputs as NdArray, stackSteps(hand.outputs), "outputs");
        for (const [i, { data, shape }] of hand.last.entries())
          expectClose(item(state, i), new NdArray(data, shape), `state ${i}`);
        const last = item(hand.outputs, T - 1);
        expectClose(item(both({ goBackwards }, call).results), new NdArray(last.data, last.shape), "last");
      }
    });

    test("zeroOutputForMask", () => {
      const { results, hand } = both({ returnSequences: true, zeroOutputForMask: true }, { mask });
      expectClose(item(results), stackSteps(hand.zeroed), "outputs");
    });
  });

  test("has the gradients of finite differences, in input, weights and state", () => {
    const part = numbers([2, 3, F]);
    const initialState = startStates[name].map((array) => array.rows(0, 2));
    const gaps = ndarray([
      [true, false, true],
      [false, true, true],
    ]);
    for (const [options, mask] of [
      [{ returnSequences: true, returnState: true }, gaps],
      [{ goBackwards: true, returnSequences: true }, undefined],
    ] as const) {
      const { graph, point } = layerGraph(make(options), part, { initialState, mask });
      checkGradient(graph, point, name);
    }
  });

  test("stateful: reads on where the batch before ended", async () => {
    const long = numbers([B, 2 * T, F], "float32");
    const whole = sequential([layers.rnn({ cell: cells[name](), inputShape: [2 * T, F] })], { seed: 3 });
    const net = sequential([layers.rnn({ cell: cells[name](), stateful: true, inputShape: [T, F] })], {
      seed: 3,
    });
    await net.predict(stepsOf(long, 0, T));
    const second = await net.predict(stepsOf(long, T, 2 * T));
    expectClose(second, await whole.predict(long), "output", 1e-5);
    net.resetStates();
    const first = await net.predict(stepsOf(long, 0, T));
    const fresh = sequential([layers.rnn({ cell: cells[name](), inputShape: [T, F] })], { seed: 3 });
    expectClose(first, await fresh.predict(stepsOf(long, 0, T)), "after resetStates", 1e-6);
  });

  test("comes back from a file with the classes that it is made of", async () => {
    const make = () => layers.rnn({ cell: cells[name](), returnSequences: true });
    const net = sequential(
      [layers.masking({ inputShape: [T, F] }), layers.bidirectional({ layer: make() }), make()],
      { seed: 4 },
    );
    const data = ndarray([
      [
        [1, 2],
        [3, -1],
        [0, 0],
        [0, 0],
      ],
      [
        [0.5, 1],
        [1, 1],
        [2, 0],
        [-1, 1],
      ],
    ]);
    const before = await net.predict(data);
    const folder = join(root, name.replaceAll(" ", "-"));
    await net.save(folder);
    const own = { PeepholeLSTMCell, LayerNormLSTMCell, MemoryCell, RunningMeanCell };
    const again = await loadModel(folder, { layers: own });
    expect(again.summary()).toBe(net.summary());
    expect((await again.predict(data)).data).toEqual(before.data);
    await expect(loadModel(folder)).rejects.toThrow(
      /there is no layer class "\w+Cell"\..* a class of your own is given to loadModel as \{ layers: \{ \w+Cell \} \}/,
    );
  });
});

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-cells-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

/** Steps from one to another of [B, T, F]. */
function stepsOf(array: NdArray, from: number, to: number): NdArray {
  const [batch = 0, , features = 0] = array.shape;
  const shape = [batch, to - from, features];
  const data = Float32Array.from({ length: batch * (to - from) * features }, (_, i) => {
    const [b, rest] = [Math.floor(i / ((to - from) * features)), i % ((to - from) * features)];
    return array.at(b, from + Math.floor(rest / features), rest % features);
  });
  return new NdArray(data, shape);
}

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));
const times = (row: readonly number[], matrix: NdArray) =>
  Array.from({ length: matrix.shape[1] ?? 0 }, (_, j) =>
    row.reduce((sum, value, i) => sum + value * matrix.at(i, j), 0),
  );
const rowOf = (array: NdArray, ...index: readonly number[]) =>
  Array.from({ length: array.shape.at(-1) ?? 0 }, (_, i) => array.at(...index, i));

describe("the peephole LSTM", () => {
  const weights = {
    kernel: numbers([F, 4 * H]),
    recurrent_kernel: numbers([H, 4 * H]),
    bias: numbers([4 * H]),
    peepholes: numbers([3, H]),
  };

  test("computes Gers and Schmidhuber's formulas", () => {
    const got = outputOf(layers.rnn({ cell: cells.PeepholeLSTMCell() }), x, { weights });
    for (let b = 0; b < B; b++) {
      let [h, c] = [new Array<number>(H).fill(0), new Array<number>(H).fill(0)];
      for (let t = 0; t < T; t++) {
        const fromX = times(rowOf(x, b, t), weights.kernel);
        const fromH = times(h, weights.recurrent_kernel);
        const z = fromX.map((value, j) => value + item(fromH, j) + weights.bias.at(j));
        const block = (k: number, j: number) => item(z, k * H + j);
        const before = c;
        c = before.map((value, j) => {
          const i = sigmoid(block(0, j) + weights.peepholes.at(0, j) * value);
          const f = sigmoid(block(1, j) + weights.peepholes.at(1, j) * value);
          return f * value + i * Math.tanh(block(2, j));
        });
        h = c.map((value, j) => sigmoid(block(3, j) + weights.peepholes.at(2, j) * value) * Math.tanh(value));
      }
      for (const [j, value] of h.entries()) expect(got.at(b, j)).toBeCloseTo(value, 12);
    }
  });

  test("is the LSTM where the peepholes are shut", () => {
    const { peepholes: _, ...shared } = weights;
    const shut = { ...shared, peepholes: NdArray.zeros([3, H], "float64") };
    for (const mask of [undefined, maskOf("with gaps")]) {
      const call = mask === undefined ? {} : { mask };
      const options = { returnSequences: true, returnState: true };
      const own = layers.rnn({ cell: cells.PeepholeLSTMCell(), ...options });
      const got = callLayer(own, x, { weights: shut, ...call });
      const wanted = callLayer(layers.lstm({ units: H, ...options }), x, { weights: shared, ...call });
      expect(got.length).toBe(3);
      for (const [i, array] of wanted.entries()) expectClose(item(got, i), array, `result ${i}`);
    }
  });

  test("draws its dropout once a sequence", () => {
    const cell = new PeepholeLSTMCell({ units: H, dropout: 0.5, recurrentDropout: 0.5 });
    const layer = layers.rnn({ cell, returnSequences: true });
    expect(layerGraph(layer, x).drawnShapes).toEqual([]);
    const { graph, point, drawnShapes } = layerGraph(layer, x, { training: true });
    expect(drawnShapes).toEqual([
      [B, F],
      [B, H],
    ]);
    checkGradient(graph, point, "with dropout");
    // The same input at every step, of which the mask leaves the first feature alone, to twice its size.
    const drawn = [ndarray(Array.from({ length: B }, () => [2, 0])), NdArray.full([B, H], 1)];
    const dropped = outputOf(layer, x, { weights, training: true, drawn });
    const kept = ndarray(
      Array.from({ length: B }, (_, b) => Array.from({ length: T }, (_, t) => [2 * x.at(b, t, 0), 0])),
      { dtype: "float64" },
    );
    expectClose(dropped, outputOf(layer, kept, { weights }), "outputs");
  });

  test("a mask that is drawn within the step is drawn once a sequence as well", () => {
    const layer = layers.rnn({ cell: new CarelessDropoutCell(), returnSequences: true });
    expect(layerGraph(layer, x, { training: true }).drawnShapes).toEqual([[B, F]]);
    const outputs = outputOf(layer, NdArray.full([B, T, F], 1, "float64"), {
      training: true,
      drawn: [numbers([B, F])],
    });
    for (let t = 1; t < T; t++) expect(rowOf(outputs, 0, t)).toEqual(rowOf(outputs, 0, 0));
  });
});

test("the layer-normalised LSTM computes the formulas of Ba, Kiros and Hinton", () => {
  const layer = layers.rnn({ cell: cells.LayerNormLSTMCell() });
  const got = outputOf(layer, x);
  const drawn = [...drawWeights(layer.cell).values()];
  const [w, u, gainX, gainH, offset, gainC, offsetC] = drawn as [NdArray, ...NdArray[]] & NdArray[];
  const normal = (row: readonly number[], gain: NdArray, b?: NdArray) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, j) => ((value - mean) / Math.sqrt(variance + 0.1)) * gain.at(j) + (b?.at(j) ?? 0));
  };
  for (let b = 0; b < B; b++) {
    let [h, c] = [new Array<number>(H).fill(0), new Array<number>(H).fill(0)];
    for (let t = 0; t < T; t++) {
      const fromX = normal(times(rowOf(x, b, t), w), gainX!);
      const z = normal(times(h, u!), gainH!, offset).map((value, j) => value + item(fromX, j));
      const block = (k: number, j: number) => item(z, k * H + j);
      c = c.map((value, j) => sigmoid(block(0, j)) * value + sigmoid(block(1, j)) * Math.tanh(block(3, j)));
      h = normal(c, gainC!, offsetC).map((value, j) => sigmoid(block(2, j)) * Math.tanh(value));
    }
    for (const [j, value] of h.entries()) expect(got.at(b, j)).toBeCloseTo(value, 12);
  }
  expect(layer.weights.map(({ name }) => name)).toEqual([
    "kernel",
    "kernel",
    "gamma",
    "gamma",
    "beta",
    "gamma",
    "beta",
  ]);
});

describe("initialState", () => {
  const data = numbers([B, T, F], "float32");
  const memory = numbers([B, 3, 2], "float32");
  const h = numbers([B, H], "float32");
  const usage = numbers([B], "float32");
  const cell = () => new MemoryCell({ units: H, slots: 3, width: 2 });

  /** A model that is given the state as inputs. */
  function modelWith(
    arrange: (memory: unknown, h: unknown, usage: unknown) => unknown,
    bidirectional = false,
  ): Model {
    const inner = layers.rnn({ cell: cell() });
    const layer = bidirectional ? layers.bidirectional({ layer: inner }) : inner;
    const starts = [[T, F], [3, 2], [H], []].map((shape) => input({ shape }));
    const [start, ...state] = starts;
    const initialState = arrange(state[0], state[1], state[2]);
    return model({ inputs: starts, outputs: layer.apply(start!, { initialState }), seed: 2 });
  }

  test("is a list, or nested as the cell has it, its names in any order", async () => {
    const nets = [
      modelWith((memory, h, usage) => [memory, h, usage]),
      modelWith((memory, h, usage) => ({ controller: { usage: [usage], h }, memory })),
      modelWith((memory, h, usage) => ({ memory, controller: { h, usage: [usage] } })),
    ];
    const [list, ...nested] = await Promise.all(nets.map((net) => net.predict([data, memory, h, usage])));
    for (const output of nested) expect(output.data).toEqual(list?.data);
    const other = await item(nets).predict([
      data,
      memory,
      numbers([1, B, H], "float32").reshape([B, H]),
      usage,
    ]);
    expect(other.data).not.toEqual(list?.data);
  });

  test("of both directions, nested or as one list", async () => {
    const nested = modelWith((memory, h, usage) => {
      const state = { controller: { usage: [usage], h }, memory };
      return [state, state];
    }, true);
    const flat = modelWith((memory, h, usage) => [memory, h, usage, memory, h, usage], true);
    const [a, b] = await Promise.all([nested, flat].map((net) => net.predict([data, memory, h, usage])));
    expect(a?.data).toEqual(b?.data);
  });

  test("nested, in a file", async () => {
    const net = modelWith((memory, h, usage) => ({ controller: { usage: [usage], h }, memory }));
    const folder = join(root, "nested");
    await net.save(folder);
    const again = await loadModel(folder, { layers: { MemoryCell } });
    const given = [data, memory, h, usage];
    expect((await again.predict(given)).data).toEqual((await net.predict(given)).data);
  });

  test("of another nest or shape is refused", () => {
    const layer = "layer RNN: initialState";
    expect(() => modelWith((memory, h) => ({ memory, controller: { h } }))).toThrow(
      `${layer}: wants ${layer}.memory, ${layer}.controller.h, ${layer}.controller.usage[0], got ${layer}.memory, ${layer}.controller.h`,
    );
    expect(() => modelWith((memory, h) => [memory, h, h])).toThrow(
      `layer RNN (RNN) wants an initial state of float32[batch, 3, 2], float32[batch, 2], float32[batch], got`,
    );
    expect(() => modelWith(() => 3)).toThrow(
      "initialState: wants a tensor, or arrays and plain objects of them, got number",
    );
  });

  test("whole numbers become what the state is", async () => {
    const ids = input({ shape: [H], dtype: "int32" });
    const start = input({ shape: [T, F] });
    const state = layers.rnn({ cell: layers.simpleRNNCell({ units: H }) });
    const net = model({ inputs: [start, ids], outputs: state.apply(start, { initialState: [ids] }) });
    const ones = NdArray.full([B, H], 1, "int32");
    expect((await net.predict([data, ones])).shape).toEqual([B, H]);
  });
});

describe("a cell", () => {
  test("is a layer that takes one step", async () => {
    const start = input({ shape: [F] });
    const cell = new PeepholeLSTMCell({ units: H });
    const net = model({ inputs: start, outputs: cell.apply(start), seed: 1 });
    const looped = sequential([layers.rnn({ cell, inputShape: [1, F] })]);
    const one = numbers([B, F], "float32");
    expectClose(await net.predict(one), await looped.predict(one.reshape([B, 1, F])), "output", 1e-6);
  });

  test("may read steps of more than one axis, as frames of a picture are", () => {
    const layer = layers.rnn({ cell: new SumCell(), returnSequences: true });
    const frames = numbers([B, T, 2, 3, 2]);
    const sums = outputOf(layer, frames);
    expect(sums.shape).toEqual([B, T, 2, 3, 2]);
    const sum = [0, 1, 2, 3].reduce((total, t) => total + frames.at(1, t, 1, 2, 0), 0);
    expect(sums.at(1, 3, 1, 2, 0)).toBeCloseTo(sum, 12);
    const masked = outputOf(layer, frames, { mask: maskOf("with gaps") });
    expect(masked.at(0, 3, 1, 2, 0)).toBeCloseTo(frames.at(0, 0, 1, 2, 0) + frames.at(0, 2, 1, 2, 0), 12);
    expect(() => outputOf(layer, numbers([B, T]))).toThrow("wants [batch, steps, features]");
  });

  test("trains, in both directions and beside built-in ones", async () => {
    const cell = [new PeepholeLSTMCell({ units: 6, recurrentDropout: 0.1 }), layers.lstmCell({ units: 6 })];
    const net = sequential(
      [layers.bidirectional({ layer: layers.rnn({ cell }), inputShape: [T, F] }), layers.dense({ units: 1 })],
      { seed: 1 },
    );
    net.compile({ optimizer: { name: "adam", learningRate: 0.02 }, loss: "mse" });
    const data = numbers([64, T, F], "float32");
    const target = ndarray(Array.from({ length: 64 }, (_, b) => [data.at(b, 0, 0) * data.at(b, T - 1, 1)]));
    const { logs } = await net.fit(data, target, { epochs: 40, batchSize: 16, verbose: "silent" });
    const losses = logs.loss ?? [];
    expect(losses.at(-1)).toBeLessThan(0.3 * item(losses));
  });

  test("two layers of one cell share its weights", () => {
    const cell = new PeepholeLSTMCell({ units: F });
    const net = sequential([
      layers.rnn({ cell, returnSequences: true, inputShape: [T, F] }),
      layers.rnn({ cell }),
    ]);
    expect(net.countParams()).toBe(F * 8 + F * 8 + 8 + 6);
  });

  test("frozen with its layer", () => {
    const layer = layers.rnn({ cell: new LayerNormLSTMCell({ units: H }), trainable: false });
    outputOf(layer, x);
    expect([layer.weights.length, layer.trainableWeights.length]).toEqual([7, 0]);
  });
});

describe("a cell that is wrong is named, with what is wrong", () => {
  const outputOfCell = (cell: Cell) => outputOf(layers.rnn({ cell, name: "reader" }), x);

  test.each<[string, (x: Tensor, h: Tensor, context: CallContext) => unknown, string]>([
    [
      "another shape of the state",
      (x, h) => ({ output: x, state: { h: h.slice(1, 0, 1) } }),
      "layer reader (RNN) wants a step of OddCell to leave the state as it was, float64[3, 2]; it leaves float64[3, 1]",
    ],
    [
      "another dtype of the state",
      (x, h) => ({ output: x, state: { h: h.cast("float32") } }),
      "to leave the state as it was, float64[3, 2]; it leaves float32[3, 2]",
    ],
    [
      "another nest of the state",
      (x, h) => ({ output: x, state: h }),
      "layer reader: the state of OddCell: wants layer reader: the state of OddCell.h, got layer reader: the state of OddCell",
    ],
    ["no state", (x) => ({ output: x }), "the state of OddCell: wants a tensor"],
    [
      "no output",
      (_, h) => ({ state: { h } }),
      "layer reader (RNN) wants a step of OddCell to give { output: [batch, ...], state }, got undefined as the output",
    ],
    [
      "an output of all rows",
      (x, h) => ({ output: x.sum(), state: { h } }),
      "to give { output: [batch, ...], state }, got float64[] as the output",
    ],
    ["nothing", () => undefined, "to give { output: [batch, ...], state }, got undefined as the output"],
    [
      "a loss of a step",
      (x, h, context) => {
        context.addLoss(h.square().mean());
        return { output: x, state: { h } };
      },
      "layer reader (RNN) wants a step of OddCell to give an output and a state, and no more: it adds a loss, which does not leave the loop",
    ],
  ])("%s", (_, step, message) => {
    expect(() => outputOfCell(new OddCell(step))).toThrow(message);
  });

  test("moving statistics that a step would change", () => {
    const layer = layers.rnn({ cell: new BatchNormCell() });
    expect(() => outputOf(layer, x, { training: true })).toThrow(
      /it updates moving_\w+, which does not leave the loop/,
    );
    expect(outputOf(layer, x).shape).toEqual([B, F]);
  });

  test("a state without the batch", () => {
    expect(() => outputOfCell(new OddCell(undefined, () => zeros([8], "float64")))).toThrow(
      "layer reader (RNN) wants tensors [batch, ...] as the state of OddCell, got float64[8]",
    );
    expect(() => outputOfCell(new OddCell(undefined, () => 0))).toThrow(
      "layer reader: the state of OddCell: wants a tensor, or arrays and plain objects of them, got number",
    );
  });

  test("what is no cell", () => {
    expect(() => layers.rnn({ cell: layers.lstm({ units: 2 }) as never })).toThrow(
      "RNN: cell is a cell or a list of cells, got an instance of LSTM",
    );
    expect(() => layers.rnn({} as never)).toThrow("RNN: cell is a cell or a list of cells, got undefined");
  });
});

/** A cell whose step is given. */
class OddCell extends Cell<unknown> {
  readonly className = "OddCell";
  readonly #step: ((x: Tensor, h: Tensor, context: CallContext) => unknown) | undefined;
  readonly #state: (batch: number, dtype: DType) => unknown;

  constructor(
    step?: (x: Tensor, h: Tensor, context: CallContext) => unknown,
    state: (batch: number, dtype: DType) => unknown = (batch, dtype) => ({ h: zeros([batch, 2], dtype) }),
  ) {
    super();
    this.#step = step;
    this.#state = state;
  }

  override zeroState(batch: number, dtype: DType): unknown {
    return this.#state(batch, dtype);
  }

  override steps(context: CallContext): Step<unknown> {
    return ((x: Tensor, state: { readonly h: Tensor }) => this.#step?.(x, state.h, context)) as Step<unknown>;
  }
}

class SumCell extends Cell<Tensor> {
  readonly className: string = "SumCell";
  #shape: readonly number[] = [];

  protected override build({ shape: [, ...rest] }: TensorType): void {
    this.#shape = rest;
  }

  override zeroState(batch: number, dtype: DType): Tensor {
    return zeros([batch, ...this.#shape], dtype);
  }

  override steps(_context: CallContext): Step<Tensor> {
    return (x, sum) => {
      const next = sum.add(x);
      return { output: next, state: next };
    };
  }
}

class CarelessDropoutCell extends SumCell {
  override readonly className = "CarelessDropoutCell";

  override steps(): Step<Tensor> {
    return (x, state) => ({ output: x.mul(dropoutMask(x.shape, 0.5, x.dtype)), state });
  }
}

class BatchNormCell extends SumCell {
  override readonly className = "BatchNormCell";
  readonly #norm = this.child("norm", layers.batchNormalization());

  override steps(context: CallContext): Step<Tensor> {
    return (x, state) => ({ output: this.#norm.compute(x, context), state });
  }
}
