// Tests of SimpleRNN, LSTM and GRU: weights, what each option changes, masks, dropout. Keras' own numbers: test/conformance.

import { describe, expect, test } from "vitest";
import { isOp, item } from "../../../src/graph/op.ts";
import { input, randomOp } from "../../../src/graph/ops/leaf.ts";
import { scanOp } from "../../../src/graph/ops/scan.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import { callContext, type Layer } from "../../../src/nn/layer.ts";
import type { GRUConfig } from "../../../src/nn/layers/gru.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import type { LSTMConfig } from "../../../src/nn/layers/lstm.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { expectClose } from "../../support/check-op.ts";
import {
  type Call,
  callLayer,
  layerGraph,
  numbers,
  outputOf,
  parameterCount,
  weightList,
} from "./layer-graph.ts";

const [B, T, F, H] = [2, 4, 3, 2] as const;
const x = numbers([B, T, F]);

const kinds = {
  simpleRNN: { make: (config: LSTMConfig) => layers.simpleRNN(config), gates: 1, states: 1 },
  lstm: { make: (config: LSTMConfig) => layers.lstm(config), gates: 4, states: 2 },
  gru: { make: (config: LSTMConfig) => layers.gru(config), gates: 3, states: 1 },
  gruResetBefore: {
    make: (config: LSTMConfig) => layers.gru({ ...config, resetAfter: false }),
    gates: 3,
    states: 1,
  },
} as const;

const tanh = Math.tanh;
const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

/** Row b of a matrix. */
const row = (a: NdArray, b: number) => Array.from({ length: a.shape[1] ?? 0 }, (_, i) => a.at(b, i));
/** v·M for a row v. */
const times = (v: readonly number[], m: NdArray) =>
  Array.from({ length: m.shape[1] ?? 0 }, (_, j) => v.reduce((sum, value, i) => sum + value * m.at(i, j), 0));
const plus = (...rows: readonly (readonly number[])[]) =>
  item(rows).map((_, i) => rows.reduce((sum, one) => sum + item(one, i), 0));
/** Columns of gate g. */
const gate = (z: readonly number[], g: number) => z.slice(g * H, (g + 1) * H);

/** The formulas of the docstrings, a row at a time: from the state and the input of a step to the next state. */
const formulas: Readonly<Record<keyof typeof kinds, Formula>> = {
  simpleRNN: ([h], xt, { kernel, recurrent, bias }) => [
    plus(times(xt, kernel), times(h, recurrent), bias(0)).map(tanh),
  ],
  lstm: ([h, c], xt, { kernel, recurrent, bias }) => {
    const z = plus(times(xt, kernel), times(h, recurrent), bias(0));
    const [i, f, g, o] = [
      gate(z, 0).map(sigmoid),
      gate(z, 1).map(sigmoid),
      gate(z, 2).map(tanh),
      gate(z, 3).map(sigmoid),
    ];
    const next = (c ?? h).map((value, k) => item(f, k) * value + item(i, k) * item(g, k));
    return [next.map((value, k) => item(o, k) * tanh(value)), next];
  },
  gru: ([h], xt, { kernel, recurrent, bias }) => {
    const [zx, zh] = [plus(times(xt, kernel), bias(0)), plus(times(h, recurrent), bias(1))];
    const [update, reset] = [0, 1].map((g) => plus(gate(zx, g), gate(zh, g)).map(sigmoid)) as [
      number[],
      number[],
    ];
    const candidate = gate(zx, 2).map((value, k) => tanh(value + item(reset, k) * item(gate(zh, 2), k)));
    return [h.map((value, k) => item(update, k) * value + (1 - item(update, k)) * item(candidate, k))];
  },
  gruResetBefore: ([h], xt, { kernel, recurrent, bias }) => {
    const [zx, zh] = [plus(times(xt, kernel), bias(0)), times(h, recurrent)];
    const [update, reset] = [0, 1].map((g) => plus(gate(zx, g), gate(zh, g)).map(sigmoid)) as [
      number[],
      number[],
    ];
    const inner = gate(
      times(
        h.map((value, k) => value * item(reset, k)),
        recurrent,
      ),
      2,
    );
    const candidate = plus(gate(zx, 2), inner).map(tanh);
    return [h.map((value, k) => item(update, k) * value + (1 - item(update, k)) * item(candidate, k))];
  },
};

