// loadTextTable: reads a model of texts beside columns that was saved.

import { z } from "zod";
import { joinPath } from "#platform";
import { loadModelFolder } from "../../model/load.ts";
import { RecurraError } from "../../platform/error.ts";
import { openTokenizer } from "../tokenizers/registry.ts";
import type { TextTableConfig } from "./settings.ts";
import { FORMAT, TextTable, type TextTableTraining } from "./text-table.ts";

const names = z.array(z.string());
const schema = z.object({
  format: z.literal(FORMAT.format),
  version: z.literal(FORMAT.version),
  config: z.looseObject({ name: z.string() }),
  text: z
    .object({
      tokenizer: z.looseObject({ format: z.string(), name: z.string() }),
      length: z.number().int().positive(),
    })
    .optional(),
  columns: z.object({
    numbers: z.array(
      z.object({ name: z.string(), mean: z.number(), scale: z.number(), isFlagged: z.boolean() }),
    ),
    categories: z.array(z.object({ name: z.string(), categories: names })),
  }),
  target: z.discriminatedUnion("kind", [
    z.object({
      kind: z.literal("numbers"),
      mean: z.number(),
      scale: z.number(),
      range: z.tuple([z.number(), z.number()]),
      means: z.object({
        mean: z.number(),
        byCategory: z.record(z.string(), z.array(z.tuple([z.string(), z.number()]))),
      }),
    }),
    z.object({ kind: z.literal("classes"), classes: names, majority: z.string() }),
  ]),
  training: z.unknown().optional(),
  names: z.object({ texts: names, target: z.string() }).optional(),
});

/**
 * Reads a model of texts beside columns that was saved.
 *
 * @throws RecurraError `file-not-found`; `table-format` for a folder that holds another kind of model, or one of another version;
 *   `vocabulary-weights` where its weights do not fit its vocabularies
 */
export async function loadTextTable(folder: string): Promise<TextTable> {
  const { model, preprocessing } = await loadModelFolder(folder);
  const { success, data } = schema.safeParse(preprocessing);
  if (!success)
    throw new RecurraError(
      "table-format",
      `Cannot read "${joinPath(folder, "config.json")}": it is no model of texts beside columns of this version. Train one with trainTextTable, and save it.`,
    );
  const { config, text, columns, target } = data;
  const reader = text && { tokenizer: await openTokenizer(text.tokenizer), length: text.length };
  const loaded = new TextTable(config as TextTableConfig, { reader, columns, target });
  try {
    loaded.network.restoreWeights(model.snapshotWeights());
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(
      "vocabulary-weights",
      `Cannot read "${folder}": its weights do not fit its vocabulary, its categories and its config (${error.message}). Train and save it again.`,
    );
  }
  loaded.training = data.training as TextTableTraining | undefined;
  loaded.names = data.names;
  return loaded;
}
