// Which columns of a table are read, and as what: what was said, what was found out, and what is wrong with it.

import { countOf, fewOf, listOf, quoted } from "../../../data/row-names.ts";
import { columnAt } from "../../../data/texts/column-names.ts";
import { RecurraError } from "../../../platform/error.ts";
import { suggestion } from "../../../platform/nearest.ts";
import type { ReportedColumn } from "../../../text/report/table-columns.ts";
import type { ReportedRows } from "../../../text/report/train-table.ts";
import { findColumn, type NamedColumn, type ReadCellsOptions, readCells, type TableCells } from "./cells.ts";
import { kindOfColumn, type SaidKind } from "./kinds.ts";
import type { TablePlan } from "./rows.ts";

/** What was said of the columns. */
export interface ColumnArguments {
  readonly text?: readonly string[];
  readonly numbers?: readonly string[];
  readonly categories?: readonly string[];
  readonly columns?: readonly string[];
  readonly drop?: readonly string[];
  readonly group?: string;
}

/** The columns that `--text` names; `undefined` where it is found out, none for `--text none`. */
function saidTexts(cells: TableCells | undefined, { text }: ColumnArguments): readonly string[] | undefined {
  return text?.length === 1 && text[0] === "none" && cells?.columns.has("none") !== true ? [] : text;
}

function namedColumns(target: string, options: ColumnArguments): readonly NamedColumn[] {
  const all = (names: readonly string[] | undefined, option: string) =>
    (names ?? []).map((name) => ({ name, option }));
  return [
    { name: target, option: "--target" },
    ...all(saidTexts(undefined, options), "--text"),
    ...all(options.numbers, "--numbers"),
    ...all(options.categories, "--categories"),
    ...all(options.drop, "--drop"),
  ];
}

/** Fails for a column that is to be two things. @throws RecurraError `column-twice` */
export function checkTwice(target: string, options: ColumnArguments): void {
  const met = new Map<string, string>();
  for (const { name, option } of namedColumns(target, options)) {
    const other = met.get(name);
    if (other !== undefined)
      throw new RecurraError(
        "column-twice",
        other === option
          ? `Column "${name}" is given twice as ${option}. Wanted each column once.`
          : `Column "${name}" is given both as ${other} and as ${option}. Wanted one of them.`,
      );
    met.set(name, option);
  }
}

/** Fails for a name that no column has. @throws RecurraError `unknown-column` */
export function checkNamed(cells: TableCells, target: string, options: ColumnArguments): void {
  const names = [...cells.columns.keys()];
  const others = [
    ...(options.columns ?? []).map((name) => ({ name, option: "--columns" })),
    ...(options.group === undefined ? [] : [{ name: options.group, option: "--group" }]),
  ];
  for (const { name, option } of [...namedColumns(target, options), ...others])
    findColumn(name, names, option, cells.source);
}

/** A column by its name, or its number from 1 on; else what was given. */
export function namedOrNumbered({ columns }: TableCells, given: string): string {
  const names = [...columns.keys()];
  return names[columnAt(given, names, names.length) ?? -1] ?? given;
}

/** The columns of a file and what they are taken for, for messages: `price (a number), name (a text), id (it numbers the rows)`. */
export async function columnsOfFile(
  path: string,
  reading: Pick<ReadCellsOptions, "sql" | "where">,
): Promise<string> {
  const cells = await readCells(path, { ...reading, asNumber: [] });
  const shown = columnsOf(cells, "", {}).map(
    ({ name, kind, why }) => `${name} (${kind === "left out" ? why : `a ${kind}`})`,
  );
  return fewOf(shown, 12);
}

/** What each column but the target is taken for. @throws RecurraError `column-missing` for one that was named and has no value */
export function columnsOf(
  cells: TableCells,
  target: string,
  options: ColumnArguments,
): readonly ReportedColumn[] {
  const texts = saidTexts(cells, options);
  const saidOf = (name: string): SaidKind => {
    if (options.drop?.includes(name) === true) return "dropped";
    if (texts?.includes(name) === true) return "text";
    if (options.numbers?.includes(name) === true) return "number";
    if (options.categories?.includes(name) === true) return "category";
    return undefined;
  };
  return [...cells.columns]
    .filter(([name]) => name !== target)
    .map(([name, column]) => {
      const said = saidOf(name);
      const found = kindOfColumn(name, column, said, texts === undefined);
      if (said !== undefined && said !== "dropped" && found.missing === cells.rows)
        throw new RecurraError(
          "column-missing",
          `Column "${name}" of ${cells.source} has no value in any row, and is named as --${said === "text" ? "text" : said === "number" ? "numbers" : "categories"}. Name another column, or leave it out.`,
        );
      const isAsked = options.columns?.includes(name) ?? true;
      if (said !== undefined || found.kind === "left out") return found;
      if (!isAsked) return { ...found, kind: "left out", why: "it is not named with --columns" };
      if (name === options.group) return { ...found, kind: "left out", why: "rows are grouped by it" };
      return found;
    });
}

