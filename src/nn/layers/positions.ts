// Positions: what tells a transformer where in the sequence a step stands.

import { add, mul, sub } from "../../graph/ops/arithmetic.ts";
import { gather } from "../../graph/ops/gather.ts";
import { concat, slice } from "../../graph/ops/layout.ts";
import { constant } from "../../graph/ops/leaf.ts";
import { Tensor, type TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { describe } from "../choice.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { checkConfig, count, formatInput, initializerKind, positive } from "../layer-options.ts";

/** The wavelength of the slowest component in Vaswani et al. */
const defaultWavelength = 10_000;

export interface PositionalEncodingConfig extends LayerConfig {
  /** The longest wavelength, over 2π. Default 10,000. */
  readonly maxWavelength?: number;
}

/**
 * Adds sines and cosines of the position: [B, T, F] -> [B, T, F].
 *
 *     PE(t, 2i) = sin(t / w^(2i/F)),  PE(t, 2i+1) = cos(t / w^(2i/F))
 *
 * Source: Vaswani et al., NeurIPS 2017, section 3.5.
 */
export class PositionalEncoding extends Layer {
  readonly className = "PositionalEncoding";
  override readonly config: PositionalEncodingConfig;

  constructor(config: PositionalEncodingConfig = {}) {
    super(config);
    checkConfig("PositionalEncoding", config, { maxWavelength: positive });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    this.expectRank(x, 3, "[batch, positions, features]");
    const [, positions = 0, features = 0] = x.shape;
    const { maxWavelength = defaultWavelength } = this.config;
    const table = new Float64Array(positions * features);
    for (let t = 0; t < positions; t++) {
      for (let k = 0; k < features; k++) {
        const angle = t / maxWavelength ** ((k - (k % 2)) / features);
        table[t * features + k] = k % 2 === 0 ? Math.sin(angle) : Math.cos(angle);
      }
    }
    return add(x, constant(new NdArray(table, [positions, features]).astype(x.dtype)));
  }
}

export interface PositionEmbeddingConfig extends LayerConfig {
  /** The most positions that a sequence may have. */
  readonly sequenceLength: number;
  /** Default "glorotUniform". */
  readonly initializer?: Initializer;
}

/**
 * Adds a learned vector for each position: [B, T, F] -> [B, T, F], T up to `sequenceLength`. A call can be given `positions`, int32
 * [B, T], where the steps do not stand at 0 to T - 1. Weights: embeddings [sequenceLength, F].
 */
export class PositionEmbedding extends Layer {
  readonly className = "PositionEmbedding";
  override readonly config: PositionEmbeddingConfig;
  #embeddings: Weight | undefined;

  constructor(config: PositionEmbeddingConfig) {
    super(config);
    checkConfig("PositionEmbedding", config, { sequenceLength: count, initializer: initializerKind }, [
      "sequenceLength",
    ]);
    this.config = config;
  }

  override get callOptions(): readonly string[] {
    return ["positions"];
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "[batch, positions, features]");
    const { sequenceLength, initializer = "glorotUniform" } = this.config;
    this.#embeddings = this.addWeight("embeddings", [sequenceLength, input.shape[2] ?? 0], initializer);
  }

  override call(x: Tensor, { value, options }: CallContext): Tensor {
    if (this.#embeddings === undefined) throw this.fault("was called before it was built");
    const given = options.positions;
    if (given !== undefined) {
      if (!(given instanceof Tensor) || given.dtype !== "int32" || given.shape[1] !== x.shape[1])
        throw this.fault(
          `wants positions as int32 [batch, ${x.shape[1]}], got ${given instanceof Tensor ? formatInput(given) : describe(given)}`,
        );
      return add(x, gather(value(this.#embeddings), given));
    }
    const { sequenceLength } = this.config;
    const [, positions = 0] = x.shape;
    if (positions > sequenceLength)
      throw this.fault(`has ${sequenceLength} positions, got ${formatInput(x)}`);
    return add(x, slice(value(this.#embeddings), 0, 0, positions));
  }
}

export interface RotaryEmbeddingConfig extends LayerConfig {
  /** The longest wavelength, over 2π. Default 10,000. */
  readonly maxWavelength?: number;
}

/**
 * Turns pairs of features by angles that grow with the position: [B, T, F] or [B, T, N, F] of the same shape, F even. Features k and
 * k + F/2 are a pair. The product of two vectors so turned depends on the distance between them alone.
 * Source: Su et al., "RoFormer", arXiv:2104.09864.
 */
export class RotaryEmbedding extends Layer {
  readonly className = "RotaryEmbedding";
  override readonly config: RotaryEmbeddingConfig;

  constructor(config: RotaryEmbeddingConfig = {}) {
    super(config);
    checkConfig("RotaryEmbedding", config, { maxWavelength: positive });
    this.config = config;
  }

  override call(x: Tensor): Tensor {
    const features = x.shape.at(-1) ?? 0;
    if (x.rank < 3 || x.rank > 4 || features % 2 !== 0)
      throw this.fault(`wants [batch, positions, ..., an even number of features], got ${formatInput(x)}`);
    return rotate(x, this.config.maxWavelength);
  }
}

/** Turns the features of x [B, T, F] or [B, T, N, F] by their position t: see {@link RotaryEmbedding}. */
export function rotate(x: Tensor, maxWavelength = defaultWavelength): Tensor {
  const [, positions = 0] = x.shape;
  const half = (x.shape.at(-1) ?? 0) / 2;
  const shape = [positions, ...x.shape.slice(2, -1).map(() => 1), half];
  const table = (f: (angle: number) => number) => angles(positions, half, maxWavelength, f, shape, x.dtype);
  const [cos, sin] = [table(Math.cos), table(Math.sin)];
  const [a, b] = [slice(x, -1, 0, half), slice(x, -1, half, 2 * half)];
  return concat([sub(mul(a, cos), mul(b, sin)), add(mul(b, cos), mul(a, sin))], -1);
}

function angles(
  positions: number,
  half: number,
  maxWavelength: number,
  f: (angle: number) => number,
  shape: readonly number[],
  dtype: DType,
): Tensor {
  const data = Float64Array.from({ length: positions * half }, (_, i) =>
    f(Math.floor(i / half) / maxWavelength ** ((i % half) / half)),
  );
  return constant(new NdArray(data, shape).astype(dtype));
}
