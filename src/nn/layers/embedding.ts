// Embedding: a row of a table for each id.

import { notEqual } from "../../graph/ops/arithmetic.ts";
import { gather } from "../../graph/ops/gather.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { checkConfig, count, flag } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";

export interface EmbeddingConfig extends LayerConfig, ActivityOption, WeightRules<"embeddings"> {
  /** Rows of the table: ids run from 0 to inputDim - 1. */
  readonly inputDim: number;
  /** Width of a row. */
  readonly outputDim: number;
  /** Take id 0 for padding, which the layers that follow leave out. Default false. */
  readonly maskZero?: boolean;
  /** Default "randomUniform": between -0.05 and 0.05. */
  readonly embeddingsInitializer?: Initializer;
}

const kinds = {
  inputDim: count,
  outputDim: count,
  maskZero: flag,
  ...weightKinds("embeddings"),
  ...activityKinds,
};

/** Rows of a table: int32 ids [B, ...] -> [B, ..., outputDim]. Weights: embeddings [inputDim, outputDim]. */
export class Embedding extends Layer {
  readonly className = "Embedding";
  override readonly config: EmbeddingConfig;
  #embeddings: Weight | undefined;

  constructor(config: EmbeddingConfig) {
    super(config);
    checkConfig("Embedding", config, kinds, ["inputDim", "outputDim"]);
    this.config = config;
  }

  override get inputDtype(): DType {
    return "int32";
  }

  protected override build(input: TensorType): void {
    if (input.dtype !== "int32" && input.dtype !== "int64")
      throw this.fault(`wants ids as int32, got ${input.dtype}`);
    const { inputDim, outputDim, embeddingsInitializer = "randomUniform" } = this.config;
    const rules = weightRules(this.config, "embeddings");
    this.#embeddings = this.addWeight("embeddings", [inputDim, outputDim], embeddingsInitializer, rules);
  }

  /** A table has rows for any number of ids. */
  protected override fits(): boolean {
    return true;
  }

  override call(ids: Tensor, context: CallContext): Tensor {
    if (this.#embeddings === undefined) throw this.fault("was called before it was built");
    return penalized(gather(context.value(this.#embeddings), ids), this.config, context);
  }

  override computeMask(ids: Tensor): Tensor | undefined {
    return this.config.maskZero === true ? notEqual(ids, 0) : undefined;
  }
}
