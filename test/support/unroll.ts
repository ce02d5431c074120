// scan without a loop: the body is applied once for each step. What scan is held against.

import { stack, take } from "../../src/graph/ops/layout.ts";
import type { ScanOptions, scan } from "../../src/graph/ops/scan.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { isTensor } from "../../src/graph/trace.ts";
import { leavesOf, mapTree, withLeaves } from "../../src/graph/tree.ts";

export type Loop = typeof scan;

function applySteps(
  body: (carry: unknown, step: unknown) => unknown,
  init: unknown,
  sequences: unknown,
  { reverse = false, length }: ScanOptions = {},
) {
  const steps = length ?? leavesOf(sequences, isTensor)[0]?.shape[0] ?? 0;
  let carry = init;
  const outputs = new Array<unknown>(steps);
  for (let i = 0; i < steps; i++) {
    const t = reverse ? steps - 1 - i : i;
    const result = body(
      carry,
      mapTree(sequences, isTensor, (x) => take(x, t)),
    );
    const both = isTensor(result)
      ? { carry: result, output: result }
      : (result as { carry: unknown; output: unknown });
    carry = both.carry;
    outputs[t] = both.output;
  }
  const leaves = outputs.map((output) => leavesOf(output, isTensor));
  const stacked = (leaves[0] ?? []).map((_, i) => stack(leaves.map((step) => step[i] as Tensor)));
  return { last: carry, outputs: withLeaves(outputs[0], isTensor, stacked.values()) };
}

export const unroll = applySteps as Loop;
