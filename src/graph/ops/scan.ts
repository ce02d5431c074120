// scan: a loop over time whose body is a graph of its own. The heart of every recurrent network.

import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { sameShape } from "../../tensor/shape.ts";
import { interpret } from "../interpret.ts";
import { applyAll, item } from "../op.ts";
import type { Op, Value } from "../tensor.ts";
import { formatType, Tensor } from "../tensor.ts";
import { leavesLike, leavesOf, withLeaves } from "../tree.ts";
import { input } from "./leaf.ts";
import { closed, type Loop, type ScanAttributes } from "./scan-body.ts";
import { scanGradient } from "./scan-gradient.ts";
import { inSegments, segmentLength } from "./segments.ts";
import { at } from "./sum.ts";

export { type Body, partsOf, type ScanAttributes } from "./scan-body.ts";

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

// ---- the public function ----

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

export interface ScanOptions {
  /** From the last step to the first. The outputs keep the order of the sequences. Default false. */
  readonly reverse?: boolean;
  /** The number of steps; needed only where there is no sequence to take it from. */
  readonly length?: number;
  /**
   * Gradient checkpointing: the steps run in segments, and the gradient keeps the carries between segments alone; what lies within one is
   * computed anew when the gradient comes to it. A third more work, and memory for √T steps instead of T. A number is the length of
   * a segment; `true` chooses one. Values are the same to rounding. Default false.
   */
  readonly checkpoint?: boolean | number;
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
 * @throws RecurraError where the carry changes its type, the sequences differ in length, or `checkpoint` is no length
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
  const loop = closed({
    inits,
    sequences: rows,
    parameters: [...carryParameters, ...stepParameters],
    outputs: [...nextCarries, ...steps],
    length,
    reverse: options.reverse ?? false,
    recompute: false,
  });
  const run = ({ operands, attributes }: Loop) => applyAll(scanOp, operands, attributes);
  const segment = segmentLength(options.checkpoint ?? false, length);
  const outputs = segment === undefined ? run(loop) : inSegments(loop, segment, run);
  return {
    last: withLeaves(init, isTensor, outputs.slice(0, inits.length).values()),
    outputs: withLeaves(output, isTensor, outputs.slice(inits.length).values()),
  };
}
