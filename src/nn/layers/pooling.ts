// Pooling over windows: MaxPooling1D, AveragePooling1D, MaxPooling2D, AveragePooling2D.

import { averagePool1d, averagePool2d, maxPool1d, maxPool2d } from "../../graph/ops/pool.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerConfig } from "../layer.ts";
import { checkConfig, countOrList, oneOf } from "../layer-options.ts";
import { type Pair, pair, type Single, single } from "./convolution.ts";
import { Unmasked } from "./unmasked.ts";

interface PoolingConfig<Extent> extends LayerConfig {
  /** Steps of a window. Default 2. */
  readonly poolSize?: Extent;
  /** Steps from a window to the next. Default: poolSize. */
  readonly strides?: Extent;
  /** "same": ⌈T / strides⌉ windows, the last of which may be partial. Default "valid": whole windows only. */
  readonly padding?: "valid" | "same";
}

/** Steps stand for rows and columns in two dimensions. */
export type Pooling1DConfig = PoolingConfig<Single>;
export type Pooling2DConfig = PoolingConfig<Pair>;

const kinds = (dimensions: number) => ({
  poolSize: countOrList(dimensions),
  strides: countOrList(dimensions),
  padding: oneOf("valid", "same"),
});

/**
 * A window and its stride along an axis, no longer than it can tell: a stride over the whole axis leaves one window, and a window twice
 * as long as the axis holds all of it wherever it is.
 */
function bounded(length: number, size: number, stride: number, padding: "valid" | "same") {
  return {
    size: padding === "same" ? Math.min(size, 2 * length + 1) : size,
    stride: Math.min(stride, length),
  };
}

abstract class Pooling1D extends Unmasked {
  override readonly config: Pooling1DConfig;

  constructor(className: string, config: Pooling1DConfig) {
    super(config);
    checkConfig(className, config, kinds(1));
    this.config = config;
  }

  protected abstract readonly pool: typeof maxPool1d;

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    const { poolSize = 2, strides = poolSize, padding = "valid" } = this.config;
    const { size, stride } = bounded(x.shape[1] ?? 0, single(poolSize), single(strides), padding);
    return this.pool(x, size, { stride, padding });
  }
}

/** The largest of each feature in each window: [B, T, F] -> [B, T', F]. */
export class MaxPooling1D extends Pooling1D {
  readonly className = "MaxPooling1D";
  protected readonly pool = maxPool1d;

  constructor(config: Pooling1DConfig = {}) {
    super("MaxPooling1D", config);
  }
}

/** The mean of each feature in each window, padding left out: [B, T, F] -> [B, T', F]. */
export class AveragePooling1D extends Pooling1D {
  readonly className = "AveragePooling1D";
  protected readonly pool = averagePool1d;

  constructor(config: Pooling1DConfig = {}) {
    super("AveragePooling1D", config);
  }
}

abstract class Pooling2D extends Unmasked {
  override readonly config: Pooling2DConfig;

  constructor(className: string, config: Pooling2DConfig) {
    super(config);
    checkConfig(className, config, kinds(2));
    this.config = config;
  }

  protected abstract readonly pool: typeof maxPool2d;

  override call(x: Tensor): Tensor {
    this.expectRank(x, 4, "[batch, rows, columns, features]");
    const { poolSize = 2, strides = poolSize, padding = "valid" } = this.config;
    const [sizes, apart] = [pair(poolSize), pair(strides)];
    const [, rows = 0, columns = 0] = x.shape;
    const down = bounded(rows, sizes[0], apart[0], padding);
    const across = bounded(columns, sizes[1], apart[1], padding);
    return this.pool(x, [down.size, across.size], { strides: [down.stride, across.stride], padding });
  }
}

/** The largest of each feature in each window: [B, H, W, F] -> [B, H', W', F]. */
export class MaxPooling2D extends Pooling2D {
  readonly className = "MaxPooling2D";
  protected readonly pool = maxPool2d;

  constructor(config: Pooling2DConfig = {}) {
    super("MaxPooling2D", config);
  }
}

/** The mean of each feature in each window, padding left out: [B, H, W, F] -> [B, H', W', F]. */
export class AveragePooling2D extends Pooling2D {
  readonly className = "AveragePooling2D";
  protected readonly pool = averagePool2d;

  constructor(config: Pooling2DConfig = {}) {
    super("AveragePooling2D", config);
  }
}
