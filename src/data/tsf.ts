// The .tsf format of the Monash forecasting archive: a head of @ lines, then a series a line, as `name:start:1.5,2,?,4`.
// Source: Godahewa et al., Monash Time Series Forecasting Archive, NeurIPS 2021, section 3.

import { RecurraError } from "../platform/error.ts";
import type { DataFile } from "./data-file.ts";
import { type DuckDBConnection, rowsOf, sqlName, sqlText } from "./duckdb.ts";
import type { Relation, RelationColumn } from "./relation.ts";
import { countOf, listOf } from "./row-names.ts";

/** What the head of a file says. */
interface Head {
  readonly attributes: readonly { readonly name: string; readonly type: string }[];
  /** `monthly`, `10_minutes`; undefined where none is given. */
  readonly frequency: string | undefined;
  readonly horizon: string | undefined;
  /** How many lines come before the data. */
  readonly lines: number;
}

/** Longest line that is read, in bytes: some three million values. */
const LONGEST_LINE = 2 ** 25;

/** Steps of time as the archive calls them, as intervals of SQL. */
const STEPS: Readonly<Record<string, string>> = {
  yearly: "1 year",
  quarterly: "3 months",
  monthly: "1 month",
  weekly: "7 days",
  daily: "1 day",
  hourly: "1 hour",
  half_hourly: "30 minutes",
  minutely: "1 minute",
  secondly: "1 second",
};

/**
 * The table that a file stands for: its attributes, the time and the value, a row for each value. Without a start the times are 1, 2, 3, …
 *
 * @throws RecurraError `file-format` for a head or a line that is not understood, and for several files
 */
export async function openTsf(connection: DuckDBConnection, file: DataFile): Promise<Relation> {
  const head = headOf(file);
  const { attributes } = head;
  const start = attributes.find(({ type }) => type === "date");
  const names = attributes.filter((one) => one !== start);
  const lines = linesSql(file, head);
  const counts = await countsOf(connection, file, head, lines);
  const free = (name: string): string =>
    attributes.some((attribute) => attribute.name === name) ? free(`${name}_`) : name;
  const [time, target] = [free("time"), free("value")];
  const columns: RelationColumn[] = [
    ...names.map(({ name, type }) => ({ name, type: type === "numeric" ? "DOUBLE" : "VARCHAR" })),
    { name: time, type: start === undefined ? "BIGINT" : "TIMESTAMP" },
    { name: target, type: "DOUBLE" },
  ];
  const cells = names.map(({ name, type }) => {
    const cell = `parts[${attributes.findIndex((one) => one.name === name) + 1}]`;
    return `${type === "numeric" ? `TRY_CAST(${cell} AS DOUBLE)` : cell} AS ${sqlName(name)}`;
  });
  const stepSql =
    start === undefined
      ? "step"
      : `${startSql(attributes.indexOf(start))} + (step - 1) * ${intervalOf(file, head)}`;
  const points = `SELECT parts, unnest(range(1, len(numbers) + 1)) AS step, unnest(numbers) AS number FROM (${lines})`;
  const sql = `(SELECT ${[...cells, `${stepSql} AS ${sqlName(time)}`, `CAST(nullif(number, '?') AS DOUBLE) AS ${sqlName(target)}`].join(", ")} FROM (${points}))`;
  const series = names.filter(({ type }) => type === "string").map(({ name }) => name);
  const told = [head.frequency, head.horizon === undefined ? undefined : `a horizon of ${head.horizon}`];
  return {
    sql,
    columns,
    firstRow: 1,
    rowWord: "row",
    rowName: placeNames(counts, head.lines),
    withTimes: (column) => ({ sql, type: columns.find(({ name }) => name === column)?.type ?? "VARCHAR" }),
    known: { time, target, ...(series.length === 0 ? {} : { series }) },
    notes: [
      `The file is of the Monash archive's format: ${[`${counts.length.toLocaleString("en-US")} series`, ...told.filter((one) => one !== undefined)].join(", ")}.`,
    ],
  };
}

/** @throws RecurraError `file-format` */
function headOf(file: DataFile): Head {
  if (file.paths.length > 1)
    throw wrong(file, `there are ${file.paths.length} files of the .tsf format; wanted one at a time`);
  const lines = file.beginning.split(/\r?\n/);
  const at = lines.findIndex((line) => /^@data\s*$/i.test(line));
  if (at === -1) throw wrong(file, "its head has no line @data");
  const tags = lines.slice(0, at).flatMap((line) => {
    const [, tag, rest] = /^@(\w+)\s+(.*?)\s*$/.exec(line) ?? [];
    return tag === undefined || rest === undefined ? [] : [{ tag: tag.toLowerCase(), rest }];
  });
  const attributes = tags
    .filter(({ tag }) => tag === "attribute")
    .map(({ rest }) => {
      const [name = "", type = ""] = rest.split(/\s+/);
      return { name, type: type.toLowerCase() };
    });
  const dates = attributes.filter(({ type }) => type === "date");
  if (dates.length > 1)
    throw wrong(
      file,
      `it has ${dates.length} attributes that are dates, ${listOf(dates.map(({ name }) => name))}; wanted one, the start`,
    );
  const tagOf = (name: string) => tags.find(({ tag }) => tag === name)?.rest;
  return { attributes, frequency: tagOf("frequency"), horizon: tagOf("horizon"), lines: at + 1 };
}

