// The gradient of a scan.

import { isFloat } from "../../tensor/dtype.ts";
import { applyAll, isOp, item } from "../op.ts";
import { nodesOf, substitute } from "../rewrite.ts";
import type { Node, Tensor } from "../tensor.ts";
import { vjp } from "../vjp.ts";
import { add } from "./arithmetic.ts";
import { splitOp, transposeOp } from "./layout.ts";
import { constantOp, input, scalar } from "./leaf.ts";
import { closed, partsOf, type ScanAttributes } from "./scan-body.ts";
import { broadcastOp, broadcastTo, reshapeOp } from "./sum.ts";

const zerosLike = (tensor: Tensor) => broadcastTo(scalar(0, tensor.dtype), tensor.shape);

/**
 * The gradient of a scan is a scan in the other direction. The forward one is made anew with what the backward body reads of it
 * stacked as further outputs (a pass merges the two); the backward one carries the gradients of the carries and adds up those of the
 * captures. Of a scan that recomputes, the backward body reads the carries alone, and computes the rest of the step anew.
 * Source: backpropagation through time (Werbos 1990); recomputation: Chen et al., arXiv:1604.06174 (2016).
 */
export function scanGradient(
  node: Node<ScanAttributes>,
  cotangents: readonly (Tensor | undefined)[],
): readonly (Tensor | undefined)[] {
  const { body, carries: carryCount, length, reverse, recompute } = node.attributes;
  const { inputs, parameters, nextCarries, steps } = partsOf(node);
  const keepable = new Set(recompute ? [] : nodesOf(body.outputs));
  for (const parameter of body.parameters) keepable.add(parameter.node);

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
  for (const tensor of residualsOf(outputs, keepable)) {
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
  const forward = applyAll(node.op, node.inputs, {
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
  const backward = closed({
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
    recompute,
  });
  const results = applyAll(node.op, backward.operands, backward.attributes);
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
function residualsOf(outputs: readonly Tensor[], keepable: ReadonlySet<Node>): Set<Tensor> {
  const found = new Set<Tensor>();
  const visited = new Set<Tensor>();
  const moves = [splitOp, reshapeOp, transposeOp, broadcastOp].map(({ name }) => name);
  const open = [...outputs];
  for (let tensor = open.pop(); tensor !== undefined; tensor = open.pop()) {
    const { node } = tensor;
    if (visited.has(tensor) || isOp(node, constantOp)) continue;
    visited.add(tensor);
    if (!keepable.has(node) || moves.includes(node.op.name)) open.push(...node.inputs);
    else found.add(tensor);
  }
  return found;
}
