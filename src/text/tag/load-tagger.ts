// loadTagger: reads a tagger that was saved.

import { z } from "zod";
import { joinPath } from "#platform";
import { loadModelFolder } from "../../model/load.ts";
import { RecurraError } from "../../platform/error.ts";
import type { TaggerConfig } from "./settings.ts";
import { FORMAT, Tagger, type TaggerTraining } from "./tagger.ts";
import { tableOf } from "./token-features.ts";

const schema = z.object({
  format: z.literal(FORMAT.format),
  version: z.literal(FORMAT.version),
  config: z.looseObject({ name: z.string() }),
  tags: z.array(z.string()),
  scheme: z.enum(["BIO", "BIOES", "none"]),
  words: z.array(z.string()),
  characters: z.array(z.string()),
  training: z.unknown().optional(),
});

/**
 * Reads a tagger that was saved.
 *
 * @throws RecurraError `file-not-found`; `tagger-format` for a folder that holds another kind of model, or one of another version;
 *   `vocabulary-weights` where its weights are of another vocabulary
 */
export async function loadTagger(folder: string): Promise<Tagger> {
  const { model, preprocessing } = await loadModelFolder(folder);
  const { success, data } = schema.safeParse(preprocessing);
  if (!success)
    throw new RecurraError(
      "tagger-format",
      `Cannot read "${joinPath(folder, "config.json")}": it is no tagger of this version. Train one with trainTagger, and save it.`,
    );
  const { tags, scheme, words, characters } = data;
  // The first taggers had no choice, and do not name it.
  const config = { output: "softmax", ...data.config };
  const tables = { words: tableOf(words), characters: tableOf(characters) };
  const loaded = new Tagger(config as TaggerConfig, tables, { tags, scheme });
  try {
    loaded.network.restoreWeights(model.snapshotWeights());
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(
      "vocabulary-weights",
      `Cannot read "${folder}": its weights do not fit its ${words.length} words and its config (${error.message}). Train and save it again.`,
    );
  }
  loaded.training = data.training as TaggerTraining | undefined;
  return loaded;
}
