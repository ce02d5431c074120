// scan: a loop over time whose body is a graph of its own. The heart of every recurrent network.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { sameShape } from "../../tensor/shape.ts";
import { interpret } from "../interpret.ts";
import { applyAll, isOp, item } from "../op.ts";
import { dependents, nodesOf, substitute } from "../rewrite.ts";
import type { Op, Value } from "../tensor.ts";
import { formatType, type Node, Tensor } from "../tensor.ts";
import { leavesLike, leavesOf, withLeaves } from "../tree.ts";
import { vjp } from "../vjp.ts";
import { add } from "./arithmetic.ts";

import { splitOp, transposeOp } from "./layout.ts";
import { constantOp, input, scalar } from "./leaf.ts";
import { at, broadcastOp, broadcastTo, reshapeOp } from "./sum.ts";

/**
 * A closed graph: its outputs rest on its parameters and on constants alone. The parameters are, in this order, the carries, one
 * step of each sequence, and what is captured from outside; the outputs are the next carries and one step of each stacked output.
 */
export interface Body {
  readonly parameters: readonly Tensor[];
  readonly outputs: readonly Tensor[];
}

export interface ScanAttributes {
  readonly body: Body;
  readonly carries: number;
  readonly sequences: number;
  readonly length: number;
  /** Runs from the last step to the first; sequences and stacked outputs keep their own order. */
  readonly reverse: boolean;
}

/** A scan's operands and parameters by their role. */
export function partsOf(node: Node<ScanAttributes>) {
  const { body, carries, sequences } = node.attributes;
  const cut = <T>(list: readonly T[]) => ({
    carries: list.slice(0, carries),
    sequences: list.slice(carries, carries + sequences),
    captures: list.slice(carries + sequences),
  });
  return {
    inputs: cut(node.inputs),
    parameters: cut(body.parameters),
    nextCarries: body.outputs.slice(0, carries),
    steps: body.outputs.slice(carries),
    finals: node.outputs.slice(0, carries),
    stacked: node.outputs.slice(carries),
  };
}

export const scanOp: Op<ScanAttributes> = {
  name: "scan",
  infer(inputs, { body, carries, sequences, length }) {
    for (const [i, parameter] of body.parameters.entries()) {
      const given = item(inputs, i);
      const isSequence = i >= carries && i < carries + sequences;
      const shape = isSequence ? given.shape.slice(1) : given.shape;
      if (
        given.dtype !== parameter.dtype ||
        !sameShape(shape, parameter.shape) ||
        (isSequence && given.shape[0] !== length)
      ) {
        throw new RecurraError(
          "scan-type",
          `scan: operand ${i} is ${formatType(given)}, the body wants ${formatType(parameter)} at each of ${length} steps`,
        );
      }
    }
    for (const [i, next] of body.outputs.slice(0, carries).entries()) {
      const carry = item(body.parameters, i);
      if (next.dtype !== carry.dtype || !sameShape(next.shape, carry.shape)) {
        throw new RecurraError(
          "scan-carry",
          `scan: carry ${i} starts as ${formatType(carry)} and is ${formatType(next)} after a step; it must not change`,
        );
      }
    }
    return body.outputs.map(({ dtype, shape }, i) => ({
      dtype,
      shape: i < carries ? shape : [length, ...shape],
    }));
  },
  gradient: (node, cotangents) => scanGradient(node, cotangents),
  evaluate(inputs, { attributes: { body, carries, sequences, length, reverse }, outputs }) {
    let state = inputs.slice(0, carries);
    const stacked = outputs
      .slice(carries)
      .map(({ shape, size }) => ({ shape, data: new Float64Array(size) }));
    for (let step = 0; step < length; step++) {
      const t = reverse ? length - 1 - step : step;
      const leaves = new Map<Tensor, Value>();
      for (const [i, parameter] of body.parameters.entries()) {
        const isSequence = i >= carries && i < carries + sequences;
        const whole = item(inputs, i);
        const row = {
          shape: parameter.shape,
          data: whole.data.subarray(t * parameter.size, (t + 1) * parameter.size),
        };
        leaves.set(parameter, i < carries ? item(state, i) : isSequence ? row : whole);
      }
      const results = interpret(body.outputs, leaves);
      state = results.slice(0, carries);
      for (const [i, { data }] of results.slice(carries).entries())
        item(stacked, i).data.set(data, t * data.length);
    }
    return [...state, ...stacked];
  },
  lower(emitter, inputs, { attributes: { body, carries, sequences, length, reverse }, outputs }) {
    const inner = carries + sequences;
    const bound = new Map(
      body.parameters.slice(inner).map((parameter, i) => [parameter, item(inputs, inner + i)]),
    );
    const direction = Number(reverse);
    // ONNX takes the number of steps from a sequence, so a scan without one is given one that nobody reads.
    const clock = sequences === 0 ? [input("clock", { dtype: "bool", shape: [] })] : [];
    const ticks = clock.map(() => emitter.constant(NdArray.zeros([length], "bool")));
    return emitter.emit(
      "Scan",
      [...inputs.slice(0, inner), ...ticks],
      {
        body: emitter.subgraph([...body.parameters.slice(0, inner), ...clock], body.outputs, bound),
        num_scan_inputs: sequences + ticks.length,
        scan_input_directions: new Array<number>(sequences + ticks.length).fill(direction),
        scan_output_directions: new Array<number>(outputs.length - carries).fill(direction),
      },
      outputs.length,
    );
  },
  lift: "none",
};

