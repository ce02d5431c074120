// Cases for whole recurrent layers as one op, against Keras' formulas one number at a time.

import { gru } from "../../../src/graph/ops/gru.ts";
import { lstm } from "../../../src/graph/ops/lstm.ts";
import type { GatedOptions } from "../../../src/graph/ops/recurrent-cell.ts";
import { simpleRnn } from "../../../src/graph/ops/simple-rnn.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { type OpCase, reals } from "../../support/check-op.ts";
import { build, total } from "../../support/naive.ts";

const [T, B, F, H] = [3, 2, 2, 2] as const;

const formulas: Readonly<Record<string, (x: number) => number>> = {
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  hardSigmoid: (x) => Math.min(Math.max(x + 3, 0), 6) / 6,
  softsign: (x) => x / (1 + Math.abs(x)),
  linear: (x) => x,
  relu: (x) => Math.max(x, 0),
  leakyRelu: (x) => Math.max(x, 0.2 * x),
  elu: (x) => (x > 0 ? x : Math.exp(x) - 1),
};

interface Setting extends Omit<GatedOptions, "initialState"> {
  readonly activation?: keyof typeof formulas;
  readonly recurrentActivation?: keyof typeof formulas;
  readonly bias?: boolean;
  readonly state?: boolean;
}

/** One step of one row: from gate g's products with column j to the next state. */
type Step = (
  products: {
    input(gate: number, unit: number): number;
    recurrent(gate: number, unit: number, h?: readonly number[]): number;
  },
  state: readonly (readonly number[])[],
  activation: (x: number) => number,
  gate: (x: number) => number,
) => number[][];

interface Kind {
  readonly gates: number;
  readonly states: number;
  readonly biasShape: readonly number[];
  readonly compute: typeof lstm;
  readonly step: Step;
}

const units = Array.from({ length: H }, (_, j) => j);

const kinds: Readonly<Record<string, Kind>> = {
  lstm: {
    gates: 4,
    states: 2,
    biasShape: [4 * H],
    compute: lstm,
    step({ input, recurrent }, [, c = []], activation, gate) {
      const z = (g: number, j: number) => input(g, j) + recurrent(g, j);
      const next = units.map((j) => gate(z(1, j)) * (c[j] ?? 0) + gate(z(0, j)) * activation(z(2, j)));
      return [next.map((value, j) => gate(z(3, j)) * activation(value)), next];
    },
  },
  gru: {
    gates: 3,
    states: 1,
    biasShape: [2, 3 * H],
    compute: gru,
    step({ input, recurrent }, [h = []], activation, gate) {
      const mix = (g: number, j: number) => gate(input(g, j) + recurrent(g, j));
      return [
        units.map((j) => {
          const candidate = activation(input(2, j) + mix(1, j) * recurrent(2, j));
          return mix(0, j) * (h[j] ?? 0) + (1 - mix(0, j)) * candidate;
        }),
      ];
    },
  },
  "gru that resets before the product": {
    gates: 3,
    states: 1,
    biasShape: [3 * H],
    compute: (x, weights, options) => gru(x, weights, { ...options, resetAfter: false }),
    step({ input, recurrent }, [h = []], activation, gate) {
      const mix = (g: number, j: number) => gate(input(g, j) + recurrent(g, j));
      const reset = h.map((value, j) => mix(1, j) * value);
      return [
        units.map((j) => {
          const candidate = activation(input(2, j) + recurrent(2, j, reset));
          return mix(0, j) * (h[j] ?? 0) + (1 - mix(0, j)) * candidate;
        }),
      ];
    },
  },
  simpleRnn: {
    gates: 1,
    states: 1,
    biasShape: [H],
    compute: simpleRnn,
    step: ({ input, recurrent }, _, activation) => [
      units.map((j) => activation(input(0, j) + recurrent(0, j))),
    ],
  },
};

