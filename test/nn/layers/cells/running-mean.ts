// A cell of a user's own whose output is no part of its state, which counts in whole numbers: the mean of what was read so far.

import { type Tensor, type TensorType, zeros } from "../../../../src/entry/graph.ts";
import { type CallContext, Cell, type DType, type Step } from "../../../../src/index.ts";

export interface RunningMeanState {
  readonly sum: Tensor; // [B, F]
  readonly seen: Tensor; // int32 [B]
}

/** The mean of x_1 … x_t: sum_t = sum_{t-1} + x_t, seen_t = seen_{t-1} + 1, the output sum_t / seen_t. It learns nothing. */
export class RunningMeanCell extends Cell<RunningMeanState> {
  readonly className = "RunningMeanCell";
  #features = 0;

  protected override build({ shape: [, features = 0] }: TensorType): void {
    this.#features = features;
  }

  override zeroState(batch: number, dtype: DType): RunningMeanState {
    return { sum: zeros([batch, this.#features], dtype), seen: zeros([batch], "int32") };
  }

  override steps(_context: CallContext, { dtype }: TensorType): Step<RunningMeanState> {
    return (x, { sum, seen }) => {
      const next = { seen: seen.add(1), sum: sum.add(x) };
      return { output: next.sum.div(next.seen.cast(dtype).expandDims(1)), state: next };
    };
  }
}
