// A column of a file, as it is seen before it is read.

/** A column of a file: its name, DuckDB's type, and some of its values as text (nulls left out). */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly sample: readonly string[];
}