/** What comes after x, kernel and recurrent kernel: the bias and the state, where there are. */
function partsOf<X>(rest: readonly X[], { bias = true }: Setting) {
  return { bias: bias ? rest[0] : undefined, state: rest.slice(bias ? 1 : 0) };
}

function expectedOf(kind: Kind, setting: Setting, arrays: readonly NdArray[]): readonly NdArray[] {
  const [x, kernel, recurrentKernel, ...rest] = arrays as [NdArray, NdArray, NdArray, ...NdArray[]];
  const { bias, state } = partsOf(rest, setting);
  const biasAt = (row: number, column: number) => {
    if (bias === undefined) return 0;
    if (bias.rank === 2) return bias.at(row, column);
    return row === 0 ? bias.at(column) : 0;
  };
  const activation = formulas[setting.activation ?? "tanh"] ?? Math.tanh;
  const gate = formulas[setting.recurrentActivation ?? "sigmoid"] ?? Math.tanh;
  const outputs: number[][][] = Array.from({ length: T }, () => []);
  const last: number[][][] = [];
  for (let b = 0; b < B; b++) {
    let now = Array.from({ length: kind.states }, (_, i) => units.map((j) => state[i]?.at(b, j) ?? 0));
    for (let i = 0; i < T; i++) {
      const t = setting.reverse === true ? T - 1 - i : i;
      const before = now;
      now = kind.step(
        {
          input: (g, j) =>
            total([F], (f = 0) => x.at(t, b, f) * kernel.at(f, g * H + j)) + biasAt(0, g * H + j),
          recurrent: (g, j, h = before[0] ?? []) =>
            total([H], (k = 0) => (h[k] ?? 0) * recurrentKernel.at(k, g * H + j)) + biasAt(1, g * H + j),
        },
        before,
        activation,
        gate,
      );
      outputs[t]?.push(now[0] ?? []);
    }
    last.push(now);
  }
  return [
    build([T, B, H], (t = 0, b = 0, j = 0) => outputs[t]?.[b]?.[j] ?? Number.NaN),
    ...Array.from({ length: kind.states }, (_, i) =>
      build([B, H], (b = 0, j = 0) => last[b]?.[i]?.[j] ?? Number.NaN),
    ),
  ];
}

const settings: readonly Setting[] = [
  {},
  { reverse: true },
  { bias: false },
  { state: false },
  { bias: false, state: false, reverse: true },
  { activation: "softsign" },
  { activation: "elu" },
  { activation: "leakyRelu", recurrentActivation: "tanh" },
  { activation: "linear" },
  { activation: "relu", recurrentActivation: "hardSigmoid" },
];

const caseOf = (name: string, kind: Kind, setting: Setting): OpCase => {
  const { bias = true, state = true, ...options } = setting;
  const columns = kind.gates * H;
  return {
    name: `${name} ${JSON.stringify(setting)}`,
    inputs: [
      reals([T, B, F]),
      reals([F, columns], -1, 1),
      reals([H, columns], -1, 1),
      ...(bias ? [reals(kind.biasShape, -1, 1)] : []),
      ...(state ? Array.from({ length: kind.states }, () => reals([B, H])) : []),
    ],
    compute(x, kernel, recurrentKernel, ...rest) {
      const parts = partsOf(rest, setting);
      const { last, outputs } = kind.compute(
        x as Tensor,
        { kernel: kernel as Tensor, recurrentKernel: recurrentKernel as Tensor, bias: parts.bias },
        { ...options, ...(state ? { initialState: parts.state } : {}) },
      );
      return [outputs, ...last];
    },
    expected: (...arrays) => expectedOf(kind, setting, arrays),
  };
};

export const recurrentCases: readonly OpCase[] = Object.entries(kinds).flatMap(([name, kind]) =>
  settings.map((setting, i) => ({
    ...caseOf(name, kind, setting),
    // It is that of a scan, which has cases of its own.
    ...(i === 0 ? {} : { noSecondGradient: "as for the first setting" }),
  })),
);
