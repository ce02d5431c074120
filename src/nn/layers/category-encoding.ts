// CategoryEncoding: ids as vectors of zeros and ones, or of counts.

import { oneHot } from "../../graph/ops/gather.ts";
import { max } from "../../graph/ops/reduce.ts";
import { sum } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import type { LayerConfig } from "../layer.ts";
import { checkConfig, count, oneOf } from "../layer-options.ts";
import { Unmasked } from "./unmasked.ts";

export interface CategoryEncodingConfig extends LayerConfig {
  /** Ids run from 0 to numTokens - 1; another is a vector of zeros. */
  readonly numTokens: number;
  /**
   * "oneHot": a vector for each id, [B, ...] -> [B, ..., numTokens]. "multiHot": which ids there are, and "count": how often, among those
   * of the last axis, [B, ..., T] -> [B, ..., numTokens]. Default "multiHot".
   */
  readonly outputMode?: "oneHot" | "multiHot" | "count";
}

/**
 * Ids as vectors: int32 [B, T] -> [B, numTokens], or [B, T, numTokens] with `outputMode: "oneHot"`. It learns nothing.
 *
 *     sequential([layers.categoryEncoding({ numTokens: 57, outputMode: "oneHot", inputShape: [40] }), layers.lstm({ units: 128 })])
 *
 * Source: Keras' CategoryEncoding.
 */
export class CategoryEncoding extends Unmasked {
  readonly className = "CategoryEncoding";
  override readonly config: CategoryEncodingConfig;

  constructor(config: CategoryEncodingConfig) {
    super(config);
    checkConfig(
      "CategoryEncoding",
      config,
      { numTokens: count, outputMode: oneOf("oneHot", "multiHot", "count") },
      ["numTokens"],
    );
    this.config = config;
  }

  override get inputDtype(): DType {
    return "int32";
  }

  override call(x: Tensor): Tensor {
    const { numTokens, outputMode = "multiHot" } = this.config;
    if (x.dtype !== "int32" && x.dtype !== "int64") throw this.fault(`wants ids as int32, got ${x.dtype}`);
    if (outputMode !== "oneHot" && x.rank < 2) this.expectRank(x, 2, "[batch, ids]");
    const vectors = oneHot(x, numTokens);
    if (outputMode === "oneHot") return vectors;
    return outputMode === "count" ? sum(vectors, -2) : max(vectors, -2);
  }
}
