// Embedding: a row of a table for each id.

import { notEqual } from "../../graph/ops/arithmetic.ts";
import { gather } from "../../graph/ops/gather.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { formatShape, sameShape } from "../../tensor/shape.ts";
import { type ActivityOption, activityKinds, penalized } from "../activity-penalty.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Mask, type Weight } from "../layer.ts";
import { checkConfig, count, flag, formatInput, kind, type OptionKind } from "../layer-options.ts";
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
  /**
   * The table to begin with, [inputDim, outputDim], such as vectors of words that were trained elsewhere; with `trainable: false` it stays.
   * A saved model has it among its weights.
   */
  readonly weights?: NdArray;
}

const table: OptionKind = kind("an NdArray [inputDim, outputDim]", (value) => value instanceof NdArray);

const kinds = {
  inputDim: count,
  outputDim: count,
  maskZero: flag,
  weights: table,
  ...weightKinds("embeddings"),
  ...activityKinds,
};

/**
 * Rows of a table: int32 ids [B, ...] -> [B, ..., outputDim]. Weights: embeddings [inputDim, outputDim].
 *
 * A call with `{ reverse: true }` goes the other way with the same table: x [B, ..., outputDim] -> x·tableᵀ [B, ..., inputDim], the
 * scores of all ids. So a language model's input and output share their weights:
 *
 *     const table = layers.embedding({ inputDim: 5000, outputDim: 128 });
 *     const h = layers.lstm({ units: 128, returnSequences: true }).apply(table.apply(ids));
 *     const logits = table.apply(h, { reverse: true });
 *
 * Source: Press & Wolf, EACL 2017; Keras' ReversibleEmbedding.
 */
export class Embedding extends Layer {
  readonly className = "Embedding";
  override readonly config: EmbeddingConfig;
  /** What the table begins with; it is none of the config, which is saved. */
  readonly #given: NdArray | undefined;
  #embeddings: Weight | undefined;

  constructor(config: EmbeddingConfig) {
    super(config);
    checkConfig("Embedding", config, kinds, ["inputDim", "outputDim"]);
    const { weights, ...saved } = config;
    const wanted = [config.inputDim, config.outputDim];
    if (weights !== undefined && !sameShape(weights.shape, wanted))
      throw this.fault(`wants weights ${formatShape(wanted)}, got ${formatShape(weights.shape)}`);
    this.config = saved;
    this.#given = weights?.astype("float32");
  }

  override get inputDtype(): DType {
    return "int32";
  }

  override get callOptions(): readonly string[] {
    return ["reverse"];
  }

  protected override build(): void {
    const { inputDim, outputDim, embeddingsInitializer = "randomUniform" } = this.config;
    const rules = weightRules(this.config, "embeddings");
    const given = this.#given;
    const initializer = given === undefined ? embeddingsInitializer : () => given;
    this.#embeddings = this.addWeight("embeddings", [inputDim, outputDim], initializer, rules);
  }

  /** A table has rows for any number of ids. */
  protected override fits(): boolean {
    return true;
  }

  override call(x: Tensor, context: CallContext): Tensor {
    if (this.#embeddings === undefined) throw this.fault("was called before it was built");
    const table = context.value(this.#embeddings);
    if (context.options.reverse === true) {
      const { outputDim } = this.config;
      if (!isFloat(x.dtype) || x.rank < 2 || x.shape.at(-1) !== outputDim)
        throw this.fault(`wants [batch, ..., ${outputDim}] to read in reverse, got ${formatInput(x)}`);
      return matmul(x, table, { transposeB: true });
    }
    if (x.dtype !== "int32" && x.dtype !== "int64") throw this.fault(`wants ids as int32, got ${x.dtype}`);
    return penalized(gather(table, x), this.config, context);
  }

  override computeMask(x: Tensor, mask: Mask): Mask {
    if (isFloat(x.dtype)) return mask; // in reverse
    return this.config.maskZero === true ? notEqual(x, 0) : undefined;
  }
}
