// gru: a whole GRU layer as one op, ONNX's own GRU.

import type { Tensor } from "../tensor.ts";
import { add, mul, sub } from "./arithmetic.ts";
import {
  activationFormula,
  activationFunction,
  cellActivation,
  checkedActivation,
  gateActivation,
} from "./cell-activation.ts";
import { slice, split, take } from "./layout.ts";
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

export interface GruStepFunctions extends GatedStepFunctions {
  /** Apply the reset gate after the recurrent product (as cuDNN does) instead of before. */
  readonly resetAfter: boolean;
}

/** What the gates of a GRU are at a step, each [B, H]. */
export interface GruGates {
  /** z: how much of h_{t-1} is kept. */
  readonly update: Tensor;
  /** r: how much of h_{t-1} the candidate sees. */
  readonly reset: Tensor;
  /** h̃: what may take its place. */
  readonly candidate: Tensor;
}

/** The gates of a GRU at x_t and h_{t-1}. See {@link gruStep}. */
export function gruGates(
  { kernel, recurrentKernel, bias }: RecurrentLayerWeights,
  { activation, gate, resetAfter, drop = (state) => state }: GruStepFunctions,
): (x: Tensor, h: Tensor) => GruGates {
  const [units = 0] = recurrentKernel.shape;
  const parts = [2 * units, units];
  if (resetAfter) {
    const [inputBias, recurrentBias] = bias === undefined ? [] : [take(bias, 0), take(bias, 1)];
    return (x, h) => {
      const input = affine(x, kernel, inputBias); // [B, 3H]
      const recurrent = affine(drop(h), recurrentKernel, recurrentBias); // [B, 3H]
      const [gatesX = input, candidateX = input] = split(input, parts, -1);
      const [gatesH = recurrent, candidateH = recurrent] = split(recurrent, parts, -1);
      const [z = h, r = h] = split(gate(add(gatesX, gatesH)), 2, -1);
      return { update: z, reset: r, candidate: activation(add(candidateX, mul(r, candidateH))) };
    };
  }
  const gateKernel = slice(recurrentKernel, 1, 0, 2 * units);
  const candidateKernel = slice(recurrentKernel, 1, 2 * units);
  return (x, h) => {
    const dropped = drop(h);
    const input = affine(x, kernel, bias);
    const [gatesX = input, candidateX = input] = split(input, parts, -1);
    const [z = h, r = h] = split(gate(add(gatesX, matmul(dropped, gateKernel))), 2, -1);
    const candidate = activation(add(candidateX, matmul(mul(r, dropped), candidateKernel)));
    return { update: z, reset: r, candidate };
  };
}

/**
 * One step of a GRU; the state is h. With σ the gates' activation, update gate z and reset gate r:
 *
 *     z = σ(x·W_z + h·U_z + b_z),  r = σ(x·W_r + h·U_r + b_r)
 *     h̃ = tanh(x·W_h + b_h + r ∘ (h·U_h + b'_h))      resetAfter
 *     h̃ = tanh(x·W_h + b_h + (r ∘ h)·U_h)              otherwise
 *     h' = z ∘ h + (1 - z) ∘ h̃
 *
 * Source: Cho et al., EMNLP 2014; layout as in Keras: gates in the order z, r, h.
 */
export function gruStep(weights: RecurrentLayerWeights, functions: GruStepFunctions): RecurrentStep {
  const gates = gruGates(weights, functions);
  return (x, [h = x]) => {
    const { update: z, candidate } = gates(x, h);
    return [add(mul(z, h), mul(sub(1, z), candidate))];
  };
}

interface Attributes extends GatedAttributes {
  readonly resetAfter: boolean;
}

const cell: Cell<Attributes> = {
  name: "gru",
  onnx: "GRU",
  order: [0, 1, 2], // z, r, h̃, as in Keras
  states: 1,
  activations: ({ activation, gate }) => [gate, activation],
  defaults: ["Sigmoid", "Tanh"],
  onnxAttributes: ({ resetAfter }) => ({ linear_before_reset: Number(resetAfter) }),
  hasRecurrentBias: ({ resetAfter }) => resetAfter,
  step: (weights, { activation, gate, resetAfter }) =>
    gruStep(weights, {
      activation: activationFunction(activation),
      gate: activationFunction(gate),
      resetAfter,
    }),
  next({ input, recurrent }, [h = new Float64Array()], attributes) {
    const activation = activationFormula(attributes.activation);
    const gate = activationFormula(attributes.gate);
    const units = h.length;
    const z = h.map((_, j) => gate(input(j) + recurrent(j, h)));
    const r = h.map((_, j) => gate(input(units + j) + recurrent(units + j, h)));
    const reset = h.map((value, j) => value * (r[j] ?? 0));
    const candidate = h.map((_, j) => {
      const row = 2 * units + j;
      const fromState = attributes.resetAfter ? (r[j] ?? 0) * recurrent(row, h) : recurrent(row, reset);
      return activation(input(row) + fromState);
    });
    return [h.map((value, j) => (z[j] ?? 0) * value + (1 - (z[j] ?? 0)) * (candidate[j] ?? 0))];
  },
};

/** ONNX's GRU. See {@link gru}. */
export const gruOp = recurrentOp(cell);

export interface GruOptions extends GatedOptions {
  /** Apply the reset gate after the recurrent product (as cuDNN does) instead of before. Default true. */
  readonly resetAfter?: boolean;
}

/**
 * A whole GRU layer as one op: what a scan over {@link gruStep} gives, for models that are run and not trained.
 *
 * @param x time-major: [T, B, F]
 * @param weights kernel [F, 3H] and recurrentKernel [H, 3H], in blocks z, r, h as in Keras, and bias [2, 3H] (with the input, with the
 *   recurrent product), or [3H] where the reset comes before
 * @returns h of every step [T, B, H], and the last h [B, H] alone in a list
 * @throws RecurraError `recurrent-type`, `cell-activation`
 */
export function gru(
  x: Tensor,
  weights: RecurrentLayerWeights,
  options: GruOptions = {},
): Scanned<readonly Tensor[], Tensor> {
  const { activation = "tanh", recurrentActivation = "sigmoid", resetAfter = true } = options;
  return applyRecurrent(gruOp, cell, x, weights, options, {
    activation: checkedActivation("gru: activation", activation, cellActivation),
    gate: checkedActivation("gru: recurrentActivation", recurrentActivation, gateActivation),
    resetAfter,
  });
}
