// The ops for whole recurrent layers: one ONNX operator (LSTM, GRU, RNN) where a scan is a loop, so that every runtime has a kernel for
// it. A cell of one's own, a mask or recurrent dropout takes a scan.

import { RecurraError } from "../../platform/error.ts";
import { type DType, isFloat } from "../../tensor/dtype.ts";
import { formatShape, type Shape, sameShape } from "../../tensor/shape.ts";
import { applyAll, isOp, item } from "../op.ts";
import { substitute } from "../rewrite.ts";
import { formatType, type Node, type Op, type Tensor, type TensorType, type Value } from "../tensor.ts";
import { vjp } from "../vjp.ts";
import { activationAttributes, cellActivation, gateActivation } from "./cell-activation.ts";
import { constantOp, input } from "./leaf.ts";
import type {
  Cell,
  Products,
  RecurrentAttributes,
  RecurrentLayerWeights,
  RecurrentOptions,
} from "./recurrent-cell.ts";
import { fromOnnxBias, fromOnnxKernel, toOnnxBias, toOnnxKernel } from "./recurrent-weights.ts";
import { type Scanned, scan } from "./scan.ts";
import { at, broadcastOp, reshape, reshapeOp, zeros } from "./sum.ts";

/**
 * True where one of these ops is better than a scan, and gives what that gives: in float32 alone, with few activations, and for weights
 * that are constants, since they would be laid out anew at every run otherwise.
 *
 * Numbers that are not finite need care: ONNX Runtime's LSTM and GRU cut sums that have a bias to the largest number there is, which makes a
 * number of NaN. So the weights must be finite here, and x is to be finite when the graph runs.
 *
 * @param x what the layer reads
 * @param activation as layers take it: a name, a config or a function
 * @param gate likewise, of the gates; left out for a cell without gates
 */
export function fitsRecurrentOp(
  { dtype }: { readonly dtype: DType },
  { kernel, recurrentKernel, bias }: RecurrentLayerWeights,
  activation: unknown,
  gate?: unknown,
): boolean {
  return (
    dtype === "float32" &&
    cellActivation(activation) !== undefined &&
    (gate === undefined || gateActivation(gate) !== undefined) &&
    [kernel, recurrentKernel, bias].every((weight) => weight === undefined || isFiniteConstant(weight))
  );
}

/**
 * Makes the op of a cell. Its operands and outputs are the operator's: x [T, B, F], W [1, G·H, F], R [1, G·H, H], then, where there are,
 * the bias [1, 2·G·H] and each tensor of the state [1, B, H]; h of all steps [T, 1, B, H], and each tensor of the last state [1, B, H].
 */
export function recurrentOp<A extends RecurrentAttributes>(cell: Cell<A>): Op<A> {
  return {
    name: cell.name,
    infer: (inputs, attributes) => inferRecurrent(cell, inputs, attributes),
    gradient: (node, cotangents) => recurrentGradient(cell, node, cotangents),
    evaluate: (inputs, { attributes }) => evaluateRecurrent(cell, inputs, attributes),
    lower(emitter, inputs, { attributes, inputs: [x], outputs }) {
      const { dtype, shape } = item(outputs);
      if (x === undefined || dtype !== "float32") {
        throw new RecurraError(
          "op-dtype",
          `${cell.name}: ONNX Runtime computes it in float32 only, got ${x && formatType(x)}: use a scan`,
        );
      }
      const { w, r, bias = "", state, x: steps } = partsOf(inputs, attributes);
      const wholeSequences = "";
      const operands = [steps, w, r, bias, wholeSequences, ...state];
      const activations = activationAttributes(cell.activations(attributes));
      const isDefault = String(activations.activations) === String(cell.defaults);
      return emitter.emit(
        cell.onnx,
        operands.slice(0, operands.findLastIndex((name) => name !== "") + 1),
        {
          hidden_size: at(shape, 3),
          ...(attributes.reverse ? { direction: "reverse" } : {}),
          ...(isDefault ? {} : activations),
          ...cell.onnxAttributes(attributes),
        },
        outputs.length,
      );
    },
    lift: "none",
  };
}

