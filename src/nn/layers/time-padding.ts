// Layers that make a sequence longer or shorter: ZeroPadding1D, Cropping1D, UpSampling1D.

import { pad, slice } from "../../graph/ops/layout.ts";
import { broadcastTo, expandDims, reshape } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import type { LayerConfig } from "../layer.ts";
import { checkConfig, count, countOrZero, either, formatInput, kind } from "../layer-options.ts";
import { Unmasked } from "./unmasked.ts";

const isPair = kind("", (value) => {
  return Array.isArray(value) && value.length === 2 && value.every((part) => countOrZero(part) === undefined);
});
const ends = either(
  "a whole number from 0 up, or a list of two: at the start and at the end",
  countOrZero,
  isPair,
);

/** A number at both ends, or one for each. */
type Ends = number | readonly [start: number, end: number];

const bothEnds = (given: Ends): readonly [start: number, end: number] =>
  typeof given === "number" ? [given, given] : given;

export interface ZeroPadding1DConfig extends LayerConfig {
  /** How many steps of zeros are added at both ends, or at each. Default 1. */
  readonly padding?: Ends;
}

/** Adds steps of zeros: [B, T, F] -> [B, start + T + end, F]. */
export class ZeroPadding1D extends Unmasked {
  readonly className = "ZeroPadding1D";
  override readonly config: ZeroPadding1DConfig;

  constructor(config: ZeroPadding1DConfig = {}) {
    super(config);
    checkConfig("ZeroPadding1D", config, { padding: ends });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    return pad(x, 1, ...bothEnds(this.config.padding ?? 1));
  }
}

export interface Cropping1DConfig extends LayerConfig {
  /** How many steps are taken off at both ends, or at each. Default 1. */
  readonly cropping?: Ends;
}

/** Takes steps off: [B, T, F] -> [B, T - start - end, F]. */
export class Cropping1D extends Unmasked {
  readonly className = "Cropping1D";
  override readonly config: Cropping1DConfig;

  constructor(config: Cropping1DConfig = {}) {
    super(config);
    checkConfig("Cropping1D", config, { cropping: ends });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    const [start, end] = bothEnds(this.config.cropping ?? 1);
    const [, steps = 0] = x.shape;
    if (start + end >= steps)
      throw this.fault(`takes ${start} and ${end} steps off, and ${formatInput(x)} has no more`);
    return slice(x, 1, start, steps - end);
  }
}

export interface UpSampling1DConfig extends LayerConfig {
  /** How many times each step is repeated. Default 2. */
  readonly size?: number;
}

/** Repeats each step: [B, T, F] -> [B, T·size, F]. */
export class UpSampling1D extends Unmasked {
  readonly className = "UpSampling1D";
  override readonly config: UpSampling1DConfig;

  constructor(config: UpSampling1DConfig = {}) {
    super(config);
    checkConfig("UpSampling1D", config, { size: count });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, steps, features]");
    const { size = 2 } = this.config;
    const [batch = 0, steps = 0, features = 0] = x.shape;
    const repeated = broadcastTo(expandDims(x, 2), [batch, steps, size, features]); // [B, T, size, F]
    return reshape(repeated, [batch, steps * size, features]);
  }
}
