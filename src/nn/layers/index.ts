// The layers by name: `layers.lstm({ units: 50 })`, and the classes under which saved models find them.

import type { Layer } from "../layer.ts";
import { Activation, ELU, LeakyReLU, ReLU, Softmax } from "./activation-layers.ts";
import { ActivityRegularization } from "./activity-regularization.ts";
import { AdditiveAttention, Attention } from "./attention.ts";
import { BatchNormalization } from "./batch-normalization.ts";
import { Bidirectional } from "./bidirectional.ts";
import { Concatenate } from "./concatenate.ts";
import { Conv1D, Conv1DTranspose } from "./conv1d.ts";
import { Conv2D } from "./conv2d.ts";
import { Dense } from "./dense.ts";
import { DepthwiseConv1D, SeparableConv1D } from "./depthwise-conv1d.ts";
import { Dot } from "./dot.ts";
import { AlphaDropout, Dropout, SpatialDropout1D } from "./dropout.ts";
import { Embedding } from "./embedding.ts";
import {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
} from "./global-pooling.ts";
import { GroupNormalization } from "./group-normalization.ts";
import { GRU, GRUCell } from "./gru.ts";
import { Lambda } from "./lambda.ts";
import { LayerNormalization, RMSNormalization } from "./layer-normalization.ts";
import { LSTM, LSTMCell } from "./lstm.ts";
import { Masking } from "./masking.ts";
import { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merge.ts";
import { MultiHeadAttention } from "./multi-head-attention.ts";
import { GaussianDropout, GaussianNoise } from "./noise.ts";
import { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D } from "./pooling.ts";
import { PositionalEncoding, PositionEmbedding, RotaryEmbedding } from "./positions.ts";
import { PReLU } from "./prelu.ts";
import { RNN, StackedRNNCells } from "./rnn.ts";
import { Flatten, Permute, RepeatVector, Reshape } from "./shape-layers.ts";
import { SimpleRNN, SimpleRNNCell } from "./simple-rnn.ts";
import { TCN } from "./tcn.ts";
import { TimeDistributed } from "./time-distributed.ts";
import { Cropping1D, UpSampling1D, ZeroPadding1D } from "./time-padding.ts";
import { TransformerDecoder, TransformerEncoder } from "./transformer.ts";

/** The constructor as a function, with the same options. */
const factory =
  <Config extends readonly unknown[], L extends Layer>(LayerClass: new (...config: Config) => L) =>
  (...config: Config): L =>
    new LayerClass(...config);

/** Makes layers. Each takes the options of its class. */
export const layers = {
  activation: factory(Activation),
  activityRegularization: factory(ActivityRegularization),
  add: factory(Add),
  additiveAttention: factory(AdditiveAttention),
  alphaDropout: factory(AlphaDropout),
  attention: factory(Attention),
  average: factory(Average),
  averagePooling1D: factory(AveragePooling1D),
  averagePooling2D: factory(AveragePooling2D),
  batchNormalization: factory(BatchNormalization),
  bidirectional: factory(Bidirectional),
  concatenate: factory(Concatenate),
  conv1D: factory(Conv1D),
  conv1DTranspose: factory(Conv1DTranspose),
  conv2D: factory(Conv2D),
  cropping1D: factory(Cropping1D),
  dense: factory(Dense),
  depthwiseConv1D: factory(DepthwiseConv1D),
  dot: factory(Dot),
  dropout: factory(Dropout),
  elu: factory(ELU),
  embedding: factory(Embedding),
  flatten: factory(Flatten),
  gaussianDropout: factory(GaussianDropout),
  gaussianNoise: factory(GaussianNoise),
  globalAveragePooling1D: factory(GlobalAveragePooling1D),
  globalAveragePooling2D: factory(GlobalAveragePooling2D),
  globalMaxPooling1D: factory(GlobalMaxPooling1D),
  globalMaxPooling2D: factory(GlobalMaxPooling2D),
  groupNormalization: factory(GroupNormalization),
  gru: factory(GRU),
  gruCell: factory(GRUCell),
  lambda: factory(Lambda),
  layerNormalization: factory(LayerNormalization),
  leakyReLU: factory(LeakyReLU),
  lstm: factory(LSTM),
  lstmCell: factory(LSTMCell),
  masking: factory(Masking),
  maximum: factory(Maximum),
  maxPooling1D: factory(MaxPooling1D),
  maxPooling2D: factory(MaxPooling2D),
  minimum: factory(Minimum),
  multiHeadAttention: factory(MultiHeadAttention),
  multiply: factory(Multiply),
  permute: factory(Permute),
  positionalEncoding: factory(PositionalEncoding),
  positionEmbedding: factory(PositionEmbedding),
  prelu: factory(PReLU),
  relu: factory(ReLU),
  repeatVector: factory(RepeatVector),
  reshape: factory(Reshape),
  rmsNormalization: factory(RMSNormalization),
  rnn: factory(RNN),
  rotaryEmbedding: factory(RotaryEmbedding),
  separableConv1D: factory(SeparableConv1D),
  simpleRNN: factory(SimpleRNN),
  simpleRNNCell: factory(SimpleRNNCell),
  softmax: factory(Softmax),
  spatialDropout1D: factory(SpatialDropout1D),
  stackedRNNCells: factory(StackedRNNCells),
  subtract: factory(Subtract),
  tcn: factory(TCN),
  timeDistributed: factory(TimeDistributed),
  transformerDecoder: factory(TransformerDecoder),
  transformerEncoder: factory(TransformerEncoder),
  upSampling1D: factory(UpSampling1D),
  zeroPadding1D: factory(ZeroPadding1D),
};

/** Classes by the name that a saved model gives them; without Lambda, whose function no file holds. */
export const layerClasses: Readonly<Record<string, new (config: never) => Layer>> = {
  Activation,
  ActivityRegularization,
  Add,
  AdditiveAttention,
  AlphaDropout,
  Attention,
  Average,
  AveragePooling1D,
  AveragePooling2D,
  BatchNormalization,
  Bidirectional,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Cropping1D,
  Dense,
  DepthwiseConv1D,
  Dot,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GroupNormalization,
  GRU,
  GRUCell,
  LayerNormalization,
  LeakyReLU,
  LSTM,
  LSTMCell,
  Masking,
  Maximum,
  MaxPooling1D,
  MaxPooling2D,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Permute,
  PositionalEncoding,
  PositionEmbedding,
  PReLU,
  ReLU,
  RepeatVector,
  Reshape,
  RMSNormalization,
  RNN,
  RotaryEmbedding,
  SeparableConv1D,
  SimpleRNN,
  SimpleRNNCell,
  Softmax,
  SpatialDropout1D,
  StackedRNNCells,
  Subtract,
  TCN,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  UpSampling1D,
  ZeroPadding1D,
};

export {
  Activation,
  ActivityRegularization,
  Add,
  AdditiveAttention,
  AlphaDropout,
  Attention,
  Average,
  AveragePooling1D,
  AveragePooling2D,
  BatchNormalization,
  Bidirectional,
  Concatenate,
  Conv1D,
  Conv1DTranspose,
  Conv2D,
  Cropping1D,
  Dense,
  DepthwiseConv1D,
  Dot,
  Dropout,
  ELU,
  Embedding,
  Flatten,
  GaussianDropout,
  GaussianNoise,
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
  GRU,
  GRUCell,
  GroupNormalization,
  Lambda,
  LayerNormalization,
  LeakyReLU,
  LSTM,
  LSTMCell,
  Masking,
  Maximum,
  MaxPooling1D,
  MaxPooling2D,
  Minimum,
  MultiHeadAttention,
  Multiply,
  Permute,
  PositionalEncoding,
  PositionEmbedding,
  PReLU,
  ReLU,
  RepeatVector,
  Reshape,
  RMSNormalization,
  RNN,
  RotaryEmbedding,
  SeparableConv1D,
  SimpleRNN,
  SimpleRNNCell,
  Softmax,
  SpatialDropout1D,
  StackedRNNCells,
  Subtract,
  TCN,
  TimeDistributed,
  TransformerDecoder,
  TransformerEncoder,
  UpSampling1D,
  ZeroPadding1D,
};
