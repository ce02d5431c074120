// Tests of the lift rules: an op applied to all time steps at once gives what it gives step by step.

import { expect, test } from "vitest";
import { isOp, item } from "../../src/graph/op.ts";
import { constantOp, input } from "../../src/graph/ops/leaf.ts";
import { lift } from "../../src/graph/passes/scan-hoist.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import type { Lifted, Op, Tensor } from "../../src/graph/tensor.ts";
import { isFloat } from "../../src/tensor/dtype.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { drawInputs, expectClose, graphOf, run, toValue } from "../support/check-op.ts";
import { opCases } from "./cases/all.ts";

const steps = 3;

/** Another value of the same kind for a further time step: floats grow, ids and booleans change places. */
function atStep(array: NdArray, t: number): NdArray {
  const values = array.toFloat64();
  const turned = values.map((_, i) => values[(i + t) % values.length] ?? 0);
  const changed = isFloat(array.dtype) ? values.map((value) => value * (1 + 0.1 * t)) : turned;
  return new NdArray(changed, array.shape).astype(array.dtype);
}

/** Values of all steps below each other. */
const stackValues = (values: readonly { readonly data: Float64Array }[], shape: readonly number[]) => ({
  shape: [values.length, ...shape],
  data: Float64Array.from(values.flatMap(({ data }) => [...data])),
});

/** Lifts a whole graph; `undefined` where one of its ops stays where it is. */
function liftGraph(
  outputs: readonly Tensor[],
  given: ReadonlyMap<Tensor, Lifted>,
): readonly Lifted[] | undefined {
  const known = new Map(given);
  const now = (tensor: Tensor) => known.get(tensor) ?? { tensor, stacked: false };
  for (const node of nodesOf(outputs)) {
    if (isOp(node, constantOp) || known.has(item(node.outputs))) continue;
    const operands = node.inputs.map(now);
    const lifted = lift(node, operands, steps);
    if (lifted === undefined) return undefined;
    const stacked = operands.some((operand) => operand.stacked);
    for (const [i, output] of node.outputs.entries()) known.set(output, { tensor: item(lifted, i), stacked });
  }
  return outputs.map(now);
}

const cases = Object.values(opCases).flat();
const met = new Map<string, Op>();
const lifted = new Set<string>();

test.each(cases)("$name", (opCase) => {
  const arrays = drawInputs(opCase);
  const points = Array.from({ length: steps }, (_, t) => arrays.map((array) => atStep(array, t)));
  const graph = graphOf(opCase.compute, arrays);
  for (const node of nodesOf(graph.outputs)) met.set(node.op.name, node.op);

  for (let choice = 1; choice < 2 ** arrays.length; choice++) {
    const isStacked = (i: number) => ((choice >> i) & 1) === 1;
    const inputs = arrays.map(({ dtype, shape }, i) =>
      input(`x${i}`, { dtype, shape: isStacked(i) ? [steps, ...shape] : shape }),
    );
    const given = new Map(
      graph.inputs.map((x, i) => [x, { tensor: item(inputs, i), stacked: isStacked(i) }]),
    );
    const results = liftGraph(graph.outputs, given);
    if (results === undefined) return;
    for (const node of nodesOf(graph.outputs)) lifted.add(node.op.name);

    const whole = arrays.map((array, i) =>
      isStacked(i)
        ? stackValues(
            points.map((point) => toValue(item(point, i))),
            array.shape,
          )
        : toValue(array),
    );
    const values = run({ inputs, outputs: results.map(({ tensor }) => tensor) }, whole);
    const each = points.map((point) =>
      run(
        graph,
        arrays.map((array, i) => toValue(isStacked(i) ? item(point, i) : array)),
      ),
    );
    for (const [i, { stacked, tensor }] of results.entries()) {
      const { shape } = item(graph.outputs, i);
      const wanted = stacked
        ? stackValues(
            each.map((step) => item(step, i)),
            shape,
          )
        : item(item(each), i);
      expect(tensor.shape, "shape").toEqual(wanted.shape);
      expectClose(item(values, i), new NdArray(wanted.data, wanted.shape), `stacked ${choice}, output ${i}`);
    }
  }
});

test("every op that has a lift rule was lifted", () => {
  const able = [...met.values()].filter((op) => op.lift !== "none").map(({ name }) => name);
  expect(able.filter((name) => !lifted.has(name))).toEqual([]);
  expect(able.length).toBeGreaterThan(40);
});