type State = readonly [number[], ...number[][]];
type Formula = (
  state: State,
  xt: readonly number[],
  weights: { kernel: NdArray; recurrent: NdArray; bias: (row: number) => number[] },
) => readonly number[][];

/** Weights of a kind for F features and H units, and their use in the formulas. */
function weightsOf(name: keyof typeof kinds) {
  const columns = kinds[name].gates * H;
  const biasShape = name === "gru" ? [2, columns] : [columns];
  const given = {
    kernel: numbers([F, columns]),
    recurrent_kernel: numbers([H, columns]),
    bias: numbers(biasShape),
  };
  const bias = (r: number) =>
    Array.from({ length: columns }, (_, i) => (name === "gru" ? given.bias.at(r, i) : given.bias.at(i)));
  return { given, plain: { kernel: given.kernel, recurrent: given.recurrent_kernel, bias } };
}

/** All states [T][state][B][H] by the formulas; masked steps keep the state. */
function statesByHand(name: keyof typeof kinds, { mask, initialState }: Call = {}, order = [0, 1, 2, 3]) {
  const { plain } = weightsOf(name);
  const rows = Array.from({ length: B }, (_, b) => {
    let state = Array.from({ length: kinds[name].states }, (_, s) =>
      initialState === undefined ? new Array<number>(H).fill(0) : row(item(initialState, s), b),
    ) as unknown as State;
    return order.map((t) => {
      if (mask === undefined || mask.at(b, t) === 1) {
        state = formulas[name](
          state,
          Array.from({ length: F }, (_, f) => x.at(b, t, f)),
          plain,
        ) as unknown as State;
      }
      return state;
    });
  });
  const at = (step: number, s: number) => rows.map((steps) => item(item(steps, step), s));
  return {
    last: Array.from({ length: kinds[name].states }, (_, s) =>
      ndarray(at(order.length - 1, s), { dtype: "float64" }),
    ),
    outputs: ndarray(
      rows.map((steps) => steps.map((state) => state[0])),
      { dtype: "float64" },
    ),
  };
}

