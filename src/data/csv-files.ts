// Several CSV files as one table: the dialect that all of them are written in.

import { basename } from "node:path";
import { RecurraError } from "../platform/error.ts";
import { isNumeric } from "./columns.ts";
import { type Dialect, sniffDialect } from "./csv-dialect.ts";
import type { DataFile } from "./data-file.ts";
import type { DuckDBConnection } from "./duckdb.ts";

/**
 * The dialect of a table's files. A column that has numbers of several types is one of numbers, a column of which the files differ
 * otherwise is one of text.
 *
 * @throws RecurraError `file-columns` where the files differ in their columns or their layout, and what `sniffDialect` throws.
 */
export async function commonDialect(connection: DuckDBConnection, file: DataFile): Promise<Dialect> {
  const [first = file, ...others] = file.parts ?? [file];
  let common = await sniffDialect(connection, first);
  for (const other of others) {
    const dialect = await sniffDialect(connection, other);
    const difference = differenceOf(common, dialect);
    if (difference !== undefined) {
      throw new RecurraError(
        "file-columns",
        `Cannot read "${file.path}": "${basename(first.path)}" and "${basename(other.path)}" differ in ${difference}. Wanted files with the same columns: read them one by one, or join them with SQL.`,
      );
    }
    common = merged(common, dialect);
  }
  return common;
}

function differenceOf(a: Dialect, b: Dialect): string | undefined {
  const names = (dialect: Dialect) => dialect.columns.map(({ name }) => name).join(", ");
  if (names(a) !== names(b)) return `their columns: ${names(a)}; ${names(b)}`;
  if (a.delimiter !== b.delimiter) return "what separates their columns";
  if (a.skippedRows !== b.skippedRows || a.hasHeader !== b.hasHeader)
    return "the lines that stand before their rows";
  return undefined;
}

/** A dialect that reads both. */
function merged(a: Dialect, b: Dialect): Dialect {
  const sameDates = a.dateFormat === b.dateFormat && a.timestampFormat === b.timestampFormat;
  return {
    ...a,
    quote: a.quote || b.quote,
    escape: a.escape || b.escape,
    comment: a.comment || b.comment,
    columns: a.columns.map(({ name, type }, i) => ({
      name,
      type: commonType(type, b.columns[i]?.type ?? type, sameDates),
    })),
  };
}

function commonType(a: string, b: string, sameDates: boolean): string {
  if (a === b) return /DATE|TIMESTAMP/.test(a) && !sameDates ? "VARCHAR" : a;
  return isNumeric(a) && isNumeric(b) ? "DOUBLE" : "VARCHAR";
}
