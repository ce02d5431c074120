// Reading texts and their labels: from tables, plain text, and folders of it.

import { RecurraError } from "../../platform/error.ts";
import { countOf, fewOf, quoted } from "../row-names.ts";
import type { FileAbout } from "./file-plan.ts";
import { separatorIn } from "./label-separator.ts";
import { findTexts } from "./open-texts.ts";
import {
  checkTextOptions,
  type ReadTextsOptions,
  readTextsKinds,
  type SkippedText,
  type TextData,
  type TextLabel,
  type TextSource,
} from "./text-options.ts";
import { nameOf } from "./usable-rows.ts";

/**
 * Reads texts, with their labels where they have any. The kind of a file is told from its name and its beginning.
 *
 *     const { texts, labels } = await readTexts("reviews.tsv", { text: "review", label: "stars" });
 *     const { texts, labels } = await readTexts("aclImdb/train");
 *
 * @throws RecurraError for files (`file-not-found`, `not-a-file` for a folder without texts, `permission-denied`, `empty-file`,
 * `file-format` for what is binary, broken or no texts), for columns (`unknown-column`, `column-not-given`, `column-twice`), the condition
 * (`where`) and the options (`unknown-option`, `option-value`); `no-rows`; and for rows, by their number: `invalid-utf8` with the place of
 * the byte, `invalid-text`, `text-missing`, `label-missing`, `row-length`, `quote-open`, `row-too-long`
 */
export async function readTexts(source: TextSource, options: ReadTextsOptions = {}): Promise<TextData> {
  checkTextOptions("readTexts", source, options, readTextsKinds);
  const found = await findTexts(source, options, true);
  const texts: string[] = [];
  const labels: (TextLabel | undefined)[] = [];
  const rows: number[] = [];
  const columns: string[][] = [];
  const files: FileAbout[] = [];
  /** How many texts come before each file. */
  const starts: number[] = [];
  const notes: string[] = [];
  const skipped: SkippedText[] = [];
  const mended: string[] = [];
  const listener = {
    note: (note: string) => notes.push(note),
    skip: (one: SkippedText) => skipped.push(one),
    mend: (rowName: string) => mended.push(rowName),
    file: (about: FileAbout) => {
      files.push(about);
      if (columns.length === 0) columns.push(...about.columns.map((): string[] => []));
      starts.push(texts.length);
    },
  };
  for await (const batch of found.rows(listener)) {
    for (const { text, label, cells, row } of batch) {
      texts.push(text);
      labels.push(label);
      rows.push(row);
      for (const [i, column] of columns.entries()) column.push(cells[i] ?? "");
    }
  }
  if (texts.length === 0) throw noTexts(found.name, options, skipped);
  if (mended.length > 0) notes.push(`Invalid bytes are replaced by U+FFFD in ${fewOf(mended)}.`);
  const [first] = files;
  // Where texts may be without one, a column of nothing is none of labels.
  const isBlank = options.keepUnlabelled === true && labels.every((label) => label === "");
  const hasLabels = !isBlank && labels.every((label) => label !== undefined);
  const { labelSeparator } = options;
  const isOnly = files.length < 2;
  const aboutOf = (position: number) => files[starts.findLastIndex((start) => start <= position)];
  const separator = labelSeparator === undefined ? separatorIn(labels) : undefined;
  if (separator !== undefined)
    notes.push(
      `Most labels are several with ${quoted(separator)} between them: with --label-separator ${quoted(separator)} each is one by itself.`,
    );
  const isMulti = labelSeparator !== undefined || labels.some((label) => typeof label === "object");
  const asRead = isMulti
    ? labels.map((label) => (typeof label === "string" && label !== "" ? [label] : label))
    : labels;
  return {
    texts,
    ...(hasLabels ? { labels: asRead.filter((label) => label !== undefined) } : {}),
    rows: Int32Array.from(rows),
    rowName(position) {
      const about = aboutOf(position);
      const row = rows[position] ?? 0;
      return about === undefined ? `row ${row}` : nameOf(row, about, isOnly);
    },
    placeOf(position) {
      const { file, isOne = false } = aboutOf(position) ?? {};
      return { file: isOnly && !isOne ? undefined : file?.name, row: isOne ? undefined : rows[position] };
    },
    columns: Object.fromEntries((first?.columns ?? []).map((name, i) => [name, columns[i] ?? []])),
    taken: { text: first?.text, label: first?.label },
    source: found.name,
    notes,
    skipped,
  };
}

function noTexts(name: string, { where }: ReadTextsOptions, skipped: readonly SkippedText[]): RecurraError {
  const [one] = skipped;
  const what = skipped.every(({ isFile }) => isFile === true) ? "file" : "row";
  const why =
    one !== undefined
      ? skipped.length === 1
        ? `the only ${what} is left out: ${one.reason}`
        : `all ${countOf(skipped.length, what)} are left out; the first is ${one.reason}`
      : where !== undefined
        ? `no row meets the condition ${where}.`
        : "it holds no text.";
  return new RecurraError("no-rows", `Cannot read ${name}: ${why}`);
}
