// Holds optimised graphs against what they were made from: legal after every pass, with the same values.

import { expect } from "vitest";
import { isOp, item } from "../../../src/graph/op.ts";
import { constantOp, inputOp, randomOp } from "../../../src/graph/ops/leaf.ts";
import { type ScanAttributes, scanOp } from "../../../src/graph/ops/scan.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../../src/graph/rewrite.ts";
import type { Value } from "../../../src/graph/tensor.ts";
import { formatType, type Node, type Tensor } from "../../../src/graph/tensor.ts";
import { checkGraph } from "../../../src/graph/verify.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import {
  drawInputs,
  expectClose,
  type Graph,
  graphOf,
  type OpCase,
  run,
  toValue,
} from "../../support/check-op.ts";

/**
 * How far values may be off, relative to their size or to 1: passes reorder sums and products of float64. Where there are float32
 * constants, which the interpreter computes with as if they were float64, folding them rounds.
 */
function toleranceOf(outputs: readonly Tensor[]): number {
  const isRounded = nodesOf(outputs).some((node) => node.outputs.some(({ dtype }) => dtype === "float32"));
  return isRounded ? 1e-6 : 1e-9;
}

/** Says, for later versions of a graph, whether they are legal and still give the same values at a point, of the same types. */
export function watcher({ inputs, outputs }: Graph, point: readonly Value[]) {
  checkGraph(outputs, inputs);
  const types = outputs.map(formatType);
  const wanted = run({ inputs, outputs }, point).map(({ shape, data }) => new NdArray(data, shape));
  const tolerance = toleranceOf(outputs);
  return (pass: string, now: readonly Tensor[]): void => {
    checkGraph(now, inputs);
    expect(now.map(formatType), `types after ${pass}`).toEqual(types);
    for (const [i, value] of run({ inputs, outputs: now }, point).entries()) {
      expectClose(value, item(wanted, i), `after ${pass}, output ${i}`, tolerance);
    }
  };
}

/** Runs all passes over a graph, and holds what each of them made against the graph as it was. */
export function optimized(graph: Graph, point: readonly Value[]): Graph {
  return { inputs: graph.inputs, outputs: optimize(graph.outputs, watcher(graph, point)) };
}

/** The graph of a case and a point to evaluate it at; random leaves are inputs, with a mask drawn for each. */
export function problemOf(opCase: OpCase): { readonly graph: Graph; readonly point: readonly Value[] } {
  const arrays = drawInputs(opCase);
  const { inputs, outputs } = graphOf(opCase.compute, arrays);
  const leaves = nodesOf(outputs).flatMap((node) => (isOp(node, randomOp) ? node.outputs : []));
  const random = new Random("masks");
  const masks = leaves.map(({ shape }) => random.bernoulli(shape, 0.6));
  return { graph: { inputs: [...inputs, ...leaves], outputs }, point: [...arrays, ...masks].map(toValue) };
}

/** All nodes of a graph that compute something, those in the bodies of scans included. */
export function workOf(outputs: readonly Tensor[]): Node[] {
  return nodesOf(outputs).flatMap((node) => {
    if (isOp(node, scanOp)) return [node, ...workOf(node.attributes.body.outputs)];
    return isOp(node, inputOp) || isOp(node, constantOp) ? [] : [node];
  });
}

/** The scans of a graph, outermost ones only, in the order in which they run. */
export function scansOf(outputs: readonly Tensor[]): Node<ScanAttributes>[] {
  return nodesOf(outputs).filter((node) => isOp(node, scanOp));
}

/** The ops in the body of a scan that compute something, by name. */
export function bodyOps(node: Node<ScanAttributes> | undefined): string[] {
  return node === undefined ? [] : workOf(node.attributes.body.outputs).map(({ op }) => op.name);
}

/** How many ops of a name there are; of several names, how many of any. */
export function count(ops: readonly string[], ...names: readonly string[]): number {
  return ops.filter((op) => names.includes(op)).length;
}

/** The ops of a graph outside loops that compute something, by name. */
export function outerOps(outputs: readonly Tensor[]): string[] {
  const idle: readonly string[] = [inputOp.name, constantOp.name];
  return nodesOf(outputs)
    .map(({ op }) => op.name)
    .filter((name) => !idle.includes(name));
}
