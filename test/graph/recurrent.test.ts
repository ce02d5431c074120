// Tests of the ops for whole recurrent layers beside their cases: against a scan over the same step, what they make of constants and
// zeros, when they fit, and what they refuse.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { isOp, item } from "../../src/graph/op.ts";
import { sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { gru, gruOp, gruStep } from "../../src/graph/ops/gru.ts";
import { reverse, transpose } from "../../src/graph/ops/layout.ts";
import { constant, constantOp, input } from "../../src/graph/ops/leaf.ts";
import { lstm, lstmOp, lstmStep } from "../../src/graph/ops/lstm.ts";
import { fitsRecurrentOp } from "../../src/graph/ops/recurrent.ts";
import type { RecurrentLayerWeights, RecurrentStep } from "../../src/graph/ops/recurrent-cell.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { simpleRnn, simpleRnnOp, simpleRnnStep } from "../../src/graph/ops/simple-rnn.ts";
import { reshape, zeros } from "../../src/graph/ops/sum.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { checkGraph } from "../../src/graph/verify.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import {
  checkGradient,
  expectClose,
  type Graph,
  gradientGraph,
  graphOf,
  run,
  toValue,
} from "../support/check-op.ts";

const functions = { activation: tanh, gate: sigmoid };

interface Kind {
  readonly gates: number;
  readonly states: number;
  readonly biasRows: number;
  readonly whole: typeof lstm;
  readonly step: (weights: RecurrentLayerWeights) => RecurrentStep;
}

const kinds: Readonly<Record<string, Kind>> = {
  lstm: {
    gates: 4,
    states: 2,
    biasRows: 1,
    whole: lstm,
    step: (weights) => lstmStep(weights, functions),
  },
  gru: {
    gates: 3,
    states: 1,
    biasRows: 2,
    whole: gru,
    step: (weights) => gruStep(weights, { ...functions, resetAfter: true }),
  },
  "gru that resets before the product": {
    gates: 3,
    states: 1,
    biasRows: 1,
    whole: (x, weights, options) => gru(x, weights, { ...options, resetAfter: false }),
    step: (weights) => gruStep(weights, { ...functions, resetAfter: false }),
  },
  simpleRnn: {
    gates: 1,
    states: 1,
    biasRows: 1,
    whole: simpleRnn,
    step: (weights) => simpleRnnStep(weights, functions),
  },
};

interface Size {
  readonly steps: number;
  readonly batch: number;
  readonly features: number;
  readonly units: number;
}

/** Shapes of x, kernel, recurrent kernel, bias and state. */
function shapesOf({ gates, states, biasRows }: Kind, { steps, batch, features, units }: Size): Shape[] {
  const columns = gates * units;
  return [
    [steps, batch, features],
    [features, columns],
    [units, columns],
    biasRows === 1 ? [columns] : [2, columns],
    ...Array.from({ length: states }, () => [batch, units]),
  ];
}

const drawn = (shapes: readonly Shape[], seed: number) => {
  const random = new Random(seed);
  return shapes.map((shape) => random.uniform(shape, -1.5, 1.5, "float64"));
};

/** The whole layer and the scan over its step on the same operands. */
function both(kind: Kind, backwards: boolean) {
  return ([x, kernel, recurrentKernel, bias, ...initialState]: readonly Tensor[]) => {
    if (x === undefined || kernel === undefined || recurrentKernel === undefined) throw new TypeError();
    const weights = { kernel, recurrentKernel, bias };
    const whole = kind.whole(x, weights, { initialState, reverse: backwards });
    const step = kind.step(weights);
    const loop = scan(
      (state: readonly Tensor[], xt: Tensor) => {
        const carry = step(xt, state);
        return { carry, output: item(carry) };
      },
      initialState,
      x,
      { reverse: backwards },
    );
    return [whole, loop].map(({ outputs, last }) => [outputs, ...last]);
  };
}

describe.each(Object.entries(kinds))("%s", (_, kind) => {
  const sizes = fc.record({
    steps: fc.integer({ min: 1, max: 6 }),
    batch: fc.integer({ min: 1, max: 4 }),
    features: fc.integer({ min: 1, max: 5 }),
    units: fc.integer({ min: 1, max: 4 }),
  });

  test("gives what a scan over its step gives, gradients too", () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), fc.nat(), (size, backwards, seed) => {
        const arrays = drawn(shapesOf(kind, size), seed);
        const point = arrays.map(toValue);
        const [whole, loop] = [0, 1].map((which): Graph => {
          const compute = (...inputs: Tensor[]) => item(both(kind, backwards)(inputs), which);
          return graphOf(compute, arrays);
        }) as [Graph, Graph];
        for (const [what, a, b] of [
          ["value", whole, loop],
          ["gradient", gradientGraph(whole), gradientGraph(loop)],
        ] as const) {
          const wanted = run(b, point);
          for (const [i, value] of run(a, point).entries()) {
            const { shape, data } = item(wanted, i);
            expectClose(value, new NdArray(data, shape), `${what} ${i}`, 1e-10);
          }
        }
      }),
      { numRuns: 25, seed: 20 },
    );
  });

  test("lays constants out while it is traced, once", () => {
    const arrays = drawn(shapesOf(kind, { steps: 3, batch: 2, features: 4, units: 3 }), 5);
    const [x, ...rest] = arrays.map((array, i) => (i === 0 ? input("x", array) : constant(array)));
    const inputs = arrays.map((array, i) => (i === 0 ? x : input(`x${i}`, array)) as Tensor);
    const [frozen = [], again = []] = [0, 1].map(() => item(both(kind, false)([x as Tensor, ...rest])));
    const open = item(both(kind, false)(inputs));
    const values = new Map(inputs.map((tensor, i) => [tensor, toValue(item(arrays, i))]));
    const wanted = interpret(open, values);
    for (const [i, value] of interpret(frozen, values).entries()) {
      const { shape, data } = item(wanted, i);
      expectClose(value, new NdArray(data, shape), `output ${i}`, 0);
    }
    const operands = nodeOf(frozen).inputs.slice(1, 4);
    expect(operands.every(({ node }) => isOp(node, constantOp))).toBe(true);
    expect(nodeOf(again).inputs.slice(1, 4)).toEqual(operands);
    checkGraph([...frozen, ...again], [x as Tensor]);
  });

  test("takes a state that is known to be zeros for none", () => {
    const shapes = shapesOf(kind, { steps: 3, batch: 2, features: 4, units: 3 });
    const [x, kernel, recurrentKernel] = shapes.map((shape, i) =>
      input(`x${i}`, { dtype: "float32", shape }),
    );
    const weights = { kernel: kernel as Tensor, recurrentKernel: recurrentKernel as Tensor };
    const zero = reshape(zeros([6]), [2, 3]);
    const initialState = Array.from({ length: kind.states }, () => zero);
    const { outputs } = kind.whole(x as Tensor, weights, { initialState });
    expect(nodeOf([outputs]).inputs.length).toBe(3);
    const half = initialState.with(0, input("h", zero));
    expect(nodeOf([kind.whole(x as Tensor, weights, { initialState: half }).outputs]).inputs.length).toBe(
      3 + kind.states,
    );
  });

  test("has a gradient where its operands rest on each other", () => {
    const { gates, states } = kind;
    const arrays = drawn(
      [
        [3, 2, 2],
        [2, gates * 2],
        [2, 2],
      ],
      9,
    );
    const compute = (x?: Tensor, kernel?: Tensor, h?: Tensor) => {
      if (x === undefined || kernel === undefined || h === undefined) throw new TypeError();
      const { outputs, last } = kind.whole(
        x,
        { kernel: tanh(kernel), recurrentKernel: kernel },
        { initialState: Array.from({ length: states }, () => h) },
      );
      return [reverse(outputs), ...last.map((state) => transpose(state))];
    };
    checkGradient(graphOf(compute, arrays), arrays.map(toValue), "operands that rest on each other");
  });
});

