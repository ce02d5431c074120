// Linear maps without weights, as layers: a moving average over a window, a curve through some points, numbers that are added.

import { add } from "../../../graph/ops/arithmetic.ts";
import { constant } from "../../../graph/ops/leaf.ts";
import { matmul } from "../../../graph/ops/matmul.ts";
import type { Tensor } from "../../../graph/tensor.ts";
import { Layer, type LayerConfig } from "../../../nn/layer.ts";
import { checkConfig, count, kind } from "../../../nn/layer-options.ts";
import { NdArray } from "../../../tensor/nd-array.ts";

/** x · matrix over the last axis. */
function mapped(
  x: Tensor,
  rows: number,
  columns: number,
  at: (row: number, column: number) => number,
): Tensor {
  const data = Float32Array.from({ length: rows * columns }, (_, i) =>
    at(Math.floor(i / columns), i % columns),
  );
  return matmul(x, constant(new NdArray(data, [rows, columns])));
}

export interface MovingAverageConfig extends LayerConfig {
  /** Steps that are averaged, odd. */
  readonly kernelSize: number;
}

/** The centred moving average of a window, its first and last value repeated beyond its ends: [B, L] -> [B, L]. */
export class MovingAverage extends Layer {
  readonly className = "MovingAverage";
  override readonly config: MovingAverageConfig;

  constructor(config: MovingAverageConfig) {
    super(config);
    checkConfig("MovingAverage", config, { kernelSize: count }, ["kernelSize"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const length = x.shape.at(-1) ?? 0;
    const half = Math.floor(this.config.kernelSize / 2);
    const share = 1 / (2 * half + 1);
    return mapped(x, length, length, (from, to) => {
      const inside = Math.abs(from - to) <= half ? 1 : 0;
      const before = from === 0 ? Math.max(0, half - to) : 0;
      const after = from === length - 1 ? Math.max(0, to + half - (length - 1)) : 0;
      return share * (inside + before + after);
    });
  }
}

export interface InterpolationConfig extends LayerConfig {
  /** Points of the curve that comes out. */
  readonly steps: number;
}

/** The polygon through points that are evenly spread over the steps, each in the middle of its share: [B, ..., K] -> [B, ..., steps]. */
export class Interpolation extends Layer {
  readonly className = "Interpolation";
  override readonly config: InterpolationConfig;

  constructor(config: InterpolationConfig) {
    super(config);
    checkConfig("Interpolation", config, { steps: count }, ["steps"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const points = x.shape.at(-1) ?? 0;
    const { steps } = this.config;
    return mapped(x, points, steps, (point, step) => {
      const place = Math.min(Math.max(((step + 0.5) * points) / steps - 0.5, 0), points - 1);
      return Math.max(0, 1 - Math.abs(place - point));
    });
  }
}

export interface OffsetConfig extends LayerConfig {
  /** What is added, one number for each feature. */
  readonly offsets: readonly number[];
}

/** Adds fixed numbers: [B, ..., F] -> [B, ..., F]. */
export class Offset extends Layer {
  readonly className = "Offset";
  override readonly config: OffsetConfig;

  constructor(config: OffsetConfig) {
    super(config);
    checkConfig("Offset", config, { offsets: numbers }, ["offsets"]);
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const { offsets } = this.config;
    return add(x, constant(new NdArray(Float32Array.from(offsets), [offsets.length])));
  }
}

const numbers = kind("a list of numbers", (value) => Array.isArray(value) && value.every(Number.isFinite));

/** The layer classes of the networks that the library's own do not hold. */
export const networkLayers = { MovingAverage, Interpolation, Offset };
