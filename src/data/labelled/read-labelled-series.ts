// Reading labelled series from a file: UCR's .tsv, sktime's .ts, wide CSV, JSON lines, each also packed with gzip.

import { basename } from "node:path";
import { gunzipSync } from "node:zlib";
import { openBytes } from "#platform";
import { checkOptionNames } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { type DataFile, inspectFile } from "../data-file.ts";
import {
  isLabelled,
  type LabelledSeries,
  labelledSeries,
  type SeriesSamples,
  seriesSamples,
} from "../labelled-series.ts";
import { parseDelimited } from "./delimited.ts";
import { parseJsonLines } from "./json-lines.ts";
import type { Parsed, ParseOptions } from "./parsed.ts";
import { isTsFormat, parseTs } from "./ts-format.ts";

export interface ReadSeriesOptions {
  /**
   * The column of the labels: its name in the header, its number where there is none, or `first`, `last`, `none`. Default: the one that is
   * called label or class, or the only one that is not of numbers; without a header the first, as in the UCR archive.
   */
  readonly label?: string | undefined;
  /** Columns that are neither label nor values, such as the number of a row: names, or numbers where there is no header. Default: none. */
  readonly drop?: readonly string[] | undefined;
  /** What the file is called in messages and reports. Default: its name. */
  readonly source?: string | undefined;
}

export interface ReadSamplesOptions extends ReadSeriesOptions {
  /** How many values the series have: rows of as many cells have no label. */
  readonly length?: number | undefined;
}

const names: readonly (keyof ReadSamplesOptions)[] = ["label", "drop", "source", "length"];

/**
 * Reads series with their classes. The kind of file is told from its beginning:
 *
 * - rows of numbers, the label first or in a column of its own (.tsv and .txt of the UCR archive, wide CSV with or without a header);
 *   missing values at the end of a row make its series shorter;
 * - .ts as sktime and aeon write it, of one or several channels, also of unequal length, with `?` for missing values;
 * - JSON lines, `{"label": …, "channels": [[…], …]}`.
 *
 * @throws RecurraError what reading a file throws, and with file, row and column: `label-missing`, `not-a-number`, `row-length`,
 * `channel-count`, `ragged-series`, `empty-series`, `unknown-class`, `unknown-column`, `column-not-given`, `file-format`, `no-rows`
 */
export async function readLabelledSeries(
  path: string,
  options: ReadSeriesOptions = {},
): Promise<LabelledSeries> {
  checkOptionNames("readLabelledSeries", options, ["label", "drop", "source"]);
  const read = await readSamples(path, options, false);
  if (isLabelled(read)) return read;
  throw new RecurraError(
    "label-missing",
    `${read.source}: its series have no labels. Wanted a label for each.`,
  );
}

/** As {@link readLabelledSeries}, but labels may be missing altogether: `isLabelled` tells. */
export async function readSeriesSamples(
  path: string,
  options: ReadSamplesOptions = {},
): Promise<SeriesSamples | LabelledSeries> {
  checkOptionNames("readSeriesSamples", options, names);
  return readSamples(path, options, true);
}

async function readSamples(
  path: string,
  options: ReadSamplesOptions,
  labelsOptional: boolean,
): Promise<SeriesSamples | LabelledSeries> {
  const file = await inspectFile(path);
  const source = options.source ?? basename(path);
  if (file.format === "parquet") {
    throw new RecurraError(
      "file-format",
      `Cannot read "${path}": labelled series are read from .ts, .tsv, CSV or JSON lines, and it is a Parquet file.`,
    );
  }
  const { label, length, drop = [] } = options;
  const parsed = parseText(file, await textOf(file), { source, label, length, drop, labelsOptional });
  const { labels, ...samples } = parsed;
  return labels === undefined
    ? seriesSamples({ ...samples, source })
    : labelledSeries({ ...samples, labels, source });
}

function parseText(file: DataFile, text: string, options: ParseOptions): Parsed {
  if (isTsFormat(file.beginning)) return parseTs(text, options);
  return file.format === "json" ? parseJsonLines(text, options) : parseDelimited(text, options);
}

async function textOf({ path, encoding }: DataFile): Promise<string> {
  const source = await openBytes(path);
  try {
    const raw = await source.read(0, source.size);
    const bytes = raw[0] === 0x1f && raw[1] === 0x8b ? gunzipSync(raw) : raw;
    return new TextDecoder(encoding === "latin-1" ? "latin1" : encoding).decode(bytes);
  } catch (error) {
    if (error instanceof RecurraError) throw error;
    throw new RecurraError("file-format", `Cannot read "${path}": it is a damaged gzip file. Get it anew.`, {
      cause: error,
    });
  } finally {
    await source.close();
  }
}
