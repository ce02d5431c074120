// Tests of the diagonal state space: its formulas as a loop and as a convolution, chunks against steps, and how long it remembers.

import { describe, expect, test } from "vitest";
import { item } from "../../../src/graph/op.ts";
import { layers, NdArray, ndarray, Random, sequential } from "../../../src/index.ts";
import type { Layer } from "../../../src/nn/layer.ts";
import { expectClose, gradientGraph, run } from "../../support/check-op.ts";
import { drawWeights, loopByHand, stackSteps } from "./cells/loop-by-hand.ts";
import { type Call, callLayer, layerGraph, numbers, outputOf, weightList } from "./layer-graph.ts";

const [B, F, M] = [2, 2, 2] as const;
const options = { stateSize: 2 * M, returnSequences: true } as const;

/** Weights in ranges where states neither vanish at once nor stand still. */
const weights = {
  log_dt: ndarray([-1.5, -2.5], { dtype: "float64" }),
  log_decay: ndarray(
    [
      [-1, -0.5],
      [-2, 0.3],
    ],
    { dtype: "float64" },
  ),
  frequency: ndarray(
    [
      [0.3, 2],
      [3, 6],
    ],
    { dtype: "float64" },
  ),
  c: numbers([2, M, F]),
  d: numbers([F]),
};

interface Z {
  readonly re: number;
  readonly im: number;
}
const times = (a: Z, b: Z): Z => ({ re: a.re * b.re - a.im * b.im, im: a.re * b.im + a.im * b.re });
const plus = (a: Z, b: Z): Z => ({ re: a.re + b.re, im: a.im + b.im });
const power = (z: Z): Z => ({ re: Math.exp(z.re) * Math.cos(z.im), im: Math.exp(z.re) * Math.sin(z.im) });
const over = (a: Z, b: Z): Z => {
  const size = b.re ** 2 + b.im ** 2;
  return { re: (a.re * b.re + a.im * b.im) / size, im: (a.im * b.re - a.re * b.im) / size };
};

/** Ā, B̄ and C of mode m in channel f. */
function modeOf(m: number, f: number): { readonly a: Z; readonly b: Z; readonly c: Z } {
  const dt = Math.exp(weights.log_dt.at(f));
  const slope = { re: -Math.exp(weights.log_decay.at(m, f)), im: weights.frequency.at(m, f) };
  const a = power({ re: dt * slope.re, im: dt * slope.im });
  return {
    a,
    b: over({ re: a.re - 1, im: a.im }, slope),
    c: { re: weights.c.at(0, m, f), im: weights.c.at(1, m, f) },
  };
}

/** [B, T, F] of a function of the row, the step and the channel. */
function array(steps: number, value: (b: number, t: number, f: number) => number): NdArray {
  const nested = Array.from({ length: B }, (_, b) =>
    Array.from({ length: steps }, (_, t) => Array.from({ length: F }, (_, f) => value(b, t, f))),
  );
  return ndarray(nested, { dtype: "float64" });
}

/** The formulas of the docstring, step by step. */
function loopOf(x: NdArray): NdArray {
  const [, steps = 0] = x.shape;
  const rows = Array.from({ length: B }, (_, b) =>
    Array.from({ length: F }, (_, f) => {
      let states: readonly Z[] = new Array<Z>(M).fill({ re: 0, im: 0 });
      return Array.from({ length: steps }, (_, t) => {
        const u = { re: x.at(b, t, f), im: 0 };
        states = states.map((s, m) => plus(times(modeOf(m, f).a, s), times(modeOf(m, f).b, u)));
        const read = states.reduce((sum, s, m) => sum + 2 * times(modeOf(m, f).c, s).re, 0);
        return read + weights.d.at(f) * u.re;
      });
    }),
  );
  return array(steps, (b, t, f) => item(item(item(rows, b), f), t));
}

