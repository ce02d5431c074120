// Tables with a row for each series and a column for each time: turned to rows of times.

import type { Column } from "./columns.ts";
import { sqlName } from "./duckdb.ts";
import type { Relation } from "./relation.ts";
import { looksLikeTimes } from "./time-text.ts";

/** The headings that are times, where no column holds times and at least half of the headings, three or more, do. */
export function timeHeadings(columns: readonly Column[]): readonly string[] {
  if (
    columns.some(
      ({ type, sample }) => /^(?:DATE|TIME)/.test(type) || (type === "VARCHAR" && looksLikeTimes(sample)),
    )
  )
    return [];
  const names = columns.map(({ name }) => name);
  const years = names.filter((name) => /^(?:1[5-9]|20|21)\d\d$/.test(name));
  const dates = names.filter((name) => looksLikeTimes([name]));
  const headings = years.length > dates.length ? years : dates;
  return headings.length >= 3 && headings.length >= names.length / 2 ? headings : [];
}

/** A table that was turned: `time` and `target` are the columns that it has for headings and what stood below them. */
export interface TurnedTable {
  readonly relation: Relation;
  readonly time: string;
  readonly target: string;
}

/** The table with a row for each of its rows and each heading. */
export function turned(relation: Relation, headings: readonly string[]): TurnedTable {
  const columns = relation.columns.filter(({ name }) => headings.includes(name));
  const rest = relation.columns.filter(({ name }) => !headings.includes(name));
  const free = (name: string): string =>
    rest.some((column) => column.name === name) ? free(`${name}_`) : name;
  const [time, target] = [free("time"), free("value")];
  const types = new Set(columns.map(({ type }) => type));
  const [type = "VARCHAR"] = types;
  const common = types.size === 1 ? type : [...types].includes("VARCHAR") ? "VARCHAR" : "DOUBLE";
  const casts = columns.map(({ name }) => `CAST(${sqlName(name)} AS ${common}) AS ${sqlName(name)}`);
  const inner = `(SELECT ${[...rest.map(({ name }) => sqlName(name)), ...casts].join(", ")} FROM ${relation.sql})`;
  const list = headings.map(sqlName).join(", ");
  const sql = `(FROM ${inner} UNPIVOT INCLUDE NULLS (${sqlName(target)} FOR ${sqlName(time)} IN (${list})))`;
  const all = [...rest, { name: time, type: "VARCHAR" }, { name: target, type: common }];
  const upright: Relation = {
    ...relation,
    sql,
    columns: all,
    withText: undefined,
    rowName: (position) =>
      `${relation.rowName(Math.floor(position / headings.length))}, column "${headings[position % headings.length]}"`,
    withTimes: (column) => ({ sql, type: all.find(({ name }) => name === column)?.type ?? "VARCHAR" }),
    notes: [
      ...relation.notes,
      `Headings such as "${headings[0]}" are times: each row of the file is taken for a series.`,
    ],
  };
  return { relation: upright, time, target };
}
