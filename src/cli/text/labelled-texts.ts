// Reading texts with their labels, for the commands that train and use classifiers.

import { type Command, Option } from "commander";
import { fewOf } from "../../data/row-names.ts";
import { shownRef } from "../../data/texts/column-names.ts";
import type { ReadTextsOptions, TextData, TextLabel } from "../../data/texts/text-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { nonEmpty } from "../options.ts";
import { addSourceOptions, columnOf, type SourceArguments, sourceOptionsOf } from "./text-files.ts";

/** How files of texts with labels are read. */
export interface ReadingArguments extends SourceArguments {
  readonly label?: string;
  readonly labelSeparator?: string;
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
  ]);
}

/** Reads texts, with their labels where they have any. */
export async function readLabelled(
  path: string,
  options: ReadingArguments,
  others: Pick<ReadTextsOptions, "signal" | "prefer" | "columns" | "keepEmpty" | "keepUnlabelled"> = {},
): Promise<TextData> {
  const { readTexts } = await import("../../data/texts/read-texts.ts");
  return readTexts(path, {
    ...sourceOptionsOf(options),
    label: options.label === undefined ? undefined : columnOf(options.label),
    labelSeparator: options.labelSeparator,
    ...others,
  });
}

/** Of labels that are the same but for case and spaces, and so are classes of their own: a sentence for the user. */
export function nearLabels(labels: readonly TextLabel[]): string | undefined {
  const plain = (label: string) => label.normalize("NFKC").replace(/\s+/g, "").toLowerCase();
  const groups = Map.groupBy(new Set(labels.flat()), plain);
  const alike = [...groups.values()].filter((group) => group.length > 1);
  if (alike.length === 0) return undefined;
  const shown = alike.map((group) => group.map((label) => `“${label}”`).join(" / "));
  return `Labels that differ only in case or spaces are classes of their own: ${fewOf(shown)}. Write them alike if they mean the same.`;
}

/** From so many classes on, it tells of a wrong column where most of them have a single text. */
const MANY = 10;

/** Fails for labels that nearly all differ: names, titles, texts. @throws RecurraError `few-texts` */
export function checkRecurring(
  labels: readonly TextLabel[],
  source: string,
  column: string | undefined,
): void {
  const counts = new Map<string, number>();
  // Of the labels of a text that has several, rare ones do no harm.
  for (const label of labels) if (typeof label === "string") counts.set(label, (counts.get(label) ?? 0) + 1);
  const lone = [...counts.values()].filter((count) => count === 1).length;
  if (counts.size < MANY || lone <= counts.size / 2) return;
  const where = column === undefined ? "" : ` (${shownRef(column)})`;
  throw new RecurraError(
    "few-texts",
    `${source}: of ${counts.size} different labels${where}, ${lone} have a single text, and a class is learnt from many. Name the column of the labels with --label, or leave rare ones out with --where.`,
  );
}
