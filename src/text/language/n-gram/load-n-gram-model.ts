// Reading an n-gram model from its folder.

import { z } from "zod";
import { joinPath, openBytes, readTextFile } from "#platform";
import { configChecksum, type FileRecord, sha256 } from "../../../model/files.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { NdArray } from "../../../tensor/nd-array.ts";
import { decodeSafetensors } from "../../../tensor/safetensors.ts";
import { openTokenizer } from "../../tokenizers/registry.ts";
import { NGramModel } from "./n-gram-model.ts";
import { trieOfRows } from "./n-gram-rows.ts";
import { type NGramLevel, NGramTrie } from "./n-gram-trie.ts";
import { configFile, countsFile, formatVersion } from "./save-n-gram-model.ts";
import { type SmoothingChoice, smoothingOf } from "./smoothing.ts";
import { TokenNames } from "./token-names.ts";

const schema = z.object({
  format: z.literal("recurra-n-gram"),
  version: z.number(),
  order: z.int().positive(),
  boundaries: z.boolean(),
  smoothing: z.looseObject({ name: z.string() }),
  tokenizer: z.unknown(),
  nGrams: z.array(z.array(z.union([z.string(), z.int().nonnegative()]))).optional(),
  files: z.record(z.string(), z.object({ bytes: z.number(), sha256: z.string() })),
  checksum: z.string(),
});

/** Reads a model that was saved. @throws RecurraError `n-gram-format`, `file-altered`, `newer-version`, and what reading files throws */
export async function loadNGramModel(folder: string): Promise<NGramModel> {
  const path = joinPath(folder, configFile);
  const config = await readConfig(path);
  const { boundaries, order, nGrams, files } = config;
  const tokenizer = await openTokenizer(config.tokenizer);
  const { size } = tokenizer.vocabulary;
  const width = size + (boundaries ? 2 : 0);
  const trie =
    nGrams === undefined
      ? trieOfArrays(await readCounts(joinPath(folder, countsFile), files[countsFile]), order)
      : trieOfRows(nGrams, order, width, new TokenNames(tokenizer.vocabulary, boundaries));
  if (trie.width !== width) {
    throw new RecurraError(
      "n-gram-format",
      `${path}: the counts are of ${trie.width} ids, the tokeniser has ${width}: they do not belong together. Save the model again`,
    );
  }
  const smoothing = smoothingOf(config.smoothing as unknown as SmoothingChoice);
  return new NGramModel({ tokenizer, smoothing, boundaries, trie });
}

async function readConfig(path: string): Promise<z.infer<typeof schema>> {
  let json: unknown;
  try {
    json = JSON.parse(await readTextFile(path));
  } catch (cause) {
    if (cause instanceof RecurraError) throw cause;
    throw new RecurraError(
      "n-gram-format",
      `${path} is not JSON: it was cut off or altered (${(cause as Error).message})`,
      { cause },
    );
  }
  const { success, data, error } = schema.safeParse(json);
  if (!success) {
    const [issue] = error.issues;
    throw new RecurraError(
      "n-gram-format",
      `${path} is no n-gram model: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not what is wanted"}`,
      { cause: error },
    );
  }
  if (data.version > formatVersion) {
    throw new RecurraError(
      "newer-version",
      `${path} is of version ${data.version} of the format, this Recurra reads up to ${formatVersion}: install a newer one to read the model`,
    );
  }
  const { nGrams, checksum, ...rest } = json as z.infer<typeof schema>;
  const config = nGrams === undefined ? rest : { ...rest, nGrams };
  if ((await configChecksum(config)) === checksum) return data;
  throw new RecurraError(
    "file-altered",
    `${path} does not have the checksum that it holds: the file was altered after it was saved`,
  );
}

function trieOfArrays(arrays: ReadonlyMap<string, NdArray>, order: number): NGramTrie {
  const array = (name: string): Int32Array => {
    const data = arrays.get(name)?.data;
    if (data instanceof Int32Array) return data;
    throw new RecurraError(
      "n-gram-format",
      `${countsFile} has no whole numbers "${name}": it belongs to another model. Save the model again`,
    );
  };
  const counts = Uint32Array.from(array("1.counts"));
  const width = counts.length;
  const levels: NGramLevel[] = [
    { first: Int32Array.of(0, width), words: Int32Array.from({ length: width }, (_, id) => id), counts },
  ];
  for (let length = 2; length <= order; length++) {
    levels.push({
      first: array(`${length}.first`),
      words: array(`${length}.words`),
      counts: Uint32Array.from(array(`${length}.counts`)),
    });
  }
  return new NGramTrie(levels);
}

/** The arrays of the counts' file, after its checksum was checked. */
async function readCounts(
  path: string,
  record: FileRecord | undefined,
): Promise<ReadonlyMap<string, NdArray>> {
  const source = await openBytes(path);
  try {
    const bytes = new Uint8Array(await source.read(0, source.size));
    if (bytes.length === record?.bytes && (await sha256(bytes)) === record.sha256)
      return decodeSafetensors(bytes, path).tensors;
  } finally {
    await source.close();
  }
  throw new RecurraError("file-altered", `${path} is not the file that was saved: it was cut off or altered`);
}
