// Parquet as a table of texts, through DuckDB.

import type { DataFile } from "../data-file.ts";
import { openDuckdb, rowsOf, sqlName } from "../duckdb.ts";
import { fileError, openRelation } from "../open-relation.ts";
import { streamRows } from "../row-stream.ts";
import { type Cell, SAMPLE_CELL, type TableRow, type TextTable } from "./text-table.ts";

const SAMPLE_ROWS = 200;

/** @throws RecurraError `file-format` */
export async function openParquet(path: string, size: number): Promise<TextTable> {
  const file: DataFile = { path, paths: [path], zipped: false, format: "parquet", size, beginning: "" };
  const { connection, close } = await openDuckdb();
  try {
    const { sql, columns } = await openRelation(connection, file);
    const rows = await rowsOf(connection, `SELECT COLUMNS(*)::VARCHAR FROM ${sql} LIMIT ${SAMPLE_ROWS}`);
    const names = columns.map(({ name }) => name);
    const cast = (column: number) => {
      const { name = "", type = "" } = columns[column] ?? {};
      return type.endsWith("[]") ? `${sqlName(name)}::VARCHAR[]` : `${sqlName(name)}::VARCHAR`;
    };
    return {
      names,
      width: names.length,
      sample: rows.map((row) => names.map((name) => String(row[name] ?? "").slice(0, SAMPLE_CELL))),
      rowWord: "record",
      async *read(wanted) {
        let row = 1;
        try {
          for await (const chunk of streamRows(connection, wanted.map(cast), sql)) {
            const vectors = wanted.map((_, i) => chunk.getColumnVector(i));
            const read: TableRow[] = [];
            for (let i = 0; i < chunk.rowCount; i++)
              read.push({ row: row++, cells: vectors.map((vector) => cellOf(vector.getItem(i))) });
            if (read.length > 0) yield read;
          }
        } catch (error) {
          throw fileError(file, error);
        }
      },
      close,
    };
  } catch (error) {
    close();
    throw fileError(file, error);
  }
}

function cellOf(value: unknown): Cell {
  if (typeof value === "string") return value;
  if (value === null || value === undefined) return "";
  // A list of DuckDB.
  return (value as { readonly items: readonly unknown[] }).items.map((item) => String(item ?? ""));
}
