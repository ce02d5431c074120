// What a report tells of the columns of a table.

/** A column, and what it was taken for. */
export interface ReportedColumn {
  readonly name: string;
  readonly kind: "text" | "number" | "category" | "left out";
  /** Why it is left out. */
  readonly why?: string | undefined;
  /** Rows without a value. */
  readonly missing: number;
  /** Different values. */
  readonly distinct: number;
}

/** A row's name as a cell of a file: `21` for `row 21`, `21 of b.csv` where there are several files. */
export function rowNumber(name: string): string {
  return name.replace(/^(?:row|record) /, "");
}
