// Sparse symmetric matrices, made from what each point says of its neighbours.

/** Row i holds `values` at `columns`, both from `starts[i]` to below `starts[i + 1]`. */
export interface SparseSymmetric {
  /** [N + 1] */
  readonly starts: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float64Array;
}

/**
 * The matrix of `combine(a_ij, a_ji)`, where a_ij is what i says of j, 0 of those that it does not name.
 *
 * @param indices [N, k] the neighbours of each point, each once and none itself
 * @param values [N, k]
 * @param combine symmetric in its arguments; of two zeros it is not asked
 */
export function symmetrized(
  indices: Int32Array,
  values: Float64Array,
  each: number,
  combine: (forth: number, back: number) => number,
): SparseSymmetric {
  const count = indices.length / each;
  const named = turned(indices, values, each);
  const starts = new Int32Array(count + 1);
  const columns = new Int32Array(2 * indices.length);
  const combined = new Float64Array(2 * indices.length);
  const said = new Float64Array(count);
  const seen = new Int32Array(count).fill(-1);
  let at = 0;
  for (let i = 0; i < count; i++) {
    for (let k = named.starts[i] ?? 0; k < (named.starts[i + 1] ?? 0); k++) {
      const j = named.columns[k] ?? 0;
      seen[j] = i;
      said[j] = named.values[k] ?? 0;
    }
    for (let k = i * each; k < (i + 1) * each; k++) {
      const j = indices[k] ?? 0;
      columns[at] = j;
      combined[at++] = combine(values[k] ?? 0, seen[j] === i ? (said[j] ?? 0) : 0);
      seen[j] = -1;
    }
    for (let k = named.starts[i] ?? 0; k < (named.starts[i + 1] ?? 0); k++) {
      const j = named.columns[k] ?? 0;
      if (seen[j] !== i) continue;
      columns[at] = j;
      combined[at++] = combine(0, named.values[k] ?? 0);
    }
    starts[i + 1] = at;
  }
  return { starts, columns: columns.slice(0, at), values: combined.slice(0, at) };
}

/** The transpose. */
function turned(indices: Int32Array, values: Float64Array, each: number): SparseSymmetric {
  const count = indices.length / each;
  const starts = new Int32Array(count + 1);
  for (const j of indices) starts[j + 1] = (starts[j + 1] ?? 0) + 1;
  for (let i = 0; i < count; i++) starts[i + 1] = (starts[i + 1] ?? 0) + (starts[i] ?? 0);
  const next = starts.slice();
  const columns = new Int32Array(indices.length);
  const moved = new Float64Array(indices.length);
  for (let k = 0; k < indices.length; k++) {
    const row = indices[k] ?? 0;
    const at = next[row] ?? 0;
    next[row] = at + 1;
    columns[at] = Math.floor(k / each);
    moved[at] = values[k] ?? 0;
  }
  return { starts, columns, values: moved };
}
