// Byte-pair encoding on bytes, as GPT-2 does it: any text can be encoded, and decoding gives it back.

import { z } from "zod";
import { count } from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import { readRecord } from "../record.ts";
import { countWords, type WordCounts } from "../subwords/count-words.ts";
import { checkVocabularySize, SpecialTokens, subwordKinds } from "../subwords/special-tokens.ts";
import { type Merge, trainMerges } from "../subwords/train-merges.ts";
import { IdList, type IdSink, WordCache } from "../subwords/word-cache.ts";
import { checkId, checkOptions, someText } from "../texts.ts";
import type { Texts, Tokenizer, TokenizerRecord } from "../tokenizer.ts";
import { type Vocabulary, vocabularyOf } from "../vocabulary.ts";
import { MergeRules } from "./apply-merges.ts";
import { BYTE_LETTERS, BYTE_ORDER, bytesOfLetters, pushBytes, textOfBytes } from "./byte-alphabet.ts";
import { splitLikeGpt2 } from "./gpt2-split.ts";

export interface BpeOptions {
  /** Ids that there are at most: padding, special tokens, 256 bytes and a merge each. Default 8000. */
  readonly vocabularySize?: number | undefined;
  /** How often a pair must come to be merged. Default 2. */
  readonly minCount?: number | undefined;
  /** Tokens that stand for themselves, such as "<|endoftext|>"; they have the first ids. Default: none. */
  readonly specialTokens?: readonly string[] | undefined;
  /** The token that fills up short sequences; it gets id 0. Default: there is none. */
  readonly paddingToken?: string | undefined;
}

export interface BpeConfig extends BpeOptions {
  readonly name: "bpe";
}

const KINDS = {
  ...subwordKinds,
  minCount: count,
  paddingToken: someText,
};

/**
 * Learns a byte-level byte-pair encoding.
 *
 * Source: R. Sennrich, B. Haddow, A. Birch, "Neural Machine Translation of Rare Words with Subword Units", ACL 2016; A. Radford et al.,
 * "Language Models are Unsupervised Multitask Learners", 2019, for bytes and the splitting before. Ids and ties are those of Hugging
 * Face's `ByteLevelBPETokenizer`.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there is nothing to learn from
 */
export async function fitBpe(options: BpeOptions, texts: Texts): Promise<BpeTokenizer> {
  checkOptions("bpe", options, KINDS);
  const { vocabularySize = 8000, minCount = 2 } = options;
  const first = firstTokens(options);
  const base = first.length + 256;
  checkVocabularySize("bpe", vocabularySize, base, "the bytes and special tokens");
  const special = new SpecialTokens(first);
  const counted = await countWords("bpe", texts, special.between(splitLikeGpt2));
  const tokens = [...first, ...BYTE_ORDER.map((byte) => BYTE_LETTERS[byte] ?? "")];
  const ids = new Map(tokens.map((token, id) => [token, id] as const));
  const join = (left: number, right: number): number | undefined => {
    const token = `${tokens[left]}${tokens[right]}`;
    const known = ids.get(token);
    if (known !== undefined) return known;
    if (tokens.length >= vocabularySize) return undefined;
    ids.set(token, tokens.length);
    return tokens.push(token) - 1;
  };
  const merges = trainMerges(bytesAsSymbols(counted, first.length), { minCount, join });
  return new BpeTokenizer(options, merges);
}

/** The tokens before those of bytes. */
function firstTokens({ paddingToken, specialTokens = [] }: BpeOptions): readonly string[] {
  return paddingToken === undefined
    ? specialTokens
    : [paddingToken, ...specialTokens.filter((token) => token !== paddingToken)];
}

/** Words as the ids of their bytes. */
function bytesAsSymbols({ words, counts }: WordCounts, first: number) {
  const idOfByte = byteIds(first);
  const symbols = new IdList();
  const starts = new Int32Array(words.size + 1);
  const into: IdSink = { push: (byte) => symbols.push(idOfByte[byte] ?? 0) };
  for (let word = 0; word < words.size; word++) {
    pushBytes(words.word(word), into);
    starts[word + 1] = symbols.length;
  }
  return { symbols: symbols.view, starts, counts };
}

/** The id of each byte. */
function byteIds(first: number): Int32Array {
  const ids = new Int32Array(256);
  for (const [i, byte] of BYTE_ORDER.entries()) ids[byte] = first + i;
  return ids;
}

