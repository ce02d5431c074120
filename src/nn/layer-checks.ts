// What the code of a layer is held to: the shapes of its weights, of what it updates, and of the losses that it adds.

import { batchFactor } from "../graph/batch.ts";
import { Tensor } from "../graph/tensor.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import type { CallContext } from "./call-context.ts";
import { describe } from "./choice.ts";
import { LayerState, Weight } from "./weight.ts";

/** Makes an error that names the layer. */
type Fault = (why: string) => Error;

/** Fails unless a shape is whole numbers from 1 up, none of them the batch size. */
export function checkWeightShape(name: string, shape: unknown, fault: Fault): void {
  const isSize = (size: unknown) =>
    typeof size === "number" && Number.isInteger(size) && size > 0 && batchFactor(size) === undefined;
  if (Array.isArray(shape) && shape.every(isSize)) return;
  const given = Array.isArray(shape) ? formatSizes(shape) : describe(shape);
  throw fault(`makes the weight ${name}, whose shape is to be whole numbers from 1 up, got ${given}`);
}

/** The context, which checks what the layer updates and adds to the loss. */
export function checkedContext(context: CallContext, fault: Fault): CallContext {
  return {
    ...context,
    update(target, value) {
      const isState = target instanceof LayerState;
      if (!isState && !(target instanceof Weight))
        throw fault(`updates what is to be a weight or a state, got ${describe(target)}`);
      const isTensor = value instanceof Tensor;
      if (!isTensor || !sameShape(isState ? value.shape.slice(1) : value.shape, target.shape)) {
        const wanted = isState ? `[${["batch", ...target.shape].join(", ")}]` : formatShape(target.shape);
        throw fault(`updates ${target.name}, which wants ${wanted}, by ${formatGiven(value)}`);
      }
      context.update(target, value);
    },
    addLoss(loss) {
      if (!(loss instanceof Tensor) || loss.size !== 1)
        throw fault(`adds a loss, which is to be a scalar, got ${formatGiven(loss)}`);
      context.addLoss(loss);
    },
  };
}

function formatGiven(value: unknown): string {
  return value instanceof Tensor ? `${value.dtype} ${formatSizes(value.shape)}` : describe(value);
}

/** A shape, the unknown batch size shown as batch wherever it stands. */
function formatSizes(sizes: readonly unknown[]): string {
  const shown = sizes.map((size) => {
    const factor = typeof size === "number" ? batchFactor(size) : undefined;
    if (factor === undefined) return String(size);
    return factor === 1 ? "batch" : `${factor}·batch`;
  });
  return `[${shown.join(", ")}]`;
}
