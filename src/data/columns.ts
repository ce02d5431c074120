// Which columns of a table hold the time, the target and what goes with them: as named, or guessed where there is no doubt.

import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import type { Column } from "./column.ts";
import { looksLikeNumbers } from "./number-text.ts";
import { fewOf, listOf } from "./row-names.ts";
import type { TableColumns } from "./table.ts";
import { timePartsAmong } from "./time-parts.ts";
import { looksLikeTimes } from "./time-text.ts";
import { isTotal } from "./totals.ts";

/** What was asked for; time and target are guessed where they are missing. */
export interface WantedColumns {
  /**
   * The column of dates or times; several that make a time together, such as year and month, or date and time of day. Default: the only
   * one that holds dates or times, or year and month.
   */
  readonly time?: string | readonly string[] | undefined;
  /** The column of numbers; several where each is a series of its own (a wide table). Default: the only one that holds them. */
  readonly target?: string | readonly string[] | undefined;
  /**
   * The column that names the series of a row; several that name it together. Default: where times come more than once in the table, a
   * column of names for each of which they come once, or all such columns together; else the table is one series.
   */
  readonly series?: string | readonly string[] | undefined;
  /** Columns of numbers known up to the last value of the target. Default: none. */
  readonly past?: string | readonly string[] | undefined;
  /** Columns of numbers known beyond it: rows after the last value of the target hold them. Default: none. */
  readonly future?: string | readonly string[] | undefined;
  /** Columns of numbers or categories that do not change within a series. Default: none. */
  readonly static?: string | readonly string[] | undefined;
  /** Each column of numbers that is not named otherwise is a series of its own. Default: false. */
  readonly wide?: boolean | undefined;
}

/** The columns that are read. */
export interface ChosenColumns {
  /** Of several columns that make a time together, their names: `year/month`. */
  readonly time: string;
  /** The columns of the time. */
  readonly timeParts: readonly Column[];
  readonly targets: readonly string[];
  readonly series: readonly string[];
  readonly past: readonly string[];
  readonly future: readonly string[];
  readonly static: readonly string[];
}

type Role = keyof WantedColumns & ("time" | "target" | "series" | "past" | "future" | "static");