/** Applies the op of a cell to weights in Keras' layout. */
export function applyRecurrent<A extends RecurrentAttributes>(
  op: Op<A>,
  cell: Cell<A>,
  x: Tensor,
  { kernel, recurrentKernel, bias }: RecurrentLayerWeights,
  { reverse = false, initialState }: RecurrentOptions,
  own: Omit<A, "reverse" | "hasBias" | "hasState">,
): Scanned<readonly Tensor[], Tensor> {
  const hasState = initialState !== undefined && !initialState.every(isZero);
  const attributes = { ...own, reverse, hasBias: bias !== undefined, hasState } as A;
  const { name, order, states } = cell;
  expectSteps(name, x);
  const [steps = 0, batch = 0, features = 0] = x.shape;
  const [units = 0] = recurrentKernel.shape;
  const columns = order.length * units;
  expectType(name, "a kernel", kernel, x, [features, columns]);
  expectType(name, "a recurrent kernel", recurrentKernel, x, [units, columns]);
  if (bias !== undefined) {
    expectType(name, "a bias", bias, x, cell.hasRecurrentBias(attributes) ? [2, columns] : [columns]);
  }
  if (initialState !== undefined && initialState.length !== states) {
    throw new RecurraError(
      "recurrent-type",
      `${name}: wants an initial state of ${states} tensors, got ${initialState.length}`,
    );
  }
  for (const state of initialState ?? []) expectType(name, "an initial state", state, x, [batch, units]);
  const [all = x, ...last] = applyAll(
    op,
    [
      x,
      toOnnxKernel(kernel, order),
      toOnnxKernel(recurrentKernel, order),
      ...(bias === undefined ? [] : [toOnnxBias(bias, order)]),
      ...(hasState ? initialState : []).map((state) => reshape(state, [1, batch, units])),
    ],
    attributes,
  );
  return {
    last: last.map((state) => reshape(state, [batch, units])),
    outputs: reshape(all, [steps, batch, units]),
  };
}

/** True for what is known to be zeros: the operator starts from them unless it is told otherwise. */
function isZero({ node }: Tensor): boolean {
  if (isOp(node, broadcastOp) || isOp(node, reshapeOp)) return isZero(item(node.inputs));
  return isOp(node, constantOp) && node.attributes.value.data.every((value) => Number(value) === 0);
}

function isFiniteConstant({ node }: Tensor): boolean {
  return isOp(node, constantOp) && node.attributes.value.data.every((value) => Number.isFinite(value));
}

function expectSteps(name: string, x: TensorType): void {
  if (x.shape.length === 3 && isFloat(x.dtype)) return;
  throw new RecurraError(
    "recurrent-type",
    `${name}: wants floats [steps, batch, features], got ${formatType(x)}`,
  );
}

function expectType(name: string, what: string, got: TensorType, { dtype }: TensorType, shape: Shape): void {
  if (got.dtype === dtype && sameShape(got.shape, shape)) return;
  throw new RecurraError(
    "recurrent-type",
    `${name}: wants ${what} ${dtype}${formatShape(shape)}, got ${formatType(got)}`,
  );
}

/** Operands by their role. */
function partsOf<T>(operands: readonly T[], { hasBias }: RecurrentAttributes) {
  return {
    x: item(operands),
    w: item(operands, 1),
    r: item(operands, 2),
    bias: hasBias ? operands[3] : undefined,
    state: operands.slice(hasBias ? 4 : 3),
  };
}

