// Where the numbers of a word2vec training lie in memory, and what they start from.

import { Random } from "../../tensor/random.ts";
import { rowShape } from "../vectors/row-code.ts";
import { bucketsOf, type SubwordShape } from "../vectors/subwords.ts";
import type { Corpus } from "./corpus.ts";
import { huffmanTree } from "./huffman.ts";
import { LONGEST_SENTENCE, type Scratch, type SentencePlan, STATE } from "./kernels/sentences.ts";
import { fillRows, makeMemory, Room } from "./memory.ts";
import { aliasTable, keepBounds, unigramWeights } from "./sampling.ts";
import { PIECE } from "./word2vec-share.ts";

/** What decides how the memory is laid out. */
export interface Word2vecSettings {
  readonly architecture: "skipGram" | "cbow";
  readonly size: number;
  readonly window: number;
  readonly loss: "negativeSampling" | "hierarchicalSoftmax";
  readonly negative: number;
  readonly sample: number;
  readonly subwords: SubwordShape | undefined;
  readonly threads: number;
  readonly seed: number;
}

/** The n-grams of a vocabulary's words: rows of the input matrix after those of the words. */
export interface SubwordRows {
  /** The buckets that come, ascending. */
  readonly buckets: Int32Array;
  /** For each word, and one more for the end, where its rows begin. */
  readonly starts: Uint32Array;
  /** The rows that make up each word: its own, then those of its n-grams. */
  readonly rows: Uint32Array;
}

/** The rows of each word, for a vocabulary that is cut into n-grams. */
export function subwordRows(words: readonly string[], shape: SubwordShape): SubwordRows {
  const ofWords = words.map((word) => bucketsOf(word, shape));
  const buckets = Int32Array.from(new Set(ofWords.flat())).sort();
  const rowOf = new Map(Array.from(buckets, (bucket, i) => [bucket, words.length + i]));
  const starts = new Uint32Array(words.length + 1);
  for (const [word, its] of ofWords.entries()) starts[word + 1] = (starts[word] ?? 0) + 1 + its.length;
  const rows = new Uint32Array(starts[words.length] ?? 0);
  for (const [word, its] of ofWords.entries()) {
    const start = starts[word] ?? 0;
    rows[start] = word;
    for (const [i, bucket] of its.entries()) rows[start + 1 + i] = rowOf.get(bucket) ?? 0;
  }
  return { buckets, starts, rows };
}

export interface Word2vecMemory {
  readonly memory: WebAssembly.Memory;
  readonly plan: SentencePlan;
  /** For each thread its own numbers, and the room for pieces of the corpus. */
  readonly threads: readonly { readonly scratch: Scratch; readonly piece: number }[];
  readonly subwords: SubwordRows | undefined;
}

/** Lays out the memory and fills it: input rows are random within ±1/(2·size), output rows 0, as in word2vec.c. */
export function word2vecMemory(
  what: string,
  { words, counts }: Pick<Corpus, "words" | "counts">,
  settings: Word2vecSettings,
): Word2vecMemory {
  const shape = rowShape(settings.size);
  const subwords = settings.subwords && subwordRows(words, settings.subwords);
  const inputRows = words.length + (subwords?.buckets.length ?? 0);
  const room = new Room();
  const content: { readonly at: number; readonly values: Uint32Array }[] = [];
  const put = (values: Uint32Array) => {
    const at = room.take(values.byteLength);
    content.push({ at, values });
    return at;
  };
  const input = room.take(inputRows * shape.stride);
  const output = room.take(words.length * shape.stride);
  const keep = settings.sample > 0 ? put(keepBounds(counts, settings.sample)) : undefined;
  const plan: SentencePlan = {
    architecture: settings.architecture,
    shape,
    window: settings.window,
    input,
    output,
    keep,
    subwords: subwords && { starts: put(subwords.starts), rows: put(subwords.rows) },
    loss: lossPlan(counts, settings, put),
  };
  const threads = Array.from({ length: settings.threads }, () => ({
    scratch: {
      state: room.take(STATE.bytes),
      sentence: room.take(4 * LONGEST_SENTENCE),
      hidden: room.take(2 * shape.stride),
      gathered: room.take(4 * mostRows(settings, subwords)),
    },
    piece: room.take(4 * PIECE),
  }));
  const memory = makeMemory(what, room.used, settings.threads);
  const numbers = new Uint32Array(memory.buffer);
  for (const { at, values } of content) numbers.set(values, at / 4);
  fillRows(memory, { at: input, rows: inputRows, width: settings.size, shape }, new Random(settings.seed));
  return { memory, plan, threads, subwords };
}

function lossPlan(
  counts: Float64Array,
  { loss, negative }: Word2vecSettings,
  put: (values: Uint32Array) => number,
): SentencePlan["loss"] {
  if (loss === "negativeSampling") {
    const table = put(aliasTable(unigramWeights(counts)));
    return { kind: "negative", samples: negative, table, size: counts.length };
  }
  const tree = huffmanTree(counts);
  return { kind: "tree", starts: put(tree.starts), steps: put(tree.steps) };
}

/** The most rows that one hidden row is the mean of. */
function mostRows({ architecture, window }: Word2vecSettings, subwords: SubwordRows | undefined): number {
  let most = 1;
  if (subwords !== undefined)
    for (let word = 0; word + 1 < subwords.starts.length; word++)
      most = Math.max(most, (subwords.starts[word + 1] ?? 0) - (subwords.starts[word] ?? 0));
  return architecture === "cbow" ? 2 * window * most : most;
}
