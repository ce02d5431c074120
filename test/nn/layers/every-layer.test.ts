// What holds for every layer: a factory, a config that makes it again, gradients, and the way through a file and through ONNX.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { input as leaf } from "../../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { input, loadModel, model } from "../../../src/index.ts";
import type { Model } from "../../../src/model/model.ts";
import { callContext, type Layer, type Weight } from "../../../src/nn/layer.ts";
import { layerClasses, layers } from "../../../src/nn/layers/index.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import type { Shape } from "../../../src/tensor/shape.ts";
import { checkGradient, graphOf, spaced, toValue } from "../../support/check-op.ts";
import { examples, type LayerExample, mixed } from "./examples.ts";

const cases = Object.entries(examples).flatMap(([name, list]) =>
  list.map((example, i) => [`${name}${i === 0 ? "" : ` (${i + 1})`}`, example] as const),
);

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-layers-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

test("every class has an example and a factory", () => {
  expect(Object.keys(examples).toSorted()).toEqual(Object.keys(layerClasses).toSorted());
  const made = new Set(Object.values(examples).flatMap((list) => list.map(({ make }) => make().className)));
  expect([...made].toSorted()).toEqual(Object.keys(layerClasses).toSorted());
  expect(Object.keys(layers).length).toBeGreaterThanOrEqual(Object.keys(layerClasses).length);
});

const BATCH = 3;

function dataFor(
  { inputs, ids, hasKinks = false }: LayerExample,
  seed: number,
  dtype: "float32" | "float64",
): readonly NdArray[] {
  const random = new Random(seed);
  return inputs.map((one, i) => {
    const shape = [BATCH, ...one];
    if (ids !== undefined) return random.integers(shape, 0, ids).astype("int32");
    const draw = hasKinks
      ? spaced(shape, (i + 0.4) / inputs.length, -1.5, 1.5)
      : () => random.uniform(shape, -1.5, 1.5, "float64");
    return draw(random).astype(dtype);
  });
}

/** A functional model of the layer alone. */
function modelOf({ make, inputs, ids, options }: LayerExample): Model {
  const starts = inputs.map((shape) =>
    input({ shape, ...(ids === undefined ? {} : { dtype: "int32" as const }) }),
  );
  return model({ inputs: starts, outputs: make().applyAll(starts, options), seed: 5 });
}

describe.each(cases)("%s", (name, example) => {
  test("is made again of its config, and rejects an option that it does not have", () => {
    const layer = example.make();
    const LayerClass = layerClasses[layer.className] as new (config: object) => Layer;
    expect(layer).toBeInstanceOf(LayerClass);
    expect(new LayerClass(layer.config).config).toEqual(layer.config);
    expect(() => new LayerClass({ ...layer.config, banana: 1 })).toThrow(/there is no option "banana"/);
  });

  test("has the gradients of finite differences", () => {
    const layer = example.make();
    const data = dataFor(example, 1, "float64");
    const value = (weight: Weight) => leaf(weight.name, { dtype: "float64", shape: weight.shape });
    layer.trace(
      data.map((array, i) => leaf(`x${i}`, array)),
      [],
      callContext({ training: false, value }),
      example.options,
    );
    const random = new Random(2);
    const weights = layer.weights.map(({ shape }) => random.uniform(shape, 0.1, 0.9, "float64"));
    const arrays = [...data, ...weights];
    const graph = graphOf((...tensors) => {
      const bound = new Map(layer.weights.map((weight, i) => [weight, tensors[data.length + i] as Tensor]));
      const context = callContext({ training: false, value: (weight) => bound.get(weight) as Tensor });
      return mixed(layer.trace(tensors.slice(0, data.length), [], context, example.options).outputs);
    }, arrays);
    checkGradient(graph, arrays.map(toValue), name);
  });

  test("comes back from a file, and from ONNX, with the same numbers", async () => {
    const original = modelOf(example);
    const data = dataFor(example, 3, "float32");
    const x = data.length === 1 ? (data[0] as NdArray) : data;
    const before = await original.predictAll(x);
    const folder = join(root, name.replaceAll(/\W/g, "-"));
    await original.save(folder);
    original.resetStates();
    const again = await loadModel(folder);
    expect(again.summary()).toBe(original.summary());
    const after = await again.predictAll(x);
    expect(Object.keys(after)).toEqual(Object.keys(before));
    for (const [key, array] of Object.entries(before)) expect(after[key]?.data).toEqual(array.data);

    const session = await InferenceSession.create(join(folder, "model.onnx"));
    const feeds = Object.fromEntries(
      original.inputs.map((given, i) => [given.name, ortTensor(data[i] as NdArray)]),
    );
    const results = await session.run(feeds);
    for (const [key, array] of Object.entries(before)) expectNear(results[key]?.data as Float32Array, array);
    await session.release();
  });
});

function ortTensor({ dtype, data, shape }: NdArray): OrtTensor {
  return new OrtTensor(dtype as "float32", data as Float32Array, shape as Shape as number[]);
}

function expectNear(got: ArrayLike<number>, { data }: NdArray): void {
  expect(got.length).toBe(data.length);
  for (let i = 0; i < got.length; i++) expect(Math.abs(Number(got[i]) - Number(data[i]))).toBeLessThan(1e-5);
}
