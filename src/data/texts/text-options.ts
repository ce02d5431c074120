// What readers of texts take, and what comes back.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { code, count, either, flag, kind, type OptionKind, oneOf, text } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import type { RowName } from "../row-names.ts";

/**
 * Where texts stand: a file, a pattern such as `reviews/*.tsv`, a folder, or several of them; `-` is standard input; or bytes as they come.
 * Files are CSV, TSV, JSON, JSON lines, Parquet or plain text (also with fastText's labels), each also packed with gzip (but for Parquet); a
 * folder holds such files, or .txt files in a sub-folder for each label. Several folders of .txt are a label each.
 */
export type TextSource = string | readonly string[] | TextBytes;

/** Bytes of a file from elsewhere. */
export interface TextBytes {
  readonly bytes: AsyncIterable<Uint8Array>;
  /** What messages call them; its ending hints at the kind. Default: `the input`. */
  readonly name?: string | undefined;
}

/** What is done with bytes and rows that cannot be read. */
export type OnTextError = "throw" | "skip" | "replace";

/** A column: its name in the header, or its number from 1 on. */
export type ColumnRef = string | number;

/** A column, or several. */
export type TextColumns = ColumnRef | readonly ColumnRef[];

export interface TextSourceOptions {
  /**
   * The column of the texts; or several, as a list or with commas between them, whose cells are lines of one text. Default: the one that is
   * called text, review, sentence, comment, tweet or content; or the only one whose values are long texts.
   */
  readonly text?: TextColumns | undefined;
  /** Whether the first row of a table names the columns. Default: found out. */
  readonly header?: boolean | undefined;
  /** Whether cells of CSV and TSV may stand in double quotes, as in RFC 4180. Default: found out from the first rows. */
  readonly quoted?: boolean | undefined;
  /** The encoding, by a name that TextDecoder knows: "windows-1252", "shift_jis". Default: UTF-8, or UTF-16 where the file shows it. */
  readonly encoding?: string | undefined;
  /**
   * Of plain text: whether a file is one text, kept as it is. Default false; but in the sub-folders that stand for labels a file is one text,
   * without the line ends at its end.
   */
  readonly whole?: boolean | undefined;
  /** Of plain text: whether empty lines separate texts. Default false: each line is a text. */
  readonly paragraphs?: boolean | undefined;
  /**
   * "throw" fails at what cannot be read; "skip" leaves such rows out and lists them; "replace" puts U+FFFD in place of invalid bytes, and
   * leaves out rows that lack a text or a label, or have too many cells. Default "throw".
   */
  readonly onError?: OnTextError | undefined;
  /** Reads no more than so many texts. Default: all. */
  readonly limit?: number | undefined;
  /** Rows of a table to keep, as an SQL condition over its columns: `split = 'train'`. Cells are text. Default: all. */
  readonly where?: string | undefined;
  /** What the texts are called in messages and reports. Default: the name of the file. */
  readonly source?: string | undefined;
  /** Stops reading when it is aborted. */
  readonly signal?: AbortSignal | undefined;
}

export interface ReadTextsOptions extends TextSourceOptions {
  /**
   * The column of the labels, or "none". Default: the one that is called label, class, sentiment, category, target, polarity or stars; or
   * team, topic, language and their like, where its values recur; without a header the one whose values recur; of folders the sub-folder;
   * else none.
   */
  readonly label?: ColumnRef | undefined;
  /** What separates the labels of a cell that holds several: "|". Default: a cell is one label. */
  readonly labelSeparator?: string | undefined;
  /** Further columns to read, as they are; "all" are those beside the texts and the labels. Default: none. */
  readonly columns?: readonly ColumnRef[] | "all" | undefined;
  /** Whether rows of a table without a text are kept, as "", where others fail. Default: false. */
  readonly keepEmpty?: boolean | undefined;
  /** Whether rows of a table without a label are kept, with the label "", where others fail. Default: false. */
  readonly keepUnlabelled?: boolean | undefined;
  /** Columns that are taken where the file has them, and nothing else is said: those that a model was trained with. */
  readonly prefer?:
    | { readonly text?: TextColumns | undefined; readonly label?: ColumnRef | undefined }
    | undefined;
}

export interface StreamTextsOptions extends TextSourceOptions {
  /** Told what is assumed, in sentences for the user. */
  readonly onNote?: ((note: string) => void) | undefined;
  /** Told of each row that is left out. */
  readonly onSkip?: ((skipped: SkippedText) => void) | undefined;
}

/** A label, or several. */
export type TextLabel = string | readonly string[];

/** A row that is left out, or a file. */
export interface SkippedText {
  /** Its number, from 1, as in `rows` of {@link TextData}. */
  readonly row: number;
  /** The file, where there are several. */
  readonly file?: string;
  /** Whether a file is one text, which is left out. */
  readonly isFile?: boolean;
  /** What is wrong, as the code of an error: `invalid-utf8`. */
  readonly code: string;
  /** In a sentence for the user. */
  readonly reason: string;
}

