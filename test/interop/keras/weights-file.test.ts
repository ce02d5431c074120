import { describe, expect, it } from "vitest";
import type { LayerNode } from "../../../src/interop/keras/layer-node.ts";
import { findWeights, isWeightsFile, weightsTree } from "../../../src/interop/keras/weights-file.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { type GroupSpec, groupOf, layerOf, modelOf, pathsOf } from "./groups.ts";

const vars = (...shapes: readonly (readonly number[])[]): GroupSpec => ({
  vars: Object.fromEntries(shapes.map((shape, i) => [String(i), shape])),
});
const named = (name: string, ...shapes: readonly (readonly number[])[]): GroupSpec => ({
  vars: { "@name": name, ...Object.fromEntries(shapes.map((shape, i) => [String(i), shape])) },
});
const find = (model: LayerNode, spec: GroupSpec) =>
  pathsOf(model, findWeights(groupOf(spec), model, "a.weights.h5"));

describe("findWeights", () => {
  it("finds layers by class and order, whatever their names", () => {
    const model = modelOf(
      layerOf("Dense", "x", [[2, 3], [3]]),
      layerOf("LSTM", "y", [], [{ attribute: "cell", layers: layerOf("LSTMCell", "", [[3, 4]]) }]),
      layerOf("Dense", "z", [[3, 1]]),
      layerOf("Dropout", "d"),
    );
    const file = {
      vars: {},
      layers: { dense: vars([2, 3], [3]), dense_1: vars([3, 1]), lstm: { cell: vars([3, 4]), vars: {} } },
      optimizer: vars([5]),
    };
    expect(isWeightsFile(groupOf(file))).toBe(true);
    expect(find(model, file)).toEqual({
      "x.w0": "layers/dense/vars/0",
      "x.w1": "layers/dense/vars/1",
      "y.w0": "layers/lstm/cell/vars/0",
      "z.w0": "layers/dense_1/vars/0",
    });
  });

  it("orders numbers as numbers", () => {
    const shapes = Array.from({ length: 12 }, (_, i) => [i + 1]);
    const model = modelOf(layerOf("Own", "own", shapes));
    expect(find(model, { layers: { own: vars(...shapes) } })["own.w11"]).toBe("layers/own/vars/11");
  });

  it("finds cells in a list, and models in models", () => {
    const cells = [
      layerOf("LSTMCell", "a", [[1]]),
      layerOf("GRUCell", "b", [[2]]),
      layerOf("LSTMCell", "c", [[3]]),
    ];
    const stacked = layerOf("StackedRNNCells", "", [], [{ attribute: "cells", layers: cells }]);
    const rnn = layerOf("RNN", "rnn", [], [{ attribute: "cell", layers: stacked }]);
    const inner = { ...modelOf(layerOf("Dense", "deep", [[4]])), name: "inner" };
    expect(
      find(modelOf(rnn, inner), {
        layers: {
          rnn: { cell: { cells: { gru_cell: vars([2]), lstm_cell: vars([1]), lstm_cell_1: vars([3]) } } },
          functional: { layers: { dense: vars([4]), input_layer: { vars: {} } } },
        },
      }),
    ).toEqual({
      "a.w0": "layers/rnn/cell/cells/lstm_cell/vars/0",
      "b.w0": "layers/rnn/cell/cells/gru_cell/vars/0",
      "c.w0": "layers/rnn/cell/cells/lstm_cell_1/vars/0",
      "deep.w0": "layers/functional/layers/dense/vars/0",
    });
  });

  it("reads a layer that stands in two places where it is met first", () => {
    const conv = layerOf("Conv1D", "conv", [[2]]);
    const model = modelOf({ ...modelOf(conv), name: "inner" }, conv);
    expect(find(model, { layers: { functional: { layers: { conv1d: vars([2]) } } } })).toEqual({
      "conv.w0": "layers/functional/layers/conv1d/vars/0",
    });
  });

  it("reads the attributes of tf.keras: private names, and layers counted twice", () => {
    const model = modelOf(
      layerOf("Dense", "x", [[1]]),
      layerOf("Dense", "y", [[2]]),
      layerOf(
        "MultiHeadAttention",
        "m",
        [],
        [{ attribute: "query_dense", layers: layerOf("EinsumDense", "q", [[3]]) }],
      ),
    );
    expect(
      find(model, {
        _layer_checkpoint_dependencies: {
          dense: vars([1]),
          dense_2: vars([2]),
          multi_head_attention: { _query_dense: vars([3]) },
        },
      }),
    ).toEqual({
      "x.w0": "_layer_checkpoint_dependencies/dense/vars/0",
      "y.w0": "_layer_checkpoint_dependencies/dense_2/vars/0",
      "q.w0": "_layer_checkpoint_dependencies/multi_head_attention/_query_dense/vars/0",
    });
  });

  it("passes over random states", () => {
    const model = modelOf(
      layerOf("Dropout", "d"),
      layerOf("GRU", "g", [], [{ attribute: "cell", layers: layerOf("GRUCell", "", [[1]]) }]),
    );
    const seed = vars([2]);
    expect(
      find(model, {
        layers: {
          dropout: { seed_generator: seed, vars: {} },
          gru: { cell: { ...vars([1]), seed_generator: seed } },
        },
      }),
    ).toEqual({ "g.w0": "layers/gru/cell/vars/0" });
  });

  it("goes by names that were given where these say another order", () => {
    const model = modelOf(layerOf("Dense", "encoder", [[2]]), layerOf("Dense", "decoder", [[2]]));
    const file = { layers: { dense: named("decoder", [2]), dense_1: named("encoder", [2]) } };
    expect(find(model, file)).toEqual({
      "encoder.w0": "layers/dense_1/vars/0",
      "decoder.w0": "layers/dense/vars/0",
    });
  });

  it("does not go by names that layers have by default, unless the order does not fit", () => {
    const model = (second: number) =>
      modelOf(layerOf("Dense", "dense", [[2]]), layerOf("Dense", "dense_1", [[second]]));
    const file = (second: number) => ({
      layers: { dense: named("dense_1", [second]), dense_1: named("dense", [2]) },
    });
    expect(find(model(2), file(2))).toEqual({
      "dense.w0": "layers/dense/vars/0",
      "dense_1.w0": "layers/dense_1/vars/0",
    });
    expect(find(model(3), file(3))).toEqual({
      "dense.w0": "layers/dense_1/vars/0",
      "dense_1.w0": "layers/dense/vars/0",
    });
  });

  it("lists what does not fit, layer by layer", () => {
    const model = modelOf(
      layerOf("Dense", "head", [[2, 3], [3]]),
      layerOf("LSTM", "lstm", [], [{ attribute: "cell", layers: layerOf("LSTMCell", "", [[3, 4]]) }]),
      layerOf("Embedding", "words", [[5, 2]]),
    );
    expect(() =>
      find(model, {
        layers: { dense: vars([2, 4], [4]), lstm: { cell: { vars: {} } }, conv1d: vars([1, 2, 3]) },
        extra: vars([1]),
      }),
    ).toThrow(
      "a.weights.h5 does not fit the model. The file also has extra, which a model of one's own class in Keras may have." +
        "\n  layers/dense (head): the model wants w0 [2, 3], w1 [3]; the file has 0 [2, 4], 1 [4]" +
        "\n  layers/lstm/cell: the model wants w0 [3, 4]; the file has nothing" +
        "\n  layers/embedding (words): the model wants w0 [5, 2]; the file has nothing" +
        "\n  layers/conv1d: the model wants nothing; the file has 0 [1, 2, 3]",
    );
  });

  it("does not take whole numbers of a quantised layer for weights", () => {
    const model = modelOf(layerOf("Dense", "dense", [[2]]));
    const file = groupOf({ layers: { dense: vars([2]) } }, "", "int8");
    expect(() => findWeights(file, model, "a")).toThrow(
      "layers/dense: the model wants w0 [2]; the file has 0 int8 [2]",
    );
  });

  it("shortens a long list", () => {
    const many = Array.from({ length: 30 }, (_, i) => layerOf("Dense", `d${i}`, [[2]]));
    expect(() => find(modelOf(...many), { layers: {} })).toThrow(/… and 10 more layers$/);
  });
});

describe("weightsTree", () => {
  it("writes what findWeights finds, with the names of layers beside", () => {
    const weight = { name: "kernel", shape: [2], trainable: true, value: () => NdArray.full([2], 3) };
    const dense = (name: string): LayerNode => ({ ...layerOf("Dense", name), weights: [{ ...weight }] });
    const tree = weightsTree(modelOf(dense("a"), dense("b"), layerOf("ReLU", "c")));
    const layers = tree.groups.get("layers");
    expect([...(layers?.groups.keys() ?? [])]).toEqual(["dense", "dense_1", "re_lu"]);
    const second = layers?.groups.get("dense_1")?.groups.get("vars");
    expect(second?.attributes.get("name")).toBe("b");
    expect(second?.datasets.get("0")?.toArray()).toEqual([3, 3]);
    expect(tree.groups.get("vars")?.attributes.get("name")).toBe("model");
  });
});
