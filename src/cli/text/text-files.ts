// What the commands of texts have in common: options for reading files, what is told of them, and the folders of models.

import { type Command, Option } from "commander";
import { joinPath, pathExists } from "#platform";
import { countOf } from "../../data/row-names.ts";
import type { SkippedText, TextData, TextSourceOptions } from "../../data/texts/text-options.ts";
import { RecurraError } from "../../platform/error.ts";
import type { CliContext } from "../context.ts";
import { checkModelKind } from "../model-kinds.ts";
import { encodingName, nonEmpty } from "../options.ts";

/** How files of texts are read. */
export interface SourceArguments {
  readonly text?: readonly string[];
  readonly header?: boolean;
  readonly where?: string;
  readonly encoding?: string;
  readonly quotes?: boolean;
  readonly onError: "stop" | "skip" | "replace";
}

/** Adds the options of {@link SourceArguments}. @param others stand after --text */
export function addSourceOptions(command: Command, others: readonly Option[] = []): Command {
  command.addOption(
    new Option(
      "--text <COLUMN>",
      "the texts: a name, or a number; several times, or with commas, for texts of several (default: found out)",
    ).argParser((text: string, before: readonly string[] = []) => [...before, nonEmpty(text)]),
  );
  for (const option of others) command.addOption(option);
  return command
    .addOption(
      new Option("--where <SQL>", "rows of a table to keep: \"lang = 'en'\" (default: all)").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option("--encoding <NAME>", "such as windows-1252 (default: UTF-8, or UTF-16)").argParser(
        encodingName,
      ),
    )
    .option("--header", "the first row names the columns (default: found out)")
    .option("--no-header", "the first row names no columns")
    .option("--no-quotes", "quotation marks of CSV and TSV are characters like others (default: found out)")
    .addOption(
      new Option("--on-error <WHAT>", "what cannot be read: stop, skip such rows, replace invalid bytes")
        .choices(["stop", "skip", "replace"])
        .default("stop"),
    );
}

/** The same as options of a reader. */
export function sourceOptionsOf(options: SourceArguments): TextSourceOptions {
  const { text, header, where, encoding, quotes, onError } = options;
  return {
    text: text?.map(columnOf),
    header,
    where,
    encoding,
    // commander gives true where --no-quotes is not set: then it is found out.
    quoted: quotes === false ? false : undefined,
    onError: onError === "stop" ? "throw" : onError,
  };
}

/** A column by its number where the text is one, and by its name. */
export function columnOf(text: string): string | number {
  return /^[1-9]\d*$/.test(text) ? Number(text) : text;
}

/** Tells what was assumed, and what was left out. */
export function tellNotes({ notes, skipped, source }: TextData, context: CliContext): void {
  for (const note of notes) context.tell(`${note}\n`);
  tellSkippedRows(skipped, source, context);
}

/** Faults of rows and files that are left out, in a word or two. */
const FAULTS: Readonly<Record<string, string>> = {
  "empty-file": "empty",
  "text-missing": "without a text",
  "label-missing": "without a label",
  "invalid-utf8": "not UTF-8",
  "row-length": "with too many or too few cells",
};

export function tellSkippedRows(skipped: readonly SkippedText[], source: string, context: CliContext): void {
  const [first] = skipped;
  if (first === undefined) return;
  const what = skipped.every(({ isFile }) => isFile === true) ? "file" : "row";
  const kinds = Map.groupBy(skipped, ({ code }) => FAULTS[code] ?? "not readable");
  const each = [...kinds].map(([name, list]) => `${list.length.toLocaleString("en-US")} ${name}`);
  const parts = each.length < 2 ? "" : ` (${each.join(", ")})`;
  context.tell(
    `${countOf(skipped.length, what)} of ${source} left out${parts}; the first is ${first.reason}\n`,
  );
}

/**
 * The folder of a model: `model` in the folder of a training, or that folder itself.
 *
 * @param command what makes such a folder: `recurra classify train`
 * @param marks files of which such a model has one
 * @throws RecurraError `model-missing`, `model-kind`
 */
export async function modelFolder(
  path: string,
  command: string,
  marks: readonly string[] = ["config.json"],
): Promise<string> {
  for (const folder of [joinPath(path, "model"), path]) {
    await checkModelKind(path, folder, command);
    for (const mark of marks) if (await pathExists(joinPath(folder, mark))) return folder;
  }
  const why = (await pathExists(path)) ? "there is no such model in it" : "there is no such folder";
  throw new RecurraError(
    "model-missing",
    `Cannot open "${path}": ${why}. Give the folder that ${command} wrote.`,
  );
}
