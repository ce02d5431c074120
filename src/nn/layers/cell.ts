// What a recurrent cell is: one step of a recurrence. The loop around it stands in recurrent.ts.

import { mul } from "../../graph/ops/arithmetic.ts";
import { dropoutMask } from "../../graph/ops/leaf.ts";
import type { Method, Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type CallContext, Layer } from "../layer.ts";

/** What a step gives: the output, and the state that the next step starts from. */
export interface CellStep<State> {
  readonly output: Tensor;
  readonly state: State;
}

/** One step: x [B, F] and the state to the output [B, H] and the next state. */
export type Step<State> = Method<[x: Tensor, state: State], CellStep<State>>;

/** A whole sequence at once: what {@link Cell.sequence} is given and gives. */
export interface CellSequence<State> {
  /** The output of every step, time-major: [T, B, H], in the order of time. */
  readonly outputs: Tensor;
  /** The output of the step that was read last. */
  readonly output: Tensor;
  /** The state after it. */
  readonly last: State;
}

/**
 * A recurrent cell: weights, a state, and one step. The state is a tensor [B, ...] or nested lists and objects of them. A user's own
 * cell makes its weights in `build` (the input is one step: [B, F]), says in `zeroState` what the state is, and computes a step:
 *
 *     class Leaky extends Cell<Tensor> {
 *       readonly className = "Leaky";
 *       zeroState(batch: number) { return zeros([batch, 8]); }
 *       steps() { return (x, h) => { const next = h.mul(0.9).add(x.mul(0.1)); return { output: next, state: next }; }; }
 *     }
 *     layers.rnn({ cell: new Leaky(), returnSequences: true })
 */
export abstract class Cell<State = unknown> extends Layer {
  /** The state before the first step. */
  abstract zeroState(batch: number, dtype: DType): State;

  /** The step. It is asked for once a sequence: what is drawn here, a dropout mask, is the same at every step. */
  abstract steps(context: CallContext, x: TensorType): Step<State>;

  /**
   * Another way to the same numbers for a whole sequence x [T, B, F] without a mask; `undefined` where there is none. What ONNX has an
   * operator of its own for goes this way, and what is faster by products than step by step.
   */
  sequence?(
    x: Tensor,
    state: State,
    context: CallContext,
    options: { readonly reverse: boolean },
  ): CellSequence<State> | undefined;

  /** One step from a state of zeros. */
  override call(x: Tensor, context: CallContext): Tensor {
    const [batch = 0] = x.shape;
    return this.steps(context, x)(x, this.zeroState(batch, x.dtype)).output;
  }
}

/**
 * Drops the same elements of a tensor at every step of a sequence: asked for in {@link Cell.steps}, used in the step.
 *
 * @param rate share of the elements that become 0, the others being scaled by 1 / (1 - rate); outside training none
 * @param shape of the tensor, [batch, width]
 */
export function stepDropout(
  { training }: CallContext,
  rate: number | undefined,
  [batch, width]: readonly [batch: number, width: number],
  dtype: DType,
): (x: Tensor) => Tensor {
  if (!training || rate === undefined || rate === 0) return (x) => x;
  const mask = dropoutMask([batch, width], rate, dtype);
  return (x) => mul(x, mask);
}