/** Made by {@link fitBpe}. */
export class BpeTokenizer implements Tokenizer {
  readonly name = "bpe";
  /** The tokens in the letters that stand for bytes: " the" is "Ġthe". */
  readonly vocabulary: Vocabulary;
  readonly #options: BpeOptions;
  readonly #merges: readonly Merge[];
  readonly #special: SpecialTokens;
  readonly #cache: WordCache;
  /** The bytes of each token. */
  readonly #bytes: readonly Uint8Array[];

  constructor(options: BpeOptions, merges: readonly Merge[]) {
    this.#options = options;
    this.#merges = merges;
    const first = firstTokens(options);
    this.#special = new SpecialTokens(first);
    const tokens = [...first, ...BYTE_ORDER.map((byte) => BYTE_LETTERS[byte] ?? "")];
    for (const { left, right, joined } of merges)
      if (joined === tokens.length) tokens.push(`${tokens[left]}${tokens[right]}`);
    this.vocabulary = vocabularyOf(tokens, { padding: options.paddingToken === undefined ? undefined : 0 });
    this.#bytes = tokens.map((token, id) =>
      id < first.length ? new TextEncoder().encode(token) : (bytesOfLetters(token) ?? new Uint8Array()),
    );
    const rules = new MergeRules(merges);
    const idOfByte = byteIds(first.length);
    let room = new Int32Array(256);
    this.#cache = new WordCache((word, into) => {
      if (room.length < 3 * word.length) room = new Int32Array(3 * word.length);
      let length = 0;
      pushBytes(word, {
        push: (byte) => {
          room[length++] = idOfByte[byte] ?? 0;
        },
      });
      length = rules.apply(room, length);
      for (let i = 0; i < length; i++) into.push(room[i] ?? 0);
    });
  }

  split(text: string): readonly string[] {
    return Array.from(this.encode(text), (id) => this.vocabulary.tokenOf(id) ?? "");
  }

  encode(text: string): Int32Array {
    const ids = new IdList();
    const visit = (source: string, from: number, to: number): void =>
      this.#cache.encode(source, from, to, ids);
    this.#special.parts(
      text,
      (part) => splitLikeGpt2(part, visit),
      (token) => ids.push(this.vocabulary.idOf(token) ?? 0),
    );
    return ids.view.slice();
  }

  decode(ids: Iterable<number>): string {
    const { size, padding } = this.vocabulary;
    const parts: Uint8Array[] = [];
    let length = 0;
    for (const id of ids) {
      checkId("bpe", id, size);
      const bytes = id === padding ? undefined : this.#bytes[id];
      if (bytes === undefined) continue;
      parts.push(bytes);
      length += bytes.length;
    }
    const all = new Uint8Array(length);
    let at = 0;
    for (const part of parts) {
      all.set(part, at);
      at += part.length;
    }
    return textOfBytes(all);
  }

  record(): TokenizerRecord {
    const token = (id: number) => this.vocabulary.tokenOf(id) ?? "";
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      options: this.#options,
      merges: this.#merges.map(({ left, right }) => `${token(left)} ${token(right)}`),
    };
  }
}

const schema = z.object({ options: z.looseObject({}), merges: z.array(z.string()) });

/** @throws RecurraError `tokenizer-format` */
export function bpeOf(record: TokenizerRecord): BpeTokenizer {
  const { options, merges } = readRecord(record, schema);
  checkOptions("bpe", options, KINDS);
  const first = firstTokens(options);
  const ids = new Map(
    [...first, ...BYTE_ORDER.map((byte) => BYTE_LETTERS[byte] ?? "")].map((t, id) => [t, id]),
  );
  return new BpeTokenizer(
    options,
    merges.map((merge, i) => {
      const [left = "", right = "", ...more] = merge.split(" ");
      const [leftId, rightId] = [ids.get(left), ids.get(right)];
      if (leftId === undefined || rightId === undefined || more.length > 0)
        throw new RecurraError(
          "tokenizer-format",
          `A bpe tokeniser cannot be read: merges.${i} is ${JSON.stringify(merge)}; wanted two tokens known before it, with a space ` +
            "between them. Fit it and save it again.",
        );
      const joined = ids.get(left + right) ?? ids.size;
      ids.set(left + right, joined);
      return { left: leftId, right: rightId, joined };
    }),
  );
}
