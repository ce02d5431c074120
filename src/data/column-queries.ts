// How each column of a table is fetched from DuckDB, given its type and what it is for.

import { RecurraError } from "../platform/error.ts";
import type { ColumnQuery } from "./column-reader.ts";
import { type ChosenColumns, isInstant, isNumeric } from "./columns.ts";
import { sqlName } from "./duckdb.ts";
import type { Relation } from "./relation.ts";
import { timePartsSql } from "./time-parts.ts";

/** `candidate`: what may turn out to name the series. */
type Role = "time" | "target" | "series" | "candidate" | "past" | "future" | "static";

/** A column that is read, and what for. */
export interface WantedColumn {
  readonly role: Role;
  readonly name: string;
  readonly query: ColumnQuery;
}

/**
 * @param candidates columns that may turn out to name the series
 * @throws RecurraError `column-type` for a column that cannot be what it is to be
 */
export function wantedColumns(
  relation: Relation,
  timeType: string,
  chosen: ChosenColumns,
  candidates: readonly string[],
): readonly WantedColumn[] {
  const typeOf = (name: string) => relation.columns.find((column) => column.name === name)?.type ?? "VARCHAR";
  const wanted = (role: Role, names: readonly string[]) =>
    names.map((name) => ({
      role,
      name,
      query: queryOf(name, role === "time" ? timeType : typeOf(name), role),
    }));
  // Where one part of a name is missing, the whole is.
  const series = chosen.series.map((name) => `CAST(${sqlName(name)} AS VARCHAR)`).join(" || '/' || ");
  return [
    ...(chosen.timeParts.length === 1
      ? wanted("time", [chosen.time])
      : [
          {
            role: "time",
            name: chosen.time,
            query: { sql: timePartsSql(chosen.timeParts), kind: "coded" },
          } as const,
        ]),
    ...wanted("target", chosen.targets),
    ...(series === "" ? [] : [{ role: "series", name: "", query: { sql: series, kind: "coded" } } as const]),
    ...wanted("candidate", candidates),
    ...wanted("past", chosen.past),
    ...wanted("future", chosen.future),
    ...wanted("static", chosen.static),
  ];
}

function queryOf(column: string, type: string, role: Role): ColumnQuery {
  const name = sqlName(column);
  if (isNumeric(type)) return { sql: `CAST(${name} AS DOUBLE)`, kind: "number" };
  if (type === "VARCHAR" || type.startsWith("ENUM"))
    return { sql: `CAST(${name} AS VARCHAR)`, kind: "coded" };
  if (role === "time" && isInstant(type)) {
    const zoned = type === "TIMESTAMP WITH TIME ZONE";
    const moment = zoned ? name : `CAST(${name} AS TIMESTAMP)`;
    return { sql: `CAST(epoch_ms(${moment}) AS DOUBLE)`, kind: "instant", zoned };
  }
  const isCovariate = role === "past" || role === "future" || role === "static";
  if (isCovariate && type === "BOOLEAN")
    return { sql: `CAST(CAST(${name} AS TINYINT) AS DOUBLE)`, kind: "number" };
  if (role === "static" && type !== "BLOB") return { sql: `CAST(${name} AS VARCHAR)`, kind: "coded" };
  throw new RecurraError(
    "column-type",
    `Column "${column}" (--${role}) holds values of type ${type}; wanted ${role === "time" ? "dates, times, or numbers that count them" : "numbers"}. Name another column.`,
  );
}
