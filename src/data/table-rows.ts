// The rows of a table read: chosen by a condition, numbered as in the file, without blank ones and totals at the end.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import type { WantedColumn } from "./column-queries.ts";
import { readColumns } from "./column-reader.ts";
import { describeColumns } from "./columns.ts";
import { type DuckDBConnection, shortMessage } from "./duckdb.ts";
import { firstRows, isBlank, NO_COLUMN, numbersOf, type RawColumn, rowsIn } from "./raw-column.ts";
import type { Relation } from "./relation.ts";
import { countOf, listOf, quoted, type RowName } from "./row-names.ts";
import type { OpenSource } from "./table-source.ts";
import { isTotal } from "./totals.ts";

/** The rows that were read. */
export interface Rows {
  /** The columns of a role, each with its name. */
  readonly of: (role: WantedColumn["role"]) => readonly (readonly [name: string, column: RawColumn])[];
  readonly rowName: RowName;
  readonly notes: readonly string[];
}

/**
 * @param from what stands after FROM
 * @throws RecurraError `where`, `no-rows`, and those of the file
 */
export async function readRows(
  connection: DuckDBConnection,
  { relation, origin, failure }: OpenSource,
  from: string,
  wanted: readonly WantedColumn[],
  { where, signal }: { readonly where?: string | undefined; readonly signal?: AbortSignal | undefined },
): Promise<Rows> {
  const queries = wanted.map(({ query }) => query);
  // The rows are numbered before --where chooses among them. The line break ends a comment in the condition.
  const number = { sql: `CAST("row of the file" AS DOUBLE)`, kind: "number" } as const;
  const numbered = `(SELECT *, row_number() OVER () - 1 AS "row of the file" FROM ${from}) WHERE (${where}\n)`;
  const reading =
    where === undefined
      ? readColumns(connection, queries, from, signal)
      : readColumns(connection, [...queries, number], numbered, signal);
  const read = await reading.catch((error: unknown) => {
    if (signal?.aborted) throw error;
    if (where !== undefined && !/CSV Error|Malformed/.test(String(error)))
      throw whereError(where, error, relation);
    throw failure(error);
  });
  const all = wanted.map(({ role, name }, i) => ({ role, name, column: read[i] ?? NO_COLUMN }));
  const blank = blankRowsAtEnd(all.filter(({ role }) => ["time", "target", "series"].includes(role)));
  const filled = rowsIn(all[0]?.column ?? NO_COLUMN) - blank;
  const totals = all.flatMap(({ role, column }) => (role === "time" ? totalsAtEnd(column, filled) : []));
  const kept = filled - totals.length;
  if (kept === 0) {
    throw new RecurraError(
      "no-rows",
      where === undefined
        ? `Cannot read ${origin}: it has no rows.`
        : `No row of ${origin} meets --where ${JSON.stringify(where)}. Change the condition.`,
    );
  }
  const numbers = read[wanted.length];
  const positions = numbers?.kind === "number" ? numbersOf(numbers.values) : undefined;
  return {
    of: (role) =>
      all.flatMap((one) => (one.role === role ? [[one.name, usedRows(one.column, kept)] as const] : [])),
    rowName: (position) => relation.rowName(positions?.[position] ?? position),
    notes: [
      ...(blank === 0 ? [] : [`${countOf(blank, "empty row")} ${atEnd(blank)} left out.`]),
      ...(totals.length === 0
        ? []
        : [
            `${countOf(totals.length, "row")} of totals ${atEnd(totals.length)} left out: ${listOf(totals)}.`,
          ]),
    ],
  };
}

/** Spreadsheets leave rows of nothing but separators at the end. */
function blankRowsAtEnd(columns: readonly { readonly column: RawColumn }[]): number {
  const rows = rowsIn(columns[0]?.column ?? NO_COLUMN);
  let count = 0;
  while (count < rows && columns.every(({ column }) => isBlank(column, rows - 1 - count))) count++;
  return count;
}

function atEnd(count: number): string {
  return `at the end of the file ${count === 1 ? "is" : "are"}`;
}

/** The words for sums that stand in place of times in the last rows. @param rows how many rows there are */
function totalsAtEnd(time: RawColumn, rows: number): readonly string[] {
  if (time.kind !== "coded") return [];
  const found: string[] = [];
  for (let row = rows - 1; row > 0; row--) {
    const text = time.texts[time.codes[row] ?? -1]?.trim() ?? "";
    if (!isTotal(text)) break;
    found.unshift(quoted(text));
  }
  return found;
}

/** The first rows of a column; texts that only later rows have are blank. */
function usedRows(column: RawColumn, kept: number): RawColumn {
  const first = firstRows(column, kept);
  if (first.kind !== "coded" || kept === rowsIn(column)) return first;
  const used = new Set(first.codes);
  return { ...first, texts: first.texts.map((text, code) => (used.has(code) ? text : "")) };
}

function whereError(where: string, error: unknown, relation: Relation): RecurraError {
  // DuckDB's first words name its own kinds of errors.
  const message = shortMessage(error).replace(/^(?:Failed to \w+ statements: )?(?:\w+ )+Error: /, "");
  const unknown = /Referenced column "(.*?)" not found/.exec(message)?.[1];
  const names = relation.columns.map(({ name }) => name);
  const problem =
    unknown === undefined
      ? `${message.replace(/[.!]?$/, ".")} Wanted an SQL condition over the columns, such as "store = 3".`
      : `There is no column "${unknown}". ${suggestion(unknown, names)}The columns are ${describeColumns(relation.columns)}; text stands in single quotes.`;
  return new RecurraError("where", `Cannot use --where ${JSON.stringify(where)}: ${problem}`, {
    cause: error,
  });
}
