// Whole recurrent layers become ONNX's own LSTM, GRU and RNN, which give what the interpreter gives.

import { fromBinary } from "@bufbuild/protobuf";
import { describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { anyBatch } from "../../src/graph/batch.ts";
import { gru } from "../../src/graph/ops/gru.ts";
import { transpose } from "../../src/graph/ops/layout.ts";
import { constant, input } from "../../src/graph/ops/leaf.ts";
import { lstm } from "../../src/graph/ops/lstm.ts";
import type { GatedOptions } from "../../src/graph/ops/recurrent-cell.ts";
import { simpleRnn } from "../../src/graph/ops/simple-rnn.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import { Random } from "../../src/tensor/random.ts";
import type { Shape } from "../../src/tensor/shape.ts";
import { asValue, differential, expectNear, model } from "./differential.ts";
import { ModelProtoSchema, type NodeProto } from "./onnx/onnx_pb.ts";

interface Kind {
  readonly gates: number;
  readonly states: number;
  readonly biasRows: number;
  readonly compute: typeof lstm;
  readonly hasGates: boolean;
}

const kinds: Readonly<Record<string, Kind>> = {
  lstm: { gates: 4, states: 2, biasRows: 1, compute: lstm, hasGates: true },
  gru: { gates: 3, states: 1, biasRows: 2, compute: gru, hasGates: true },
  "gru that resets before the product": {
    gates: 3,
    states: 1,
    biasRows: 1,
    compute: (x, weights, options) => gru(x, weights, { ...options, resetAfter: false }),
    hasGates: true,
  },
  simpleRnn: { gates: 1, states: 1, biasRows: 1, compute: simpleRnn, hasGates: false },
};

/** x, kernel, recurrent kernel, bias and state for sizes [steps, batch, features, units], kernels as wide as initialisers make them. */
function arraysOf(
  { gates, states, biasRows }: Kind,
  [T, B, F, H]: readonly [number, number, number, number],
) {
  const random = new Random(`${gates} ${T} ${B} ${F} ${H}`);
  const columns = gates * H;
  const draw = (shape: Shape, scale: number) => random.uniform(shape, -scale, scale);
  return [
    draw([T, B, F], 2),
    draw([F, columns], 1 / Math.sqrt(F)),
    draw([H, columns], 1 / Math.sqrt(H)),
    draw(biasRows === 1 ? [columns] : [2, columns], 1),
    ...Array.from({ length: states }, () => draw([B, H], 1)),
  ];
}

const build =
  ({ compute }: Kind, options: GatedOptions, parts: { bias?: boolean; state?: boolean } = {}) =>
  ([x, kernel, recurrentKernel, bias, ...initialState]: readonly (
    | Tensor
    | undefined
  )[]): readonly Tensor[] => {
    const { outputs, last } = compute(
      x!,
      {
        kernel: kernel!,
        recurrentKernel: recurrentKernel!,
        bias: parts.bias === false ? undefined : bias,
      },
      { ...options, ...(parts.state === false ? {} : { initialState: initialState as Tensor[] }) },
    );
    return [outputs, ...last];
  };

const sizes = [
  [1, 1, 1, 1],
  [6, 1, 3, 5],
  [5, 3, 4, 6],
  [1, 2, 3, 4],
  [7, 2, 1, 1],
  [3, 37, 5, 33],
  [20, 4, 2, 8],
] as const;

const activations = [
  "tanh",
  "relu",
  "linear",
  "sigmoid",
  "hardSigmoid",
  "softsign",
  { name: "leakyRelu", negativeSlope: 0.3 },
  { name: "elu", alpha: 0.4 },
];
const gates = ["sigmoid", "hardSigmoid", "tanh"];

describe.each(Object.entries(kinds))("%s", (_, kind) => {
  it.each(sizes)("of %i steps, %i rows, %i features, %i units", async (...size) => {
    for (const reverse of [false, true]) {
      await differential(arraysOf(kind, size), (...x) => build(kind, { reverse })(x));
    }
  });

  it("without a bias, without a state, or with neither", async () => {
    const arrays = arraysOf(kind, [4, 3, 2, 5]);
    for (const parts of [{ bias: false }, { state: false }, { bias: false, state: false }]) {
      await differential(arrays, (...x) => build(kind, {}, parts)(x));
    }
  });

  it("with every activation that it takes", async () => {
    const arrays = arraysOf(kind, [4, 3, 2, 5]);
    for (const activation of activations) {
      for (const gate of kind.hasGates ? gates : [undefined]) {
        const options = { activation, ...(gate === undefined ? {} : { recurrentActivation: gate }) };
        await differential(arrays, (...x) => build(kind, options)(x));
      }
    }
  });

  it("for any batch size, with the weights inside", async () => {
    const [, ...weights] = arraysOf(kind, [5, 1, 3, 4]).slice(0, 4);
    const at = (batch: number) => {
      const x = input("x", { dtype: "float32", shape: [batch, 5, 3] });
      const [outputs, ...last] = build(
        kind,
        {},
        { state: false },
      )([transpose(x, [1, 0, 2]), ...weights.map(constant)]);
      return { inputs: [x], outputs: [transpose(outputs!, [1, 0, 2]), ...last] };
    };
    const any = at(anyBatch);
    const executable = await device.load(model(any.inputs, any.outputs), { threads: 2 });
    for (const batch of [1, 3, 8]) {
      const { inputs, outputs } = at(batch);
      const x = new Random(batch).normal([batch, 5, 3]);
      expectNear(await executable.run([x]), outputs, new Map([[inputs[0]!, asValue(x)]]));
    }
    await executable.release();
  });

  it("is refused in float64, in which ONNX Runtime has no kernel", () => {
    const inputs = arraysOf(kind, [2, 1, 2, 2]).map((array, i) =>
      input(`in${i}`, { dtype: "float64", shape: array.shape }),
    );
    expect(() => model(inputs, build(kind, {})(inputs))).toThrow(
      "ONNX Runtime computes it in float32 only, got float64[2, 1, 2]: use a scan",
    );
  });
});

describe("the file", () => {
  /** The graph of a layer with its weights inside, x and the states being inputs. */
  function graphOf(kind: Kind, options: GatedOptions, state = false) {
    const [x, ...rest] = arraysOf(kind, [4, 3, 2, 5]);
    const leaves = [
      input("x", x!),
      ...rest.slice(0, 3).map(constant),
      ...rest.slice(3).map((array, i) => input(`state${i}`, array)),
    ];
    const inputs = leaves.filter((leaf) => leaf.node.op.name === "input").slice(0, state ? undefined : 1);
    const outputs = build(kind, options, { state })(leaves).slice(0, 1);
    return fromBinary(ModelProtoSchema, model(inputs, outputs)).graph!;
  }
  const attributesOf = ({ attribute }: NodeProto) =>
    Object.fromEntries(
      attribute.map(({ name, s, i, floats, strings }) => [
        name,
        strings.length > 0
          ? strings.map((text) => new TextDecoder().decode(text))
          : floats.length > 0
            ? floats
            : s !== undefined && s.length > 0
              ? new TextDecoder().decode(s)
              : Number(i),
      ]),
    );

  it("holds the operator alone, its weights as initializers and laid out for it", () => {
    const { node, initializer } = graphOf(kinds.lstm!, {});
    expect(node.map(({ opType }) => opType)).toEqual(["LSTM", "Reshape"]);
    const shapes = new Map(initializer.map(({ name, dims }) => [name, dims.map(Number)]));
    expect(node[0]!.input.slice(1).map((name) => shapes.get(name!))).toEqual([
      [1, 20, 2],
      [1, 20, 5],
      [1, 40],
    ]);
    expect(attributesOf(node[0]!)).toEqual({ hidden_size: 5 });
  });

  it("says direction, activations and their numbers where they are not the operator's own", () => {
    const activation = { name: "leakyRelu", negativeSlope: 0.25 };
    const options = { activation, recurrentActivation: "hardSigmoid", reverse: true };
    expect(attributesOf(graphOf(kinds.lstm!, options).node[0]!)).toEqual({
      hidden_size: 5,
      direction: "reverse",
      activations: ["HardSigmoid", "LeakyRelu", "LeakyRelu"],
      activation_alpha: [Math.fround(1 / 6), 0.25, 0.25],
      activation_beta: [0.5],
    });
    expect(attributesOf(graphOf(kinds.gru!, {}).node[0]!)).toEqual({
      hidden_size: 5,
      linear_before_reset: 1,
    });
  });

  it("leaves out what there is not", () => {
    expect(graphOf(kinds.gru!, {}).node[0]!.input.length).toBe(4);
    const names = graphOf(kinds.lstm!, {}, true).node.find(({ opType }) => opType === "LSTM")!.input;
    expect(names.map((name) => name !== "")).toEqual([true, true, true, true, false, true, true]);
  });
});
