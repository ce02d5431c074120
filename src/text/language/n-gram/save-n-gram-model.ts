// An n-gram model as a folder: n-gram.json, and counts.safetensors where there are many n-grams.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { configChecksum, type FileRecord, sha256 } from "../../../model/files.ts";
import { NdArray } from "../../../tensor/nd-array.ts";
import { encodeSafetensors } from "../../../tensor/safetensors.ts";
import { type NGramRow, rowsOf } from "./n-gram-rows.ts";
import type { NGramState } from "./n-gram-state.ts";
import type { NGramTrie } from "./n-gram-trie.ts";
import { TokenNames } from "./token-names.ts";

export const configFile = "n-gram.json";
export const countsFile = "counts.safetensors";

/** The version of the folder's format that is written. */
export const formatVersion = 1;
/** Up to so many n-grams stand in the JSON file, one in a line. */
const READABLE = 20_000;

/** Writes a model. See {@link NGramModel.save}. */
export async function saveNGramModel(
  folder: string,
  { tokenizer, smoothing, boundaries, trie }: NGramState,
): Promise<void> {
  const size = trie.levels.reduce((sum, { words }) => sum + words.length, 0);
  const rows = size > READABLE ? undefined : rowsOf(trie, new TokenNames(tokenizer.vocabulary, boundaries));
  const bytes = rows === undefined ? new Uint8Array(encodeSafetensors(arraysOf(trie))) : undefined;
  const files: Record<string, FileRecord> = {};
  if (bytes !== undefined) files[countsFile] = { bytes: bytes.length, sha256: await sha256(bytes) };
  const config = {
    format: "recurra-n-gram",
    version: formatVersion,
    order: trie.order,
    boundaries,
    smoothing,
    tokenizer: tokenizer.record(),
    files,
    ...(rows === undefined ? {} : { nGrams: rows }),
  };
  const text = jsonOf({ ...config, checksum: await configChecksum(config) });
  await writeFolderAtomic(folder, async (temporary) => {
    const write = (name: string, content: Uint8Array) =>
      writeFileAtomic(joinPath(temporary, name), (sink) => sink.write(content));
    if (bytes !== undefined) await write(countsFile, bytes);
    await write(configFile, new TextEncoder().encode(text));
  });
}

/** JSON, indented, with each n-gram on a line of its own. */
function jsonOf(
  config: Readonly<Record<string, unknown>> & { readonly nGrams?: readonly NGramRow[] },
): string {
  const { nGrams, ...rest } = config;
  const text = JSON.stringify(rest, null, 2);
  if (nGrams === undefined) return `${text}\n`;
  const rows = nGrams.map((row) => `    ${JSON.stringify(row)}`).join(",\n");
  return `${text.slice(0, -2)},\n  "nGrams": [\n${rows}\n  ]\n}\n`;
}

function arraysOf({ levels }: NGramTrie): [string, NdArray][] {
  return levels.flatMap(({ first, words, counts }, i): [string, NdArray][] => {
    const array = (values: Int32Array) => new NdArray(values, [values.length]);
    const own = array(Int32Array.from(counts));
    if (i === 0) return [["1.counts", own]];
    return [
      [`${i + 1}.first`, array(first)],
      [`${i + 1}.words`, array(words)],
      [`${i + 1}.counts`, own],
    ];
  });
}
