// The layer classes that Keras and Recurra share, with the options of each under Keras' names.
//
// Source: keras 3.15.1, get_config of each class.

/** A weight's options. */
const weight = (name: string) => [`${name}_initializer`, `${name}_regularizer`, `${name}_constraint`];

const bias = ["use_bias", ...weight("bias")];
const loop = [
  "return_sequences",
  "return_state",
  "go_backwards",
  "stateful",
  "unroll",
  "zero_output_for_mask",
];
const cell = [
  "units",
  "activation",
  ...weight("kernel"),
  ...weight("recurrent"),
  ...bias,
  "dropout",
  "recurrent_dropout",
];
const lstm = [...cell, "recurrent_activation", "unit_forget_bias"];
const gru = [...cell, "recurrent_activation", "reset_after"];
const window = ["kernel_size", "strides", "padding", "dilation_rate", "activation", ...bias];
const pooling = ["pool_size", "strides", "padding"];
const affine = ["epsilon", "center", "scale", ...weight("beta"), ...weight("gamma")];

/** The options of each class, beside those of all. */
export const kerasOptions: Readonly<Record<string, readonly string[]>> = {
  Activation: ["activation"],
  ActivityRegularization: ["l1", "l2"],
  Add: [],
  AdditiveAttention: ["use_scale", "dropout"],
  AlphaDropout: ["rate", "noise_shape"],
  Attention: ["use_scale", "score_mode", "dropout"],
  Average: [],
  AveragePooling1D: pooling,
  AveragePooling2D: pooling,
  BatchNormalization: [
    "axis",
    "momentum",
    ...affine,
    "moving_mean_initializer",
    "moving_variance_initializer",
  ],
  Bidirectional: ["layer", "backward_layer", "merge_mode"],
  CategoryEncoding: ["num_tokens", "output_mode"],
  Concatenate: ["axis"],
  Conv1D: ["filters", "groups", ...window, ...weight("kernel")],
  Conv1DTranspose: ["filters", "output_padding", ...window, ...weight("kernel")],
  Conv2D: ["filters", "groups", ...window, ...weight("kernel")],
  Cropping1D: ["cropping"],
  Dense: ["units", "activation", ...bias, ...weight("kernel")],
  DepthwiseConv1D: ["depth_multiplier", ...window, ...weight("depthwise")],
  Dot: ["axes", "normalize"],
  Dropout: ["rate", "noise_shape"],
  ELU: ["alpha"],
  Embedding: ["input_dim", "output_dim", "mask_zero", ...weight("embeddings")],
  Flatten: [],
  GaussianDropout: ["rate"],
  GaussianNoise: ["stddev"],
  GlobalAveragePooling1D: ["keepdims"],
  GlobalAveragePooling2D: ["keepdims"],
  GlobalMaxPooling1D: ["keepdims"],
  GlobalMaxPooling2D: ["keepdims"],
  GroupNormalization: ["groups", "axis", ...affine],
  GRU: [...gru, ...loop],
  GRUCell: gru,
  LayerNormalization: ["axis", ...affine],
  LeakyReLU: ["negative_slope"],
  LSTM: [...lstm, ...loop],
  LSTMCell: lstm,
  Masking: ["mask_value"],
  Maximum: [],
  MaxPooling1D: pooling,
  MaxPooling2D: pooling,
  Minimum: [],
  MultiHeadAttention: [
    "num_heads",
    "key_dim",
    "value_dim",
    "dropout",
    "output_shape",
    "attention_axes",
    ...weight("kernel"),
    ...bias,
  ],
  Multiply: [],
  Permute: ["dims"],
  PReLU: [...weight("alpha"), "shared_axes"],
  ReLU: ["max_value", "negative_slope", "threshold"],
  RepeatVector: ["n"],
  Reshape: ["target_shape"],
  RMSNormalization: ["axis", "epsilon"],
  RNN: ["cell", ...loop],
  SeparableConv1D: ["filters", "depth_multiplier", ...window, ...weight("depthwise"), ...weight("pointwise")],
  SimpleRNN: [...cell, ...loop],
  SimpleRNNCell: cell,
  Softmax: ["axis"],
  SpatialDropout1D: ["rate"],
  StackedRNNCells: ["cells"],
  Subtract: [],
  TimeDistributed: ["layer"],
  UpSampling1D: ["size"],
  ZeroPadding1D: ["padding"],
};

/** Options that every layer of Keras has, of which Recurra's may have the last. */
export const commonOptions: readonly string[] = ["name", "trainable", "activity_regularizer"];

/**
 * Options that Recurra does not have, with the values that say nothing: `"any"` where all do, since they choose how a thing is computed
 * and not what; `null` always does.
 */
export const neutralValues: Readonly<Record<string, "any" | readonly unknown[]>> = {
  adjustment: [],
  attention_axes: [[1], [-2]],
  data_format: ["channels_last"],
  fused: "any",
  implementation: "any",
  input_dtype: "any",
  input_length: "any",
  keepdims: [false],
  lora_alpha: [],
  lora_rank: [],
  noise_shape: [],
  quantization_config: [],
  ragged: [false],
  renorm: [false],
  renorm_clipping: [{}],
  renorm_momentum: "any",
  rms_scaling: [false],
  seed: "any",
  sliding_window: [],
  sparse: [false],
  synchronized: "any",
  time_major: [false],
  use_cudnn: "any",
  use_gate: [false],
  virtual_batch_size: [],
};

/** Options that had another name in Keras 2. */
export const olderOptions: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  LeakyReLU: { alpha: "negative_slope" },
};

/** Options that Keras wants and Recurra does not, with what Recurra takes for them. */
export const neededOptions: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  AveragePooling1D: { pool_size: 2 },
  AveragePooling2D: { pool_size: 2 },
};

/** Values that Recurra's layers take and Keras' do not. */
export const refusedValues: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  DepthwiseConv1D: { padding: "causal" },
  SeparableConv1D: { padding: "causal" },
};

/** Options that hold one number, or a list of one in a layer of one dimension. */
export const windowOptions: readonly string[] = [
  "kernel_size",
  "strides",
  "pool_size",
  "dilation_rate",
  "output_padding",
];