/** Operands of a scan about to be made; the body may still read tensors from outside. */
interface Draft {
  readonly inits: readonly Tensor[];
  readonly sequences: readonly Tensor[];
  readonly parameters: readonly Tensor[];
  readonly outputs: readonly Tensor[];
  readonly length: number;
  readonly reverse: boolean;
}

/**
 * Makes a scan of a body that may read tensors from outside: whatever does not depend on the parameters is computed once, before
 * the loop, and handed in as a capture.
 */
export function closeScan({
  inits,
  sequences,
  parameters,
  outputs,
  length,
  reverse,
}: Draft): readonly Tensor[] {
  const inside = dependents(outputs, parameters);
  const captured = new Map<Tensor, Tensor>();
  const capture = (tensor: Tensor) => {
    if (inside.has(tensor.node) || isOp(tensor.node, constantOp) || captured.has(tensor)) return;
    captured.set(tensor, input(`capture${captured.size}`, tensor));
  };
  for (const node of nodesOf(outputs)) if (inside.has(node)) node.inputs.forEach(capture);
  outputs.forEach(capture);
  const body = {
    parameters: [...parameters, ...captured.values()],
    outputs: substitute(outputs, captured),
  };
  return applyAll(scanOp, [...inits, ...sequences, ...captured.keys()], {
    body,
    carries: inits.length,
    sequences: sequences.length,
    length,
    reverse,
  });
}

const zerosLike = (tensor: Tensor) => broadcastTo(scalar(0, tensor.dtype), tensor.shape);

/**
 * The gradient of a scan is a scan in the other direction. The forward one is made anew with what the backward body reads of it
 * stacked as further outputs (a pass merges the two); the backward one carries the gradients of the carries and adds up those of the
 * captures. Source: backpropagation through time (Werbos 1990).
 */
function scanGradient(
  node: Node<ScanAttributes>,
  cotangents: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const { body, carries: carryCount, length, reverse } = node.attributes;
  const { inputs, parameters, nextCarries, steps } = partsOf(node);
  const forwardNodes = new Set(nodesOf(body.outputs));
  for (const parameter of body.parameters) forwardNodes.add(parameter.node);

  // Backward body: given the gradients of the next carries and of this step's outputs, those of all parameters.
  const floatCarries = parameters.carries.filter((carry) => isFloat(carry.dtype));
  const carryGradients = floatCarries.map((carry, i) => input(`dcarry${i}`, carry));
  const stepCotangents = steps.map((step, i) =>
    cotangents[carryCount + i] === undefined ? undefined : input(`dstep${i}`, step),
  );
  const received = [
    ...parameters.carries.map((carry) => carryGradients[floatCarries.indexOf(carry)]),
    ...stepCotangents,
  ];
  const found = vjp([...nextCarries, ...steps], received, body.parameters);
  const gradientOf = (parameter: Tensor) => found[body.parameters.indexOf(parameter)];

  const captures = parameters.captures.filter((capture) => gradientOf(capture) !== undefined);
  const totals = captures.map((capture, i) => input(`total${i}`, capture));
  const sequences = parameters.sequences.filter((sequence) => gradientOf(sequence) !== undefined);
  const outputs = [
    ...floatCarries.map((carry) => gradientOf(carry) ?? zerosLike(carry)),
    ...captures.map((capture, i) => add(item(totals, i), gradientOf(capture) ?? zerosLike(capture))),
    ...sequences.map((sequence) => gradientOf(sequence) ?? zerosLike(sequence)),
  ];

  // What the backward body reads of the forward one: carries and inner values are stacked, sequences and captures are at hand.
  const outside = new Map<Tensor, Tensor>();
  const stackedParameters: Tensor[] = [];
  const stackedSources: Tensor[] = [];
  const residuals: Tensor[] = [];
  for (const tensor of residualsOf(outputs, forwardNodes)) {
    const capture = parameters.captures.indexOf(tensor);
    if (capture >= 0) {
      outside.set(tensor, item(inputs.captures, capture));
      continue;
    }
    const local = input(`residual${stackedParameters.length}`, tensor);
    outside.set(tensor, local);
    const sequence = parameters.sequences.indexOf(tensor);
    if (sequence >= 0) {
      stackedParameters.push(local);
      stackedSources.push(item(inputs.sequences, sequence));
    } else {
      residuals.push(tensor);
    }
  }
  const forward = applyAll(scanOp, node.inputs, {
    ...node.attributes,
    body: { ...body, outputs: [...body.outputs, ...residuals] },
  });
  for (const [i, residual] of residuals.entries()) {
    stackedParameters.push(outside.get(residual) ?? residual);
    stackedSources.push(item(forward, body.outputs.length + i));
  }

  const given = stepCotangents.flatMap((parameter, i) => {
    const value = cotangents[carryCount + i];
    return parameter === undefined || value === undefined ? [] : [{ parameter, value }];
  });
  const results = closeScan({
    inits: [
      ...floatCarries.map((carry) => cotangents[parameters.carries.indexOf(carry)] ?? zerosLike(carry)),
      ...captures.map(zerosLike),
    ],
    sequences: [...given.map(({ value }) => value), ...stackedSources],
    parameters: [
      ...carryGradients,
      ...totals,
      ...given.map(({ parameter }) => parameter),
      ...stackedParameters,
    ],
    outputs: substitute(outputs, outside),
    length,
    reverse: !reverse,
  });
  const order = [...floatCarries, ...captures, ...sequences];
  return body.parameters.map((parameter) => {
    const place = order.indexOf(parameter);
    return place < 0 ? undefined : item(results, place);
  });
}