const NUMERIC = /^(?:U?(?:TINY|SMALL|BIG|HUGE)?INT(?:EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;
const INSTANT = /^(?:DATE|TIMESTAMP.*)$/;
const TIME_NAMES =
  /^(?:time|times|date|dates|datum|day|week|month|monat|quarter|year|jahr|yr|period|ds|ts|t|timestamp|datetime|epoch|unix.*|index)$/i;
const ROW_NAMES = /^(?:column0|unnamed.*|.*row.?(?:names?|numbers?|no)|index|idx|id|no|nr|#)?$/i;

export function isNumeric(type: string): boolean {
  return NUMERIC.test(type);
}

export function isWholeNumber(type: string): boolean {
  return /INT/.test(type) && isNumeric(type);
}

export function isInstant(type: string): boolean {
  return INSTANT.test(type);
}

/**
 * The columns to read; what was guessed, in words for the user; and the columns that are left.
 *
 * @throws RecurraError `unknown-column` with the columns there are and the nearest one, `column-not-given` where the table leaves
 * doubt, `column-twice` where one column is to serve twice.
 */
export function chooseColumns(
  all: readonly Column[],
  wanted: WantedColumns,
  source: string,
): { columns: ChosenColumns; guesses: readonly string[]; unused: readonly Column[] } {
  const named = (role: Role) => listed(wanted[role]).map((name) => find(all, name, role, source));
  const roles = {
    time: named("time"),
    target: named("target"),
    series: named("series"),
    past: named("past"),
    future: named("future"),
    static: named("static"),
  };
  checkTwice(roles);
  const taken = new Set(Object.values(roles).flat());
  const free = all.filter((column) => !taken.has(column));
  const timeParts = roles.time.length > 0 ? roles.time : timeAmong(free, all, source);
  const left = free.filter((column) => !timeParts.includes(column));
  const targets = targetsAmong(left, roles.target, wanted.wide === true, all, source);
  const names = (columns: readonly Column[]) => columns.map(({ name }) => name);
  const columns = {
    time: names(timeParts).join("/"),
    timeParts,
    targets: names(targets),
    series: names(roles.series),
    past: names(roles.past),
    future: names(roles.future),
    static: names(roles.static),
  };
  const guesses = [
    ...(roles.time.length > 0
      ? []
      : timeParts.length === 1
        ? [`the time is column "${columns.time}"`]
        : [`the time is made of ${listOf(names(timeParts))}`]),
    ...(roles.target.length > 0
      ? []
      : targets.length === 1
        ? [`the target is column "${targets[0]?.name}"`]
        : [`the targets are the columns ${fewOf(columns.targets, 12)}`]),
  ];
  return { columns, guesses, unused: left.filter((column) => !targets.includes(column)) };
}

function timeAmong(free: readonly Column[], all: readonly Column[], source: string): readonly Column[] {
  const dates = free.filter(isTime);
  const parts = timePartsAmong(free, dates);
  // Of a moment and its day, the moment.
  const moments = dates.filter(({ type }) => type.startsWith("TIMESTAMP"));
  const [moment] = moments;
  const isFinest =
    moments.length === 1 && dates.every(({ type }) => type === "DATE" || type === moment?.type);
  if (moment !== undefined && isFinest) return [moment];
  return parts.length > 0 ? parts : [theOne(dates, "time", all, source, timeByName(free))];
}

function targetsAmong(
  left: readonly Column[],
  named: readonly Column[],
  wide: boolean,
  all: readonly Column[],
  source: string,
): readonly Column[] {
  if (named.length > 0) return named;
  const numbers = left.filter(isTarget);
  if (wide && numbers.length > 0) return numbers;
  const taken = all.filter((column) => !left.includes(column) && isTarget(column));
  return [theOne(numbers, "target", all, source, [], taken)];
}

/** Names that are given one by one or as a list. */
function listed(names: string | readonly string[] | undefined): readonly string[] {
  if (names === undefined) return [];
  return typeof names === "string" ? [names] : names;
}

/** A column serves one purpose; but what names a series may be known of it as well. */
function checkTwice(roles: Readonly<Record<Role, readonly Column[]>>): void {
  const met = new Map<Column, Role>();
  for (const [role, columns] of Object.entries(roles) as [Role, readonly Column[]][]) {
    for (const column of columns) {
      const other = met.get(column);
      if (other === undefined || (other === "series" && role === "static")) {
        met.set(column, role);
        continue;
      }
      throw new RecurraError(
        "column-twice",
        other === role
          ? `Column "${column.name}" is given twice as --${role}. Wanted each column once.`
          : `Column "${column.name}" is given both as --${other} and as --${role}. Wanted two columns.`,
      );
    }
  }
}

function find(all: readonly Column[], name: string, role: Role, source: string): Column {
  const exact = all.find((column) => column.name === name);
  if (exact !== undefined) return exact;
  const alike = all.filter((column) => column.name.toLowerCase() === name.toLowerCase());
  const [like] = alike;
  if (like !== undefined && alike.length === 1) return like;
  const names = all.map((column) => column.name);
  throw new RecurraError(
    "unknown-column",
    `There is no column "${name}" (--${role}) in ${source}. ${suggestion(name, names)}The columns are ${describeColumns(all)}.`,
  );
}

/** What helps where rows stand in order, and nothing says when. */
const NUMBERED = `, or number the rows: --sql "SELECT row_number() OVER () AS step, * FROM data" --time step`;

function theOne(
  fitting: readonly Column[],
  role: "time" | "target",
  all: readonly Column[],
  source: string,
  instead: readonly Column[],
  taken: readonly Column[] = [],
): Column {
  const candidates = fitting.length === 0 ? instead : fitting;
  const [only, second] = candidates;
  if (only !== undefined && second === undefined) return only;
  const wanted = role === "time" ? "dates, times, years or a count 1, 2, 3" : "numbers";
  const found =
    only === undefined
      ? `No ${taken.length === 0 ? "" : "other "}column of ${source} looks like ${wanted}`
      : `Several columns of ${source} could be it: ${fewOf(
          candidates.map(({ name }) => name),
          5,
        )}`;
  const several =
    role === "target" && only !== undefined
      ? "; where each is a series of its own, name several, or take all with --wide"
      : "";
  throw new RecurraError(
    "column-not-given",
    `Which column is the ${role}? ${found}. Name it with --${role}${several}${role === "time" && only === undefined ? NUMBERED : ""}. The columns are ${describeColumns(all)}.`,
  );
}

function isTime({ type, sample }: Column): boolean {
  const rows = isTotal(sample.at(-1) ?? "") ? sample.slice(0, -1) : sample;
  return isInstant(type) || (type === "VARCHAR" && rows.length > 0 && looksLikeTimes(rows));
}

/** Numbers are times only where the column's name says so. */
function timeByName(free: readonly Column[]): readonly Column[] {
  return free.filter(
    ({ name, type, sample }) =>
      TIME_NAMES.test(name) && (isNumeric(type) || (type === "VARCHAR" && looksLikeNumbers(sample))),
  );
}

/** Numbers that are not just the numbers of the rows. */
function isTarget({ name, type, sample }: Column): boolean {
  if (type === "VARCHAR") return sample.length > 0 && looksLikeNumbers(sample);
  const counts = sample.every((value, i) => Number(value) === Number(sample[0]) + i);
  return isNumeric(type) && !(ROW_NAMES.test(name) && counts && sample.length > 1);
}

/** What columns are called together: for messages, titles and reports. */
export function tableColumns({ time, targets, series, past, future, ...rest }: ChosenColumns): TableColumns {
  const some = (columns: readonly string[], name: string) =>
    columns.length === 0 ? {} : { [name]: columns };
  return {
    time,
    target: listOf(targets),
    ...(series.length === 0 ? {} : { series: series.join("/") }),
    ...(targets.length === 1 ? {} : { targets }),
    ...some(past, "past"),
    ...some(future, "future"),
    ...some(rest.static, "static"),
  };
}

/** `month (text), passengers (number) and 3 more`, for messages. */
export function describeColumns(columns: readonly (Omit<Column, "sample"> & Partial<Column>)[]): string {
  const shown = columns.map(({ name, type, sample = [] }) => `${name} (${kindOf(type, sample)})`);
  return fewOf(shown, 12);
}

function kindOf(type: string, sample: readonly string[]): string {
  if (isNumeric(type)) return "number";
  if (type === "DATE") return "date";
  if (isInstant(type)) return "time";
  if (type === "VARCHAR" && sample.length > 0) {
    if (looksLikeTimes(sample)) return "date";
    if (looksLikeNumbers(sample)) return "number";
  }
  return type === "VARCHAR" ? "text" : type.toLowerCase();
}