/** The convolution with K_l = 2 Re(Σ C B̄ Ā^l), as the paper writes it (equation 2). */
function convolutionOf(x: NdArray): NdArray {
  const [, steps = 0] = x.shape;
  const kernels = Array.from({ length: F }, (_, f) => {
    let terms = Array.from({ length: M }, (_, m) => times(modeOf(m, f).c, modeOf(m, f).b));
    return Array.from({ length: steps }, () => {
      const value = 2 * terms.reduce((sum, { re }) => sum + re, 0);
      terms = terms.map((term, m) => times(term, modeOf(m, f).a));
      return value;
    });
  });
  return array(steps, (b, t, f) => {
    let sum = weights.d.at(f) * x.at(b, t, f);
    for (let l = 0; l <= t; l++) sum += item(item(kernels, f), l) * x.at(b, t - l, f);
    return sum;
  });
}

/** A mask of ones takes the way step by step. */
const ones = (steps: number) => NdArray.full([B, steps], 1, "bool");

describe("computes the formulas", () => {
  const x = numbers([B, 9, F]);

  test.each<[string, Call]>([
    ["by products", { weights }],
    ["step by step", { weights, mask: ones(9) }],
  ])("%s", (_, call) => {
    const outputs = outputOf(layers.diagonalStateSpace(options), x, call);
    expectClose(outputs, loopOf(x), "loop");
    expectClose(outputs, convolutionOf(x), "convolution");
    const last = outputOf(layers.diagonalStateSpace({ stateSize: 2 * M }), x, call);
    for (let b = 0; b < B; b++)
      for (let f = 0; f < F; f++) expect(last.at(b, f)).toBeCloseTo(outputs.at(b, 8, f), 12);
  });

  test("goBackwards: of the sequence turned round", () => {
    const turned = array(9, (b, t, f) => x.at(b, 8 - t, f));
    const outputs = outputOf(layers.diagonalStateSpace({ ...options, goBackwards: true }), x, { weights });
    expectClose(outputs, loopOf(turned), "outputs");
  });

  test("units: of x·kernel", () => {
    const kernel = numbers([3, F]);
    const wide = numbers([B, 9, 3]);
    const u = array(9, (b, t, f) =>
      [0, 1, 2].reduce((sum, i) => sum + wide.at(b, t, i) * kernel.at(i, f), 0),
    );
    const layer = layers.diagonalStateSpace({ ...options, units: F });
    expectClose(outputOf(layer, wide, { weights: { ...weights, kernel } }), loopOf(u), "outputs");
  });

  test("one step alone", () => {
    const one = numbers([B, 1, F]);
    expectClose(outputOf(layers.diagonalStateSpace(options), one, { weights }), loopOf(one), "outputs");
  });
});

describe("chunks of steps and single steps give the same", () => {
  const initialState = [numbers([B, M, F]), numbers([1, B, M, F]).reshape([B, M, F])];

  // One chunk; chunks of 50; a prime, so that the first three steps are a chunk of their own; a step more than one chunk.
  test.each([[128], [150], [131], [129]])("%i steps", (steps) => {
    const x = numbers([B, steps, F]);
    for (const goBackwards of [false, true]) {
      const make = () => layers.diagonalStateSpace({ ...options, goBackwards, returnState: true });
      const byChunks = layerGraph(make(), x, { weights, initialState });
      const bySteps = layerGraph(make(), x, { weights, initialState, mask: ones(steps) });
      const [a, b] = [byChunks, bySteps].map(({ graph, point }) => run(graph, point));
      expect(a?.length).toBe(3);
      for (const [i, { shape, data }] of (b ?? []).entries())
        expectClose(item(a ?? [], i), new NdArray(data, shape), `result ${i}`, 1e-11);

      const gradients = [byChunks, bySteps].map(({ graph, point }) => {
        const { wanted, ...gradient } = gradientGraph(graph);
        return run(gradient, point);
      });
      for (const [i, { shape, data }] of (gradients[1] ?? []).entries())
        expectClose(item(gradients[0] ?? [], i), new NdArray(data, shape), `gradient ${i}`, 1e-9);
    }
  });
});

