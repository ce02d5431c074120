// Which columns of a table hold the time and the target: as named, or guessed where there is no doubt.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { looksLikeNumbers } from "./number-text.ts";
import { fewOf } from "./row-names.ts";
import type { TableColumns } from "./table.ts";
import { looksLikeTimes } from "./time-text.ts";

/** A column of a file: its name, DuckDB's type, and some of its values as text (nulls left out). */
export interface Column {
  readonly name: string;
  readonly type: string;
  readonly sample: readonly string[];
}

/** What was asked for; what is missing is guessed. */
export interface WantedColumns {
  readonly time?: string | undefined;
  readonly target?: string | undefined;
  readonly series?: string | undefined;
}

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;
const INSTANT = /^(?:DATE|TIMESTAMP.*)$/;
const TIME_NAMES =
  /^(?:time|times|date|dates|datum|day|week|month|monat|quarter|year|jahr|yr|period|ds|ts|t|timestamp|datetime|epoch|unix.*|index)$/i;
const ROW_NAMES = /^(?:column0|unnamed.*|.*row.?(?:names?|numbers?|no)|index|idx|id|no|nr|#)?$/i;

export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}

export function isInstant(type: string): boolean {
  return INSTANT.test(type);
}

/**
 * The columns to read, and what was guessed, in a sentence for the user.
 *
 * @throws RecurraError `unknown-column` with the columns there are and the nearest one, `column-not-given` where the table leaves
 * doubt, `column-twice` where one column is to serve twice.
 */
export function chooseColumns(
  all: readonly Column[],
  wanted: WantedColumns,
  source: string,
): { columns: TableColumns; note?: string } {
  const named = {
    time: find(all, wanted.time, "time", source),
    target: find(all, wanted.target, "target", source),
    series: find(all, wanted.series, "series", source),
  };
  const free = all.filter((column) => !Object.values(named).includes(column));
  const time = named.time ?? theOne(free.filter(isTime), "time", all, source, timeByName(free));
  const left = free.filter((column) => column !== time);
  const target = named.target ?? theOne(left.filter(isTarget), "target", all, source, []);
  const columns: TableColumns = {
    time: time.name,
    target: target.name,
    ...(named.series === undefined ? {} : { series: named.series.name }),
  };
  for (const [role, other] of [
    ["time", "target"],
    ["time", "series"],
    ["target", "series"],
  ] as const) {
    if (columns[role] !== columns[other]) continue;
    throw new RecurraError(
      "column-twice",
      `Column "${columns[role]}" is given both as --${role} and as --${other}. Wanted two columns.`,
    );
  }
  const guesses = [
    ...(named.time === undefined ? [`the time is column "${time.name}"`] : []),
    ...(named.target === undefined ? [`the target is column "${target.name}"`] : []),
  ];
  if (guesses.length === 0) return { columns };
  return { columns, note: `Taken from the table: ${guesses.join(", ")}.` };
}

function find(
  all: readonly Column[],
  name: string | undefined,
  role: string,
  source: string,
): Column | undefined {
  if (name === undefined) return undefined;
  const exact = all.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const alike = all.filter((column) => column.name.toLowerCase() === name.toLowerCase());
  if (alike.length === 1) return alike[0];
  const names = all.map((column) => column.name);
  throw new RecurraError(
    "unknown-column",
    `There is no column "${name}" (--${role}) in ${source}. ${suggestion(name, names)}The columns are ${describeColumns(all)}.`,
  );
}

function theOne(
  fitting: readonly Column[],
  role: "time" | "target",
  all: readonly Column[],
  source: string,
  instead: readonly Column[],
): Column {
  const candidates = fitting.length === 0 ? instead : fitting;
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  const wanted = role === "time" ? "dates, times, years or a count 1, 2, 3, …" : "numbers";
  const found =
    only === undefined
      ? `No column of ${source} looks like ${wanted}`
      : `Several columns of ${source} could be it: ${fewOf(
          candidates.map(({ name }) => name),
          5,
        )}`;
  const dated = all.filter(({ name }) => looksLikeTimes([name]));
  const wide =
    dated.length > 2
      ? ` Columns such as "${dated[0]?.name}" are times themselves: wanted one row for each time instead.`
      : "";
  throw new RecurraError(
    "column-not-given",
    `Which column is the ${role}? ${found}. Name it with --${role}. The columns are ${describeColumns(all)}.${wide}`,
  );
}

function isTime({ type, sample }: Column): boolean {
  return isInstant(type) || (type === "VARCHAR" && sample.length > 0 && looksLikeTimes(sample));
}

/** Numbers are times only where the column's name says so. */
function timeByName(free: readonly Column[]): readonly Column[] {
  return free.filter(({ name, type }) => isNumeric(type) && TIME_NAMES.test(name));
}

/** Numbers that are not just the numbers of the rows. */
function isTarget({ name, type, sample }: Column): boolean {
  if (type === "VARCHAR") return sample.length > 0 && looksLikeNumbers(sample);
  const counts = sample.every((value, i) => Number(value) === Number(sample[0]) + i);
  return isNumeric(type) && !(ROW_NAMES.test(name) && counts && sample.length > 1);
}

/** `month (text), passengers (number) and 3 more`, for messages. */
export function describeColumns(columns: readonly Pick<Column, "name" | "type">[]): string {
  const shown = columns.map(({ name, type }) => `${name} (${kindOf(type)})`);
  return fewOf(shown, 12);
}

function kindOf(type: string): string {
  if (isNumeric(type)) return "number";
  if (type === "DATE") return "date";
  if (isInstant(type)) return "time";
  return type === "VARCHAR" ? "text" : type.toLowerCase();
}