describe.each(Object.keys(kinds) as (keyof typeof kinds)[])("%s", (name) => {
  const { make, states } = kinds[name];
  const weights = weightsOf(name).given;
  const start = Array.from({ length: states }, () => numbers([B, H]));
  const call = (config: Partial<LSTMConfig> = {}, more: Call = {}) =>
    callLayer(make({ units: H, ...config }), x, { weights, ...more });

  describe("computes the formulas", () => {
    test("the last output", () => {
      expectClose(item(call()), item(statesByHand(name).last), "output");
    });

    test("returnSequences: all outputs", () => {
      expectClose(item(call({ returnSequences: true })), statesByHand(name).outputs, "outputs");
    });

    test("returnState: the last state after the output", () => {
      const { last, outputs } = statesByHand(name);
      const results = call({ returnState: true });
      expect(results.length).toBe(1 + states);
      for (const [i, wanted] of [item(last), ...last].entries())
        expectClose(item(results, i), wanted, `result ${i}`);
      const both = call({ returnState: true, returnSequences: true });
      for (const [i, wanted] of [outputs, ...last].entries())
        expectClose(item(both, i), wanted, `result ${i}`);
    });

    test("from an initial state", () => {
      const more = { initialState: start };
      expectClose(item(call({ returnSequences: true }, more)), statesByHand(name, more).outputs, "outputs");
    });

    test("goBackwards: from the end, outputs in the order of reading", () => {
      const { last, outputs } = statesByHand(name, {}, [3, 2, 1, 0]);
      expectClose(item(call({ goBackwards: true })), item(last), "output");
      expectClose(item(call({ goBackwards: true, returnSequences: true })), outputs, "outputs");
    });

    test("without bias", () => {
      const columns = weights.kernel.shape[1] ?? 0;
      const zeros = { ...weights, bias: NdArray.zeros(name === "gru" ? [2, columns] : [columns], "float64") };
      const { bias: _, ...rest } = weights;
      const without = callLayer(make({ units: H, useBias: false }), x, { weights: rest });
      expectClose(item(without), item(callLayer(make({ units: H }), x, { weights: zeros })), "output");
    });
  });

  describe("a mask", () => {
    const mask = ndarray([
      [true, false, true, false],
      [false, true, true, true],
    ]);

    test("holds the state and repeats the output; before the first real step the output is 0", () => {
      const outputs = item(call({ returnSequences: true }, { mask }));
      expectClose(outputs, statesByHand(name, { mask }).outputs, "outputs");
      expect(outputs.at(1, 0, 0)).toBe(0);
      for (let h = 0; h < H; h++) {
        expect(outputs.at(0, 1, h)).toBe(outputs.at(0, 0, h));
        expect(outputs.at(0, 3, h)).toBe(outputs.at(0, 2, h));
      }
    });

    test("the last output is that of the last real step", () => {
      expectClose(item(call({}, { mask })), item(statesByHand(name, { mask }).last), "output");
    });

    test("zeroOutputForMask: masked outputs are 0, the state goes on", () => {
      const plain = item(call({ returnSequences: true }, { mask }));
      const zeroed = item(call({ returnSequences: true, zeroOutputForMask: true }, { mask }));
      for (let b = 0; b < B; b++) {
        for (let t = 0; t < T; t++) {
          for (let h = 0; h < H; h++)
            expect(zeroed.at(b, t, h)).toBe(mask.at(b, t) === 1 ? plain.at(b, t, h) : 0);
        }
      }
    });

    test("goBackwards reads the mask from its end, too", () => {
      const outputs = item(call({ returnSequences: true, goBackwards: true }, { mask }));
      expectClose(outputs, statesByHand(name, { mask }, [3, 2, 1, 0]).outputs, "outputs");
    });

    test("of ones changes nothing, of zeros leaves the initial state", () => {
      const all = NdArray.full([B, T], 1, "bool");
      expectClose(item(call({}, { mask: all })), item(call()), "all steps real");
      const none = NdArray.zeros([B, T], "bool");
      expectClose(item(call({}, { mask: none, initialState: start })), item(start), "no step real");
    });

    test("is handed on where the output has time steps", () => {
      const tensor = input("mask", mask);
      const data = input("x", x);
      expect(make({ units: H, returnSequences: true }).computeMask(data, tensor)).toBe(tensor);
      expect(make({ units: H }).computeMask(data, tensor)).toBeUndefined();
      expect(make({ units: H, returnSequences: true }).computeMask(data, undefined)).toBeUndefined();
    });
  });

  describe("dropout", () => {
    const inputMask = ndarray([[[2, 0, 2]], [[0, 2, 2]]], { dtype: "float64" });
    const stateMask = ndarray(
      [
        [0, 2],
        [2, 0],
      ],
      { dtype: "float64" },
    );

    test("draws one mask a sequence for the input, the same at every step", () => {
      const layer = make({ units: H, dropout: 0.5, returnSequences: true });
      expect(layerGraph(layer, x, { training: true }).drawnShapes).toEqual([[B, F]]);
      const dropped = outputOf(layer, x, { weights, training: true, drawn: [inputMask.reshape([B, F])] });
      const masked = ndarray(
        Array.from({ length: B }, (_, b) =>
          Array.from({ length: T }, (_, t) =>
            Array.from({ length: F }, (_, f) => x.at(b, t, f) * inputMask.at(b, 0, f)),
          ),
        ),
        { dtype: "float64" },
      );
      const wanted = outputOf(make({ units: H, returnSequences: true }), masked, { weights });
      expectClose(dropped, wanted, "outputs");
    });

    test("draws one mask a sequence for the state, which its products see at every step", () => {
      const layer = make({ units: H, recurrentDropout: 0.5, returnSequences: true });
      expect(layerGraph(layer, x, { training: true }).drawnShapes).toEqual([[B, H]]);
      const dropped = outputOf(layer, x, { weights, training: true, drawn: [stateMask] });
      // A unit that is dropped by 0 has no row in the recurrent kernel, one that is kept by 2 has it twice: a kernel for each sample.
      for (let b = 0; b < B; b++) {
        const own = ndarray(
          Array.from({ length: H }, (_, h) =>
            row(weights.recurrent_kernel, h).map((value) => value * stateMask.at(b, h)),
          ),
          { dtype: "float64" },
        );
        const wanted = outputOf(make({ units: H, returnSequences: true }), x, {
          weights: { ...weights, recurrent_kernel: own },
        });
        for (let t = 0; t < T; t++) {
          for (let h = 0; h < H; h++) expect(dropped.at(b, t, h)).toBeCloseTo(wanted.at(b, t, h), 12);
        }
      }
    });

    test("both at once; the masks are drawn outside the loop", () => {
      const layer = make({ units: H, dropout: 0.5, recurrentDropout: 0.25 });
      const data = input("x", { dtype: "float32", shape: [B, T, F] });
      layer.ensureBuilt(data);
      const value = (weight: { readonly name: string; readonly shape: readonly number[] }) =>
        input(weight.name, { dtype: "float32", shape: weight.shape });
      const { outputs: output } = layer.trace([data], [], callContext({ training: true, value }));
      const nodes = nodesOf(output);
      const rates = nodes.flatMap((node) =>
        isOp(node, randomOp) && node.attributes.draw.kind === "keep" ? [node.attributes.draw.rate] : [],
      );
      expect(rates.sort()).toEqual([0.25, 0.5]);
      const inner = nodes.flatMap((node) =>
        isOp(node, scanOp) ? nodesOf(node.attributes.body.outputs) : [],
      );
      expect(inner.filter((node) => isOp(node, randomOp))).toEqual([]);
    });

    test("is off outside training", () => {
      const layer = make({ units: H, dropout: 0.5, recurrentDropout: 0.5 });
      expect(layerGraph(layer, x).drawnShapes).toEqual([]);
      expectClose(outputOf(layer, x, { weights }), item(call()), "output");
    });

    test("of rate 0 draws nothing", () => {
      const layer = make({ units: H, dropout: 0, recurrentDropout: 0 });
      expect(layerGraph(layer, x, { training: true }).drawnShapes).toEqual([]);
    });
  });

  describe("options", () => {
    test("activation takes the place of tanh", () => {
      const linear = item(call({ activation: "linear" }));
      const own = item(call({ activation: (z) => z }));
      expectClose(own, linear, "output");
      expect(linear.toNested()).not.toEqual(item(call()).toNested());
    });

    test("trainable: false leaves nothing to train, and the weights where they are", () => {
      const layer = make({ units: H, trainable: false });
      layer.ensureBuilt({ dtype: "float32", shape: [B, T, F] });
      expect([layer.trainableWeights.length, layer.weights.length]).toEqual([0, 3]);
    });
  });

  test("one step, one unit, one feature, a batch of one", () => {
    const layer = make({ units: 1, returnSequences: true, returnState: true });
    const results = callLayer(layer, numbers([1, 1, 1]));
    expect(results.map(({ shape }) => shape)).toEqual([
      [1, 1, 1],
      ...Array.from({ length: states }, () => [1, 1]),
    ]);
  });

  test("other lengths and batches than the one it was built for", () => {
    const layer = make({ units: H });
    expect(outputOf(layer, x).shape).toEqual([B, H]);
    expect(outputOf(layer, numbers([5, 7, F])).shape).toEqual([5, H]);
  });

  describe("errors", () => {
    const message = (make: () => unknown) => {
      try {
        make();
      } catch (error) {
        return (error as Error).message;
      }
      return "no error";
    };
    const className = make({ units: 1 }).className;

    test.each<[string, Partial<Record<keyof LSTMConfig | "unit", unknown>>, string]>([
      ["units", { units: 0 }, "units is a positive whole number, got 0"],
      ["units", { units: 2.5 }, "units is a positive whole number, got 2.5"],
      ["units", { units: "3" }, 'units is a positive whole number, got "3"'],
      ["dropout", { dropout: 1 }, "dropout is in [0, 1), got 1"],
      ["dropout", { dropout: -0.1 }, "dropout is in [0, 1), got -0.1"],
      ["recurrentDropout", { recurrentDropout: Number.NaN }, "recurrentDropout is in [0, 1), got NaN"],
    ])("a wrong %s", (_, config, text) => {
      expect(message(() => make({ units: 2, ...config } as LSTMConfig))).toBe(`${className}: ${text}`);
    });

    test("an option that there is not", () => {
      expect(message(() => make({ units: 2, unit: 3 } as unknown as LSTMConfig))).toMatch(
        `${className}: there is no option "unit"`,
      );
    });

    test("an activation that there is not", () => {
      expect(message(() => make({ units: 2, activation: "tahn" as never }))).toMatch(
        'there is no activation "tahn"',
      );
    });

    test("input without time steps", () => {
      const layer = make({ units: 2, name: "encoder" });
      expect(message(() => layer.ensureBuilt({ dtype: "float32", shape: [3, 4] }))).toBe(
        `layer encoder (${className}) wants [batch, steps, features], got float32 [batch, 4]`,
      );
    });

    test("other features than it was built for", () => {
      const layer = make({ units: 2, name: "encoder" });
      layer.ensureBuilt({ dtype: "float32", shape: [3, 4, 5] });
      expect(message(() => layer.ensureBuilt({ dtype: "float32", shape: [3, 4, 6] }))).toBe(
        `layer encoder (${className}) was built for float32 [batch, 4, 5], got float32 [batch, 4, 6]`,
      );
    });

    test("a call before it is built", () => {
      const data = input("x", { dtype: "float32", shape: [B, T, F] });
      const never = () => {
        throw new RangeError("no weights");
      };
      expect(
        message(() => make({ units: 2 }).call(data, callContext({ training: false, value: never }))),
      ).toBe(`layer ${className}Cell (${className}Cell) was called before it was built`);
    });

    test("an initial state of another number or shape", () => {
      const wrong = [numbers([B, H + 1]), ...start.slice(1)];
      expect(message(() => call({}, { initialState: wrong }))).toBe(
        `layer ${className} (${className}) wants an initial state of ${Array.from({ length: states }, () => `float64[${B}, ${H}]`).join(", ")}, got ${wrong
          .map(({ shape }) => `float64[${shape.join(", ")}]`)
          .join(", ")}`,
      );
      expect(message(() => call({}, { initialState: [] }))).toMatch(/got none$/);
    });
  });
});