function nodeOf(outputs: readonly Tensor[]) {
  const found = nodesOf(outputs).find(
    (node) => isOp(node, lstmOp) || isOp(node, gruOp) || isOp(node, simpleRnnOp),
  );
  if (found === undefined) throw new TypeError("no recurrent op");
  return found;
}

describe("fitsRecurrentOp", () => {
  const float32 = { dtype: "float32" } as const;
  const weights = {
    kernel: constant(NdArray.full([3, 8], 0.5)),
    recurrentKernel: constant(NdArray.full([2, 8], 0.5)),
    bias: constant(NdArray.zeros([8])),
  };

  test.each([
    ["tanh", "sigmoid"],
    ["tanh", "hardSigmoid"],
    ["relu", "sigmoid"],
    [{ name: "elu", alpha: 0.5 }, "tanh"],
    [{ name: "leakyRelu", negativeSlope: 0.1 }, { name: "sigmoid" }],
    ["softsign", undefined],
    ["linear", undefined],
  ])("%j with gates %j", (activation, gate) => {
    expect(fitsRecurrentOp(float32, weights, activation, gate)).toBe(true);
  });

  test.each([
    ["gelu", "sigmoid", "ONNX has no such activation"],
    ["softplus", "sigmoid", "ONNX Runtime's overflows beyond 88"],
    ["tanh", "relu", "gates without bounds"],
    [tanh, "sigmoid", "a function of one's own"],
    [{ name: "elu", beta: 2 }, "sigmoid", "an option that it does not have"],
    ["toString", "sigmoid", "no name of an activation"],
    [undefined, undefined, "no activation"],
    [null, "sigmoid", "no activation"],
  ])("not %j with gates %j: %s", (activation, gate, _reason) => {
    expect(fitsRecurrentOp(float32, weights, activation, gate)).toBe(false);
  });

  test("not in float64, which ONNX Runtime does not compute", () => {
    expect(fitsRecurrentOp({ dtype: "float64" }, weights, "tanh", "sigmoid")).toBe(false);
  });

  test("without a bias too, but not with weights that are no constants, or not finite", () => {
    const fits = (changed: Partial<RecurrentLayerWeights>) =>
      fitsRecurrentOp(float32, { ...weights, ...changed }, "tanh", "sigmoid");
    expect(fits({ bias: undefined })).toBe(true);
    expect(fits({ kernel: input("kernel", weights.kernel) })).toBe(false);
    expect(fits({ recurrentKernel: constant(NdArray.full([2, 8], Number.NaN)) })).toBe(false);
    expect(fits({ bias: constant(NdArray.full([8], Number.POSITIVE_INFINITY)) })).toBe(false);
  });
});

