// Takes away what a scan has and nobody needs: unused outputs, carries, sequences and captures, those it has twice, and outputs
// that only hand an operand through.

import { applyAll, isOp, item } from "../op.ts";
import { stackedTensor } from "../ops/layout.ts";
import { constantOp } from "../ops/leaf.ts";
import { partsOf, type ScanAttributes, scanOp } from "../ops/scan.ts";
import { nodesOf, substitute } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";
import { nodeByNode } from "./pass.ts";

export const pruneScans = nodeByNode((node, uses) => (isOp(node, scanOp) ? prune(node, uses) : undefined));

function prune(node: Node<ScanAttributes>, uses: readonly number[]): readonly Tensor[] | undefined {
  const { carries: carryCount, sequences: sequenceCount, body, length } = node.attributes;
  const replaced = new Map<Tensor, Tensor>();
  const { inputs, parameters, nextCarries } = partsOf(node);

  // The same operand twice, and captured constants.
  const firstOf = (list: readonly Tensor[], i: number) => list.indexOf(item(list, i));
  parameters.sequences.forEach((parameter, i) => {
    const first = firstOf(inputs.sequences, i);
    if (first !== i) replaced.set(parameter, item(parameters.sequences, first));
  });
  parameters.captures.forEach((parameter, i) => {
    const source = item(inputs.captures, i);
    const first = firstOf(inputs.captures, i);
    if (isOp(source.node, constantOp)) replaced.set(parameter, source);
    else if (first !== i) replaced.set(parameter, item(parameters.captures, first));
  });

  // Stacked outputs that are operands.
  const handedThrough = node.outputs.map((_, i) => {
    const step = item(body.outputs, i);
    const [sequence, capture] = [parameters.sequences.indexOf(step), parameters.captures.indexOf(step)];
    if (i < carryCount || uses[i] === 0) return undefined;
    if (sequence >= 0) return item(inputs.sequences, sequence);
    return capture < 0
      ? undefined
      : stackedTensor({ tensor: item(inputs.captures, capture), stacked: false }, length);
  });

  // Other stacked outputs that are read, each once.
  const kept: Tensor[] = [];
  const places = node.outputs.map((_, i) => {
    const step = item(body.outputs, i);
    if (i < carryCount || uses[i] === 0 || handedThrough[i] !== undefined) return -1;
    if (!kept.includes(step)) kept.push(step);
    return kept.indexOf(step);
  });

  // Carries whose end is read, or on which something that is kept depends.
  const live = new Set<number>(nextCarries.flatMap((_, i) => (uses[i] === 0 ? [] : [i])));
  for (let size = -1; size !== live.size; ) {
    size = live.size;
    const roots = [...kept, ...[...live].map((i) => item(nextCarries, i))];
    const reached = new Set(nodesOf(roots));
    parameters.carries.forEach((carry, i) => {
      if (reached.has(carry.node)) live.add(i);
    });
  }
  const carries = [...live].sort((a, b) => a - b);

  const newOutputs = substitute([...carries.map((i) => item(nextCarries, i)), ...kept], replaced);
  const present = new Set(nodesOf(newOutputs));
  const keep = (list: readonly Tensor[]) =>
    list.flatMap((parameter, i) => (present.has(parameter.node) ? [i] : []));
  const [sequences, captures] = [keep(parameters.sequences), keep(parameters.captures)];
  const unchanged =
    replaced.size === 0 &&
    carries.length === carryCount &&
    kept.length === body.outputs.length - carryCount &&
    sequences.length === sequenceCount &&
    captures.length === parameters.captures.length;
  if (unchanged) return undefined;

  const pick = (list: readonly Tensor[], places: readonly number[]) => places.map((i) => item(list, i));
  const results = applyAll(
    scanOp,
    [
      ...pick(inputs.carries, carries),
      ...pick(inputs.sequences, sequences),
      ...pick(inputs.captures, captures),
    ],
    {
      ...node.attributes,
      carries: carries.length,
      sequences: sequences.length,
      body: {
        parameters: [
          ...pick(parameters.carries, carries),
          ...pick(parameters.sequences, sequences),
          ...pick(parameters.captures, captures),
        ],
        outputs: newOutputs,
      },
    },
  );
  return node.outputs.map((output, i) => {
    const carry = carries.indexOf(i);
    const place = i < carryCount ? carry : at(places, i) < 0 ? -1 : carries.length + at(places, i);
    return handedThrough[i] ?? (place < 0 ? output : item(results, place));
  });
}

function at(list: readonly number[], index: number): number {
  return list[index] ?? -1;
}
