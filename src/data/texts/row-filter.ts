// Rows of a table that meet an SQL condition over its columns.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { type DuckDBConnection, openDuckdb, rowsOf, shortMessage, sqlName, sqlText } from "../duckdb.ts";
import { quoted } from "../row-names.ts";
import { listed } from "./column-names.ts";
import type { Cell, TableRow, TextTable } from "./text-table.ts";

/** A column that the condition looks at. */
interface Used {
  readonly column: number;
  readonly name: string;
  /** Whether its first cells are numbers. */
  readonly isNumber: boolean;
}

const NUMBER = /^[+-]?(?:\d+[.]?\d*|[.]\d+)(?:e[+-]?\d+)?$/i;
const ROW = "row number of the table";

/**
 * Reads the rows that meet a condition, some at a time. Columns are numbers where their first cells are, else text; empty cells are NULL.
 *
 * @param where in DuckDB's SQL: `split = 'train' AND stars > 3`; without a header columns are called column1, column2, …
 * @returns what reads the columns asked for
 * @throws RecurraError, when it is read, `where` for a condition that cannot be told of the table's rows
 */
export function rowFilter(
  where: string,
  table: TextTable,
  source: string,
): (columns: readonly number[]) => AsyncGenerator<readonly TableRow[]> {
  const names = table.names ?? Array.from({ length: table.width }, (_, column) => `column${column + 1}`);
  const failed = (cause: unknown) => {
    const message = shortMessage(cause).replace(/^\w+ Error: /, "");
    // DuckDB knows the columns that are used, and would propose others than the user's.
    const unknown = /Referenced column "(.*?)" not found/.exec(message)?.[1];
    const problem =
      unknown === undefined
        ? `${message}. The columns are ${listed(names)}.`
        : `There is no column "${unknown}". ${suggestion(unknown, names)}The columns are ${listed(names)}; text stands in single quotes.`;
    return new RecurraError(
      "where",
      `Cannot tell which rows of ${source} meet ${quoted(where)}: ${problem}`,
      { cause },
    );
  };
  return async function* (columns) {
    const { connection, close } = await openDuckdb();
    try {
      const used = await usedColumns(connection, where, names, table).catch((cause) => {
        throw failed(cause);
      });
      const spelt = used.map(({ name, isNumber }) => `${sqlName(name)} ${isNumber ? "DOUBLE" : "VARCHAR"}`);
      await connection.run(`CREATE TEMP TABLE data (${[`${sqlName(ROW)} INTEGER`, ...spelt].join(", ")})`);
      // The line break ends a comment in the condition.
      const query = `SELECT ${sqlName(ROW)} AS place FROM data WHERE (${where}\n) ORDER BY ALL`;
      const wanted = [...columns, ...used.map(({ column }) => column)];
      for await (const rows of table.read(wanted)) {
        const appender = await connection.createAppender("data");
        for (const [place, row] of rows.entries()) {
          appender.appendInteger(place);
          for (const [i, one] of used.entries()) {
            const cell = textOf(row.cells[columns.length + i] ?? "");
            if (cell.trim() === "") appender.appendNull();
            else if (!one.isNumber) appender.appendVarchar(cell);
            else appender.appendDouble(numberOf(cell, one, `${source}, ${table.rowWord} ${row.row}`));
          }
          appender.endRow();
        }
        appender.closeSync();
        const found = await rowsOf(connection, query).catch((cause) => {
          throw failed(cause);
        });
        await connection.run("TRUNCATE data");
        yield found.flatMap(({ place }) => {
          const row = rows[Number(place)];
          return row === undefined ? [] : [{ ...row, cells: row.cells.slice(0, columns.length) }];
        });
      }
    } finally {
      close();
    }
  };
}

/** The columns that stand in a condition: DuckDB takes it apart. */
async function usedColumns(
  connection: DuckDBConnection,
  where: string,
  names: readonly string[],
  { sample }: TextTable,
): Promise<readonly Used[]> {
  const query = `SELECT 1 FROM data WHERE (${where}\n)`;
  const [taken] = await rowsOf(connection, `SELECT json_serialize_sql(${sqlText(query)}) AS parts`);
  const parts = String(taken?.parts);
  const { error, error_message: message } = JSON.parse(parts) as Readonly<Record<string, unknown>>;
  if (error === true) throw new Error(String(message));
  const spelt = [...parts.matchAll(/"column_names":(\[[^\]]*\])/g)].flatMap(([, list = "[]"]) =>
    JSON.parse(list),
  );
  const used = new Map<string, Used>();
  for (const [column, name] of names.entries()) {
    const key = name.toLowerCase();
    if (used.has(key) || !spelt.some((one) => String(one).toLowerCase() === key)) continue;
    const cells = sample.map((row) => row[column]?.trim() ?? "").filter((cell) => cell !== "");
    used.set(key, { column, name, isNumber: cells.length > 0 && cells.every((cell) => NUMBER.test(cell)) });
  }
  return [...used.values()];
}

function numberOf(cell: string, { name }: Used, where: string): number {
  if (NUMBER.test(cell.trim())) return Number(cell);
  throw new RecurraError(
    "where",
    `${where}: column "${name}" has ${quoted(cell)}, and the condition asks for numbers as the first rows have them. Correct the row.`,
  );
}

function textOf(cell: Cell): string {
  return typeof cell === "string" ? cell : JSON.stringify(cell);
}
