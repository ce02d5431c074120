// A network as JSON: how a saved model describes its layers and their connections, and how they are made again.

import type { InputShape } from "../nn/open-length.ts";
import type { DType } from "../tensor/dtype.ts";

/** A layer as config.json holds it. */
export interface LayerRecord {
  readonly className: string;
  readonly config: Readonly<Record<string, unknown>>;
  /** Of a layer that stands in several places: its number among the layers that are written out, in the order in which they end. */
  readonly same?: number | undefined;
}

/** Where a tensor of a functional model comes from: an input, or an output of a call. */
export type TensorRecord = { readonly input: number } | { readonly call: number; readonly output: number };

/** One call of a layer. Tensors among the options stand as `{ tensor: … }`. */
export interface CallRecord {
  /** Its place in the list of layers. */
  readonly layer: number;
  readonly inputs: readonly TensorRecord[];
  readonly options?: Readonly<Record<string, unknown>> | undefined;
}

/** A network: a stack of layers, or a functional model with its inputs, calls and outputs. */
export interface NetworkRecord {
  readonly className: string;
  readonly name: string;
  readonly seed: number;
  readonly layers: readonly LayerRecord[];
  readonly inputs?:
    | readonly { readonly name: string; readonly shape: InputShape; readonly dtype: DType }[]
    | undefined;
  readonly calls?: readonly CallRecord[] | undefined;
  readonly outputs?: readonly { readonly name: string; readonly tensor: TensorRecord }[] | undefined;
}
