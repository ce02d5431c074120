// What the readers of labelled series take, and what each makes of a file.

/** What a reader is told beside the text. */
export interface ParseOptions {
  /** The name of the file, for messages. */
  readonly source: string;
  /** The column of the labels: its name, or `first`, `last` or `none`. Undefined: found out. */
  readonly label: string | undefined;
  /** Whether labels may be missing altogether, as where series are to be classified. */
  readonly labelsOptional: boolean;
  /** How many values a series has, where that is known: tells rows with a label from those without. */
  readonly length: number | undefined;
  /** Columns that are neither label nor values. */
  readonly drop: readonly string[];
}

/** The series of a file. */
export interface Parsed {
  /** [N] series of [C] channels of [T] values. */
  readonly x: readonly (readonly Float64Array[])[];
  /** [N] Undefined where the file has none. */
  readonly labels: readonly string[] | undefined;
  /** [N] Their lines, counted from 1. */
  readonly rows: readonly number[];
  readonly notes: readonly string[];
}

/** A row by its cells. */
export interface Row {
  readonly cells: readonly string[];
  /** Its line, counted from 1. */
  readonly line: number;
}
