// DuckDB's errors about CSV files, as sentences for the owner of the file.

import { RecurraError } from "../platform/error.ts";
import type { DataFile } from "./data-file.ts";
import { shortMessage } from "./duckdb.ts";
import { quoted } from "./row-names.ts";

const CONVERSION = /Error when converting column "(.*?)". Could not convert string "(.*?)" to/;

/** The column in which a value is not of the type that the rows before it have. */
export function oddColumn(error: unknown): string | undefined {
  return error instanceof RecurraError ? CONVERSION.exec(String(error.cause))?.[1] : undefined;
}

/** The error of a file that cannot be read, with the row where DuckDB names one. */
export function csvError(file: DataFile, error: unknown, wantedColumns?: number): RecurraError {
  const message = error instanceof Error ? error.message : String(error);
  const path = (file.parts && /^\s*file ?= ?(.+)$/m.exec(message)?.[1]) ?? file.path;
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line !== undefined && counts !== null) {
    const [, wanted, found] = counts;
    return new RecurraError(
      "row-length",
      `Cannot read "${path}": row ${line} has ${found} value${found === "1" ? "" : "s"}, the header has ${wantedColumns ?? wanted}. Correct the row.`,
      { cause: error },
    );
  }
  const conversion = CONVERSION.exec(message);
  if (line !== undefined && conversion !== null) {
    return new RecurraError(
      "file-format",
      `Cannot read "${path}": row ${line}, column "${conversion[1]}" has ${quoted(conversion[2] ?? "")}, unlike the rows before it. Correct the row.`,
      { cause: error },
    );
  }
  if (/Error when sniffing file/.test(message)) return notATable(file, error);
  return new RecurraError("file-format", `Cannot read "${path}": ${shortMessage(error)}`, {
    cause: error,
  });
}

/** The error of a file in which no table is found. */
export function notATable(file: DataFile, cause?: unknown): RecurraError {
  return new RecurraError(
    "file-format",
    `Cannot read "${file.path}": no table is found in it. Wanted a header and rows, separated by commas, semicolons or tabs.`,
    { cause },
  );
}
