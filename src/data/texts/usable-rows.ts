// Rows of a file as texts with their labels; those that cannot be used fail, or are told of.

import { countOf, listOf } from "../row-names.ts";
import { shownRef } from "./column-names.ts";
import type { FileAbout, FilePlan } from "./file-plan.ts";
import type { ReadTextsOptions, SkippedText, TextLabel } from "./text-options.ts";
import { type Cell, cellText, faultError, type RowFault, type TableRow } from "./text-table.ts";

/** A text with what stands beside it. */
export interface TextRow {
  readonly text: string;
  readonly label: TextLabel | undefined;
  /** The columns asked for. */
  readonly cells: readonly string[];
  readonly row: number;
}

/** Told on the way. */
export interface TextListener {
  note(note: string): void;
  skip(skipped: SkippedText): void;
  /** Of a row with U+FFFD in place of invalid bytes. */
  mend(rowName: string): void;
  /** What a file was found to be, before its rows come. */
  file(about: FileAbout): void;
}

/** A text of more characters is worth a word. */
const VERY_LONG = 1_000_000;

/**
 * The rows that can be used.
 *
 * @param context `source` is what messages call the texts, `isOnly` says whether their file needs no name, `left` how many are wanted
 * @throws RecurraError the first fault, where `onError` is "throw"
 */
export function usableRows(
  rows: readonly TableRow[],
  { about, label }: FilePlan,
  context: {
    readonly source: string;
    readonly isOnly: boolean;
    readonly options: ReadTextsOptions;
    readonly left: number;
  },
  listener: Pick<TextListener, "note" | "skip" | "mend">,
): readonly TextRow[] {
  const { source, isOnly, left } = context;
  const { onError = "throw", labelSeparator } = context.options;
  const kept: TextRow[] = [];
  for (const { row, line, cells, fault: broken } of rows) {
    if (kept.length >= left) break;
    const text = cellText(cells[0] ?? "");
    const labelCell = label === undefined ? undefined : "value" in label ? label.value : cells[label.cell];
    const isMended = onError === "replace" && broken?.isMended === true;
    const fault = (isMended ? undefined : broken) ?? missing(text, labelCell, about, context.options);
    if (fault !== undefined) {
      const rowName = `${nameOf(row, about, isOnly)}${line === undefined ? "" : ` (line ${line})`}`;
      if (onError === "throw") throw faultError(source, rowName, fault);
      listener.skip({
        row,
        ...(isOnly ? {} : { file: about.file.name }),
        ...(about.isOne && { isFile: true }),
        code: fault.code,
        reason: `${rowName}: ${fault.what}.`,
      });
      continue;
    }
    if (isMended) listener.mend(nameOf(row, about, isOnly));
    if (text.length > VERY_LONG && !about.isOne) {
      const length = countOf(text.length, "character");
      listener.note(`The text of ${nameOf(row, about, isOnly)} has ${length}. Are line ends missing?`);
    }
    kept.push({
      text,
      label: labelCell === undefined ? undefined : labelOf(labelCell, labelSeparator),
      cells: cells
        .slice(label !== undefined && "cell" in label ? 2 : 1)
        .map((cell) => (typeof cell === "string" ? cell : JSON.stringify(cell))),
      row,
    });
  }
  return kept;
}

/** What a row is called in messages. */
export function nameOf(row: number, { file, rowWord, isOne }: FileAbout, isOnly: boolean): string {
  return isOne ? file.name : `${rowWord} ${row}${isOnly ? "" : ` of ${file.name}`}`;
}

function missing(
  text: string,
  label: Cell | undefined,
  about: FileAbout,
  { labelSeparator: separator, keepEmpty = false, keepUnlabelled = false }: ReadTextsOptions,
): RowFault | undefined {
  if (text.trim() === "" && !keepEmpty) {
    return {
      code: "text-missing",
      what: `the text is empty${about.text === undefined ? "" : ` (${listOf([about.text].flat().map(shownRef))})`}`,
      advice: "Fill it in, or leave such rows out with --on-error skip.",
    };
  }
  if (keepUnlabelled || typeof label !== "string" || label.trim() !== "" || separator !== undefined)
    return undefined;
  return {
    code: "label-missing",
    what: `the label is missing (${shownRef(about.label ?? "")})`,
    advice: "Give each text its label, or leave such rows out with --on-error skip.",
  };
}

function labelOf(cell: Cell, separator: string | undefined): TextLabel {
  if (typeof cell !== "string") return cell;
  if (separator === undefined) return cell.trim();
  return cell
    .split(separator)
    .map((part) => part.trim())
    .filter((part) => part !== "");
}
