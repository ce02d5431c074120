// Tables with a row for each series and a column for each time: turned to rows of times.

import type { Column } from "./column.ts";
import { sqlName } from "./duckdb.ts";
import type { Relation } from "./relation.ts";
import { looksLikeTimes } from "./time-text.ts";

/** Jan, February, Q3. */
const PART_OF_YEAR =
  /^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|q[1-4])$/i;

const YEAR = /^(?:1[5-9]|20|21)\d\d$/;

function isWholeYear(parts: readonly string[]): boolean {
  const quarters = parts.filter((name) => /^q/i.test(name)).length;
  return (quarters === 0 && parts.length === 12) || (quarters === 4 && parts.length === 4);
}

/** The column of years, of a table whose headings are the months or quarters of each. */
function yearBeside(columns: readonly Column[]): string | undefined {
  return columns.find(
    ({ name, sample }) =>
      /^(?:year|years|yr|yyyy|jahr|)$/i.test(name.trim()) &&
      sample.length > 0 &&
      sample.every((text) => YEAR.test(text.trim())),
  )?.name;
}

/** Headings that are times, or parts of the year that a column names. */
export interface TimeHeadings {
  readonly names: readonly string[];
  /** The column that says the year. */
  readonly year?: string;
  /** Whether they count the steps: V1, V2, V3, … */
  readonly isCount?: boolean;
}

/** Fewest headings that count steps: a few numbered columns are as likely to be other things. */
const FEWEST_COUNTED = 12;

/** Headings that count on, as V2, V3, V4, … in the files of the M4 competition, of numbers beside columns of names. */
function countedHeadings(columns: readonly Column[]): readonly string[] {
  const counted = columns.flatMap(({ name, type }) => {
    const [, head, digits] = /^(.*?)(\d+)$/.exec(name) ?? [];
    return digits === undefined || type === "VARCHAR" ? [] : [{ name, head, number: Number(digits) }];
  });
  const [first] = counted;
  const goesOn = counted.every(
    ({ head, number }, i) => head === first?.head && number === (first?.number ?? 0) + i,
  );
  const rest = columns.filter(({ name }) => !counted.some((one) => one.name === name));
  const areNames = rest.length > 0 && rest.every(({ type }) => type === "VARCHAR");
  return goesOn && areNames && counted.length >= FEWEST_COUNTED ? counted.map(({ name }) => name) : [];
}

/**
 * The headings that are times, where no column holds times and at least half of the headings, three or more, do; or the months or the
 * quarters beside a column of years; or headings that count the steps.
 */
export function timeHeadings(columns: readonly Column[]): TimeHeadings | undefined {
  if (
    columns.some(
      ({ type, sample }) => /^(?:DATE|TIME)/.test(type) || (type === "VARCHAR" && looksLikeTimes(sample)),
    )
  )
    return undefined;
  const names = columns.map(({ name }) => name);
  const parts = names.filter((name) => PART_OF_YEAR.test(name));
  const year = yearBeside(columns);
  if (year !== undefined && isWholeYear(parts)) return { names: parts, year };
  const years = names.filter((name) => YEAR.test(name));
  const dates = names.filter((name) => looksLikeTimes([name]));
  const headings = years.length > dates.length ? years : dates;
  if (headings.length >= 3 && headings.length >= names.length / 2) return { names: headings };
  const counted = countedHeadings(columns);
  return counted.length > 0 ? { names: counted, isCount: true } : undefined;
}

/** A table that was turned: `time` and `target` are the columns that it has for headings and what stood below them. */
export interface TurnedTable {
  readonly relation: Relation;
  readonly time: string;
  readonly target: string;
}

/** The table with a row for each of its rows and each heading. */
export function turned(
  relation: Relation,
  { names: headings, year, isCount = false }: TimeHeadings,
): TurnedTable {
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
  const flat = `FROM ${inner} UNPIVOT INCLUDE NULLS (${sqlName(target)} FOR ${sqlName(time)} IN (${list}))`;
  const dated = `trim(CAST(${sqlName(year ?? "")} AS VARCHAR)) || ' ' || ${sqlName(time)}`;
  const step = `CAST(regexp_extract(${sqlName(time)}, '\\d+$') AS BIGINT)`;
  const read = isCount ? step : year === undefined ? undefined : dated;
  const sql = read === undefined ? `(${flat})` : `(SELECT * REPLACE (${read} AS ${sqlName(time)}) ${flat})`;
  const all = [...rest, { name: time, type: isCount ? "BIGINT" : "VARCHAR" }, { name: target, type: common }];
  const meaning = isCount ? "count the steps" : "are times";
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
      year === undefined
        ? `Headings such as "${headings[0]}" ${meaning}: each row of the file is taken for a series.`
        : `The headings "${headings[0]}" to "${headings.at(-1)}" are parts of the year in column "${year}".`,
    ],
  };
  return { relation: upright, time, target };
}
