// Tests of Lambda: functions of one's own as layers.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { input, model, sequential } from "../../../src/index.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import { checkGradient, expectClose } from "../../support/check-op.ts";
import { elementwise } from "../../support/naive.ts";
import { callLayer, layerGraph, numbers, outputOf, restOf } from "./layer-graph.ts";

const x = numbers([2, 3]);

test("applies a function to one input or several", () => {
  const square = layers.lambda({ function: (value) => value.square() });
  expectClose(outputOf(square, x), elementwise((value) => value ** 2)(x), "square");
  const product = layers.lambda({ function: (a, b) => a.mul(b ?? 0) });
  expectClose(outputOf(product, [x, x]), elementwise((value) => value ** 2)(x), "product");
});

test("may give several outputs", () => {
  const layer = layers.lambda({ function: (value) => [value.add(1), value.sum(-1)] });
  expect(callLayer(layer, x).map(({ shape }) => shape)).toEqual([[2, 3], [2]]);
});

test("has the gradient of its function", () => {
  const layer = layers.lambda({ function: (value) => value.tanh().mul(value) });
  const { graph, point } = layerGraph(layer, x);
  checkGradient(graph, point, "lambda");
});

test("has the mask that its options say", () => {
  const mask = ndarray([
    [true, false, true],
    [true, true, false],
  ]);
  const sequence = numbers([2, 3, 4]);
  const passed = layers.lambda({ function: (value) => value, outputMask: (given) => given });
  expect(restOf(passed, sequence, { mask }).mask?.toNested()).toEqual([
    [1, 0, 1],
    [1, 1, 0],
  ]);
  expect(restOf(passed, sequence).mask).toBeUndefined();
});

test("stands in a model, which can be used and not saved", async () => {
  const start = input({ shape: [3] });
  const doubled = layers.lambda({ function: (value) => value.mul(2), name: "twice" });
  const net = model({ inputs: start, outputs: doubled.apply(start) });
  const y = await net.predict(ndarray([[1, 2, 3]]));
  expect(y.toNested()).toEqual([[2, 4, 6]]);
  const folder = await mkdtemp(join(tmpdir(), "recurra-lambda-"));
  try {
    await expect(net.save(join(folder, "model"))).rejects.toThrow(
      "save: layer twice.function is a function, which cannot be written to a file; name it, or save the weights alone",
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});

test("stands in a stack", async () => {
  const net = sequential([layers.lambda({ function: (value) => value.sum(1), inputShape: [3, 2] })]);
  expect(net.outputShape).toEqual([2]);
});

test("wants functions", () => {
  expect(() => layers.lambda({ function: "x" as unknown as () => never })).toThrow(
    'Lambda: function is a function, got "x"',
  );
  expect(() => layers.lambda({} as unknown as { function: () => never })).toThrow(
    "Lambda: function is a function, got undefined",
  );
  const odd = layers.lambda({ function: () => 3 as unknown as never, name: "three" });
  expect(() => outputOf(odd, x)).toThrow(
    "layer three (Lambda) wants its call to give a tensor or a list of tensors, got 3",
  );
});
