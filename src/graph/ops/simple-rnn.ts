// simpleRnn: a whole simple recurrent layer as one op, ONNX's RNN.

import type { Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import {
  activationFormula,
  activationFunction,
  cellActivation,
  checkedActivation,
} from "./cell-activation.ts";
import { matmul } from "./matmul.ts";
import { applyRecurrent, recurrentOp } from "./recurrent.ts";
import {
  affine,
  type Cell,
  type RecurrentAttributes,
  type RecurrentLayerWeights,
  type RecurrentOptions,
  type RecurrentStep,
  type StepFunctions,
} from "./recurrent-cell.ts";
import type { Scanned } from "./scan.ts";

/**
 * One step of a simple recurrent layer; the state is h: h_t = activation(x_t·W + h_{t-1}·U + b).
 *
 * Source: Elman, Cognitive Science 14 (1990); Keras' SimpleRNN.
 */
export function simpleRnnStep(
  { kernel, recurrentKernel, bias }: RecurrentLayerWeights,
  { activation, drop = (state) => state }: StepFunctions,
): RecurrentStep {
  return (x, [h = x]) => [activation(add(affine(x, kernel, bias), matmul(drop(h), recurrentKernel)))];
}

const cell: Cell<RecurrentAttributes> = {
  name: "simpleRnn",
  onnx: "RNN",
  order: [0],
  states: 1,
  activations: ({ activation }) => [activation],
  defaults: ["Tanh"],
  onnxAttributes: () => ({}),
  hasRecurrentBias: () => false,
  step: (weights, { activation }) => simpleRnnStep(weights, { activation: activationFunction(activation) }),
  next({ input, recurrent }, [h = new Float64Array()], { activation }) {
    return [h.map((_, j) => activationFormula(activation)(input(j) + recurrent(j, h)))];
  },
};

/** ONNX's RNN. See {@link simpleRnn}. */
export const simpleRnnOp = recurrentOp(cell);

/**
 * A whole simple recurrent layer as one op: what a scan over {@link simpleRnnStep} gives, for models that are run and not trained.
 *
 * @param x time-major: [T, B, F]
 * @param weights kernel [F, H], recurrentKernel [H, H] and bias [H]
 * @returns h of every step [T, B, H], and the last h [B, H] alone in a list
 * @throws RecurraError `recurrent-type`, `cell-activation`
 */
export function simpleRnn(
  x: Tensor,
  weights: RecurrentLayerWeights,
  options: RecurrentOptions = {},
): Scanned<readonly Tensor[], Tensor> {
  const { activation = "tanh" } = options;
  return applyRecurrent(simpleRnnOp, cell, x, weights, options, {
    activation: checkedActivation("simpleRnn: activation", activation, cellActivation),
  });
}
