// Tokenisers on the reviews of IMDB: how long a fit to 10 MB takes, and how many MB a second are encoded, on one core.
//
//     node --conditions=source bench/text-tokenizers.ts [--kinds words,bpe] [--megabytes 10] [--vocabulary 8000]
//
// RECURRA_DATA names the folder with imdb_full_train.tsv.gz. Seconds are those of the processor, so that other programs do not count.

import { readFileSync } from "node:fs";
import path from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import {
  fitTokenizer,
  type TokenizerConfig,
  type TokenizerName,
  tokenizerNames,
} from "../src/text/tokenizers/registry.ts";

const { values: options } = parseArgs({
  options: {
    kinds: { type: "string", default: tokenizerNames.join(",") },
    megabytes: { type: "string", default: "10" },
    vocabulary: { type: "string", default: "8000" },
  },
});
const size = Number(options.vocabulary);
const data = process.env.RECURRA_DATA ?? path.join(import.meta.dirname, "../../shared/data");

const bytesOf = (texts: readonly string[]) => texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);

/** The first reviews of so many megabytes, and as many that come after them. */
function reviews(megabytes: number): readonly [string[], string[]] {
  const rows = gunzipSync(readFileSync(path.join(data, "imdb_full_train.tsv.gz")))
    .toString()
    .split("\n");
  const texts = rows.filter((row) => row !== "").map((row) => row.slice(row.indexOf("\t") + 1));
  let bytes = 0;
  const count = texts.findIndex((text) => {
    bytes += Buffer.byteLength(text);
    return bytes >= megabytes * 1e6;
  });
  const end = count < 0 ? texts.length : count + 1;
  return [texts.slice(0, end), texts.slice(end, 2 * end)];
}

/** Seconds of the processor that some work takes. */
async function secondsOf(work: () => unknown): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e6;
}

const configs: Readonly<Record<TokenizerName, TokenizerConfig>> = {
  characters: { name: "characters", unknownToken: "\uFFFD" },
  words: { name: "words", numWords: 20_000 },
  "unicode-words": { name: "unicode-words", numWords: 20_000 },
  "n-grams": { name: "n-grams", n: [1, 2], numTokens: 20_000 },
  bpe: { name: "bpe", vocabularySize: size + 256 },
  "word-piece": { name: "word-piece", vocabularySize: size },
  unigram: { name: "unigram", vocabularySize: size },
};

const [texts, others] = reviews(Number(options.megabytes));
const megabytes = bytesOf(texts) / 1e6;
for (const kind of options.kinds.split(",") as TokenizerName[]) {
  let tokens = 0;
  let tokenizer = await fitTokenizer(configs[kind], texts.slice(0, 10)); // a first one, so that code is compiled
  const encode = (all: readonly string[]) => {
    tokens = 0;
    for (const text of all) tokens += tokenizer.encode(text).length;
  };
  const fit = await secondsOf(async () => {
    tokenizer = await fitTokenizer(configs[kind], texts);
  });
  const first = await secondsOf(() => encode(texts));
  const again = [];
  for (let i = 0; i < 3; i++) again.push(await secondsOf(() => encode(texts)));
  const best = Math.min(...again);
  const fresh =
    others.length === 0
      ? ""
      : `, new text ${(bytesOf(others) / 1e6 / (await secondsOf(() => encode(others)))).toFixed(1)}`;
  encode(texts);
  console.log(
    `${kind.padEnd(14)} fit ${fit.toFixed(2)} s to ${megabytes.toFixed(1)} MB, ${tokenizer.vocabulary.size} ids; encode MB/s: ` +
      `first ${(megabytes / first).toFixed(1)}, again ${(megabytes / best).toFixed(1)}${fresh}; ${((1e6 * megabytes) / tokens).toFixed(2)} bytes a token`,
  );
}