/** Where a text stands. */
export interface TextPlace {
  /** The name of its file; undefined where all are in one. */
  readonly file: string | undefined;
  /** As in `rows`; undefined where the file is one text. */
  readonly row: number | undefined;
}

/** Texts as they were read. */
export interface TextData {
  /** [N] */
  readonly texts: readonly string[];
  /** [N] Undefined where there are none. Lists, where texts may have several. */
  readonly labels?: readonly TextLabel[];
  /**
   * [N] Where each stands in its file, from 1: its row as a spreadsheet counts, with the header; the line of plain text; the record of JSON
   * and Parquet.
   */
  readonly rows: Int32Array;
  /** What a text is called in messages, given its position: `row 21`, `row 21 of b.tsv`, `pos/3_7.txt`. */
  readonly rowName: RowName;
  /** Where a text stands, given its position. */
  readonly placeOf: (position: number) => TextPlace;
  /** The further columns that were asked for, by name: [N] each, "" where a cell is empty. */
  readonly columns: Readonly<Record<string, readonly string[]>>;
  /** The columns that texts and labels were taken from, by name or number, a list where they are several; undefined in plain text. */
  readonly taken: {
    readonly text: string | readonly string[] | undefined;
    readonly label: string | undefined;
  };
  /** What the texts are called in messages and reports. */
  readonly source: string;
  /** What was assumed, in sentences for the user. */
  readonly notes: readonly string[];
  readonly skipped: readonly SkippedText[];
}

const column = kind(
  "the name of a column, or its number from 1 on",
  (value) =>
    (typeof value === "string" && value !== "") ||
    (typeof value === "number" && Number.isInteger(value) && value > 0),
);
const columns = kind(
  "a list of columns",
  (value) => Array.isArray(value) && value.length > 0 && value.every((one) => column(one) === undefined),
);
const isObject = (value: unknown) => typeof value === "object" && value !== null && !Array.isArray(value);

const common: Readonly<Record<keyof TextSourceOptions, OptionKind>> = {
  text: either("the name of a column, its number from 1 on, or a list of them", column, columns),
  header: flag,
  quoted: flag,
  encoding: kind("the name of an encoding, such as utf-8 or windows-1252", isEncoding),
  whole: flag,
  paragraphs: flag,
  onError: oneOf("throw", "skip", "replace"),
  limit: count,
  where: text,
  source: text,
  signal: kind("an AbortSignal", (value) => value instanceof AbortSignal),
};

export const readTextsKinds: Readonly<Record<keyof ReadTextsOptions, OptionKind>> = {
  ...common,
  label: column,
  labelSeparator: kind(
    "text of at least one character",
    (value) => typeof value === "string" && value !== "",
  ),
  columns: kind(
    'a list of columns, or "all"',
    (value) => value === "all" || (Array.isArray(value) && value.every((one) => column(one) === undefined)),
  ),
  keepEmpty: flag,
  keepUnlabelled: flag,
  prefer: kind("an object { text, label }", isObject),
};

export const streamTextsKinds: Readonly<Record<keyof StreamTextsOptions, OptionKind>> = {
  ...common,
  onNote: code,
  onSkip: code,
};

/** @throws RecurraError `unknown-option`, `option-value` */
export function checkTextOptions(
  what: string,
  source: unknown,
  options: object,
  kinds: Readonly<Record<string, OptionKind>>,
): void {
  checkOptionNames(what, options, Object.keys(kinds));
  for (const [name, value] of Object.entries(options)) {
    const wanted = value === undefined ? undefined : kinds[name]?.(value);
    if (wanted !== undefined)
      throw new RecurraError("option-value", `${what}: ${name} is to be ${wanted}, got ${describe(value)}`);
  }
  const { whole = false, paragraphs = false } = options as TextSourceOptions;
  if (whole && paragraphs)
    throw new RecurraError(
      "option-value",
      `${what}: texts are whole files or paragraphs, and both are asked for. Leave one of whole and paragraphs out.`,
    );
  const wanted = sourceKind(source);
  if (wanted !== undefined)
    throw new RecurraError("option-value", `${what}: wants ${wanted}, got ${describe(source)}`);
}

const sourceKind = either(
  "the path of a file or a folder, or several, or { bytes }",
  kind("", (value) => typeof value === "string" && value !== ""),
  kind(
    "",
    (value) => Array.isArray(value) && value.length > 0 && value.every((path) => typeof path === "string"),
  ),
  kind("", (value) => isObject(value) && Symbol.asyncIterator in Object((value as TextBytes).bytes)),
);

function isEncoding(value: unknown): boolean {
  try {
    return typeof value === "string" && new TextDecoder(value) !== undefined;
  } catch {
    return false;
  }
}
