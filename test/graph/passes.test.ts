// Tests of the passes: an optimised graph gives what the graph as it was written gives, after every single pass.

import { expect, test } from "vitest";
import { item } from "../../src/graph/op.ts";
import { optimize } from "../../src/graph/passes/optimize.ts";
import { nodesOf } from "../../src/graph/rewrite.ts";
import { formatType, type Tensor } from "../../src/graph/tensor.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { drawInputs, expectClose, gradientGraph, graphOf, run, toValue } from "../support/check-op.ts";
import { opCases } from "./cases/all.ts";

/** Passes round constants to their dtype, which the interpreter, all float64, does not. */
const toleranceFor = (outputs: readonly Tensor[]) =>
  nodesOf(outputs).some((node) => node.outputs.some(({ dtype }) => dtype === "float32")) ? 1e-6 : 1e-10;

test.each(Object.values(opCases).flat())("$name, with its first and second gradient", (opCase) => {
  const arrays = drawInputs(opCase);
  const point = arrays.map(toValue);
  const forward = graphOf(opCase.compute, arrays);
  const gradient = gradientGraph(forward);
  const { inputs } = forward;
  const outputs = [...forward.outputs, ...gradient.outputs, ...gradientGraph(gradient).outputs];
  const tolerance = toleranceFor(outputs);
  const wanted = run({ inputs, outputs }, point).map(({ shape, data }) => new NdArray(data, shape));
  optimize(outputs, (pass, changed) => {
    expect(changed.map(formatType), `types after ${pass}`).toEqual(outputs.map(formatType));
    for (const [i, value] of run({ inputs, outputs: changed }, point).entries()) {
      expectClose(value, item(wanted, i), `output ${i} after ${pass}`, tolerance);
    }
  });
});
