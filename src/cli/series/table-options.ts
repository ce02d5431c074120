// The options that say what the table of a command is, and reading it.

import { type Command, Option } from "commander";
import type { Table } from "../../data/table.ts";
import type { CalendarFeature } from "../../series/observed/calendar-features.ts";
import type { DuplicateTimes } from "../../series/observed/duplicates.ts";
import type { MissingValues } from "../../series/observed/missing.ts";
import { columnNames, nonEmpty, oneOf } from "../options.ts";

/** What the user said of the table. */
export interface TableArguments {
  readonly time?: readonly string[];
  readonly target?: readonly string[];
  readonly series?: readonly string[];
  readonly past?: readonly string[];
  readonly future?: readonly string[];
  readonly static?: readonly string[];
  readonly wide?: boolean;
  readonly calendar?: readonly CalendarFeature[];
  readonly where?: string;
  readonly sql?: string;
  readonly timeZone?: string;
  readonly frequency?: string;
  readonly missing?: MissingValues;
  readonly duplicates?: DuplicateTimes;
  readonly onError?: "stop" | "skip";
}

const GROUP = "Table:";

/** Adds the options that {@link readTableOf} and {@link seriesOptionsOf} read. */
export function addTableOptions(command: Command): Command {
  const add = (flags: string, description: string, parse: (text: string) => unknown) => {
    command.addOption(new Option(flags, description).argParser(parse).helpGroup(GROUP));
  };
  add(
    "--time <COLUMNS>",
    "dates or times (default: the only such column); several that make one: year,month",
    columnNames,
  );
  add(
    "--target <COLUMNS>",
    "numbers to forecast (default: the only such column); several, with commas: each a series",
    columnNames,
  );
  add("--series <COLUMNS>", "names the series of each row; several name it together", columnNames);
  add("--past <COLUMNS>", "more numbers, known up to the last row", columnNames);
  add("--future <COLUMNS>", "more numbers, known ahead: in rows after the last target", columnNames);
  add("--static <COLUMNS>", "numbers or categories that stay the same within a series", columnNames);
  add(
    "--calendar <FEATURES>",
    "features of the times, known ahead: month, dayOfWeek, hour, weekend …",
    columnNames,
  );
  command.addOption(new Option("--wide", "each column of numbers is a series").helpGroup(GROUP));
  add("--where <SQL>", 'rows to use, such as "store = 3"', nonEmpty);
  add(
    "--sql <QUERY>",
    'a query over the table, which it calls data: "SELECT … FROM data"; without FILE, over files that it names',
    nonEmpty,
  );
  add("--time-zone <ZONE>", "the zone of the times, such as Europe/Berlin", nonEmpty);
  add(
    "--frequency <NAME>",
    "hour, 15 minutes, day, business day, week, month … (default: found out)",
    nonEmpty,
  );
  add(
    "--missing <HOW>",
    "fill gaps and empty values: linear, seasonal, forward, zero; keep leaves them (default: stop)",
    oneOf("error", "keep", "linear", "seasonal", "forward", "zero"),
  );
  add(
    "--duplicates <HOW>",
    "rows of the same time: first, last, mean, sum (default: stop)",
    oneOf("error", "first", "last", "mean", "sum"),
  );
  add(
    "--on-error <HOW>",
    "a series that cannot be used: stop, or skip it (default: stop)",
    oneOf("stop", "skip"),
  );
  return command;
}

/** Whether a query reads files of its own, such as 'sales.parquet', and not the table that it would call data. */
export function namesItsOwnFiles(sql: string | undefined): boolean {
  return sql !== undefined && !/\b(?:from|join)\s+"?data"?(?![\w"(.])/i.test(sql);
}

/** Reads the table of a command; the packaged airline passengers without a file. */
export async function readTableOf(
  files: readonly string[],
  { time, target, series, past, future, static: fixed, wide, where, sql, timeZone, onError }: TableArguments,
  signal: AbortSignal,
): Promise<Table> {
  const [{ airlinePassengers }, { readTable }] = await Promise.all([
    import("../../data/packaged.ts"),
    import("../../data/read-table.ts"),
  ]);
  const wanted = {
    time: time?.length === 1 ? time[0] : time,
    target: target?.length === 1 ? target[0] : target,
    series,
    past,
    future,
    static: fixed,
    wide,
    where,
    timeZone,
    onError: onErrorOf(onError),
    signal,
  };
  const [file, second] = files;
  if (file !== undefined) return readTable(second === undefined ? file : files, { ...wanted, sql });
  if (sql !== undefined && namesItsOwnFiles(sql)) return readTable({ sql }, wanted);
  return airlinePassengers({ ...wanted, sql });
}

/** What the user said of making series of the table. */
export function seriesOptionsOf({ frequency, missing, duplicates, onError }: TableArguments) {
  return { frequency, missing, duplicates, onError: onErrorOf(onError) };
}

function onErrorOf(how: TableArguments["onError"]): "throw" | "skip" | undefined {
  return how === "stop" ? "throw" : how;
}