describe("weights", () => {
  test("names, shapes and order are Keras'", () => {
    expect(weightList(layers.simpleRNN({ units: 5 }), [1, 7, 3])).toEqual([
      "kernel [3, 5]",
      "recurrent_kernel [5, 5]",
      "bias [5]",
    ]);
    expect(weightList(layers.lstm({ units: 5 }), [1, 7, 3])).toEqual([
      "kernel [3, 20]",
      "recurrent_kernel [5, 20]",
      "bias [20]",
    ]);
    expect(weightList(layers.gru({ units: 5 }), [1, 7, 3])).toEqual([
      "kernel [3, 15]",
      "recurrent_kernel [5, 15]",
      "bias [2, 15]",
    ]);
    expect(weightList(layers.gru({ units: 5, resetAfter: false }), [1, 7, 3])).toEqual([
      "kernel [3, 15]",
      "recurrent_kernel [5, 15]",
      "bias [15]",
    ]);
    expect(weightList(layers.lstm({ units: 5, useBias: false }), [1, 7, 3])).toEqual([
      "kernel [3, 20]",
      "recurrent_kernel [5, 20]",
    ]);
  });

  /** The lectures' models (issue 2): 3×LSTM(50)+Dense(1), Embedding(20000,128)+LSTM(128)+Dense(1), SimpleRNN 10/5/1. */
  test("counts are those of the lectures", () => {
    const stock = [
      parameterCount(layers.lstm({ units: 50 }), [1, 30, 1]),
      parameterCount(layers.lstm({ units: 50 }), [1, 30, 50]),
      parameterCount(layers.lstm({ units: 50 }), [1, 30, 50]),
      parameterCount(layers.dense({ units: 1 }), [1, 50]),
    ];
    expect(stock.reduce((a, b) => a + b)).toBe(50_851);
    const imdb = [
      parameterCount(layers.embedding({ inputDim: 20_000, outputDim: 128 }), [1, 80]),
      parameterCount(layers.lstm({ units: 128 }), [1, 80, 128]),
      parameterCount(layers.dense({ units: 1 }), [1, 128]),
    ];
    expect(imdb.reduce((a, b) => a + b)).toBe(2_691_713);
    const rnn = [
      parameterCount(layers.simpleRNN({ units: 10 }), [1, 30, 1]),
      parameterCount(layers.simpleRNN({ units: 5 }), [1, 30, 10]),
      parameterCount(layers.simpleRNN({ units: 1 }), [1, 30, 5]),
    ];
    expect(rnn.reduce((a, b) => a + b)).toBe(207);
  });

  const initialized = (layer: Layer, seed: number, features = 3) => {
    layer.ensureBuilt({ dtype: "float32", shape: [1, 7, features] });
    const random = new Random(seed);
    for (const weight of layer.weights) weight.initialize(random);
    return Object.fromEntries(layer.weights.map((weight) => [weight.name, weight.value]));
  };

  test("an LSTM starts with an open forget gate", () => {
    const bias = (config: Partial<LSTMConfig> = {}) =>
      initialized(layers.lstm({ units: 2, ...config }), 1).bias?.toNested();
    expect(bias()).toEqual([0, 0, 1, 1, 0, 0, 0, 0]);
    expect(bias({ unitForgetBias: false })).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
    expect(bias({ biasInitializer: { name: "constant", value: 3 } })).toEqual([3, 3, 1, 1, 3, 3, 3, 3]);
    expect(bias({ biasInitializer: "ones", unitForgetBias: false })).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  });

  test("other biases start at 0", () => {
    expect(initialized(layers.gru({ units: 1 }), 1).bias?.toNested()).toEqual([
      [0, 0, 0],
      [0, 0, 0],
    ]);
    expect(initialized(layers.simpleRNN({ units: 2 }), 1).bias?.toNested()).toEqual([0, 0]);
  });

  test.each<[string, Layer, number]>([
    ["simpleRNN", layers.simpleRNN({ units: 6 }), 1],
    ["lstm", layers.lstm({ units: 6 }), 4],
    ["gru", layers.gru({ units: 6 }), 3],
  ])("the recurrent kernel has orthonormal rows: %s", (_, layer, gates) => {
    const kernel = initialized(layer, 3).recurrent_kernel;
    expect(kernel?.shape).toEqual([6, 6 * gates]);
    for (let i = 0; i < 6; i++) {
      for (let j = 0; j < 6; j++) {
        let product = 0;
        for (let k = 0; k < 6 * gates; k++) product += (kernel?.at(i, k) ?? 0) * (kernel?.at(j, k) ?? 0);
        expect(product).toBeCloseTo(i === j ? 1 : 0, 5);
      }
    }
  });

  test("the kernel is drawn by Glorot's rule: within ±√(6 / (F + 4H)), and filling that range", () => {
    const kernel = initialized(layers.lstm({ units: 10 }), 5, 20).kernel?.toFloat64() ?? new Float64Array();
    const bound = Math.sqrt(6 / (20 + 40));
    const largest = kernel.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    expect(largest).toBeLessThanOrEqual(bound);
    expect(largest).toBeGreaterThan(0.95 * bound);
  });

  test("initialisers are those of the config", () => {
    const { kernel, recurrent_kernel } = initialized(
      layers.simpleRNN({ units: 2, kernelInitializer: "ones", recurrentInitializer: "identity" }),
      1,
      2,
    );
    expect(kernel?.toNested()).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(recurrent_kernel?.toNested()).toEqual([
      [1, 0],
      [0, 1],
    ]);
  });

  test("of one seed are the same, of another others", () => {
    const draw = (seed: number) => initialized(layers.gru({ units: 3 }), seed).kernel?.toNested();
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });
});

