// SparseRows: a matrix of which the places that are not 0 are kept.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";

/** Floats that a dense matrix may have. */
export type MatrixDType = "float32" | "float64";

/** A matrix [N, V] by its rows: compressed sparse rows, the columns of a row in rising order. */
export class SparseRows {
  readonly rows: number;
  readonly columns: number;
  /** [N + 1] Where each row begins in `indices` and `values`; after the last where that ends. */
  readonly starts: Int32Array;
  /** The column of each value. */
  readonly indices: Int32Array;
  readonly values: Float64Array;

  /** @throws RecurraError `sparse-rows` where the parts do not fit each other */
  constructor(columns: number, starts: Int32Array, indices: Int32Array, values: Float64Array) {
    const end = starts[starts.length - 1];
    if (starts.length === 0 || end !== indices.length || end !== values.length)
      throw new RecurraError(
        "sparse-rows",
        `Sparse rows end at ${describe(end)}, but have ${indices.length} columns and ${values.length} values; wanted as many of each.`,
      );
    this.rows = starts.length - 1;
    this.columns = columns;
    this.starts = starts;
    this.indices = indices;
    this.values = values;
  }

  /** The rows of a dense matrix. @param matrix [N, V] numbers */
  static from(matrix: NdArray): SparseRows {
    const [rows = 0, columns = 0] = matrix.shape;
    if (matrix.rank !== 2)
      throw new RecurraError("sparse-rows", `Sparse rows are of a matrix [N, V]; got rank ${matrix.rank}.`);
    const dense = matrix.toArray();
    const starts = new Int32Array(rows + 1);
    const indices: number[] = [];
    const values: number[] = [];
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        const value = dense[row * columns + column] ?? 0;
        if (value === 0) continue;
        indices.push(column);
        values.push(value);
      }
      starts[row + 1] = indices.length;
    }
    return new SparseRows(columns, starts, Int32Array.from(indices), Float64Array.from(values));
  }

  /** The matrix with its zeros. @returns [N, V] */
  dense(dtype: MatrixDType = "float32"): NdArray {
    const matrix = NdArray.zeros([this.rows, this.columns], dtype);
    const data = matrix.data as Float32Array | Float64Array;
    for (let row = 0; row < this.rows; row++) {
      const end = this.starts[row + 1] ?? 0;
      for (let i = this.starts[row] ?? 0; i < end; i++)
        data[row * this.columns + (this.indices[i] ?? 0)] = this.values[i] ?? 0;
    }
    return matrix;
  }

  /** The same places with other values. @param values as many as there are */
  withValues(values: Float64Array): SparseRows {
    return new SparseRows(this.columns, this.starts, this.indices, values);
  }
}