describe("errors name what came and what is wanted", () => {
  const tensor = (shape: Shape, dtype: "float32" | "float64" | "int32" = "float32") =>
    input("x", { dtype, shape });
  const x = tensor([5, 2, 3]);
  const weights = { kernel: tensor([3, 16]), recurrentKernel: tensor([4, 16]), bias: tensor([16]) };

  test.each<[string, () => unknown]>([
    ["lstm: wants floats [steps, batch, features], got float32[5, 3]", () => lstm(tensor([5, 3]), weights)],
    [
      "lstm: wants floats [steps, batch, features], got int32[5, 2, 3]",
      () => lstm(tensor([5, 2, 3], "int32"), weights),
    ],
    [
      "lstm: wants a kernel float32[3, 16], got float32[4, 16]",
      () => lstm(x, { ...weights, kernel: tensor([4, 16]) }),
    ],
    [
      "lstm: wants a recurrent kernel float32[4, 16], got float64[4, 16]",
      () => lstm(x, { ...weights, recurrentKernel: tensor([4, 16], "float64") }),
    ],
    [
      "lstm: wants a bias float32[16], got float32[2, 16]",
      () => lstm(x, { ...weights, bias: tensor([2, 16]) }),
    ],
    [
      "gru: wants a bias float32[2, 12], got float32[12]",
      () => gru(x, { kernel: tensor([3, 12]), recurrentKernel: tensor([4, 12]), bias: tensor([12]) }),
    ],
    [
      "lstm: wants an initial state of 2 tensors, got 1",
      () => lstm(x, weights, { initialState: [tensor([2, 4])] }),
    ],
    [
      "lstm: wants an initial state float32[2, 4], got float32[4, 2]",
      () => lstm(x, weights, { initialState: [tensor([2, 4]), tensor([4, 2])] }),
    ],
    [
      'lstm: activation is one of linear, relu, leakyRelu, elu, sigmoid, hardSigmoid, tanh, softsign, got "gelu"; a scan over the cell takes any',
      () => lstm(x, weights, { activation: "gelu" }),
    ],
    [
      "lstm: recurrentActivation is one of sigmoid, hardSigmoid, tanh, got a function; a scan over the cell takes any",
      () => lstm(x, weights, { recurrentActivation: sigmoid }),
    ],
    [
      'simpleRnn: activation is one of linear, relu, leakyRelu, elu, sigmoid, hardSigmoid, tanh, softsign, got {"name":"elu","slope":1}; a scan over the cell takes any',
      () =>
        simpleRnn(
          x,
          { kernel: tensor([3, 4]), recurrentKernel: tensor([4, 4]) },
          { activation: { name: "elu", slope: 1 } },
        ),
    ],
  ])("%s", (message, work) => {
    expect(work).toThrow(expect.objectContaining({ message }));
  });
});
