// Tokenisers whose vocabulary is what came most often: words, Unicode words, n-grams.

import { z } from "zod";
import { flag } from "../../nn/layer-options.ts";
import { readRecord } from "./record.ts";
import { checkId, checkNotEmpty, forEachText, someText } from "./texts.ts";
import type { Texts, Tokenizer, TokenizerRecord } from "./tokenizer.ts";
import type { Vocabulary } from "./vocabulary.ts";
import { grown, WordTable } from "./word-table.ts";

/** Options that all of them have. */
export const countedKinds = { lower: flag, oovToken: someText };

/** Hands each token of a text to `visit`, as a stretch of a text, which need not be the one that was given. */
export type Scan = (text: string, visit: (source: string, from: number, to: number) => void) => void;

/** How a kind of tokeniser finds tokens and puts them together. */
export interface CountedKind {
  readonly name: string;
  /** What its tokens are called in messages. */
  readonly unit: string;
  /** As they are saved. */
  readonly options: object;
  readonly scan: Scan;
  readonly join: (tokens: readonly string[]) => string;
  /** The token with id 1, which stands for all that are not known. Without it they are left out. */
  readonly oovToken: string | undefined;
}

/** Which tokens stay. */
export interface CountedLimits {
  /** Ids that there are at most, the padding's and `oovToken`'s among them. */
  readonly ids?: number | undefined;
  /** How often a token must have come. */
  readonly minCount?: number | undefined;
}

/** A token, how often it came, and in how many texts. */
export interface TokenCount {
  readonly token: string;
  readonly count: number;
  readonly texts: number;
}

/** In how many texts tokens came: what TF-IDF weighs by. */
export interface TextCounts {
  /** How many texts there were. */
  readonly texts: number;
  /** In how many of them the token of each id came. */
  readonly textsWith: Int32Array;
}

/**
 * Numbers tokens by how often they come, ties by which came first; 0 is for padding.
 *
 * @throws RecurraError `texts` where there are no tokens
 */
export async function fitCounted(
  kind: CountedKind,
  limits: CountedLimits,
  texts: Texts,
): Promise<CountedTokenizer> {
  const table = new WordTable();
  let counts = new Int32Array(1024);
  let textsWith = new Int32Array(1024);
  let lastText = new Int32Array(1024); // counted from 1
  let current = 0;
  const visit = (source: string, from: number, to: number): void => {
    const token = table.add(source, from, to);
    if (token >= counts.length) {
      counts = grown(counts, 2 * token);
      textsWith = grown(textsWith, 2 * token);
      lastText = grown(lastText, 2 * token);
    }
    counts[token] = (counts[token] ?? 0) + 1;
    if (lastText[token] === current) return;
    lastText[token] = current;
    textsWith[token] = (textsWith[token] ?? 0) + 1;
  };
  const total = await forEachText(kind.name, texts, (text, index) => {
    current = index + 1;
    kind.scan(text, visit);
  });
  checkNotEmpty(kind.name, table.size, total, kind.unit);
  const { ids = Number.POSITIVE_INFINITY, minCount = 1 } = limits;
  const order = Array.from({ length: table.size }, (_, token) => token).filter(
    (token) => (counts[token] ?? 0) >= minCount,
  );
  order.sort((a, b) => (counts[b] ?? 0) - (counts[a] ?? 0) || a - b);
  const kept: TokenCount[] = [];
  const most = ids - firstId(kind);
  for (const number of order) {
    if (kept.length >= most) break;
    const token = table.word(number);
    if (token !== kind.oovToken)
      kept.push({ token, count: counts[number] ?? 0, texts: textsWith[number] ?? 0 });
  }
  return new CountedTokenizer(kind, total, kept);
}

/** The id of the most frequent token. */
function firstId({ oovToken }: CountedKind): number {
  return oovToken === undefined ? 1 : 2;
}

/** Made by {@link fitCounted}. */
export class CountedTokenizer implements Tokenizer {
  readonly name: string;
  readonly vocabulary: Vocabulary;
  /** The tokens with ids of their own, the most frequent first. */
  readonly tokens: readonly TokenCount[];
  /** In how many of the texts that it was fitted to each came. */
  readonly counts: TextCounts;
  readonly #kind: CountedKind;
  readonly #table: WordTable;
  #room = new Int32Array(1024);

  constructor(kind: CountedKind, texts: number, tokens: readonly TokenCount[]) {
    this.name = kind.name;
    this.#kind = kind;
    this.tokens = tokens;
    const table = new WordTable(tokens.map(({ token }) => token));
    this.#table = table;
    const first = firstId(kind);
    const textsWith = new Int32Array(tokens.length + first);
    for (const [i, token] of tokens.entries()) textsWith[i + first] = token.texts;
    this.counts = { texts, textsWith };
    const { oovToken } = kind;
    this.vocabulary = {
      size: tokens.length + first,
      idOf: (token) => {
        const found = table.find(token, 0, token.length);
        if (found >= 0) return found + first;
        return token === oovToken ? 1 : undefined;
      },
      tokenOf: (id) => (id === 1 && oovToken !== undefined ? oovToken : tokens[id - first]?.token),
      padding: 0,
      ...(oovToken !== undefined && { unknown: 1 }),
    };
  }

  split(text: string): readonly string[] {
    const tokens: string[] = [];
    this.#kind.scan(text, (source, from, to) => tokens.push(source.slice(from, to)));
    return tokens;
  }

  encode(text: string): Int32Array {
    const table = this.#table;
    const first = firstId(this.#kind);
    const unknown = this.vocabulary.unknown ?? 0;
    let ids = this.#room;
    let length = 0;
    this.#kind.scan(text, (source, from, to) => {
      const token = table.find(source, from, to);
      const id = token < 0 ? unknown : token + first;
      if (id === 0) return;
      if (length === ids.length) ids = grown(ids, 2 * length);
      ids[length++] = id;
    });
    if (ids.length < 2 ** 20) this.#room = ids; // what a huge text needed is not kept
    return ids.slice(0, length);
  }

  decode(ids: Iterable<number>): string {
    const tokens: string[] = [];
    for (const id of ids) {
      checkId(this.name, id, this.vocabulary.size);
      const token = this.vocabulary.tokenOf(id);
      if (token !== undefined) tokens.push(token);
    }
    return this.#kind.join(tokens);
  }

  record(): TokenizerRecord {
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      options: this.#kind.options,
      texts: this.counts.texts,
      tokens: this.tokens.map(({ token, count, texts }) => [token, count, texts]),
    };
  }
}

const schema = z.object({
  options: z.looseObject({}),
  texts: z.int().nonnegative(),
  tokens: z.array(z.tuple([z.string(), z.int(), z.int()])),
});

/**
 * A tokeniser from its record.
 *
 * @param kindOf the kind that options make, checked
 * @throws RecurraError `tokenizer-format`
 */
export function countedOf(
  record: TokenizerRecord,
  kindOf: (options: object) => CountedKind,
): CountedTokenizer {
  const { options, texts, tokens } = readRecord(record, schema);
  return new CountedTokenizer(
    kindOf(options),
    texts,
    tokens.map(([token, count, textsWith]) => ({ token, count, texts: textsWith })),
  );
}