test("a mask holds the state and repeats the output", () => {
  const x = numbers([B, 5, F]);
  const mask = ndarray([
    [true, false, true, true, false],
    [false, false, true, false, true],
  ]);
  for (const goBackwards of [false, true]) {
    const layer = layers.diagonalStateSpace({ ...options, goBackwards, returnState: true });
    const [outputs, ...state] = callLayer(layer, x, { mask });
    const hand = loopByHand(layer.cell, x, drawWeights(layer.cell, "DiagonalStateSpace"), {
      mask,
      goBackwards,
    });
    expectClose(outputs as NdArray, stackSteps(hand.outputs), "outputs");
    for (const [i, { data, shape }] of hand.last.entries())
      expectClose(item(state, i), new NdArray(data, shape), `state ${i}`);
  }
});

test("stateful: a long sequence in pieces", async () => {
  const x = numbers([3, 200, 2], "float32");
  const piece = (from: number, to: number) =>
    ndarray(
      Array.from({ length: 3 }, (_, b) =>
        Array.from({ length: to - from }, (_, t) => [x.at(b, from + t, 0), x.at(b, from + t, 1)]),
      ),
    );
  const make = (steps: number, stateful: boolean) =>
    sequential([layers.diagonalStateSpace({ stateSize: 8, stateful, inputShape: [steps, 2] })], { seed: 6 });
  const net = make(100, true);
  await net.predict(piece(0, 100));
  expectClose(await net.predict(piece(100, 200)), await make(200, false).predict(x), "output", 1e-5);
});

describe("weights", () => {
  test("have one channel for each feature, or for each unit", () => {
    expect(weightList(layers.diagonalStateSpace({ stateSize: 6 }), [1, 7, 4])).toEqual([
      "log_dt [4]",
      "log_decay [3, 4]",
      "frequency [3, 4]",
      "c [2, 3, 4]",
      "d [4]",
    ]);
    expect(weightList(layers.diagonalStateSpace({ units: 5 }), [1, 7, 4])).toEqual([
      "kernel [4, 5]",
      "log_dt [5]",
      "log_decay [32, 5]",
      "frequency [32, 5]",
      "c [2, 32, 5]",
      "d [5]",
    ]);
  });

  test("start as S4D-Lin does", () => {
    const layer = layers.diagonalStateSpace({ units: 400, stateSize: 8, dtMin: 0.01, dtMax: 0.2 });
    layer.ensureBuilt({ dtype: "float32", shape: [1, 7, 4] });
    const random = new Random(1);
    for (const weight of layer.weights) weight.initialize(random);
    const [, logDt, logDecay, frequency, c, d] = layer.weights.map(({ value }) =>
      Array.from(value.toFloat64()),
    );
    const steps = (logDt ?? []).map(Math.exp);
    expect(Math.min(...steps)).toBeGreaterThanOrEqual(0.01 - 1e-7);
    expect(Math.max(...steps)).toBeLessThanOrEqual(0.2 + 1e-7);
    // Evenly by the logarithm: half of them below the geometric mean.
    expect(steps.filter((step) => step < Math.sqrt(0.01 * 0.2)).length / 400).toBeCloseTo(0.5, 1);
    expect(new Set(logDecay)).toEqual(new Set([Math.fround(Math.log(0.5))]));
    expect([0, 400, 800, 1200].map((place) => frequency?.[place])).toEqual(
      [0, 1, 2, 3].map((m) => Math.fround(m * Math.PI)),
    );
    const variance = (values: readonly number[]) =>
      values.reduce((sum, value) => sum + value ** 2, 0) / values.length;
    expect(variance(c ?? [])).toBeCloseTo(0.5, 1);
    expect(Math.abs(variance(d ?? []) - 1)).toBeLessThan(0.2); // of 400 numbers: three standard deviations are 0.21
  });
});

