// Which columns of a table hold the texts and the labels.

import { RecurraError } from "../../platform/error.ts";
import { fewOf, listOf } from "../row-names.ts";
import {
  columnAt,
  findColumn,
  labelNamed,
  listed,
  otherLabelsNamed,
  partsOf,
  shownColumn,
  textNamed,
} from "./column-names.ts";
import type { ReadTextsOptions, TextColumns } from "./text-options.ts";
import type { TextTable } from "./text-table.ts";

/** How the columns of a table are used: numbers from 0. */
export interface ChosenColumns {
  /** At least one. */
  readonly text: readonly number[];
  readonly label: number | undefined;
  readonly others: readonly number[];
  /** In a sentence for the user; undefined where nothing had to be found out. */
  readonly note: string | undefined;
}

/** Labels of more characters, or of more different kinds than this share of the rows, are none. */
const LONGEST_LABEL = 60;
const MOST_KINDS = 0.5;
/** In fewer rows nothing is said by what recurs. */
const FEW = 10;
/** Texts have at least so many letters, on average. */
const FEWEST_LETTERS = 12;

/** @param wantsLabel whether labels are read at all @throws RecurraError `unknown-column`, `column-not-given`, `column-twice` */
export function chooseColumns(
  table: TextTable,
  options: ReadTextsOptions,
  wantsLabel: boolean,
  source: string,
): ChosenColumns {
  const { names, width } = table;
  const { prefer = {} } = options;
  const find = (ref: string | number, option: string) => findColumn(ref, names, width, source, option);
  // What was a number in a file without a header is none of a column with a name.
  const preferred = (ref: string | number | undefined) => {
    if (ref === undefined) return undefined;
    return names !== undefined && !names.includes(String(ref)) ? undefined : columnAt(ref, names, width);
  };
  const isNone = options.label === "none" && names?.includes("none") !== true;
  const every = (refs: TextColumns) =>
    [refs].flat().flatMap((ref) => (columnAt(ref, names, width) === undefined ? partsOf(ref) : [ref]));
  const saidText =
    options.text === undefined
      ? undefined
      : [...new Set(every(options.text).map((ref) => find(ref, "--text")))];
  const saidLabel = options.label === undefined || isNone ? undefined : find(options.label, "--label");
  const isAll = options.columns === "all";
  const asked = isAll ? [] : (options.columns ?? []);
  const named = asked.map((ref) => find(ref, "columns"));
  const takesLabel = wantsLabel && !isNone;
  const known = takesLabel ? preferred(prefer.label) : undefined;
  const isText = (column: number | undefined) => column !== undefined && saidText?.includes(column) === true;
  const early = saidLabel ?? (width > 1 && !isText(known) ? known : undefined);
  const knownText = prefer.text === undefined ? [] : every(prefer.text).map(preferred);
  const isKnown = knownText.length > 0 && !knownText.includes(undefined);
  const text =
    saidText ??
    (isKnown ? knownText.filter((column) => column !== undefined) : [foundText(table, early, named, source)]);
  // Other labels than those that a model knows are of no use to it; where its file had no header, their name is not known.
  const isUnnamed = names === undefined || /^\d+$/.test(String(prefer.label ?? 0));
  const mayFind = takesLabel && isUnnamed;
  const label = early ?? (mayFind ? foundLabel(table, text, named) : undefined);
  if (label !== undefined && text.includes(label)) {
    throw new RecurraError(
      "column-twice",
      `${source}: ${shownColumn(label, names)} is asked for as the text and as the label. Name two columns.`,
    );
  }
  // Labels that are not known of, and not found, are to be named.
  const isMissing = mayFind && label === undefined && width > 1;
  const isFound =
    (saidText === undefined && width > 1) || (label !== undefined && saidLabel === undefined) || isMissing;
  const others = isAll
    ? Array.from({ length: width }, (_, column) => column).filter(
        (column) => column !== label && !text.includes(column),
      )
    : named;
  const note = isFound ? noteOf(table, text, label, takesLabel, source) : undefined;
  return { text, label, others, note };
}

function noteOf(
  table: TextTable,
  text: readonly number[],
  label: number | undefined,
  takesLabel: boolean,
  source: string,
): string {
  const { names } = table;
  const others = listed((names ?? []).filter((_, column) => !text.includes(column)));
  const labels =
    label === undefined
      ? takesLabel
        ? `, and no column is taken for labels${others === "" ? "" : ` (beside it there is ${others})`}${candidates(table, text)}`
        : ""
      : `, the labels ${shownColumn(label, names)}`;
  const header = names === undefined ? `${source} has no header: the` : "The";
  const texts = listOf(text.map((column) => shownColumn(column, names)));
  return `${header} texts${names === undefined ? "" : ` of ${source}`} are ${texts}${labels}.`;
}

