// Runs programs and their gradients on the CPU device with all passes and with none: the same numbers, and those of the interpreter.

import { expect, test } from "vitest";
import { item } from "../../../src/graph/op.ts";
import { optimize } from "../../../src/graph/passes/optimize.ts";
import { type DType, isFloat } from "../../../src/tensor/dtype.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { asValue, expectNear, model, runModel } from "../../runtime/differential.ts";
import { expectClose, gradientGraph } from "../../support/check-op.ts";
import { problemOf } from "./check-passes.ts";
import { zoo } from "./zoo.ts";

test.each([...zoo])("$name", async (program) => {
  const { graph, point } = problemOf(program);
  const { inputs, outputs: gradients } = gradientGraph(graph);
  const outputs = [...graph.outputs, ...gradients];
  const feeds = inputs.map(({ dtype }, i) => feed(item(point, i), dtype));
  const on = await runModel(model(inputs, optimize(outputs)), feeds);
  const off = await runModel(model(inputs, outputs), feeds);
  for (const [i, value] of on.entries()) {
    expect(value.dtype).toBe(item(off, i).dtype);
    if (isFloat(value.dtype)) expectClose(value, item(off, i), `output ${i}`, 1e-9);
    else expect(value.toFloat64()).toEqual(item(off, i).toFloat64());
  }
  expectNear(on, outputs, new Map(inputs.map((tensor, i) => [tensor, asValue(item(feeds, i))])));
});

const feed = ({ shape, data }: { shape: readonly number[]; data: Float64Array }, dtype: DType) =>
  new NdArray(data, shape).astype(dtype);
