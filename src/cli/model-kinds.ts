// Which kind of model a folder holds, and the commands that are for it.

import { joinPath, pathExists, readTextFile } from "#platform";
import { RecurraError } from "../platform/error.ts";

export interface ModelKind {
  /** `a tagger` */
  readonly called: string;
  /** What makes it. */
  readonly train: string;
  readonly use: string;
}

const languageModel: ModelKind = {
  called: "a language model",
  train: "recurra generate train",
  use: "recurra generate sample",
};

/** Networks, by the format of what is saved with them. */
const NETWORKS: Readonly<Record<string, ModelKind>> = {
  "recurra-language-model": languageModel,
  "recurra-text-classifier": {
    called: "a text classifier",
    train: "recurra classify train",
    use: "recurra classify predict",
  },
  "recurra-tagger": { called: "a tagger", train: "recurra tag train", use: "recurra tag predict" },
  "recurra-text-table": {
    called: "a model of a table",
    train: "recurra table train",
    use: "recurra table predict",
  },
};

/** Others, by a file that they have. */
const FILES: Readonly<Record<string, ModelKind>> = {
  "n-gram.json": languageModel,
  "vectors.json": {
    called: "a set of word vectors",
    train: "recurra embed train",
    use: "recurra embed nearest",
  },
  "classifier.json": {
    called: "a classifier of series",
    train: "recurra classify series",
    use: "recurra classify series predict",
  },
};

/**
 * Fails where a folder holds a model that another command made.
 *
 * @param path as it was given @param folder where the model is to be @param command what makes the wanted one: `recurra classify train`
 * @throws RecurraError `model-kind`
 */
export async function checkModelKind(path: string, folder: string, command: string): Promise<void> {
  const kind = await kindIn(folder);
  if (kind === undefined || kind.train === command) return;
  throw new RecurraError(
    "model-kind",
    `Cannot use "${path}": it is ${kind.called}. Use it with ${kind.use}, or give the folder that ${command} wrote.`,
  );
}

/** The kind of the model in a folder; undefined where there is none that is known. */
export async function kindIn(folder: string): Promise<ModelKind | undefined> {
  for (const [file, kind] of Object.entries(FILES)) if (await pathExists(joinPath(folder, file))) return kind;
  try {
    const config = JSON.parse(await readTextFile(joinPath(folder, "config.json")));
    return NETWORKS[String(config.preprocessing?.format)];
  } catch {
    return undefined; // no network that can be read: its loader tells more
  }
}
