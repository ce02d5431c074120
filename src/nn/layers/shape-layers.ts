// Layers that put the same elements into another shape: Flatten, Reshape, Permute, RepeatVector.

import { transpose } from "../../graph/ops/layout.ts";
import { broadcastTo, expandDims, reshape } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { Shape } from "../../tensor/shape.ts";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import type { LayerConfig } from "../layer.ts";
import { checkConfig, count, formatInput, kind, wholeList } from "../layer-options.ts";
import { Unmasked } from "./unmasked.ts";

/** Makes one axis of all but the batch: [B, ...] -> [B, n]. */
export class Flatten extends Unmasked {
  readonly className = "Flatten";

  constructor(config: LayerConfig = {}) {
    super(config);
    checkConfig("Flatten", config, {});
  }

  override call(x: Tensor): Tensor {
    const [batch = 0, ...rest] = x.shape;
    return reshape(x, [batch, sizeOf(rest)]);
  }
}

export interface ReshapeConfig extends LayerConfig {
  /** The shape of one sample; one dimension may be -1, and is then worked out. */
  readonly targetShape: Shape;
}

const targetShape = wholeList(
  "a list of positive whole numbers, one of which may be -1",
  (dimension) => dimension > 0 || dimension === -1,
);

/** The same elements in another shape: [B, ...] -> [B, ...targetShape]. */
export class Reshape extends Unmasked {
  readonly className = "Reshape";
  override readonly config: ReshapeConfig;

  constructor(config: ReshapeConfig) {
    super(config);
    checkConfig("Reshape", config, { targetShape }, ["targetShape"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const [batch = 0, ...rest] = x.shape;
    const { targetShape } = this.config;
    const open = targetShape.indexOf(-1);
    const known = targetShape.reduce(
      (product, dimension) => (dimension === -1 ? product : product * dimension),
      1,
    );
    const shape = open < 0 ? targetShape : targetShape.with(open, sizeOf(rest) / known);
    const isWhole = shape.every((dimension) => Number.isInteger(dimension) && dimension > 0);
    if (sizeOf(shape) !== sizeOf(rest) || !isWhole) {
      throw this.fault(`cannot give ${formatInput(x)} the shape ${formatShape(targetShape)}`);
    }
    return reshape(x, [batch, ...shape]);
  }
}

export interface PermuteConfig extends LayerConfig {
  /** The axes of the input in their new order, counted from 1, which is the first after the batch. */
  readonly dims: readonly number[];
}

const dims = kind("the axes from 1 up in some order, each once", (value) => {
  if (!Array.isArray(value) || value.length === 0) return false;
  return value.toSorted((a, b) => a - b).every((axis, i) => axis === i + 1);
});

/** The axes of a sample in another order: with `dims: [2, 1]`, [B, T, F] -> [B, F, T]. */
export class Permute extends Unmasked {
  readonly className = "Permute";
  override readonly config: PermuteConfig;

  constructor(config: PermuteConfig) {
    super(config);
    checkConfig("Permute", config, { dims }, ["dims"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const { dims } = this.config;
    if (x.rank !== dims.length + 1) {
      throw this.fault(`puts ${dims.length} axes in order, ${formatShape(dims)}, got ${formatInput(x)}`);
    }
    return transpose(x, [0, ...dims]);
  }
}

export interface RepeatVectorConfig extends LayerConfig {
  /** How many times. */
  readonly n: number;
}

/** Repeats a vector at each of n steps: [B, F] -> [B, n, F]. */
export class RepeatVector extends Unmasked {
  readonly className = "RepeatVector";
  override readonly config: RepeatVectorConfig;

  constructor(config: RepeatVectorConfig) {
    super(config);
    checkConfig("RepeatVector", config, { n: count }, ["n"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 2, "[batch, features]");
    const [batch = 0, features = 0] = x.shape;
    return broadcastTo(expandDims(x, 1), [batch, this.config.n, features]);
  }
}
