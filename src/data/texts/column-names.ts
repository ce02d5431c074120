// What columns of texts and of labels are usually called, and how a column is found by its name or number.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { fewOf } from "../row-names.ts";
import type { ColumnRef } from "./text-options.ts";

/** In the order in which they are taken. */
const TEXT_NAMES = [
  /^texts?$/i,
  /^reviews?([ _-]?(text|body|content))?$/i,
  /^sentences?$/i,
  /^comments?([ _-]?(text|body))?$/i,
  /^tweets?([ _-]?text)?$/i,
  /^(full|clean)?[ _-]?(text|content)$/i,
  /^(body|message|document|post)s?$/i,
];
const LABEL_NAMES = [
  /^labels?$/i,
  /^class(es|[ _-]?label)?$/i,
  /^sentiments?$/i,
  /^categor(y|ies)$/i,
  /^targets?$/i,
  /^polarity$/i,
  /^(stars|ratings?)$/i,
];
/** What may be a label, where it recurs: alone, or as the last word of a name. */
const OTHER_LABEL_NAMES = [
  "intent",
  "topic",
  "genre",
  "stance",
  "department",
  "queue",
  "team",
  "language",
  "author",
].map((word) => new RegExp(`(^|[ _-])${word}s?$`, "i"));

export const isTextName = (name: string): boolean => rank(name, TEXT_NAMES) < TEXT_NAMES.length;
export const isLabelName = (name: string): boolean => rank(name, LABEL_NAMES) < LABEL_NAMES.length;

/** The column with the most usual name of a text, but for `without`. */
export function textNamed(names: readonly string[], without: number | undefined): number | undefined {
  return usual(names, TEXT_NAMES, without);
}

/** The column with the most usual name of a label, but for `without`. */
export function labelNamed(names: readonly string[], without: number | undefined): number | undefined {
  return usual(names, LABEL_NAMES, without);
}

/** The columns with other names that labels may have, the most usual first. */
export function otherLabelsNamed(names: readonly string[]): readonly number[] {
  const ranks = names.map((name) => rank(name, OTHER_LABEL_NAMES));
  return [...names.keys()]
    .filter((column) => (ranks[column] ?? Infinity) < OTHER_LABEL_NAMES.length)
    .sort((a, b) => (ranks[a] ?? 0) - (ranks[b] ?? 0));
}

function usual(
  names: readonly string[],
  patterns: readonly RegExp[],
  without: number | undefined,
): number | undefined {
  let [best, least]: [number | undefined, number] = [undefined, patterns.length];
  for (const [column, name] of names.entries()) {
    const at = rank(name, patterns);
    if (column !== without && at < least) [best, least] = [column, at];
  }
  return best;
}

function rank(name: string, patterns: readonly RegExp[]): number {
  const at = patterns.findIndex((pattern) => pattern.test(name.trim()));
  return at < 0 ? patterns.length : at;
}

/** A column by its name, or its number from 1 on; undefined where there is none. */
export function columnAt(
  ref: ColumnRef,
  names: readonly string[] | undefined,
  width: number,
): number | undefined {
  const named = names?.indexOf(String(ref)) ?? -1;
  if (named >= 0) return named;
  const number = typeof ref === "number" || /^\d+$/.test(ref) ? Number(ref) : Number.NaN;
  return number >= 1 && number <= width ? number - 1 : undefined;
}

/** Columns of texts with commas between them, where the whole is none by itself. */
export function partsOf(ref: ColumnRef): readonly ColumnRef[] {
  if (typeof ref === "number") return [ref];
  const parts = ref.split(",").map((part) => part.trim());
  return parts.includes("") ? [ref] : parts;
}

/**
 * @param option what it was asked for with: `--text`, or `columns`, which has other names on the command line @throws RecurraError
 * `unknown-column`
 */
export function findColumn(
  ref: ColumnRef,
  names: readonly string[] | undefined,
  width: number,
  source: string,
  option: string,
): number {
  const found = columnAt(ref, names, width);
  if (found !== undefined) return found;
  const have =
    names === undefined
      ? `It has no header${width === 1 ? ", and one column" : `: name the column by its number, 1 to ${width}`}.`
      : names.some((name) => name.includes("\uFFFD"))
        ? `The columns are ${listed(names)}: these names are not UTF-8. Save the file as UTF-8, or name its encoding (--encoding windows-1252, …).`
        : `${suggestion(String(ref), names)}The columns are ${listed(names)}.`;
  throw new RecurraError("unknown-column", `There is no column "${ref}" (${option}) in ${source}. ${have}`);
}

/** What a column is called in messages: its name, or `column 2`. */
export function shownColumn(column: number, names: readonly string[] | undefined): string {
  const name = names?.[column]?.trim() ?? "";
  return name === "" ? `column ${column + 1}` : `column "${name}"`;
}

/** The same of a column that is known by its name, or by its number in digits. */
export function shownRef(ref: string): string {
  return /^\d+$/.test(ref) ? `column ${ref}` : `column "${ref}"`;
}

/** Names of columns, for messages. */
export function listed(names: readonly string[]): string {
  return fewOf(
    names.map((name, column) => (name.trim() === "" ? `(column ${column + 1})` : name)),
    12,
  );
}
