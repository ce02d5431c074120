// One or more examples of every layer class: what the tests that hold for all layers are run on.

import { tanh } from "../../../src/graph/ops/functions.ts";
import { scalar } from "../../../src/graph/ops/leaf.ts";
import { broadcastTo } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import type { Layer } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import type { Shape } from "../../../src/tensor/shape.ts";

export interface LayerExample {
  readonly make: () => Layer;
  /** Shapes of the inputs for one sample. */
  readonly inputs: readonly Shape[];
  /** Options of the call, JSON. */
  readonly options?: Readonly<Record<string, unknown>>;
  /** Ids below this number are read, instead of floats. */
  readonly ids?: number;
  /** It is not smooth where numbers of the input are 0 or equal: they are to keep their distance. Default false. */
  readonly hasKinks?: boolean;
}

const sequence: readonly Shape[] = [[5, 3]];
const image: readonly Shape[] = [[4, 5, 2]];

/** By class name. */
export const examples: Readonly<Record<string, readonly LayerExample[]>> = {
  Activation: [{ make: () => layers.activation({ activation: "tanh" }), inputs: [[4]] }],
  AdditiveAttention: [
    {
      make: () => layers.additiveAttention(),
      inputs: [
        [4, 3],
        [5, 3],
      ],
    },
    {
      make: () => layers.additiveAttention({ useScale: false }),
      inputs: [
        [4, 3],
        [5, 2],
        [5, 3],
      ],
      options: { returnAttentionScores: true },
    },
  ],
  Attention: [
    {
      make: () => layers.attention({ useScale: true }),
      inputs: [
        [4, 3],
        [5, 3],
      ],
      options: { useCausalMask: true },
    },
    {
      make: () => layers.attention({ scoreMode: "concat" }),
      inputs: [
        [4, 3],
        [5, 2],
        [5, 3],
      ],
      options: { returnAttentionScores: true },
    },
  ],
  MultiHeadAttention: [
    {
      make: () => layers.multiHeadAttention({ numHeads: 2, keyDim: 3 }),
      inputs: [[4, 5]],
      options: { useCausalMask: true },
    },
    {
      make: () => layers.multiHeadAttention({ numHeads: 2, keyDim: 8, valueDim: 9 }),
      inputs: [
        [4, 2],
        [5, 3],
      ],
      options: { returnAttentionScores: true },
    },
    {
      make: () => layers.multiHeadAttention({ numHeads: 2, keyDim: 2, rotary: true, useBias: false }),
      inputs: [
        [4, 3],
        [5, 3],
        [5, 2],
      ],
    },
  ],
  PositionalEncoding: [{ make: () => layers.positionalEncoding(), inputs: [[4, 3]] }],
  PositionEmbedding: [{ make: () => layers.positionEmbedding({ sequenceLength: 6 }), inputs: [[4, 3]] }],
  RotaryEmbedding: [
    { make: () => layers.rotaryEmbedding(), inputs: [[4, 6]] },
    { make: () => layers.rotaryEmbedding({ maxWavelength: 100 }), inputs: [[4, 2, 6]] },
  ],
  Bidirectional: [
    {
      make: () => layers.bidirectional({ layer: layers.lstm({ units: 2, returnSequences: true }) }),
      inputs: sequence,
    },
    {
      make: () => layers.bidirectional({ layer: layers.gru({ units: 2 }), mergeMode: "mul" }),
      inputs: sequence,
    },
  ],
  Dense: [
    { make: () => layers.dense({ units: 3, activation: "sigmoid" }), inputs: [[4]] },
    { make: () => layers.dense({ units: 3, useBias: false }), inputs: sequence },
  ],
  Dropout: [{ make: () => layers.dropout({ rate: 0.5 }), inputs: [[4]] }],
  ActivityRegularization: [
    { make: () => layers.activityRegularization({ l1: 0.1, l2: 0.2 }), inputs: [[4]] },
  ],
  Add: [
    {
      make: () => layers.add(),
      inputs: [
        [5, 3],
        [5, 3],
        [5, 3],
      ],
    },
    { make: () => layers.add(), inputs: [[5, 3], [3]] },
  ],
  AlphaDropout: [{ make: () => layers.alphaDropout({ rate: 0.2 }), inputs: [[4]] }],
  Average: [{ make: () => layers.average(), inputs: [[4], [4], [4]] }],
  AveragePooling1D: [
    { make: () => layers.averagePooling1D(), inputs: sequence },
    { make: () => layers.averagePooling1D({ poolSize: 3, strides: 2, padding: "same" }), inputs: sequence },
  ],
  AveragePooling2D: [{ make: () => layers.averagePooling2D({ padding: "same" }), inputs: image }],
  BatchNormalization: [
    { make: () => layers.batchNormalization(), inputs: sequence },
    { make: () => layers.batchNormalization({ axis: 1, scale: false, momentum: 0.5 }), inputs: sequence },
  ],
  ChainMarginals: [{ make: () => layers.chainMarginals(), inputs: [[4, 3, 3]] }],
  CRF: [
    { make: () => layers.crf(), inputs: sequence },
    {
      make: () => layers.crf({ forbidden: [[0, 1]], notFirst: [2], notLast: [0] }),
      inputs: sequence,
    },
  ],
  Concatenate: [
    {
      make: () => layers.concatenate(),
      inputs: [
        [5, 3],
        [5, 2],
      ],
    },
    {
      make: () => layers.concatenate({ axis: 1 }),
      inputs: [
        [5, 3],
        [2, 3],
        [1, 3],
      ],
    },
  ],
  Conv1D: [
    { make: () => layers.conv1D({ filters: 2, kernelSize: 3, activation: "tanh" }), inputs: sequence },
    {
      make: () => layers.conv1D({ filters: 4, kernelSize: 2, dilationRate: 2, padding: "causal", groups: 2 }),
      inputs: [[6, 4]],
    },
    {
      make: () => layers.conv1D({ filters: 2, kernelSize: 3, strides: 2, padding: "same", useBias: false }),
      inputs: sequence,
    },
  ],
  Conv1DTranspose: [
    { make: () => layers.conv1DTranspose({ filters: 2, kernelSize: 3, strides: 2 }), inputs: sequence },
    {
      make: () => layers.conv1DTranspose({ filters: 2, kernelSize: 3, strides: 2, padding: "same" }),
      inputs: sequence,
    },
  ],
  Conv2D: [
    { make: () => layers.conv2D({ filters: 2, kernelSize: [3, 2], padding: "same" }), inputs: image },
    { make: () => layers.conv2D({ filters: 4, kernelSize: 2, strides: 2, groups: 2 }), inputs: image },
  ],
  Cropping1D: [{ make: () => layers.cropping1D({ cropping: [1, 2] }), inputs: sequence }],
  DepthwiseConv1D: [
    {
      make: () => layers.depthwiseConv1D({ kernelSize: 2, depthMultiplier: 2, padding: "same" }),
      inputs: sequence,
    },
  ],
  DiagonalStateSpace: [
    { make: () => layers.diagonalStateSpace({ stateSize: 4, returnSequences: true }), inputs: sequence },
    {
      make: () => layers.diagonalStateSpace({ units: 2, stateSize: 2, goBackwards: true, returnState: true }),
      inputs: sequence,
    },
    {
      make: () =>
        layers.bidirectional({ layer: layers.diagonalStateSpace({ stateSize: 2, returnSequences: true }) }),
      inputs: sequence,
    },
  ],
  DiagonalStateSpaceCell: [{ make: () => layers.diagonalStateSpaceCell({ stateSize: 4 }), inputs: [[3]] }],
  Dot: [
    {
      make: () => layers.dot({ axes: 2 }),
      inputs: [
        [5, 3],
        [4, 3],
      ],
    },
    { make: () => layers.dot({ axes: 1, normalize: true }), inputs: [[4], [4]] },
  ],
  ELU: [{ make: () => layers.elu({ alpha: 0.7 }), inputs: [[4]] }],
  GaussianDropout: [{ make: () => layers.gaussianDropout({ rate: 0.2 }), inputs: [[4]] }],
  GaussianNoise: [{ make: () => layers.gaussianNoise({ stddev: 0.2 }), inputs: [[4]] }],
  GlobalAveragePooling1D: [
    { make: () => layers.globalAveragePooling1D(), inputs: sequence },
    { make: () => layers.globalAveragePooling1D({ keepdims: true }), inputs: sequence },
  ],
  GlobalAveragePooling2D: [{ make: () => layers.globalAveragePooling2D(), inputs: image }],
  GlobalMaxPooling1D: [{ make: () => layers.globalMaxPooling1D(), hasKinks: true, inputs: sequence }],
  GlobalMaxPooling2D: [
    { make: () => layers.globalMaxPooling2D({ keepdims: true }), hasKinks: true, inputs: image },
  ],
  GroupNormalization: [
    { make: () => layers.groupNormalization({ groups: 2 }), inputs: [[5, 4]] },
    { make: () => layers.groupNormalization({ groups: -1, epsilon: 0.01 }), inputs: sequence },
  ],
  LayerNormalization: [
    { make: () => layers.layerNormalization(), inputs: sequence },
    {
      make: () => layers.layerNormalization({ axis: [1, 2], center: false, epsilon: 0.01 }),
      inputs: sequence,
    },
  ],
  LeakyReLU: [{ make: () => layers.leakyReLU({ negativeSlope: 0.1 }), hasKinks: true, inputs: [[4]] }],
  Masking: [{ make: () => layers.masking({ maskValue: 0.5 }), inputs: sequence }],
  Maximum: [{ make: () => layers.maximum(), hasKinks: true, inputs: [[4], [4], [4]] }],
  MaxPooling1D: [
    { make: () => layers.maxPooling1D(), hasKinks: true, inputs: sequence },
    {
      make: () => layers.maxPooling1D({ poolSize: 3, strides: 2, padding: "same" }),
      hasKinks: true,
      inputs: sequence,
    },
  ],
  MaxPooling2D: [
    { make: () => layers.maxPooling2D({ poolSize: [2, 3], strides: 1 }), hasKinks: true, inputs: image },
  ],
  Minimum: [{ make: () => layers.minimum(), hasKinks: true, inputs: [[4], [4]] }],
  Multiply: [
    {
      make: () => layers.multiply(),
      inputs: [
        [5, 3],
        [5, 1],
      ],
    },
  ],
  Permute: [{ make: () => layers.permute({ dims: [2, 1] }), inputs: sequence }],
  PReLU: [
    {
      make: () => layers.prelu({ alphaInitializer: { name: "constant", value: 0.2 } }),
      hasKinks: true,
      inputs: sequence,
    },
    { make: () => layers.prelu({ sharedAxes: [1] }), hasKinks: true, inputs: sequence },
  ],
  ReLU: [
    { make: () => layers.relu(), hasKinks: true, inputs: [[4]] },
    {
      make: () => layers.relu({ maxValue: 1, negativeSlope: 0.1, threshold: 0.2 }),
      hasKinks: true,
      inputs: [[4]],
    },
  ],
  RepeatVector: [{ make: () => layers.repeatVector({ n: 3 }), inputs: [[4]] }],
  RMSNormalization: [{ make: () => layers.rmsNormalization({ epsilon: 0.001 }), inputs: sequence }],
  SeparableConv1D: [
    {
      make: () =>
        layers.separableConv1D({ filters: 2, kernelSize: 3, depthMultiplier: 2, padding: "causal" }),
      inputs: sequence,
    },
  ],
  Softmax: [
    { make: () => layers.softmax(), inputs: [[4]] },
    { make: () => layers.softmax({ axis: [1, 2] }), inputs: sequence },
  ],
  SpatialDropout1D: [{ make: () => layers.spatialDropout1D({ rate: 0.2 }), inputs: sequence }],
  Subtract: [{ make: () => layers.subtract(), inputs: [[4], [4]] }],
  TCN: [
    {
      make: () => layers.tcn({ filters: 2, kernelSize: 2, dilations: [1, 2], activation: "tanh" }),
      inputs: sequence,
    },
    {
      make: () =>
        layers.tcn({
          filters: 2,
          kernelSize: 2,
          dilations: [1, 2],
          gated: true,
          normalization: "layer",
          returnSequences: true,
          activation: "tanh",
          dropout: 0.2,
        }),
      inputs: sequence,
    },
    {
      make: () => layers.tcn({ filters: 3, dilations: [1], normalization: "batch", activation: "softplus" }),
      inputs: sequence,
    },
  ],
  UpSampling1D: [{ make: () => layers.upSampling1D({ size: 3 }), inputs: sequence }],
  ZeroPadding1D: [{ make: () => layers.zeroPadding1D({ padding: [1, 2] }), inputs: sequence }],
  CategoryEncoding: [
    { make: () => layers.categoryEncoding({ numTokens: 7 }), inputs: [[5]], ids: 7 },
    { make: () => layers.categoryEncoding({ numTokens: 7, outputMode: "oneHot" }), inputs: [[5]], ids: 7 },
    { make: () => layers.categoryEncoding({ numTokens: 7, outputMode: "count" }), inputs: [[2, 5]], ids: 7 },
  ],
  Embedding: [{ make: () => layers.embedding({ inputDim: 7, outputDim: 3 }), inputs: [[5]], ids: 7 }],
  Flatten: [{ make: () => layers.flatten(), inputs: sequence }],
  GRU: [
    { make: () => layers.gru({ units: 2, returnSequences: true }), inputs: sequence },
    { make: () => layers.gru({ units: 2, resetAfter: false, goBackwards: true }), inputs: sequence },
  ],
  LSTM: [
    { make: () => layers.lstm({ units: 2, returnSequences: true }), inputs: sequence },
    {
      make: () => layers.lstm({ units: 2, goBackwards: true, recurrentActivation: "hardSigmoid" }),
      inputs: sequence,
    },
    { make: () => layers.lstm({ units: 2, stateful: true }), inputs: sequence },
  ],
  GRUCell: [{ make: () => layers.gruCell({ units: 2 }), inputs: [[3]] }],
  LSTMCell: [{ make: () => layers.lstmCell({ units: 2 }), inputs: [[3]] }],
  Reshape: [{ make: () => layers.reshape({ targetShape: [3, -1] }), inputs: sequence }],
  RNN: [
    {
      make: () =>
        layers.rnn({
          cell: [layers.lstmCell({ units: 2 }), layers.gruCell({ units: 3 })],
          returnSequences: true,
        }),
      inputs: sequence,
    },
    { make: () => layers.rnn({ cell: layers.simpleRNNCell({ units: 2 }) }), inputs: sequence },
  ],
  SimpleRNN: [{ make: () => layers.simpleRNN({ units: 2 }), inputs: sequence }],
  SimpleRNNCell: [{ make: () => layers.simpleRNNCell({ units: 2 }), inputs: [[3]] }],
  StackedRNNCells: [
    {
      make: () =>
        layers.stackedRNNCells({
          cells: [layers.lstmCell({ units: 2 }), layers.simpleRNNCell({ units: 2 })],
        }),
      inputs: [[3]],
    },
  ],
  TransformerDecoder: [
    { make: () => layers.transformerDecoder({ numHeads: 2, intermediateDim: 3 }), inputs: [[4, 4]] },
    {
      make: () => layers.transformerDecoder({ numHeads: 2, intermediateDim: 3, normalizeFirst: true }),
      inputs: [
        [4, 4],
        [3, 2],
      ],
    },
  ],
  TransformerEncoder: [
    {
      make: () => layers.transformerEncoder({ numHeads: 2, intermediateDim: 3, activation: "gelu" }),
      inputs: [[4, 4]],
    },
    {
      make: () =>
        layers.transformerEncoder({
          numHeads: 2,
          keyDim: 2,
          intermediateDim: 3,
          normalizeFirst: true,
          causal: true,
          rotary: true,
        }),
      inputs: [[4, 3]],
    },
  ],
  TimeDistributed: [
    { make: () => layers.timeDistributed({ layer: layers.dense({ units: 2 }) }), inputs: sequence },
  ],
};

/** A smooth function of all of a layer's outputs, whose gradients are checked. */
export function mixed(outputs: readonly Tensor[]): Tensor {
  const parts = outputs.filter(({ dtype }) => dtype === "float64" || dtype === "float32");
  return parts.reduce<Tensor>(
    (sum, part, i) => sum.add(tanh(part.add(0.1 * (i + 1))).mean()),
    broadcastTo(scalar(0, parts[0]?.dtype ?? "float64"), []),
  );
}
