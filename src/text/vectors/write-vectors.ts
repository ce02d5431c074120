// Writing word vectors for other programs: word2vec's text and binary form, GloVe's, fastText's .vec.

import { writeFileAtomic } from "#platform";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { writeNumber } from "./number-text.ts";
import type { VectorsFormat } from "./read-vectors.ts";
import type { WordVectors } from "./word-vectors.ts";

export interface WriteVectorsOptions {
  /** "text" is also what fastText's .vec files are. Default "text". */
  readonly format?: VectorsFormat | undefined;
}

const ROWS_AT_ONCE = 1000;
const encoder = new TextEncoder();

/**
 * Writes word vectors to a file, whole or not at all. Numbers are written so that they read back the same to the bit.
 *
 * @throws RecurraError `vectors-word`, before anything is written, for a word with white space in it, which these files cannot hold;
 *   `unknown-option`, `option-value`; and what files bring, such as `folder-not-found`
 */
export async function writeVectors(
  path: string,
  vectors: WordVectors,
  options: WriteVectorsOptions = {},
): Promise<void> {
  checkOptionNames("writeVectors", options, ["format"]);
  const { format = "text" } = options;
  if (format !== "text" && format !== "binary" && format !== "glove")
    throw new RecurraError(
      "option-value",
      `writeVectors: format is ${describe(format)}; wanted "text", "binary" or "glove".`,
    );
  const odd = vectors.words.find((word) => word === "" || /[ \t\r\n]/.test(word));
  if (odd !== undefined)
    throw new RecurraError(
      "vectors-word",
      `Cannot write "${path}": the word ${JSON.stringify(odd)} is empty or has white space in it, which ends words in such a file. Replace it, by "_" as a rule, or keep the vectors with save().`,
    );
  const rowBytes = format === "binary" ? binaryRow : textRow;
  await writeFileAtomic(path, async (sink) => {
    if (format !== "glove") await sink.write(encoder.encode(`${vectors.size} ${vectors.width}\n`));
    for (let from = 0; from < vectors.size; from += ROWS_AT_ONCE) {
      const words = vectors.words.slice(from, from + ROWS_AT_ONCE);
      const rows = words.map((word, i) => {
        const at = (from + i) * vectors.width;
        return rowBytes(word, vectors.matrix.subarray(at, at + vectors.width));
      });
      await sink.write(joined(rows));
    }
  });
}

function textRow(word: string, vector: Float32Array): Uint8Array {
  return encoder.encode(`${word} ${Array.from(vector, writeNumber).join(" ")}\n`);
}

function binaryRow(word: string, vector: Float32Array): Uint8Array {
  const start = encoder.encode(`${word} `);
  const bytes = new Uint8Array(start.length + 4 * vector.length + 1);
  bytes.set(start);
  const view = new DataView(bytes.buffer);
  for (const [i, value] of vector.entries()) view.setFloat32(start.length + 4 * i, value, true);
  bytes[bytes.length - 1] = 10;
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