/** A row for each line of the data: its attributes, and the texts of its values. */
function linesSql(file: DataFile, { lines }: Head): string {
  const options = [
    "auto_detect = false",
    "header = false",
    `skip = ${lines}`,
    "columns = {'line': 'VARCHAR'}",
    "delim = '\u0001'",
    "quote = ''",
    "escape = ''",
    `max_line_size = ${LONGEST_LINE}`,
    ...(file.zipped ? ["compression = 'gzip'"] : []),
    ...(file.encoding === undefined ? [] : [`encoding = ${sqlText(file.encoding)}`]),
  ];
  const raw = `read_csv(${sqlText(file.path)}, ${options.join(", ")})`;
  const split = `SELECT string_split(trim(line), ':') AS parts FROM ${raw} WHERE trim(line) <> '' AND NOT starts_with(line, '#')`;
  return `SELECT parts, list_transform(string_split(parts[-1], ','), one -> trim(one)) AS numbers FROM (${split})`;
}

/** How many values each line has. @throws RecurraError `file-format` for a line with other attributes or with what is no number */
async function countsOf(
  connection: DuckDBConnection,
  file: DataFile,
  { attributes, lines: before }: Head,
  lines: string,
): Promise<readonly number[]> {
  const odd = "list_filter(numbers, one -> one <> '?' AND TRY_CAST(one AS DOUBLE) IS NULL)[1]";
  const start = attributes.findIndex(({ type }) => type === "date");
  const unread = start === -1 ? "NULL" : `CASE WHEN ${startSql(start)} IS NULL THEN parts[${start + 1}] END`;
  const found = await rowsOf(
    connection,
    `SELECT len(numbers) AS count, len(parts) AS parts, ${odd} AS odd, ${unread} AS unread FROM (${lines})`,
  ).catch((error) => {
    throw wrong(file, String(error));
  });
  if (found.length === 0) throw wrong(file, "there is nothing after the line @data");
  return found.map(({ count, parts, odd: text, unread: date }, i) => {
    const line = `line ${before + i + 1}`;
    if (Number(parts) !== attributes.length + 1)
      throw wrong(
        file,
        `${line} has ${countOf(Number(parts), "part")} between colons; wanted ${attributes.length + 1}: ${listOf([...attributes.map(({ name }) => name), "the values"])}`,
      );
    if (typeof text === "string")
      throw wrong(file, `${line} has "${text}" among its values; wanted numbers, or ? where one is missing`);
    if (typeof date === "string")
      throw wrong(file, `${line} starts at "${date}"; wanted a time such as 1979-01-31 00-00-00`);
    return Number(count);
  });
}

/** The start in a line, null where it cannot be read. */
function startSql(attribute: number): string {
  const text = `trim(parts[${attribute + 1}])`;
  return `coalesce(try_strptime(${text}, '%Y-%m-%d %H-%M-%S'), try_strptime(${text}, '%Y-%m-%d'))`;
}

function intervalOf(file: DataFile, { frequency = "" }: Head): string {
  const [, count, unit] = /^(\d+)_(second|minute|hour|day|week|month|year)s?$/.exec(frequency) ?? [];
  const step = STEPS[frequency] ?? (count === undefined ? undefined : `${count} ${unit}`);
  if (step !== undefined) return `INTERVAL '${step}'`;
  throw wrong(
    file,
    `its frequency is ${frequency === "" ? "not given" : `"${frequency}"`}; wanted one of ${Object.keys(STEPS).join(", ")}, or such as 10_minutes`,
  );
}

/** Where a value stands: `line 21, value 7`. @param counts of the values of each line, in their order */
function placeNames(counts: readonly number[], before: number): (position: number) => string {
  const ends: number[] = [];
  for (const count of counts) ends.push((ends.at(-1) ?? 0) + count);
  return (position) => {
    const at = ends.findIndex((end) => position < end);
    return `line ${before + at + 1}, value ${position - (ends[at - 1] ?? 0) + 1}`;
  };
}

function wrong({ path }: DataFile, what: string): RecurraError {
  return new RecurraError("file-format", `Cannot read "${path}": ${what}.`);
}