function inferRecurrent<A extends RecurrentAttributes>(
  { name, order, states }: Cell<A>,
  inputs: readonly TensorType[],
  attributes: A,
): readonly TensorType[] {
  const { x, w, r, bias, state } = partsOf(inputs, attributes);
  expectSteps(name, x);
  const [steps = 0, batch = 0, features = 0] = x.shape;
  const units = r.shape[2] ?? 0;
  const rows = order.length * units;
  expectType(name, "W", w, x, [1, rows, features]);
  expectType(name, "R", r, x, [1, rows, units]);
  if (bias !== undefined) expectType(name, "B", bias, x, [1, 2 * rows]);
  for (const one of state) expectType(name, "a state", one, x, [1, batch, units]);
  const { dtype } = x;
  return [
    { dtype, shape: [steps, 1, batch, units] },
    ...Array.from({ length: states }, () => ({ dtype, shape: [1, batch, units] })),
  ];
}

function evaluateRecurrent<A extends RecurrentAttributes>(
  cell: Cell<A>,
  inputs: readonly Value[],
  attributes: A,
): readonly Value[] {
  const { x, w, r, bias, state } = partsOf(inputs, attributes);
  const [steps = 0, batch = 0, features = 0] = x.shape;
  const units = r.shape[2] ?? 0;
  const rows = cell.order.length * units;
  const biasOf = (row: number) => (bias === undefined ? 0 : at(bias.data, row));
  const dot = ({ data }: Value, row: number, vector: Float64Array) =>
    vector.reduce((sum, value, i) => sum + value * at(data, row * vector.length + i), 0);
  const all = new Float64Array(steps * batch * units);
  const finals = Array.from({ length: cell.states }, () => new Float64Array(batch * units));
  for (let b = 0; b < batch; b++) {
    let now: readonly Float64Array[] = finals.map(
      (_, i) => state[i]?.data.slice(b * units, (b + 1) * units) ?? new Float64Array(units),
    );
    for (let step = 0; step < steps; step++) {
      const place = (attributes.reverse ? steps - 1 - step : step) * batch + b;
      const row = x.data.subarray(place * features, (place + 1) * features);
      const products: Products = {
        input: (i) => dot(w, i, row) + biasOf(i),
        recurrent: (i, h) => dot(r, i, h) + biasOf(rows + i),
      };
      now = cell.next(products, now, attributes);
      all.set(item(now), place * units);
    }
    for (const [i, final] of finals.entries()) final.set(item(now, i), b * units);
  }
  return [
    { shape: [steps, 1, batch, units], data: all },
    ...finals.map((data) => ({ shape: [1, batch, units], data })),
  ];
}

/** The gradient is that of a scan over the cell. It is made on stand-ins, since the operands may rest on each other. */
function recurrentGradient<A extends RecurrentAttributes>(
  cell: Cell<A>,
  { inputs, attributes }: Node<A>,
  cotangents: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const standIns = inputs.map((tensor, i) => input(`operand${i}`, tensor));
  const { x, w, r, bias, state } = partsOf(standIns, attributes);
  const shape = [at(x.shape, 1), at(r.shape, 2)];
  const step = cell.step(
    {
      kernel: fromOnnxKernel(w, cell.order),
      recurrentKernel: fromOnnxKernel(r, cell.order),
      bias: bias && fromOnnxBias(bias, cell.order, cell.hasRecurrentBias(attributes)),
    },
    attributes,
  );
  const init = attributes.hasState
    ? state.map((one) => reshape(one, shape))
    : Array.from({ length: cell.states }, () => zeros(shape, x.dtype));
  const { last, outputs } = scan(
    (now: readonly Tensor[], xt: Tensor) => {
      const carry = step(xt, now);
      return { carry, output: item(carry) };
    },
    init,
    x,
    { reverse: attributes.reverse },
  );
  const results = [outputs, ...last];
  const received = results.map((result, i) => {
    const cotangent = cotangents[i];
    return cotangent && reshape(cotangent, result.shape);
  });
  const found = vjp(results, received, standIns);
  const operands = new Map(standIns.map((standIn, i) => [standIn, item(inputs, i)]));
  const gradients = substitute(
    found.filter((gradient) => gradient !== undefined),
    operands,
  ).values();
  return found.map((gradient) => gradient && gradients.next().value);
}
