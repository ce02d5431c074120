// loadLanguageModel: any language model from its folder.

import { joinPath, pathExists } from "#platform";
import type { LanguageModel } from "./language-model.ts";
import { loadNGramModel } from "./n-gram/load-n-gram-model.ts";
import { configFile } from "./n-gram/save-n-gram-model.ts";
import { loadNeuralLanguageModel } from "./neural/neural-language-model.ts";

/**
 * Reads a language model that was saved, of counts or of a network.
 *
 * @throws RecurraError `file-not-found`; `language-model-format`, `n-gram-format` for a folder that holds something else, or was altered
 */
export async function loadLanguageModel(folder: string): Promise<LanguageModel> {
  return (await pathExists(joinPath(folder, configFile)))
    ? loadNGramModel(folder)
    : loadNeuralLanguageModel(folder);
}
