// The layers by name: `layers.lstm({ units: 50 })`, and the classes under which saved models find them.

import type { Layer } from "../layer.ts";
import { Dense, type DenseConfig } from "./dense.ts";
import { Embedding, type EmbeddingConfig } from "./embedding.ts";
import { GRU, type GRUConfig } from "./gru.ts";
import { LSTM, type LSTMConfig } from "./lstm.ts";
import {
  Activation,
  type ActivationConfig,
  Dropout,
  type DropoutConfig,
  Flatten,
  Reshape,
  type ReshapeConfig,
} from "./simple.ts";
import { SimpleRNN, type SimpleRNNConfig } from "./simple-rnn.ts";
import { TimeDistributed, type TimeDistributedConfig } from "./time-distributed.ts";

/** Makes layers. Each takes the options of its class. */
export const layers = {
  activation: (config: ActivationConfig) => new Activation(config),
  dense: (config: DenseConfig) => new Dense(config),
  dropout: (config: DropoutConfig) => new Dropout(config),
  embedding: (config: EmbeddingConfig) => new Embedding(config),
  flatten: (config?: ConstructorParameters<typeof Flatten>[0]) => new Flatten(config),
  gru: (config: GRUConfig) => new GRU(config),
  lstm: (config: LSTMConfig) => new LSTM(config),
  reshape: (config: ReshapeConfig) => new Reshape(config),
  simpleRNN: (config: SimpleRNNConfig) => new SimpleRNN(config),
  timeDistributed: (config: TimeDistributedConfig) => new TimeDistributed(config),
};

/** Classes by the name that a saved model gives them. */
export const layerClasses: Readonly<Record<string, new (config: never) => Layer>> = {
  Activation,
  Dense,
  Dropout,
  Embedding,
  Flatten,
  GRU,
  LSTM,
  Reshape,
  SimpleRNN,
  TimeDistributed,
};

export { Activation, Dense, Dropout, Embedding, Flatten, GRU, LSTM, Reshape, SimpleRNN, TimeDistributed };
