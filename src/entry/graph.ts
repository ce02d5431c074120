// What `import … from "recurra/graph"` gives: the functional core, on which the layers stand and a user's own cells can.

import "../graph/chain.ts";

export { Graph } from "../graph/graph.ts";
export {
  add,
  cast,
  clip,
  div,
  equal,
  greater,
  greaterEqual,
  less,
  lessEqual,
  log,
  logicalAnd,
  logicalNot,
  logicalOr,
  maximum,
  minimum,
  mul,
  neg,
  notEqual,
  pow,
  select,
  stopGradient,
  sub,
} from "../graph/ops/arithmetic.ts";
export {
  type AttentionOptions,
  type AttentionResult,
  scaledDotProductAttention,
} from "../graph/ops/attention.ts";
export { checkpoint } from "../graph/ops/checkpoint.ts";
export {
  type Conv1dOptions,
  type Conv1dTransposeOptions,
  type Conv2dOptions,
  conv1d,
  conv1dTranspose,
  conv2d,
  type DepthwiseConv1dOptions,
  depthwiseConv1d,
} from "../graph/ops/conv.ts";
export { einsum } from "../graph/ops/einsum.ts";
export {
  abs,
  cos,
  erf,
  exp,
  floor,
  gelu,
  relu,
  round,
  sigmoid,
  sign,
  sin,
  softplus,
  sqrt,
  square,
  tanh,
} from "../graph/ops/functions.ts";
export { gather, oneHot, pick, scatterAdd } from "../graph/ops/gather.ts";
export { gru } from "../graph/ops/gru.ts";
export { concat, pad, reverse, slice, split, stack, swapAxes, take, transpose } from "../graph/ops/layout.ts";
export { constant, dropoutMask, randomNormal, randomUniform, scalar } from "../graph/ops/leaf.ts";
export { lstm } from "../graph/ops/lstm.ts";
export { type MatmulOptions, matmul } from "../graph/ops/matmul.ts";
export { multiHeadAttention } from "../graph/ops/multi-head.ts";
export { layerNorm, rmsNorm } from "../graph/ops/normalize.ts";
export {
  averagePool1d,
  averagePool2d,
  maxPool1d,
  maxPool2d,
  type Pool1dOptions,
  type Pool2dOptions,
} from "../graph/ops/pool.ts";
export {
  argmax,
  cumsum,
  logSoftmax,
  logSumExp,
  max,
  mean,
  min,
  softmax,
  standardDeviation,
  variance,
} from "../graph/ops/reduce.ts";
export { type Scanned, type ScanOptions, scan } from "../graph/ops/scan.ts";
export { simpleRnn } from "../graph/ops/simple-rnn.ts";
export {
  broadcastTo,
  expandDims,
  ones,
  type ReduceOptions,
  reshape,
  squeeze,
  sum,
  zeros,
} from "../graph/ops/sum.ts";
export type { Padding } from "../graph/ops/window.ts";
export { Tensor, type TensorType } from "../graph/tensor.ts";
export { grad, valueAndGrad } from "../graph/trace.ts";
export type { Tree } from "../graph/tree.ts";
export { RecurraError } from "../platform/error.ts";
export { type JitOptions, type Jitted, jit } from "../runtime/jit.ts";
export { NdArray, ndarray } from "../tensor/nd-array.ts";
export { Random } from "../tensor/random.ts";
