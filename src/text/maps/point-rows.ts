// The vectors that a map is made of: read from the forms they come in, and checked.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";

/** Vectors of one width: an array [N, F], a list of N rows of F numbers, or a matrix with its width, such as WordVectors. */
export type VectorRows =
  | NdArray
  | readonly ArrayLike<number>[]
  | { readonly matrix: Float32Array | Float64Array; readonly width: number };

/** N rows of F numbers. */
export interface PointRows {
  /** [N, F] */
  readonly values: Float64Array;
  /** N */
  readonly count: number;
  /** F */
  readonly width: number;
}

/** How far two vectors are apart. Of "cosine" the length of a vector plays no part. */
export type MapMetric = "euclidean" | "cosine";

/**
 * The rows as float64; what is in `x` already as float64 is not copied.
 *
 * @param what who asks, for the messages
 * @param least so many rows are wanted
 * @throws RecurraError `map-points` for what is no matrix, for fewer rows, and for a number that is not finite
 */
export function pointRows(what: string, x: VectorRows, least: number): PointRows {
  const points = readRows(what, x);
  const { values, count, width } = points;
  if (count < least || width === 0)
    throw new RecurraError(
      "map-points",
      `${what}: got ${count} rows of ${width} numbers; wanted at least ${least} ${least === 1 ? "row" : "rows"} of at least one number.`,
    );
  const odd = values.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new RecurraError(
      "map-points",
      `${what}: row ${Math.floor(odd / width)} holds ${values[odd]} in column ${odd % width} (both from 0); wanted finite numbers. Leave the row out or fill it.`,
    );
  return points;
}

function readRows(what: string, x: VectorRows): PointRows {
  if (x instanceof NdArray) {
    const [count = 0, width = 0] = x.shape;
    if (x.rank !== 2)
      throw new RecurraError(
        "map-points",
        `${what}: got an array of shape [${x.shape.join(", ")}]; wanted [rows, numbers].`,
      );
    return { values: x.toFloat64(), count, width };
  }
  if (Array.isArray(x)) return listedRows(what, x);
  const { matrix, width } = (x ?? {}) as Partial<Exclude<VectorRows, NdArray | readonly ArrayLike<number>[]>>;
  const count = (matrix?.length ?? 0) / (width ?? 0);
  if (matrix === undefined || width === undefined || !Number.isInteger(count))
    throw new RecurraError(
      "map-points",
      `${what}: got ${describe(x)}; wanted an array [rows, numbers], a list of rows, or word vectors.`,
    );
  return { values: Float64Array.from(matrix), count, width };
}

function listedRows(what: string, x: readonly ArrayLike<number>[]): PointRows {
  const width = x[0]?.length ?? 0;
  const odd = x.findIndex((row) => row?.length !== width);
  if (odd >= 0)
    throw new RecurraError(
      "map-points",
      `${what}: row ${odd} (from 0) is ${describe(x[odd])}; wanted ${width} numbers, as in row 0.`,
    );
  const values = new Float64Array(x.length * width);
  for (const [i, row] of x.entries()) values.set(row, i * width);
  return { values, count: x.length, width };
}

/**
 * The rows in the space of a metric: of "cosine" each with length 1, so that the squared distance of two is 2 (1 − cosine).
 *
 * @throws RecurraError `map-points` for a row of zeros where the metric is "cosine"
 */
export function inMetric(what: string, points: PointRows, metric: MapMetric): PointRows {
  if (metric === "euclidean") return points;
  const { count, width } = points;
  const values = points.values.slice();
  for (let i = 0; i < count; i++) {
    const row = values.subarray(i * width, (i + 1) * width);
    const length = Math.sqrt(row.reduce((sum, value) => sum + value * value, 0));
    if (length === 0)
      throw new RecurraError(
        "map-points",
        `${what}: row ${i} (from 0) holds zeros only, which point nowhere; leave it out, or use the metric "euclidean".`,
      );
    for (let f = 0; f < width; f++) row[f] = (row[f] ?? 0) / length;
  }
  return { values, count, width };
}
