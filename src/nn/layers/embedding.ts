// Embedding: a row of a table for each id.

import { notEqual } from "../../graph/ops/arithmetic.ts";
import { gather } from "../../graph/ops/gather.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { Initializer } from "../initializers.ts";
import {
  type CallContext,
  checkOptions,
  commonOptions,
  Layer,
  type LayerConfig,
  positiveInteger,
  type Weight,
} from "../layer.ts";

export interface EmbeddingConfig extends LayerConfig {
  /** Rows of the table: ids run from 0 to inputDim - 1. */
  readonly inputDim: number;
  /** Width of a row. */
  readonly outputDim: number;
  /** Take id 0 for padding, which the layers that follow leave out. Default false. */
  readonly maskZero?: boolean;
  /** Default "randomUniform": between -0.05 and 0.05. */
  readonly embeddingsInitializer?: Initializer;
}

const options = [...commonOptions, "inputDim", "outputDim", "maskZero", "embeddingsInitializer"];

/** Rows of a table: int32 ids [B, ...] -> [B, ..., outputDim]. Weights: embeddings [inputDim, outputDim]. */
export class Embedding extends Layer {
  readonly className = "Embedding";
  override readonly config: EmbeddingConfig;
  #embeddings: Weight | undefined;

  constructor(config: EmbeddingConfig) {
    super(config);
    checkOptions("Embedding", config, options);
    positiveInteger("Embedding", "inputDim", config.inputDim);
    positiveInteger("Embedding", "outputDim", config.outputDim);
    this.config = config;
  }

  override get inputDtype(): DType {
    return "int32";
  }

  protected override build(input: TensorType): void {
    if (input.dtype !== "int32" && input.dtype !== "int64")
      throw this.fault(`wants ids as int32, got ${input.dtype}`);
    const { inputDim, outputDim, embeddingsInitializer = "randomUniform" } = this.config;
    this.#embeddings = this.addWeight("embeddings", [inputDim, outputDim], embeddingsInitializer);
  }

  /** A table has rows for any number of ids. */
  protected override fits(): boolean {
    return true;
  }

  override call(ids: Tensor, { value }: CallContext): Tensor {
    if (this.#embeddings === undefined) throw this.fault("was called before it was built");
    return gather(value(this.#embeddings), ids);
  }

  override computeMask(ids: Tensor): Tensor | undefined {
    return this.config.maskZero === true ? notEqual(ids, 0) : undefined;
  }
}
