// A table as DuckDB reads it: what stands after FROM, its columns, and how its rows are counted.

import type { RowName } from "./row-names.ts";

export interface Relation {
  /** What stands after FROM. */
  readonly sql: string;
  readonly columns: readonly RelationColumn[];
  /** The number, counted in the file from 1, of the row that comes first. */
  readonly firstRow: number;
  /** What a row is called in messages. */
  readonly rowWord: "row" | "record";
  /** What a row is called, given how many come before it: `row 21`, `row 21 of sales-2.csv`. */
  readonly rowName: RowName;
  /** What separates the columns of a CSV file. */
  readonly delimiter?: string;
  /**
   * The same with the times of `column` as they should be read: as DuckDB reads them, or, where its reading may not
   * be the one that is meant, as text.
   */
  withTimes(column: string): { readonly sql: string; readonly type: string };
  /** The same with a column as text; undefined where columns have their types from the file. */
  withText?: ((column: string) => Relation) | undefined;
  /** What its columns are, where the file's form says so. */
  readonly known?: KnownColumns;
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
}

/** Columns by what they are. */
export interface KnownColumns {
  readonly time: string;
  readonly target: string;
  readonly series?: readonly string[];
}

export interface RelationColumn {
  readonly name: string;
  /** DuckDB's type. */
  readonly type: string;
}
