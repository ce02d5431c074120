// Word vectors as a folder: vectors.json, words.json, vectors.safetensors.

import { z } from "zod";
import { joinPath, openBytes, pathExists, readTextFile, writeFileAtomic, writeFolderAtomic } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { openSafetensors, writeSafetensors } from "../../tensor/safetensors.ts";
import { type ReadVectorsOptions, readVectors } from "./read-vectors.ts";
import { Subwords } from "./subwords.ts";
import { WordVectors } from "./word-vectors.ts";

const recordFile = "vectors.json";
const wordsFile = "words.json";
const matrixFile = "vectors.safetensors";

const count = z.int().positive();
const recordSchema = z.object({
  format: z.literal("recurra-word-vectors"),
  version: z.literal(1),
  words: count,
  width: count,
  subwords: z.object({ minLength: count, maxLength: count, buckets: count }).nullable(),
});
const wordsSchema = z.array(z.string());

/** Writes word vectors, and what gives unknown words theirs, as the folder `folder`, whole or not at all. */
export async function saveVectors(vectors: WordVectors, folder: string): Promise<void> {
  const { words, width, matrix, subwords } = vectors;
  const record: z.infer<typeof recordSchema> = {
    format: "recurra-word-vectors",
    version: 1,
    words: words.length,
    width,
    subwords: subwords === undefined ? null : { ...subwords.shape },
  };
  const tensors: [string, NdArray][] = [["vectors", new NdArray(matrix, [words.length, width])]];
  if (subwords !== undefined) {
    const { buckets, matrix: rows } = subwords;
    tensors.push(
      ["subwords.buckets", new NdArray(buckets, [buckets.length])],
      ["subwords.vectors", new NdArray(rows, [buckets.length, width])],
    );
  }
  const text = (value: string) => new TextEncoder().encode(`${value}\n`);
  await writeFolderAtomic(folder, async (into) => {
    await writeFileAtomic(joinPath(into, matrixFile), (sink) => writeSafetensors(sink, tensors));
    await writeFileAtomic(joinPath(into, wordsFile), (sink) =>
      sink.write(text(JSON.stringify(words, null, 0))),
    );
    await writeFileAtomic(joinPath(into, recordFile), (sink) =>
      sink.write(text(JSON.stringify(record, null, 2))),
    );
  });
}

/**
 * Reads a folder that {@link saveVectors} has written.
 *
 * @throws RecurraError `word-vectors` where a file is not what it should be; and what files bring, such as `file-not-found`
 */
export async function loadVectors(folder: string): Promise<WordVectors> {
  const record = await readJson(joinPath(folder, recordFile), recordSchema);
  const words = await readJson(joinPath(folder, wordsFile), wordsSchema);
  const path = joinPath(folder, matrixFile);
  const file = await openSafetensors(await openBytes(path), path);
  try {
    const { data: matrix, shape } = await file.read("vectors");
    const [rows, width] = shape;
    const fits = matrix instanceof Float32Array && rows === words.length && width === record.width;
    if (!fits || rows !== record.words)
      throw new RecurraError(
        "word-vectors",
        `${folder}: ${recordFile} says ${record.words} words of width ${record.width}, ${wordsFile} has ${words.length}, ${matrixFile} [${shape.join(", ")}]; wanted the same of all. The files are not of one saving.`,
      );
    if (record.subwords === null) return new WordVectors(words, matrix);
    const buckets = (await file.read("subwords.buckets")).data;
    const grams = (await file.read("subwords.vectors")).data;
    if (!(buckets instanceof Int32Array) || !(grams instanceof Float32Array))
      throw new RecurraError(
        "word-vectors",
        `${path}: the subwords are to be int32 buckets and float32 vectors.`,
      );
    return new WordVectors(words, matrix, {
      subwords: new Subwords(record.subwords, buckets, grams, record.width),
    });
  } finally {
    await file.close();
  }
}

/**
 * Word vectors from wherever they are: a folder of {@link saveVectors}, or a file of another program, see {@link readVectors}.
 *
 * @param options for files only
 */
export async function openVectors(path: string, options: ReadVectorsOptions = {}): Promise<WordVectors> {
  const isFolder = await pathExists(joinPath(path, recordFile));
  return isFolder ? loadVectors(path) : readVectors(path, options);
}

async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T> {
  const text = await readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RecurraError("word-vectors", `${path} is no JSON. Save the vectors again.`, { cause });
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  throw new RecurraError(
    "word-vectors",
    `${path}: ${issue?.path.join(".") || "the file"}: ${issue?.message ?? "not what is wanted"}. Save the vectors again.`,
    { cause: error },
  );
}
