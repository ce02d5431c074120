// What a network reads and gives, and what is seen of it when it is traced.

import type { Tensor } from "../graph/tensor.ts";
import type { CallContext, Layer, LayerApplication, LayerTensor, Mask, Traced } from "../nn/layer.ts";
import type { InputShape } from "../nn/open-length.ts";
import type { DType } from "../tensor/dtype.ts";

/** An input of a network. */
export interface NetworkInput {
  readonly name: string;
  /** Shape of one sample: without the batch axis. `null` is open. */
  readonly shape: InputShape;
  readonly dtype: DType;
  /** The layer that reads it first, for messages. */
  readonly reader: string;
  /** Where a table reads it: ids run from 0 to `count - 1`. */
  readonly ids: { readonly count: number; readonly layer: string } | undefined;
}

/** An output of a network. */
export interface NetworkOutput {
  readonly name: string;
  /** Shape of one sample: without the batch axis. `null` is open: it depends on the number of steps. */
  readonly shape: InputShape;
  /** The layer that gives it, for messages. */
  readonly layer: string;
}

/** Which tensor a layer reads: an output of a call of another one, counted from 0, or an input, of which both numbers are 0. */
export interface TensorSource {
  readonly name: string;
  readonly call: number;
  readonly output: number;
}

/** What one call of a layer gave when the network was traced. */
export interface LayerCall extends Traced {
  readonly layer: Layer;
  /** What it reads, as inputs and then among its options. */
  readonly from: readonly TensorSource[];
}

/** A call of a layer with what it reads and the shapes of what it gives. */
export interface LayerRow {
  readonly layer: Layer;
  readonly from: readonly TensorSource[];
  /** `null` is open, as is the batch axis. */
  readonly shapes: readonly InputShape[];
  readonly dtypes: readonly DType[];
}

/** What a network gave when it was traced. */
export interface NetworkTrace extends Traced {
  readonly calls: readonly LayerCall[];
}

/** How a functional model's layers are called: what it starts from, the calls in order, and what it gives. */
export interface NetworkStructure {
  readonly starts: readonly LayerTensor[];
  readonly ends: readonly LayerTensor[];
  readonly calls: readonly LayerApplication[];
}

/** A network, as far as those must know it that do not train it. */
export interface NetworkLike {
  readonly className: string;
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly Layer[];
  readonly inputs: readonly NetworkInput[];
  readonly outputNames: readonly string[];
  /** `undefined` for a stack, whose layers stand in the order of their calls. */
  readonly structure: NetworkStructure | undefined;
  /** What each layer gives, in the order of computation. */
  readonly layerRows: readonly LayerRow[];
  trace(inputs: readonly Tensor[], masks: readonly Mask[], context: CallContext): NetworkTrace;
}
