// Reading texts with their labels, for the commands that train and use classifiers.

import { type Command, Option } from "commander";
import type { ReadTextsOptions, TextData } from "../data/texts/text-options.ts";
import { nonEmpty } from "./options.ts";
import { addSourceOptions, columnOf, type SourceArguments, sourceOptionsOf } from "./text-files.ts";

/** How files of texts with labels are read. */
export interface ReadingArguments extends SourceArguments {
  readonly label?: string;
  readonly labelSeparator?: string;
  readonly header?: boolean;
}

/** Adds the options of {@link ReadingArguments}. */
export function addReadingOptions(command: Command): Command {
  return addSourceOptions(command, [
    new Option("--label <COLUMN>", "the labels: a name, or a number (default: found out)").argParser(
      nonEmpty,
    ),
    new Option("--label-separator <TEXT>", 'between the labels of a text that has several: "|"').argParser(
      nonEmpty,
    ),
    new Option("--no-header", "the first row names no columns (default: found out)"),
  ]);
}

/** Reads texts, with their labels where they have any. */
export async function readLabelled(
  path: string,
  options: ReadingArguments,
  others: Pick<ReadTextsOptions, "signal" | "prefer"> = {},
): Promise<TextData> {
  const { readTexts } = await import("../data/texts/read-texts.ts");
  return readTexts(path, {
    ...sourceOptionsOf(options),
    label: columnOf(options.label),
    labelSeparator: options.labelSeparator,
    // commander gives true where --no-header is not set: then it is found out.
    header: options.header === false ? false : undefined,
    ...others,
  });
}
