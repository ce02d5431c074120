// Columns of a table as they came, before their times and numbers are read.

/** A column as it came. Where a value is missing, numbers are null or NaN, and texts null. */
export type RawColumn =
  | { readonly kind: "text"; readonly values: readonly (string | null)[] }
  | ({ readonly kind: "coded" } & CodedTexts)
  | { readonly kind: "number"; readonly values: ArrayLike<number | null> }
  | {
      /** Milliseconds since 1970. */
      readonly kind: "instant";
      readonly values: ArrayLike<number | null>;
      /** Whether the moments are known on the UTC clock, or only on a clock without a zone. */
      readonly zoned: boolean;
    };

/** Texts that recur, each kept once. */
export interface CodedTexts {
  /** In the order in which they first occur. */
  readonly texts: readonly string[];
  /** [rows] Positions in `texts`; -1 where there is none. */
  readonly codes: Int32Array;
}

/** How many rows a column has. */
export function rowsIn(column: RawColumn): number {
  return column.kind === "coded" ? column.codes.length : column.values.length;
}

/** A column without rows. */
export const NO_COLUMN: RawColumn = { kind: "number", values: [] };

/** The first rows of a column, sharing memory where it can. */
export function firstRows(column: RawColumn, count: number): RawColumn {
  if (count === rowsIn(column)) return column;
  if (column.kind === "coded") return { ...column, codes: column.codes.subarray(0, count) };
  if (column.kind === "text") return { ...column, values: column.values.slice(0, count) };
  return { ...column, values: numbersOf(column.values).subarray(0, count) };
}

/** Whether a row of a column has nothing. */
export function isBlank(column: RawColumn, row: number): boolean {
  if (column.kind === "coded") return (column.texts[column.codes[row] ?? -1] ?? "").trim() === "";
  if (column.kind === "text") return (column.values[row] ?? "").trim() === "";
  return Number.isNaN(column.values[row] ?? Number.NaN);
}

/** Each text once, and which rows have it. */
export function codedTexts(values: readonly (string | null)[]): CodedTexts {
  const positions = new Map<string, number>();
  const codes = Int32Array.from(values, (text) => {
    if (text === null) return -1;
    const code = positions.get(text) ?? positions.size;
    positions.set(text, code);
    return code;
  });
  return { texts: [...positions.keys()], codes };
}

/** [rows] Numbers, NaN where there is none. What is a Float64Array is not copied. */
export function numbersOf(values: ArrayLike<number | null>): Float64Array {
  return values instanceof Float64Array ? values : Float64Array.from(values, (value) => value ?? Number.NaN);
}

/** [rows] What each row has, given what each text stands for; NaN where it has none. @param meanings [texts] */
export function spread(meanings: Float64Array, codes: Int32Array): Float64Array {
  const values = new Float64Array(codes.length);
  for (let row = 0; row < codes.length; row++) values[row] = meanings[codes[row] ?? -1] ?? Number.NaN;
  return values;
}
