import { describe, expect, it } from "vitest";
import type { LayerNode } from "../../../src/interop/keras/layer-node.ts";
import { findLegacyWeights, isLegacyFile, legacyTree } from "../../../src/interop/keras/legacy-file.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { type GroupSpec, groupOf, layerOf, modelOf, pathsOf } from "./groups.ts";

const find = (model: LayerNode, spec: GroupSpec) =>
  pathsOf(model, findLegacyWeights(groupOf(spec), model, "a.h5"));

/** A layer's group: `kernel:0` of a Dense lies in a group of the layer's name once more. */
const layer = (name: string, shapes: Readonly<Record<string, readonly number[]>>): GroupSpec => ({
  "@weight_names": Object.keys(shapes).map((weight) => `${name}/${weight}`),
  [name]: shapes,
});

describe("findLegacyWeights", () => {
  it("matches layers with weights in their order", () => {
    const model = modelOf(
      layerOf("Dense", "x", [[2, 3], [3]]),
      layerOf("Dropout", "d"),
      layerOf("Dense", "y", [[3]]),
    );
    const file = {
      "@layer_names": ["input", "dense_7", "flatten", "dense_8"],
      input: { "@weight_names": [] },
      flatten: { "@weight_names": [] },
      dense_7: layer("dense_7", { "kernel:0": [2, 3], "bias:0": [3] }),
      dense_8: layer("dense_8", { "kernel:0": [3] }),
    };
    const wanted = {
      "x.w0": "dense_7/dense_7/kernel:0",
      "x.w1": "dense_7/dense_7/bias:0",
      "y.w0": "dense_8/dense_8/kernel:0",
    };
    expect(isLegacyFile(groupOf(file))).toBe(true);
    expect(find(model, file)).toEqual(wanted);
    const whole = Object.fromEntries(
      Object.entries(wanted).map(([name, path]) => [name, `model_weights/${path}`]),
    );
    expect(find(model, { model_weights: file })).toEqual(whole);
  });

  it("takes the weights that are learned before those that are kept, through a model inside", () => {
    const norm = layerOf("BatchNormalization", "n", [[1], [2]], [], [1]);
    const inner = { ...modelOf(norm, layerOf("Dense", "d", [[3]])), name: "inner" };
    const file = { "@layer_names": ["inner"], inner: layer("inner", { gamma: [1], kernel: [3], mean: [2] }) };
    expect(find(modelOf(inner), file)).toEqual({
      "n.w0": "inner/inner/gamma",
      "d.w0": "inner/inner/kernel",
      "n.w1": "inner/inner/mean",
    });
  });

  it("goes by names that were given where these say another order", () => {
    const model = modelOf(layerOf("Dense", "encoder", [[2]]), layerOf("Dense", "decoder", [[2]]));
    const file = {
      "@layer_names": ["decoder", "encoder"],
      decoder: layer("decoder", { kernel: [2] }),
      encoder: layer("encoder", { kernel: [2] }),
    };
    expect(find(model, file)).toEqual({
      "encoder.w0": "encoder/encoder/kernel",
      "decoder.w0": "decoder/decoder/kernel",
    });
  });

  it("lists what does not fit, and counts the layers", () => {
    const model = modelOf(layerOf("Dense", "x", [[2]]), layerOf("Dense", "y", [[3]]));
    const file = { "@layer_names": ["dense"], dense: layer("dense", { kernel: [4], bias: [1] }) };
    expect(() => find(model, file)).toThrow(
      "a.h5 does not fit the model. The model has 2 layers with weights, the file 1; they are matched in order." +
        "\n  dense (x): the model wants w0 [2]; the file has kernel [4], bias [1]" +
        "\n  y: the model wants w0 [3]; the file has nothing",
    );
  });

  it("names what the file lists and does not have", () => {
    const model = modelOf();
    expect(() => find(model, { "@layer_names": ["dense"] })).toThrow(
      "a.h5 lists the layer dense, and does not have its group",
    );
    expect(() => find(model, { "@layer_names": ["dense"], dense: {} })).toThrow(
      "a.h5 lists the layer dense, and does not have its weight_names",
    );
    expect(() => find(model, { "@layer_names": ["dense"], dense: { "@weight_names": ["kernel"] } })).toThrow(
      "a.h5 lists the weight kernel of layer dense, and does not have it",
    );
    expect(() => find(model, { model_weights: {} })).toThrow("a.h5: model_weights does not list its layers");
  });
});

describe("legacyTree", () => {
  it("writes what findLegacyWeights finds, under names that do not collide", () => {
    const weighted = (node: LayerNode): LayerNode => ({
      ...node,
      weights: node.weights.map((weight) => ({ ...weight, value: () => NdArray.zeros(weight.shape) })),
    });
    const cells = [layerOf("LSTMCell", "", [[1]]), layerOf("LSTMCell", "", [[2]])].map(weighted);
    const rnn = layerOf("RNN", "rnn", [], [{ attribute: "cells", layers: cells }]);
    const tree = legacyTree(modelOf(rnn, layerOf("Dropout", "drop")), { keras_version: "3.15.1" });
    expect(Object.fromEntries(tree.attributes)).toEqual({
      layer_names: ["rnn", "drop"],
      keras_version: "3.15.1",
    });
    expect(tree.groups.get("rnn")?.attributes.get("weight_names")).toEqual([
      "rnn/lstm_cell/w0",
      "rnn/lstm_cell_1/w0",
    ]);
    expect(tree.at("rnn/rnn/lstm_cell_1").datasets.get("w0")?.shape).toEqual([2]);
    expect(tree.groups.get("drop")?.attributes.get("weight_names")).toEqual([]);
    expect(tree.groups.get("top_level_model_weights")?.attributes.get("weight_names")).toEqual([]);
  });
});
