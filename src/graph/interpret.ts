// The reference interpreter: runs any graph in plain float64 TypeScript. Slow, simple, and what every device is held against.

import { RecurraError } from "../platform/error.ts";
import { item } from "./op.ts";
import { nodesOf } from "./rewrite.ts";
import type { Value } from "./tensor.ts";
import { formatType, type Tensor } from "./tensor.ts";

/** The values of the outputs, given those of the leaves: inputs, and random leaves where there are any. */
export function interpret(outputs: readonly Tensor[], leaves: ReadonlyMap<Tensor, Value>): readonly Value[] {
  const values = new Map(leaves);
  const known = (tensor: Tensor): Value => {
    const value = values.get(tensor);
    if (value === undefined) throw new RecurraError("unbound-leaf", `interpret: no value for ${tensor}`);
    return value;
  };
  for (const node of nodesOf(outputs)) {
    if (node.outputs.every((output) => values.has(output))) continue;
    const results = node.op.evaluate(node.inputs.map(known), node);
    for (const [i, output] of node.outputs.entries()) {
      const value = item(results, i);
      if (value.data.length !== output.size) {
        throw new RecurraError(
          "op-fault",
          `${node.op.name}: evaluation gave ${value.data.length} elements for ${formatType(output)}`,
        );
      }
      values.set(output, value);
    }
  }
  return outputs.map(known);
}