describe("remembers", () => {
  /** ‖∂y_T/∂x_t‖ at the first step and at the last, as the layer starts. */
  function reach(layer: Layer, steps: number): readonly [first: number, last: number] {
    const x = new Random(1).normal([1, steps, 4], 0, 1, "float64");
    layer.ensureBuilt({ dtype: "float64", shape: x.shape });
    const random = new Random(2);
    for (const weight of layer.weights) weight.initialize(random);
    const values = Object.fromEntries(
      layer.weights.map(({ name, value }) => [name, value.astype("float64")]),
    );
    const { graph, point } = layerGraph(layer, x, { weights: values });
    const { wanted, ...gradient } = gradientGraph(graph);
    const [dx] = run({ ...gradient, outputs: gradient.outputs.slice(0, 1) }, point);
    const norm = (t: number) => Math.hypot(...(dx?.data.subarray(4 * t, 4 * t + 4) ?? []));
    return [norm(0), norm(steps - 1)];
  }

  test("a thousand steps, where the gradient of a simple recurrent layer vanishes", () => {
    const [first, last] = reach(layers.diagonalStateSpace({ stateSize: 16 }), 1000);
    const [vanished] = reach(layers.simpleRNN({ units: 4 }), 1000);
    expect(first / last).toBeGreaterThan(1e-4);
    expect(vanished).toBeLessThan(1e-30);
  });

  test("learns to say what came 100 steps ago", { timeout: 30_000 }, async () => {
    const [rows, steps, delay] = [16, 256, 100];
    const random = new Random(5);
    async function lossOf(layer: Layer): Promise<number> {
      const net = sequential([layer, layers.dense({ units: 1 })], { seed: 1 });
      net.compile({ optimizer: { name: "adam", learningRate: 0.01 }, loss: "mse" });
      const losses: number[] = [];
      for (let i = 0; i < 60; i++) {
        const x = random.fold(i).normal([rows, steps, 1], 0, 1);
        const y = NdArray.zeros([rows, steps, 1]);
        for (let b = 0; b < rows; b++)
          for (let t = delay; t < steps; t++) y.data[b * steps + t] = Number(x.data[b * steps + t - delay]);
        const { loss = Number.NaN } = await net.trainOnBatch(x, y);
        losses.push(loss);
      }
      return losses.slice(-10).reduce((sum, loss) => sum + loss, 0) / 10;
    }
    const shape = { returnSequences: true, inputShape: [steps, 1] };
    const nothing = (steps - delay) / steps; // the mean square of the target: what always saying 0 costs
    const remembered = await lossOf(layers.diagonalStateSpace({ units: 4, stateSize: 64, ...shape }));
    const forgotten = await lossOf(layers.simpleRNN({ units: 32, ...shape }));
    expect(remembered).toBeLessThan(0.65 * nothing);
    expect(forgotten).toBeGreaterThan(0.95 * nothing);
  });
});

test.each<[string, object, string]>([
  ["an odd state", { stateSize: 3 }, "stateSize is an even positive whole number, got 3"],
  ["no state", { stateSize: 0 }, "stateSize is an even positive whole number, got 0"],
  ["a text", { stateSize: "8" }, 'stateSize is an even positive whole number, got "8"'],
  ["units", { units: -1 }, "units is a positive whole number, got -1"],
  ["dtMin", { dtMin: 0 }, "dtMin is a positive number, got 0"],
  ["dtMax", { dtMax: Number.NaN }, "dtMax is a positive number, got NaN"],
  ["dtMin above dtMax", { dtMin: 0.2 }, "dtMin is at most dtMax, 0.1, got 0.2"],
  ["another option", { stateSise: 4 }, 'there is no option "stateSise". Did you mean "stateSize"?'],
])("refuses %s", (_, config, message) => {
  expect(() => layers.diagonalStateSpace(config)).toThrow(message);
  expect(() => layers.diagonalStateSpaceCell(config)).toThrow(message);
});
