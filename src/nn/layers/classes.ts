// The layer classes, each under the name that a saved model gives it.

export { Activation, ELU, LeakyReLU, ReLU, Softmax } from "./activation-layers.ts";
export { ActivityRegularization } from "./activity-regularization.ts";
export { AdditiveAttention, Attention } from "./attention.ts";
export { BatchNormalization } from "./batch-normalization.ts";
export { Bidirectional } from "./bidirectional.ts";
export { CategoryEncoding } from "./category-encoding.ts";
export { ChainMarginals } from "./chain-marginals.ts";
export { Concatenate } from "./concatenate.ts";
export { Conv1D, Conv1DTranspose } from "./conv1d.ts";
export { Conv2D } from "./conv2d.ts";
export { CRF } from "./crf.ts";
export { Dense } from "./dense.ts";
export { DepthwiseConv1D, SeparableConv1D } from "./depthwise-conv1d.ts";
export { DiagonalStateSpace, DiagonalStateSpaceCell } from "./diagonal-state-space.ts";
export { Dot } from "./dot.ts";
export { AlphaDropout, Dropout, SpatialDropout1D } from "./dropout.ts";
export { Embedding } from "./embedding.ts";
export {
  GlobalAveragePooling1D,
  GlobalAveragePooling2D,
  GlobalMaxPooling1D,
  GlobalMaxPooling2D,
} from "./global-pooling.ts";
export { GroupNormalization } from "./group-normalization.ts";
export { GRU, GRUCell } from "./gru.ts";
export { Lambda } from "./lambda.ts";
export { LayerNormalization, RMSNormalization } from "./layer-normalization.ts";
export { LSTM, LSTMCell } from "./lstm.ts";
export { Masking } from "./masking.ts";
export { Add, Average, Maximum, Minimum, Multiply, Subtract } from "./merge.ts";
export { MultiHeadAttention } from "./multi-head-attention.ts";
export { GaussianDropout, GaussianNoise } from "./noise.ts";
export { AveragePooling1D, AveragePooling2D, MaxPooling1D, MaxPooling2D } from "./pooling.ts";
export { PositionalEncoding, PositionEmbedding, RotaryEmbedding } from "./positions.ts";
export { PReLU } from "./prelu.ts";
export { RNN, StackedRNNCells } from "./rnn.ts";
export { Flatten, Permute, RepeatVector, Reshape } from "./shape-layers.ts";
export { SimpleRNN, SimpleRNNCell } from "./simple-rnn.ts";
export { TCN } from "./tcn.ts";
export { TimeDistributed } from "./time-distributed.ts";
export { Cropping1D, UpSampling1D, ZeroPadding1D } from "./time-padding.ts";
export { TransformerDecoder, TransformerEncoder } from "./transformer.ts";