/** Columns that may be labels, by how few their values are. */
function candidates(table: TextTable, text: readonly number[]): string {
  const found = Array.from({ length: table.width }, (_, column) => ({ column, ...about(table, column) }))
    .filter(({ column, recurs, count, kinds }) => !text.includes(column) && recurs && count * kinds >= 2)
    .sort((a, b) => a.kinds - b.kinds)
    .map(
      ({ column, count, kinds }) =>
        `${shownColumn(column, table.names)} has ${Math.round(count * kinds)} values`,
    );
  return found.length === 0 ? "" : `; ${fewOf(found)}: name one with --label`;
}

function foundText(
  table: TextTable,
  label: number | undefined,
  others: readonly number[],
  source: string,
): number {
  const { names, width } = table;
  const named = names === undefined ? undefined : textNamed(names, label);
  if (named !== undefined) return named;
  const labelLike = label ?? (names === undefined ? undefined : labelNamed(names, undefined));
  const free = Array.from({ length: width }, (_, column) => column).filter(
    (column) => column !== label && !others.includes(column),
  );
  const [only, second] = free;
  if (only !== undefined && second === undefined) return only;
  const texts = free.map((column) => ({ column, ...about(table, column) }));
  const long = texts.filter(({ isLong }) => isLong);
  const [first, next] = long;
  if (first !== undefined && next === undefined) return first.column;
  if (long.length === 0) {
    // Names, titles, single words: the only column that is neither numbers nor labels, or the one with far more letters.
    const short = texts.filter(({ column, isText }) => isText && column !== labelLike);
    const [it, another] = short.filter(({ recurs, count }) => !recurs || count < FEW);
    if (it !== undefined && another === undefined) return it.column;
    const [most, less] = short.sort((a, b) => b.letters - a.letters);
    if (most !== undefined && most.letters >= 2 * (less?.letters ?? 0)) return most.column;
  }
  const candidates = long.map(({ column }) => shownColumn(column, names));
  const found = candidates.length === 0 ? "None has long texts" : `It could be ${listOf(candidates, "or")}`;
  const all =
    names === undefined ? `It has no header, and ${width} columns: name it by its number` : "Name it";
  throw new RecurraError(
    "column-not-given",
    `${source}: which column holds the texts? ${found}. ${all} with --text.${names === undefined ? "" : ` The columns are ${listed(names)}.`}`,
  );
}

function foundLabel(
  table: TextTable,
  text: readonly number[],
  others: readonly number[],
): number | undefined {
  const { names, width } = table;
  // Of several columns of texts none is called as labels are.
  const named = names === undefined ? undefined : labelNamed(names, text[0]);
  if (named !== undefined && !text.includes(named)) return others.includes(named) ? undefined : named;
  const other = otherLabelsNamed(names ?? [])
    .filter((column) => !text.includes(column) && !others.includes(column))
    .find((column) => about(table, column).recurs);
  if (other !== undefined) return other;
  const free = Array.from({ length: width }, (_, column) => column)
    .filter((column) => !text.includes(column) && !others.includes(column))
    .map((column) => ({ column, ...about(table, column) }))
    .filter(({ count }) => count > 0);
  // Among named columns, one with another name is a label only where it is all there is beside the text.
  if (names !== undefined && free.length > 1) return undefined;
  const recurring = free.filter(({ recurs, kinds }) => recurs && (names === undefined || kinds < 1));
  return recurring.length === 1 ? recurring[0]?.column : undefined;
}

/** What a column looks like, from the first rows. */
function about({ sample }: TextTable, column: number) {
  const cells = sample.map((row) => row[column]?.trim() ?? "").filter((cell) => cell !== "");
  const count = cells.length;
  if (count === 0) return { count, kinds: 0, letters: 0, isText: false, isLong: false, recurs: false };
  const nested = cells.filter((cell) => /^[[{]+"/.test(cell)).length;
  const letters = cells.reduce((sum, cell) => sum + (cell.match(/\p{L}/gu)?.length ?? 0), 0) / count;
  const numbers = cells.filter((cell) => Number.isFinite(Number(cell))).length;
  // Chinese, Japanese, Thai and their like are written without spaces.
  const spaced = cells.filter(
    (cell) => /\S\s+\S/.test(cell) || /[\u0e00-\u0eff\u3040-\u9fff\uac00-\ud7af]{4}/.test(cell),
  );
  const kinds = new Set(cells).size / count;
  const isText = numbers < 0.9 * count && letters > 0 && nested < 0.5 * count;
  const isLong =
    isText && letters >= FEWEST_LETTERS && spaced.length >= 0.5 * count && kinds > (count < 20 ? 0.3 : 0.2);
  const recurs =
    count >= 2 &&
    kinds <= Math.max(MOST_KINDS, 2 / count) &&
    cells.every((cell) => cell.length <= LONGEST_LABEL);
  return { count, kinds, letters, isText, isLong, recurs };
}