/**
 * Values of the forward body that the gradient reads. Ops that only move elements are looked through: their input is kept, once,
 * and they are done again.
 */
function residualsOf(outputs: readonly Tensor[], forwardNodes: ReadonlySet<Node>): Set<Tensor> {
  const found = new Set<Tensor>();
  const visited = new Set<Tensor>();
  const moves = [splitOp, reshapeOp, transposeOp, broadcastOp].map(({ name }) => name);
  const open = [...outputs];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const { node } = tensor;
    if (visited.has(tensor) || isOp(node, constantOp)) continue;
    visited.add(tensor);
    if (!forwardNodes.has(node) || moves.includes(node.op.name)) open.push(...node.inputs);
    else found.add(tensor);
  }
  return found;
}

// ---- the public function ----

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

export interface ScanOptions {
  /** From the last step to the first. The outputs keep the order of the sequences. Default false. */
  readonly reverse?: boolean;
  /** The number of steps; needed only where there is no sequence to take it from. */
  readonly length?: number;
}

export interface Scanned<C, O> {
  /** The carry after the last step. */
  readonly last: C;
  /** The output of every step, stacked along a new first axis. */
  readonly outputs: O;
}

/** A loop over the first axis of a sequence, whose carry is one tensor that is also each step's output. */
export function scan<X>(
  body: (carry: Tensor, step: X) => Tensor,
  init: Tensor,
  sequences: X,
  options?: ScanOptions,
): Scanned<Tensor, Tensor>;
/**
 * A loop over the first axis of sequences.
 *
 * @param body from the carry and one step of the sequences to the next carry and this step's output; carry, sequences and output are
 *   tensors or nested arrays and objects of them. It may read tensors from outside, and gradients flow to them.
 * @param init the first carry
 * @param sequences time-major tensors [T, ...]
 * @throws RecurraError where the carry changes its type, or the sequences differ in length
 */
export function scan<C, X, O>(
  body: (carry: C, step: X) => { readonly carry: C; readonly output: O },
  init: C,
  sequences: X,
  options?: ScanOptions,
): Scanned<C, O>;
export function scan(
  body: (carry: never, step: never) => unknown,
  init: unknown,
  sequences: unknown,
  options: ScanOptions = {},
): Scanned<unknown, unknown> {
  const inits = leavesOf(init, isTensor, "scan: init");
  const rows = leavesOf(sequences, isTensor, "scan: sequences");
  const lengths = rows.map((row) => {
    if (row.rank === 0)
      throw new RecurraError(
        "scan-sequence",
        `scan: a sequence has time as its first axis, got ${formatType(row)}`,
      );
    return at(row.shape, 0);
  });
  const length = options.length ?? lengths[0];
  const whole = length !== undefined && Number.isInteger(length) && length >= 1;
  if (!whole || lengths.some((other) => other !== length)) {
    const given = options.length === undefined ? "" : ` and length ${options.length}`;
    throw new RecurraError(
      "scan-length",
      `scan: wants sequences of one length of at least 1, got ${rows.map(formatType).join(", ") || "none"}${given}`,
    );
  }
  const carryParameters = inits.map((tensor, i) => input(`carry${i}`, tensor));
  const stepParameters = rows.map((row, i) =>
    input(`step${i}`, { dtype: row.dtype, shape: row.shape.slice(1) }),
  );
  const result = body(
    withLeaves(init, isTensor, carryParameters.values()) as never,
    withLeaves(sequences, isTensor, stepParameters.values()) as never,
  );
  const { carry, output } = isTensor(result)
    ? { carry: result, output: result }
    : (Object(result) as { carry: unknown; output: unknown });
  const nextCarries = leavesLike(init, carry, isTensor, "scan: the body's carry");
  const steps = leavesOf(output, isTensor, "scan: the body's output");
  const outputs = closeScan({
    inits,
    sequences: rows,
    parameters: [...carryParameters, ...stepParameters],
    outputs: [...nextCarries, ...steps],
    length,
    reverse: options.reverse ?? false,
  });
  return {
    last: withLeaves(init, isTensor, outputs.slice(0, inits.length).values()),
    outputs: withLeaves(output, isTensor, outputs.slice(inits.length).values()),
  };
}
