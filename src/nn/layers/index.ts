// The layers by name: `layers.lstm({ units: 50 })`, and the classes under which saved models find them.

import type { Layer } from "../layer.ts";
import * as classes from "./classes.ts";

/** The constructor as a function, with the same options. */
const factory =
  <Config extends readonly unknown[], L extends Layer>(LayerClass: new (...config: Config) => L) =>
  (...config: Config): L =>
    new LayerClass(...config);

/** Makes layers. Each takes the options of its class. */
export const layers = {
  activation: factory(classes.Activation),
  activityRegularization: factory(classes.ActivityRegularization),
  add: factory(classes.Add),
  additiveAttention: factory(classes.AdditiveAttention),
  alphaDropout: factory(classes.AlphaDropout),
  attention: factory(classes.Attention),
  average: factory(classes.Average),
  averagePooling1D: factory(classes.AveragePooling1D),
  averagePooling2D: factory(classes.AveragePooling2D),
  batchNormalization: factory(classes.BatchNormalization),
  bidirectional: factory(classes.Bidirectional),
  categoryEncoding: factory(classes.CategoryEncoding),
  chainMarginals: factory(classes.ChainMarginals),
  concatenate: factory(classes.Concatenate),
  conv1D: factory(classes.Conv1D),
  conv1DTranspose: factory(classes.Conv1DTranspose),
  conv2D: factory(classes.Conv2D),
  crf: factory(classes.CRF),
  cropping1D: factory(classes.Cropping1D),
  dense: factory(classes.Dense),
  depthwiseConv1D: factory(classes.DepthwiseConv1D),
  diagonalStateSpace: factory(classes.DiagonalStateSpace),
  diagonalStateSpaceCell: factory(classes.DiagonalStateSpaceCell),
  dot: factory(classes.Dot),
  dropout: factory(classes.Dropout),
  elu: factory(classes.ELU),
  embedding: factory(classes.Embedding),
  flatten: factory(classes.Flatten),
  gaussianDropout: factory(classes.GaussianDropout),
  gaussianNoise: factory(classes.GaussianNoise),
  globalAveragePooling1D: factory(classes.GlobalAveragePooling1D),
  globalAveragePooling2D: factory(classes.GlobalAveragePooling2D),
  globalMaxPooling1D: factory(classes.GlobalMaxPooling1D),
  globalMaxPooling2D: factory(classes.GlobalMaxPooling2D),
  groupNormalization: factory(classes.GroupNormalization),
  gru: factory(classes.GRU),
  gruCell: factory(classes.GRUCell),
  lambda: factory(classes.Lambda),
  layerNormalization: factory(classes.LayerNormalization),
  leakyReLU: factory(classes.LeakyReLU),
  lstm: factory(classes.LSTM),
  lstmCell: factory(classes.LSTMCell),
  masking: factory(classes.Masking),
  maximum: factory(classes.Maximum),
  maxPooling1D: factory(classes.MaxPooling1D),
  maxPooling2D: factory(classes.MaxPooling2D),
  minimum: factory(classes.Minimum),
  multiHeadAttention: factory(classes.MultiHeadAttention),
  multiply: factory(classes.Multiply),
  permute: factory(classes.Permute),
  positionalEncoding: factory(classes.PositionalEncoding),
  positionEmbedding: factory(classes.PositionEmbedding),
  prelu: factory(classes.PReLU),
  relu: factory(classes.ReLU),
  repeatVector: factory(classes.RepeatVector),
  reshape: factory(classes.Reshape),
  rmsNormalization: factory(classes.RMSNormalization),
  rnn: factory(classes.RNN),
  rotaryEmbedding: factory(classes.RotaryEmbedding),
  separableConv1D: factory(classes.SeparableConv1D),
  simpleRNN: factory(classes.SimpleRNN),
  simpleRNNCell: factory(classes.SimpleRNNCell),
  softmax: factory(classes.Softmax),
  spatialDropout1D: factory(classes.SpatialDropout1D),
  stackedRNNCells: factory(classes.StackedRNNCells),
  subtract: factory(classes.Subtract),
  tcn: factory(classes.TCN),
  timeDistributed: factory(classes.TimeDistributed),
  transformerDecoder: factory(classes.TransformerDecoder),
  transformerEncoder: factory(classes.TransformerEncoder),
  upSampling1D: factory(classes.UpSampling1D),
  zeroPadding1D: factory(classes.ZeroPadding1D),
};

const { Lambda: _, ...saved } = classes;

/** Classes by the name that a saved model gives them; without Lambda, whose function no file holds. */
export const layerClasses: Readonly<Record<string, new (config: never) => Layer>> = saved;
