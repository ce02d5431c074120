import { describe, expect, it } from "vitest";
import { type ReadContext, readLayer } from "../../../src/interop/keras/read-layer.ts";
import type { LayerRecord } from "../../../src/model/records.ts";
import { jsonFixture } from "./fixtures.ts";

const context: ReadContext = {
  kerasVersion: "3.15.1",
  inputShapes: {},
  isMasked: false,
  ownClasses: [],
  readNetwork: () => {
    throw new Error("there is no model in these layers");
  },
};
const read = (value: unknown, more: Partial<ReadContext> = {}) =>
  readLayer(value, "a.keras: layer 2", { ...context, ...more });
const layer = (className: string, config: object) => ({
  class_name: className,
  config: { name: "one", ...config },
});

/** Layers as Keras 3.15.1 serialises them, by class name: the last of each class. */
const written = jsonFixture("layers.json") as readonly { readonly class_name: string }[];
const records = new Map(written.map((value) => [value.class_name, read(value)]));
const plain = read(written.find((value) => JSON.stringify(value).includes('"plain"')));

describe("readLayer", () => {
  it("reads every class that the two share", () => {
    // As make.py made them, without what is Keras' default in all of them.
    expect(plain).toEqual({
      className: "LSTM",
      config: {
        name: "plain",
        units: 3,
        activation: "tanh",
        recurrentActivation: "sigmoid",
        useBias: true,
        unitForgetBias: true,
        kernelInitializer: "glorotUniform",
        recurrentInitializer: { name: "orthogonal", gain: 1 },
        biasInitializer: "zeros",
        dropout: 0,
        recurrentDropout: 0,
        returnSequences: false,
        returnState: false,
        goBackwards: false,
        stateful: false,
        unroll: false,
        zeroOutputForMask: false,
      },
    });
    const config = (name: string) => records.get(name)?.config;
    expect(config("MultiHeadAttention")).toMatchObject({
      numHeads: 2,
      keyDim: 3,
      valueDim: 4,
      outputShape: 5,
      useBias: false,
    });
    expect(config("Conv1D")).toMatchObject({
      filters: 3,
      kernelSize: 2,
      strides: 2,
      padding: "same",
      dilationRate: 1,
    });
    expect(config("Conv2D")).toMatchObject({ kernelSize: [2, 2], strides: [1, 1] });
    expect(config("LayerNormalization")).toMatchObject({ axis: -1, center: false });
    expect(config("Dot")).toMatchObject({ axes: [2, 1], normalize: true });
    expect(config("Reshape")).toEqual({ name: "reshape", targetShape: [2, -1] });
    expect(config("Dropout")).toEqual({ name: "dropout", rate: 0.1 });
    expect(config("Activation")).toEqual({ name: "activation_1", activation: "logSoftmax" });
    expect(config("Embedding")).toMatchObject({
      maskZero: true,
      embeddingsConstraint: { name: "unitNorm", axis: 0 },
    });
    expect(config("Dense")).toMatchObject({
      activation: "leakyRelu",
      kernelInitializer: "heNormal",
      kernelRegularizer: { name: "l1l2", l1: 0, l2: 0 },
    });
  });

  it("leaves the second layer of a Bidirectional out where it is the first turned around", () => {
    const both = written.filter((value) => value.class_name === "Bidirectional").map((value) => read(value));
    expect(both[0]?.config).toMatchObject({ mergeMode: null, layer: { className: "LSTM" } });
    expect(both[0]?.config).not.toHaveProperty("backwardLayer");
    expect(both[1]?.config).toMatchObject({
      mergeMode: "ave",
      backwardLayer: { className: "GRU", config: { goBackwards: true } },
    });
  });

  it("reads cells, stacked and alone", () => {
    const [stacked, alone] = written
      .filter((value) => value.class_name === "RNN")
      .map((value) => read(value));
    const cell = stacked?.config.cell as LayerRecord;
    expect(cell.className).toBe("StackedRNNCells");
    expect((cell.config.cells as LayerRecord[]).map(({ className }) => className)).toEqual([
      "LSTMCell",
      "GRUCell",
    ]);
    expect(alone?.config.cell).toMatchObject({ className: "SimpleRNNCell", config: { units: 2 } });
  });

  it("reads what older versions wrote", () => {
    const older = layer("Conv1D", {
      filters: { class_name: "__tuple__", items: [4] },
      kernel_size: [3],
      kernel_initializer: {
        class_name: "VarianceScaling",
        config: { scale: 1, mode: "fan_avg", distribution: "uniform", seed: null },
      },
      bias_initializer: "zero",
      kernel_constraint: "max_norm",
      activation: { class_name: "function", config: "hard_tanh" },
      batch_input_shape: [null, 5, 2],
    });
    expect(read(older).config).toEqual({
      name: "one",
      filters: [4],
      kernelSize: 3,
      kernelInitializer: { name: "varianceScaling", scale: 1, mode: "fanAvg", distribution: "uniform" },
      biasInitializer: "zeros",
      kernelConstraint: "maxNorm",
      activation: "hardTanh",
    });
    expect(read(layer("LeakyReLU", { alpha: 0.2 })).config).toEqual({ name: "one", negativeSlope: 0.2 });
    expect(read(layer("GRU", { units: 2, time_major: false, implementation: 2 })).config).toEqual({
      name: "one",
      units: 2,
    });
  });

  it.each([
    [
      layer("ConvLSTM2D", {}),
      /^a\.keras: layer 2, one: there is no layer class "ConvLSTM2D" in Recurra\. .*There are Activation/,
    ],
    [
      layer("Conv1D", { data_format: "channels_first" }),
      /^a\.keras: layer 2, one \(Conv1D\): Recurra's Conv1D has no data_format, which is "channels_first" here/,
    ],
    [layer("GRU", { time_major: true }), /GRU has no time_major, which is true here/],
    [layer("Dense", { lora_rank: 4 }), /Dense has no lora_rank/],
    [
      layer("Dense", {
        dtype: { class_name: "QuantizedDTypePolicy", config: { name: "int8_from_float32" } },
      }),
      /is quantised/,
    ],
    [
      layer("Dense", { activation: { class_name: "Custom", config: {} } }),
      /one \(Dense\): activation: Custom is none of the activations/,
    ],
    [
      layer("Dense", { activation: { class_name: "ReLU", config: { max_value: 6 } } }),
      /ReLU with its options is none of the activations/,
    ],
    [
      layer("TimeDistributed", { layer: layer("Own", {}) }),
      /layer 2, one \(TimeDistributed\): layer, one: there is no layer class "Own"/,
    ],
    [layer("Dense", { kernel_initializer: 3 }), /kernel_initializer is to be an object, got 3/],
    [
      layer("Reshape", { target_shape: { class_name: "Lambda", config: {} } }),
      /target_shape: Lambda is not one of the values that Recurra reads/,
    ],
    [{ config: {} }, /^a\.keras: layer 2: class_name is to be text, got nothing/],
    ["Dense", /^a\.keras: layer 2 is to be an object, got "Dense"/],
    [{ class_name: "Dense", config: "units" }, /^a\.keras: layer 2: config is to be an object/],
  ])("names what it cannot read %#", (value, message) => {
    expect(() => read(value)).toThrow(message);
  });

  it("does not take Keras 2's hard_sigmoid for Keras 3's", () => {
    const gru = layer("GRU", { units: 2, recurrent_activation: "hard_sigmoid" });
    expect(read(gru).config).toMatchObject({ recurrentActivation: "hardSigmoid" });
    expect(() => read(gru, { kerasVersion: "2.4.0" })).toThrow(
      "recurrent_activation is the hard_sigmoid of Keras 2.4.0, clip(0.2x + 0.5, 0, 1), which Recurra and Keras 3 do not have",
    );
  });

  it("reads a class of a user's own with all its options", () => {
    const own = layer("Gate", {
      width: 3,
      kernel_initializer: { class_name: "Ones", config: {} },
      trainable: false,
    });
    expect(read(own, { ownClasses: ["Gate"] })).toEqual({
      className: "Gate",
      config: { name: "one", trainable: false, width: 3, kernelInitializer: "ones" },
    });
  });
});
