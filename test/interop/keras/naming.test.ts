import { describe, expect, it } from "vitest";
import {
  camelCase,
  lowerFirst,
  NameCounter,
  snakeCase,
  upperFirst,
} from "../../../src/interop/keras/naming.ts";
import { classInSnakeCase } from "../../../src/model/layer-names.ts";

describe("names", () => {
  // The places that Keras 3.15.1 gives layers of these classes in the fixtures.
  it.each([
    ["Dense", "dense"],
    ["LSTM", "lstm"],
    ["SimpleRNN", "simple_rnn"],
    ["StackedRNNCells", "stacked_rnn_cells"],
    ["LSTMCell", "lstm_cell"],
    ["Conv1DTranspose", "conv1d_transpose"],
    ["SeparableConv1D", "separable_conv1d"],
    ["MultiHeadAttention", "multi_head_attention"],
    ["RMSNormalization", "rms_normalization"],
    ["GlobalAveragePooling1D", "global_average_pooling1d"],
    ["PReLU", "p_re_lu"],
  ])("the class %s has the place %s", (className, place) => {
    expect(classInSnakeCase(className)).toBe(place);
  });

  it("options go both ways", () => {
    for (const [camel, snake] of [
      ["useBias", "use_bias"],
      ["kernelInitializer", "kernel_initializer"],
      ["units", "units"],
      ["l1", "l1"],
    ] as const) {
      expect(camelCase(snake)).toBe(camel);
      expect(snakeCase(camel)).toBe(snake);
    }
    expect(lowerFirst(upperFirst("glorotUniform"))).toBe("glorotUniform");
  });

  it("names that come again are counted", () => {
    const names = new NameCounter();
    expect(["dense", "lstm", "dense", "dense"].map((name) => names.next(name))).toEqual([
      "dense",
      "lstm",
      "dense_1",
      "dense_2",
    ]);
  });
});
