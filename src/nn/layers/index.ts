// The layers by name: `layers.lstm({ units: 50 })`, and the classes under which saved models find them.

import type { Layer } from "../layer.ts";
import {
  AdditiveAttention,
  type AdditiveAttentionConfig,
  Attention,
  type AttentionConfig,
} from "./attention.ts";
import { Bidirectional, type BidirectionalConfig } from "./bidirectional.ts";
import { Dense, type DenseConfig } from "./dense.ts";
import { Embedding, type EmbeddingConfig } from "./embedding.ts";
import type { GatedCellConfig } from "./gated-cell.ts";
import { GRU, GRUCell, type GRUCellConfig, type GRUConfig } from "./gru.ts";
import { LSTM, LSTMCell, type LSTMCellConfig, type LSTMConfig } from "./lstm.ts";
import { MultiHeadAttention, type MultiHeadAttentionConfig } from "./multi-head-attention.ts";
import {
  PositionalEncoding,
  type PositionalEncodingConfig,
  PositionEmbedding,
  type PositionEmbeddingConfig,
  RotaryEmbedding,
  type RotaryEmbeddingConfig,
} from "./positions.ts";
import { RNN, type RNNConfig, StackedRNNCells, type StackedRNNCellsConfig } from "./rnn.ts";
import {
  Activation,
  type ActivationConfig,
  Dropout,
  type DropoutConfig,
  Flatten,
  Reshape,
  type ReshapeConfig,
} from "./simple.ts";
import { SimpleRNN, SimpleRNNCell, type SimpleRNNConfig } from "./simple-rnn.ts";
import { TimeDistributed, type TimeDistributedConfig } from "./time-distributed.ts";
import {
  type TransformerConfig,
  TransformerDecoder,
  TransformerEncoder,
  type TransformerEncoderConfig,
} from "./transformer.ts";

/** Makes layers. Each takes the options of its class. */
export const layers = {
  activation: (config: ActivationConfig) => new Activation(config),
  additiveAttention: (config?: AdditiveAttentionConfig) => new AdditiveAttention(config),
  attention: (config?: AttentionConfig) => new Attention(config),
  bidirectional: (config: BidirectionalConfig) => new Bidirectional(config),
  dense: (config: DenseConfig) => new Dense(config),
  dropout: (config: DropoutConfig) => new Dropout(config),
  embedding: (config: EmbeddingConfig) => new Embedding(config),
  flatten: (config?: ConstructorParameters<typeof Flatten>[0]) => new Flatten(config),
  gru: (config: GRUConfig) => new GRU(config),
  gruCell: (config: GRUCellConfig) => new GRUCell(config),
  lstm: (config: LSTMConfig) => new LSTM(config),
  lstmCell: (config: LSTMCellConfig) => new LSTMCell(config),
  multiHeadAttention: (config: MultiHeadAttentionConfig) => new MultiHeadAttention(config),
  positionalEncoding: (config?: PositionalEncodingConfig) => new PositionalEncoding(config),
  positionEmbedding: (config: PositionEmbeddingConfig) => new PositionEmbedding(config),
  rotaryEmbedding: (config?: RotaryEmbeddingConfig) => new RotaryEmbedding(config),
  rnn: (config: RNNConfig) => new RNN(config),
  reshape: (config: ReshapeConfig) => new Reshape(config),
  simpleRNN: (config: SimpleRNNConfig) => new SimpleRNN(config),
  simpleRNNCell: (config: GatedCellConfig) => new SimpleRNNCell(config),
  stackedRNNCells: (config: StackedRNNCellsConfig) => new StackedRNNCells(config),
  transformerDecoder: (config: TransformerConfig) => new TransformerDecoder(config),
  transformerEncoder: (config: TransformerEncoderConfig) => new TransformerEncoder(config),
  timeDistributed: (config: TimeDistributedConfig) => new TimeDistributed(config),
};

/** Classes by the name that a saved model gives them. */
export const layerClasses: Readonly<Record<string, new (config: never) => Layer>> = {
  Activation,
  AdditiveAttention,
  Attention,
  Bidirectional,
  MultiHeadAttention,
  PositionalEncoding,
  PositionEmbedding,
  RotaryEmbedding,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  Reshape,
  RNN,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
};

export {
  Activation,
  AdditiveAttention,
  Attention,
  Bidirectional,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  GRU,
  GRUCell,
  LSTM,
  LSTMCell,
  MultiHeadAttention,
  PositionalEncoding,
  PositionEmbedding,
  Reshape,
  RNN,
  RotaryEmbedding,
  SimpleRNN,
  SimpleRNNCell,
  StackedRNNCells,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
};
