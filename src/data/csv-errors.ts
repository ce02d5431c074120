// DuckDB's errors about CSV files, as sentences for the owner of the file.

import { RecurraError } from "../platform/error.ts";
import type { DataFile } from "./data-file.ts";
import { shortMessage } from "./duckdb.ts";
import { quoted } from "./row-names.ts";

/** The error of a file that cannot be read, with the row where DuckDB names one. */
export function csvError(file: DataFile, error: unknown, wantedColumns?: number): RecurraError {
  const message = error instanceof Error ? error.message : String(error);
  const line = /CSV Error on Line: (\d+)/.exec(message)?.[1];
  const counts = /Expected Number of Columns: (\d+) Found: (\d+)/.exec(message);
  if (line !== undefined && counts !== null) {
    const [, wanted, found] = counts;
    return new RecurraError(
      "row-length",
      `Cannot read "${file.path}": row ${line} has ${found} value${found === "1" ? "" : "s"}, the header has ${wantedColumns ?? wanted}. Correct the row.`,
      { cause: error },
    );
  }
  const conversion = /Error when converting column "(.*?)". Could not convert string "(.*?)" to/.exec(
    message,
  );
  if (line !== undefined && conversion !== null) {
    return new RecurraError(
      "file-format",
      `Cannot read "${file.path}": row ${line}, column "${conversion[1]}" has ${quoted(conversion[2] ?? "")}, unlike the rows before it. Correct the row.`,
      { cause: error },
    );
  }
  if (/Error when sniffing file/.test(message)) return notATable(file, error);
  return new RecurraError("file-format", `Cannot read "${file.path}": ${shortMessage(error)}`, {
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