/** What was found out, in sentences for the user. */
export function planNotes(
  { texts, numbers, categories }: TablePlan,
  columns: readonly ReportedColumn[],
  target: string,
  isNumber: boolean,
): readonly string[] {
  const shown = (names: readonly string[]) => listOf(names.map((name) => `"${name}"`));
  const sides = [
    ...(texts.length > 0 ? [`the text of ${shown(texts)}`] : []),
    ...(numbers.length > 0 ? [`the number${numbers.length === 1 ? "" : "s"} ${shown(numbers)}`] : []),
    ...(categories.length > 0
      ? [`the categor${categories.length === 1 ? "y" : "ies"} ${shown(categories)}`]
      : []),
  ];
  const out = columns.filter(({ kind, why }) => kind === "left out" && why !== "as asked");
  return [
    `"${target}" is told as ${isNumber ? "a number" : "a class"}, from ${sides.length === 0 ? "nothing" : listOf(sides)}.`,
    ...(out.length === 0
      ? []
      : [`Left out: ${out.map(({ name, why }) => `"${name}" (${why})`).join(", ")}.`]),
  ];
}

/** Fails where nothing is left to tell from, or a text has none. @throws RecurraError `no-columns`, `text-missing` */
export function checkPlan(
  { texts, numbers, categories }: TablePlan,
  columns: readonly ReportedColumn[],
  target: string,
  source: string,
): void {
  if (texts.length + numbers.length + categories.length > 0) return;
  const out = columns.map(({ name, why }) => `"${name}" (${why})`);
  throw new RecurraError(
    "no-columns",
    `${source}: there is nothing to tell "${target}" from${out.length === 0 ? "; it has no other column" : `: left out are ${out.join(", ")}`}. Name columns with --text, --numbers or --categories.`,
  );
}

/** Fails for a logarithm of what has none. @throws RecurraError `target-not-positive` */
export function checkPositive({ target, names }: ReportedRows, name: string, source: string): void {
  if (!(target instanceof Float64Array)) return;
  const odd = target.findIndex((value) => value <= 0);
  if (odd < 0) return;
  const count = target.filter((value) => value <= 0).length;
  const more = count === 1 ? "" : ` (${countOf(count, "row")} are not positive)`;
  throw new RecurraError(
    "target-not-positive",
    `${source}, ${names[odd]}: the target "${name}" is ${target[odd]}, which has no logarithm${more}. Say --no-log, or leave such rows out: --where '"${name}" > 0'.`,
  );
}

/** Fails for a class of the test that training knows nothing of. @throws RecurraError `unknown-label` */
export function checkTestClasses(
  training: ReportedRows,
  test: ReportedRows,
  name: string,
  source: string,
): void {
  if (training.target instanceof Float64Array || test.target instanceof Float64Array) return;
  const known = [...new Set(training.target)];
  const strange = test.target.findIndex((label) => !known.includes(label));
  const label = test.target[strange];
  if (label === undefined) return;
  const shown = known.length > 12 ? `${known.slice(0, 12).join(", ")}, …` : known.join(", ");
  throw new RecurraError(
    "unknown-label",
    `${source}, ${test.names[strange]}: the target "${name}" is ${quoted(label)}, which is none of those trained on (${shown}). ${suggestion(label, known)}Give rows of these classes.`,
  );
}

/** The columns that a model reads, as a file is asked for them. @param target where it is wanted */
export function columnsToRead(plan: TablePlan, target: string | undefined): readonly NamedColumn[] {
  const all = (names: readonly string[], option: string) => names.map((name) => ({ name, option }));
  return [
    ...(target === undefined ? [] : [{ name: target, option: "the target" }]),
    ...all(plan.texts, "a text in training"),
    ...all(plan.numbers, "a number in training"),
    ...all(plan.categories, "a category in training"),
  ];
}
