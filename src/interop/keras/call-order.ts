// The calls of a functional model of Keras in an order in which they can be made.

import { RecurraError } from "../../platform/error.ts";
import type { GraphEntry } from "./graph-masks.ts";
import { type GraphCall, type NodeRef, refsIn } from "./graph-nodes.ts";

/** A call of a layer. */
export interface CallPlace {
  readonly layer: string;
  readonly call: number;
}

/** The calls that lead to the outputs, each after those that it reads. */
export function callsInOrder(
  ends: readonly NodeRef[],
  entries: ReadonlyMap<string, GraphEntry>,
  place: string,
): readonly CallPlace[] {
  const order: CallPlace[] = [];
  const state = new Map<string, "open" | "done">();
  // Depth first, without recursion: a model may be thousands of layers deep.
  const open: { readonly ref: NodeRef; readonly reader: string }[] = [];
  for (const end of ends.toReversed()) open.push({ ref: end, reader: "an output" });
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { ref, reader } = top;
    const key = JSON.stringify([ref.layer, ref.call]);
    const entry = entries.get(ref.layer);
    const call = entry?.calls[ref.call];
    if (entry?.className === "InputLayer" || state.get(key) === "done") {
      open.pop();
    } else if (entry === undefined || call === undefined) {
      throw new RecurraError(
        "keras-config",
        `${place}: ${reader} reads call ${ref.call} of ${ref.layer}, which is not there`,
      );
    } else if (state.get(key) === "open") {
      open.pop();
      state.set(key, "done");
      order.push({ layer: ref.layer, call: ref.call });
    } else {
      checkRead(entry, call, reader, place);
      state.set(key, "open");
      const read = [...call.inputs, ...refsIn(call.options)];
      const loop = read.find(({ layer, call: at }) => state.get(JSON.stringify([layer, at])) === "open");
      if (loop !== undefined)
        throw new RecurraError(
          "keras-config",
          `${place}: ${ref.layer} reads ${loop.layer}, which rests on ${ref.layer}`,
        );
      for (const needed of read.toReversed()) open.push({ ref: needed, reader: ref.layer });
    }
  }
  return order;
}

/** Operations of `keras.ops`, `a + b` among them, that are layers too. */
const operationLayers = ["Add", "Subtract", "Multiply", "Maximum", "Minimum"];

/** Fails for an operation that is no layer, and for a layer that is given what Recurra does not read. */
function checkRead(
  { name, className, isOperation }: GraphEntry,
  { inputs, rest }: GraphCall,
  reader: string,
  place: string,
): void {
  const others = rest.filter((value) => value !== null && typeof value !== "boolean");
  if (isOperation && (!operationLayers.includes(className) || inputs.length !== 2 || rest.length > 0)) {
    throw new RecurraError(
      "keras-option",
      `${place}: ${reader} reads the operation ${name} (${className}). Of operations on tensors outside of layers, Recurra reads ${operationLayers.join(", ")} of two tensors`,
    );
  }
  if (!isOperation && others.length > 0)
    throw new RecurraError(
      "keras-option",
      `${place}: ${name} is given ${JSON.stringify(others)} beside its inputs, which Recurra does not read`,
    );
}