test("recurrentActivation takes the place of sigmoid in the gates", () => {
  for (const make of [
    (config: Partial<LSTMConfig & GRUConfig>) => layers.lstm({ units: H, ...config }),
    (config: Partial<LSTMConfig & GRUConfig>) => layers.gru({ units: H, ...config }),
  ]) {
    const hard = outputOf(make({ recurrentActivation: "hardSigmoid" }), x);
    expect(hard.toNested()).not.toEqual(outputOf(make({}), x).toNested());
    const one = outputOf(make({ recurrentActivation: (z) => z }), x);
    expectClose(one, outputOf(make({ recurrentActivation: "linear" }), x), "output");
  }
});

test("a simple cell has no gates: it takes no recurrentActivation", () => {
  const config = { units: 2, recurrentActivation: "sigmoid" } as LSTMConfig;
  expect(() => layers.simpleRNN(config)).toThrow('SimpleRNN: there is no option "recurrentActivation"');
  expect(() => layers.gru({ units: 2, unitForgetBias: true } as GRUConfig)).toThrow(
    'GRU: there is no option "unitForgetBias"',
  );
  expect(() => layers.lstm({ units: 2, resetAfter: true } as LSTMConfig)).toThrow(
    'LSTM: there is no option "resetAfter"',
  );
});
