// Reading the file of a tokeniser: a saved one, or a tokenizer.json of Hugging Face.

import { pathExists, readTextFile } from "#platform";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { huggingFaceTokenizer } from "./hugging-face.ts";
import { TOKENIZER_FORMAT } from "./record.ts";
import type { Tokenizer } from "./tokenizer.ts";

/**
 * @param open makes a tokeniser of a record
 * @throws RecurraError `file-not-found`; `tokenizer-format` for a file that is none
 */
export async function readTokenizer(
  path: string,
  open: (record: unknown) => Promise<Tokenizer>,
): Promise<Tokenizer> {
  const content = await readJson(path);
  try {
    if (!isHuggingFace(content)) return await open(content);
    const config = path.replace(/[^/\\]*$/, "tokenizer_config.json");
    const more = (await pathExists(config)) ? await readJson(config) : {};
    return await huggingFaceTokenizer(content, Object(more));
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `Cannot read "${path}": ${error.message}`, { cause: error });
  }
}

async function readJson(path: string): Promise<unknown> {
  const text = await readTextFile(path);
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RecurraError(
      "tokenizer-format",
      `Cannot read "${path}": it is no JSON, but ${describe(text.trimStart().split(/[\r\n]/, 1)[0])}. Wanted a tokeniser that Recurra saved, or a tokenizer.json of Hugging Face.`,
      { cause },
    );
  }
}

/** Whether a file says what a tokenizer.json says: a model, and no format of ours. */
function isHuggingFace(content: unknown): boolean {
  const { format, model } = Object(content) as { readonly format?: unknown; readonly model?: unknown };
  return format !== TOKENIZER_FORMAT.format && typeof model === "object" && model !== null;
}
