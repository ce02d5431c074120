// lstm: a whole LSTM layer as one op, ONNX's own LSTM.

import type { Tensor } from "../tensor.ts";
import { add, mul } from "./arithmetic.ts";
import {
  activationFormula,
  activationFunction,
  cellActivation,
  checkedActivation,
  gateActivation,
} from "./cell-activation.ts";
import { split } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { applyRecurrent, recurrentOp } from "./recurrent.ts";
import {
  affine,
  type Cell,
  type GatedAttributes,
  type GatedOptions,
  type GatedStepFunctions,
  type RecurrentLayerWeights,
  type RecurrentStep,
} from "./recurrent-cell.ts";
import type { Scanned } from "./scan.ts";

/** What the gates of an LSTM are at a step, each [B, H]. */
export interface LstmGates {
  /** σ(i): how much of the candidate is written. */
  readonly input: Tensor;
  /** σ(f): how much of c_{t-1} is kept. */
  readonly forget: Tensor;
  /** σ(o): how much of c_t is shown. */
  readonly output: Tensor;
  /** tanh(c̃): what may be written. */
  readonly candidate: Tensor;
}

/** The gates of an LSTM at x_t and h_{t-1}. See {@link lstmStep}. */
export function lstmGates(
  { kernel, recurrentKernel, bias }: RecurrentLayerWeights,
  { activation, gate, drop = (state) => state }: GatedStepFunctions,
): (x: Tensor, h: Tensor) => LstmGates {
  return (x, h) => {
    const z = add(affine(x, kernel, bias), matmul(drop(h), recurrentKernel)); // [B, 4H]
    const [i = z, f = z, candidate = z, o = z] = split(z, 4, -1);
    return { input: gate(i), forget: gate(f), output: gate(o), candidate: activation(candidate) };
  };
}

/**
 * One step of an LSTM; the state is h, c. With σ the gates' activation and z = x_t·W + h_{t-1}·U + b split into i, f, c̃, o:
 *
 *     c_t = σ(f) ∘ c_{t-1} + σ(i) ∘ tanh(c̃)
 *     h_t = σ(o) ∘ tanh(c_t)
 *
 * Source: Hochreiter & Schmidhuber, Neural Computation 9 (1997); Gers et al. (2000) for the forget gate; layout as in Keras.
 */
export function lstmStep(weights: RecurrentLayerWeights, functions: GatedStepFunctions): RecurrentStep {
  const gates = lstmGates(weights, functions);
  return (x, [h = x, c = x]) => {
    const { input, forget, output, candidate } = gates(x, h);
    const next = add(mul(forget, c), mul(input, candidate));
    return [mul(output, functions.activation(next)), next];
  };
}

const cell: Cell<GatedAttributes> = {
  name: "lstm",
  onnx: "LSTM",
  order: [0, 3, 1, 2], // i, o, f, c̃ where Keras has i, f, c̃, o
  states: 2,
  activations: ({ activation, gate }) => [gate, activation, activation],
  defaults: ["Sigmoid", "Tanh", "Tanh"],
  onnxAttributes: () => ({}),
  hasRecurrentBias: () => false,
  step: (weights, { activation, gate }) =>
    lstmStep(weights, { activation: activationFunction(activation), gate: activationFunction(gate) }),
  next(products, [h = new Float64Array(), c = h], attributes) {
    const activation = activationFormula(attributes.activation);
    const gate = activationFormula(attributes.gate);
    const z = (place: number, unit: number) => {
      const row = place * h.length + unit;
      return products.input(row) + products.recurrent(row, h);
    };
    const next = c.map((value, j) => gate(z(2, j)) * value + gate(z(0, j)) * activation(z(3, j)));
    return [next.map((value, j) => gate(z(1, j)) * activation(value)), next];
  },
};

/** ONNX's LSTM. See {@link lstm}. */
export const lstmOp = recurrentOp(cell);

/**
 * A whole LSTM layer as one op: what a scan over {@link lstmStep} gives, for models that are run and not trained.
 *
 * @param x time-major: [T, B, F]
 * @param weights kernel [F, 4H] and recurrentKernel [H, 4H], in blocks i, f, c̃, o as in Keras, and bias [4H]
 * @returns h of every step [T, B, H], and the last h and c, each [B, H]
 * @throws RecurraError `recurrent-type`, `cell-activation`
 */
export function lstm(
  x: Tensor,
  weights: RecurrentLayerWeights,
  options: GatedOptions = {},
): Scanned<readonly Tensor[], Tensor> {
  const { activation = "tanh", recurrentActivation = "sigmoid" } = options;
  return applyRecurrent(lstmOp, cell, x, weights, options, {
    activation: checkedActivation("lstm: activation", activation, cellActivation),
    gate: checkedActivation("lstm: recurrentActivation", recurrentActivation, gateActivation),
  });
}
