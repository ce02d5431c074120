// The names of layers: Keras' rule for class names, numbers where a name is taken, and names that meet in one model.

import { describe, expect, test } from "vitest";
import { input, type Layer, layers, model, sequential } from "../../src/index.ts";
import { classInSnakeCase, freeName } from "../../src/model/layer-names.ts";

describe("a class name in snake case", () => {
  // keras 3.15.1, keras/src/utils/naming.py, to_snake_case of the class names, as Keras names its layers by default.
  test.each([
    ["Dense", "dense"],
    ["LSTM", "lstm"],
    ["GRU", "gru"],
    ["RNN", "rnn"],
    ["SimpleRNN", "simple_rnn"],
    ["LSTMCell", "lstm_cell"],
    ["SimpleRNNCell", "simple_rnn_cell"],
    ["StackedRNNCells", "stacked_rnn_cells"],
    ["TimeDistributed", "time_distributed"],
    ["Conv1D", "conv1d"],
    ["Conv1DTranspose", "conv1d_transpose"],
    ["SeparableConv1D", "separable_conv1d"],
    ["DepthwiseConv1D", "depthwise_conv1d"],
    ["UpSampling1D", "up_sampling1d"],
    ["ZeroPadding1D", "zero_padding1d"],
    ["GlobalAveragePooling1D", "global_average_pooling1d"],
    ["MaxPooling2D", "max_pooling2d"],
    ["LeakyReLU", "leaky_re_lu"],
    ["PReLU", "p_re_lu"],
    ["ELU", "elu"],
    ["ReLU", "re_lu"],
    ["RMSNormalization", "rms_normalization"],
    ["MultiHeadAttention", "multi_head_attention"],
    ["TCN", "tcn"],
    ["Sequential", "sequential"],
    ["My2ndLayer", "my2nd_layer"],
    ["Über$Schicht", "über_schicht"],
  ])("%s: %s", (className, name) => {
    expect(classInSnakeCase(className)).toBe(name);
  });
});

describe("a free name", () => {
  test("is the name, then the name with the first number that nobody has", () => {
    const taken = new Set(["a_2"]);
    expect(["a", "a", "a", "b", "a"].map((base) => freeName(base, taken))).toEqual([
      "a",
      "a_1",
      "a_3",
      "b",
      "a_4",
    ]);
    expect(taken).toEqual(new Set(["a_2", "a", "a_1", "a_3", "b", "a_4"]));
  });
});

describe("in a model", () => {
  const dense = (name?: string) => layers.dense({ units: 2, ...(name === undefined ? {} : { name }) });
  const chain = (...all: readonly Layer[]) => {
    const x = input({ shape: [2] });
    const net = model({ inputs: x, outputs: all.reduce((h, layer) => layer.apply(h), x) });
    return net.layers.map(({ name }) => name);
  };

  test("layers are numbered in the order of their calls, past names that were given", () => {
    expect(chain(dense(), dense("dense_1"), dense(), dense())).toEqual([
      "dense",
      "dense_1",
      "dense_2",
      "dense_3",
    ]);
  });

  test("an input's name is taken", () => {
    const input1 = input({ shape: [2], name: "dense" });
    expect(model({ inputs: input1, outputs: dense().apply(input1) }).layers.map(({ name }) => name)).toEqual([
      "dense_1",
    ]);
  });

  test("a layer keeps the name that it has in another model", () => {
    const [first, second] = [dense(), dense()];
    expect(chain(first, second)).toEqual(["dense", "dense_1"]);
    expect(chain(second, dense(), first)).toEqual(["dense_1", "dense_2", "dense"]);
  });

  test("layers of two models may meet under one name, which is then refused", () => {
    const stacks = [0, 1].map(() => sequential([layers.dense({ units: 2, inputShape: [2] })]));
    const [one, other] = stacks.map(({ layers: [layer] }) => layer) as [Layer, Layer];
    expect(() => chain(one, other)).toThrow(
      'model: two layers are named "dense"; give one of them a name of its own',
    );
    other.name = "other";
    expect(chain(one, other)).toEqual(["dense", "other"]);
  });

  test("nested models are numbered like layers, or have names", () => {
    const inner = (name?: string) =>
      sequential([layers.dense({ units: 2, inputShape: [2] })], name === undefined ? {} : { name }).asLayer();
    expect(chain(inner(), inner("encoder"), inner())).toEqual(["sequential", "encoder", "sequential_1"]);
    const same = inner("one");
    expect(chain(same, same)).toEqual(["one"]);
    expect(() => chain(inner("one"), inner("one"))).toThrow('two layers are named "one"');
  });

  test("getLayer finds a layer, and says what there is", () => {
    const net = sequential([layers.dense({ units: 2, inputShape: [2] }), dense("out")]);
    expect(net.getLayer("out")).toBe(net.layers[1]);
    expect(() => net.getLayer("Out")).toThrow('sequential: there is no layer "Out"; there are dense, out');
  });
});
