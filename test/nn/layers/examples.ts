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
}

const sequence: readonly Shape[] = [[5, 3]];

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
