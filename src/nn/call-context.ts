// What the call of a layer is told beside its inputs.

import { scalar } from "../graph/ops/leaf.ts";
import { broadcastTo } from "../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../graph/tensor.ts";
import type { LayerState, Weight } from "./weight.ts";

/** Which steps of a tensor are real: bool [B, T]. */
export type Mask = Tensor | undefined;

/** A call of a layer that has been computed. */
export interface ObservedCall {
  readonly layer: object;
  readonly inputs: readonly Tensor[];
  readonly masks: readonly Mask[];
  /** What the call was given beside its inputs. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputs: readonly Tensor[];
}

/** What a call is told beside its inputs. */
export interface CallContext {
  /** True while training: dropout is on. */
  readonly training: boolean;
  /** The traced value of a weight. */
  readonly value: (weight: Weight) => Tensor;
  /** The mask of the first input. */
  readonly mask: Mask;
  /** The masks of all inputs. */
  readonly masks: readonly Mask[];
  /** What this call was given beside its inputs, under the names in `callOptions`. */
  readonly options: Readonly<Record<string, unknown>>;
  /** The traced state that a stateful layer was left with by the batch before: [B, ...]. */
  readonly state: (state: LayerState, batch: number) => Tensor;
  /** Gives a weight or a state the value that it has after this batch. */
  readonly update: (target: Weight | LayerState, value: Tensor) => void;
  /** Adds a scalar to the loss. */
  readonly addLoss: (loss: Tensor) => void;
  /** Adds zeros [B, T, H] to a recurrent layer's states, whose gradients are recorded; where nothing records them, `undefined`. */
  readonly probe: ((layer: object, type: TensorType) => Tensor) | undefined;
  /** Is told of each call, those of layers inside others first; where nobody looks on, `undefined`. */
  readonly observe: ((call: ObservedCall) => void) | undefined;
}

/** A context of what is given; otherwise without masks and options, with states of zeros, and deaf to updates and losses. */
export function callContext(
  given: Pick<CallContext, "training" | "value"> & Partial<CallContext>,
): CallContext {
  return {
    mask: undefined,
    masks: [given.mask],
    options: {},
    state: ({ shape }, batch) => broadcastTo(scalar(0), [batch, ...shape]),
    update: () => {},
    addLoss: () => {},
    probe: undefined,
    observe: undefined,
    ...given,
  };
}
