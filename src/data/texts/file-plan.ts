// How the rows of an opened file become texts: which columns are read, and where labels come from.

import { RecurraError } from "../../platform/error.ts";
import { chooseColumns } from "./choose-columns.ts";
import { listed } from "./column-names.ts";
import type { OpenFile } from "./open-file.ts";
import { readPlain, type TextUnit } from "./plain-text.ts";
import { rowFilter } from "./row-filter.ts";
import type { TextFile } from "./text-files.ts";
import type { ReadTextsOptions } from "./text-options.ts";
import { cellText, type TableRow, type TextTable } from "./text-table.ts";

/** A file, as it was opened. */
export interface FileAbout {
  readonly file: TextFile;
  readonly rowWord: "row" | "line" | "record";
  /** Whether the file is one text. */
  readonly isOne: boolean;
  /** Whether the columns have names. */
  readonly hasHeader: boolean;
  /** The columns by name or number, several in a list; undefined in plain text. */
  readonly text: string | readonly string[] | undefined;
  readonly label: string | undefined;
  readonly columns: readonly string[];
}

export interface FilePlan {
  readonly about: FileAbout;
  /** The cell of a row that is its label, after the text; or the label of all. */
  readonly label: { readonly cell: number } | { readonly value: string } | undefined;
  /** Rows of the text, the label where a cell is, and the columns asked for. */
  read(): AsyncIterable<readonly TableRow[]>;
}

/** What a file is read for. */
export interface PlannedFile {
  readonly file: TextFile;
  /** What all files together are called in messages. */
  readonly name: string;
  /** What the file is called in messages. */
  readonly called: string;
  readonly options: ReadTextsOptions;
  readonly wantsLabels: boolean;
  /** The first of the files that are tables, which the others are to be like, and the first of plain text. */
  readonly firsts: { readonly plain?: FileAbout; readonly table?: FileAbout };
}

/** @throws RecurraError `unknown-column`, `column-not-given`, `column-twice`, `no-rows`, `file-columns` */
export function planFile(open: OpenFile, planned: PlannedFile, note: (note: string) => void): FilePlan {
  const { file, name, wantsLabels, firsts } = planned;
  // A corpus may have both; labels are of one kind.
  if (wantsLabels && firsts[open.kind === "plain" ? "table" : "plain"] !== undefined) {
    const [what, before] = open.kind === "plain" ? ["plain text", "a table"] : ["a table", "plain text"];
    throw new RecurraError(
      "file-columns",
      `Cannot read ${name}: "${file.name}" is ${what}, and a file before it is ${before}. Wanted files of one kind.`,
    );
  }
  if (open.kind === "plain") return planPlain(open, planned);
  if (open.note !== undefined) note(open.note);
  return planTable(open.table, planned, note);
}

function planTable(table: TextTable, planned: PlannedFile, note: (note: string) => void): FilePlan {
  const { file, called: source, options, wantsLabels } = planned;
  const first = planned.firsts.table;
  const { names, rowWord, sample } = table;
  if (sample.length === 0 && names !== undefined && names.length > 0) {
    const header = `it has a header (${listed(names)}) and no rows`;
    throw new RecurraError("no-rows", `Cannot read ${source}: ${header}.`);
  }
  // A corpus may be of tables that differ.
  const asked = first === undefined || !wantsLabels ? options : likeFirst(first, names, planned);
  const chosen = chooseColumns(table, asked, wantsLabels, source);
  const { text, label, others } = chosen;
  const shown = (column: number) => names?.[column] || String(column + 1);
  const called = text.map(shown);
  if (chosen.note !== undefined && called.join() !== [first?.text].flat().join()) note(chosen.note);
  const columns = [...text, ...(label === undefined ? [] : [label]), ...others];
  const filter = options.where === undefined ? undefined : rowFilter(options.where, table, source);
  return {
    about: {
      file,
      rowWord,
      isOne: false,
      hasHeader: names !== undefined,
      text: text.length === 1 ? called[0] : called,
      label: label === undefined ? undefined : shown(label),
      columns: others.map(shown),
    },
    label: label === undefined ? undefined : { cell: 1 },
    read: () => joined(filter === undefined ? table.read(columns) : filter(columns), text.length),
  };
}

/** Rows whose first cells are lines of one text. @param count of these cells */
async function* joined(
  read: AsyncIterable<readonly TableRow[]>,
  count: number,
): AsyncGenerator<readonly TableRow[]> {
  for await (const rows of read) {
    if (count === 1) yield rows;
    else
      yield rows.map((row) => {
        const parts = row.cells.slice(0, count).map(cellText);
        const text = parts.filter((part) => part.trim() !== "").join("\n");
        return { ...row, cells: [text, ...row.cells.slice(count)] };
      });
  }
}

/** Files that follow have the columns of the first: by name, or by number where there are none. */
function likeFirst(
  first: FileAbout,
  names: readonly string[] | undefined,
  { file, name, options }: PlannedFile,
): ReadTextsOptions {
  if (first.hasHeader !== (names !== undefined)) {
    const [having, without] = first.hasHeader ? [first.file, file] : [file, first.file];
    throw new RecurraError(
      "file-columns",
      `Cannot read ${name}: "${having.name}" has a header, and "${without.name}" has none. Give both one, or read them one by one.`,
    );
  }
  const { text, label = "none", columns } = first;
  return { ...options, text, label, columns, prefer: undefined };
}

function planPlain({ reader }: Extract<OpenFile, { kind: "plain" }>, planned: PlannedFile): FilePlan {
  const { file, called, options, wantsLabels } = planned;
  const { text, label, columns = [], where, paragraphs = false } = options;
  const asked =
    text ?? (label === "none" ? undefined : label) ?? (columns === "all" ? undefined : columns[0]);
  if (asked !== undefined || where !== undefined) {
    const what = asked === undefined ? `row for the condition ${where}` : `column "${asked}"`;
    throw new RecurraError(
      "unknown-column",
      `There is no ${what} in ${called}: it is plain text, without columns. Give a table, or leave ${asked === undefined ? "the condition" : "the column"} out.`,
    );
  }
  const whole = options.whole ?? (file.label !== undefined && !paragraphs);
  const one = options.whole === true ? "as-it-is" : "whole";
  const unit: TextUnit = whole ? one : paragraphs ? "paragraph" : "line";
  const hasLabel = wantsLabels && file.label !== undefined && label !== "none";
  const about = {
    file,
    rowWord: "line",
    isOne: whole,
    hasHeader: false,
    text: undefined,
    columns: [],
  } as const;
  return {
    about: { ...about, label: hasLabel ? "folder" : undefined },
    label: hasLabel ? { value: file.label ?? "" } : undefined,
    read: () => readPlain(reader, unit),
  };
}
