// The corpus that word vectors are learnt from: sentences as ids of the words that come often enough.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { pauser } from "./pause.ts";

/** A text, each line of which is a sentence, or one sentence as a list of tokens. */
export type CorpusItem = string | readonly string[];

/** What to learn from, read once from beginning to end: a list, a generator, or what is read piece by piece. */
export type CorpusSource = Iterable<CorpusItem> | AsyncIterable<CorpusItem>;

export interface CorpusOptions {
  /** Words that come less often are left out, as if they did not stand there. Default 5. */
  readonly minCount?: number | undefined;
  /** At most so many words, the most frequent ones. Default: all. */
  readonly maxWords?: number | undefined;
  /** What splits a line of text into tokens, such as a tokeniser. Default: white space alone; nothing is lower-cased. */
  readonly tokenizer?: { split(text: string): readonly string[] } | undefined;
  /** Ends the reading when it is aborted: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The sentences of a corpus as word ids. */
export interface Corpus {
  /** The words by id: the most frequent first, and of equally frequent ones the one that came first. */
  readonly words: readonly string[];
  /** How often each of them comes. */
  readonly counts: Float64Array;
  /** The ids of all sentences, each of which ends with {@link SENTENCE_END}; those with fewer than two words are left out. */
  readonly ids: Int32Array;
  /** All tokens, also of the words that are left out. */
  readonly tokens: number;
}

/** What stands in a corpus after each sentence. */
export const SENTENCE_END = -1;

/**
 * Reads a corpus and counts its words: 4 bytes of memory a token.
 *
 * @param what who asks, for messages
 * @param shared put the ids into memory that threads share
 * @throws RecurraError `corpus` for an item that is neither text nor tokens, and where fewer than two words are left
 */
export async function readCorpus(
  what: string,
  source: CorpusSource,
  options: CorpusOptions,
  shared: boolean,
): Promise<Corpus> {
  const { minCount = 5, maxWords = Infinity, tokenizer } = options;
  const split = tokenizer === undefined ? splitAtSpaces : (text: string) => tokenizer.split(text);
  const draft = new Draft();
  const pause = pauser(options.signal);
  let items = 0;
  const take = (item: unknown): void => {
    if (typeof item === "string") for (const line of item.split(/\r?\n/)) draft.addSentence(split(line));
    else if (Array.isArray(item) && item.every((token) => typeof token === "string")) draft.addSentence(item);
    else
      throw new RecurraError(
        "corpus",
        `${what}: item ${items} of the corpus is ${describe(item)}; wanted a text, or a list of the tokens of a sentence.`,
      );
    items++;
  };
  if (typeof source === "object" && source !== null && Symbol.iterator in source)
    for (const item of source) {
      take(item);
      const wait = pause();
      if (wait !== undefined) await wait;
    }
  else if (typeof source === "object" && source !== null && Symbol.asyncIterator in source)
    for await (const item of source) {
      take(item);
      const wait = pause();
      if (wait !== undefined) await wait;
    }
  else
    throw new RecurraError(
      "corpus",
      `${what}: wants a list or a stream of texts, got ${describe(source)}.${typeof source === "string" ? " Put one text into a list: [text]." : ""}`,
    );
  const corpus = draft.finish(minCount, maxWords, shared);
  if (corpus.words.length < 2) {
    const most = draft.mostFrequent();
    const found =
      most === undefined
        ? "the corpus has no words"
        : `of ${draft.words} different words ${corpus.words.length === 1 ? "only one comes" : "none comes"} at least ${times(minCount)} (minCount)${
            corpus.words.length === 1 ? "" : `; the most frequent, "${most.word}", comes ${times(most.count)}`
          }`;
    throw new RecurraError(
      "corpus",
      `${what}: ${found}. Give it more text${most === undefined ? "" : ", or lower minCount"}.`,
    );
  }
  if (corpus.ids.length === 0)
    throw new RecurraError(
      "corpus",
      `${what}: no sentence has two words that come at least ${times(minCount)} (minCount), so there is no context to learn from. Give it longer sentences, or lower minCount.`,
    );
  return corpus;
}

const times = (count: number) => (count === 1 ? "once" : `${count} times`);

function splitAtSpaces(text: string): readonly string[] {
  return text.match(/\S+/gu) ?? [];
}

const BLOCK = 1 << 20;

/** A corpus on its way: ids in the order in which words were first seen. */
class Draft {
  readonly #ids = new Map<string, number>();
  readonly #counts: number[] = [];
  readonly #blocks: Int32Array[] = [];
  #block = new Int32Array(0);
  #used = 0;
  #tokens = 0;

  get words(): number {
    return this.#ids.size;
  }

  addSentence(tokens: readonly string[]): void {
    if (tokens.length === 0) return;
    for (const token of tokens) {
      let id = this.#ids.get(token);
      if (id === undefined) {
        id = this.#ids.size;
        this.#ids.set(token, id);
        this.#counts.push(0);
      }
      this.#counts[id] = (this.#counts[id] ?? 0) + 1;
      this.#add(id);
    }
    this.#tokens += tokens.length;
    this.#add(SENTENCE_END);
  }

  #add(id: number): void {
    if (this.#used === this.#block.length) {
      this.#block = new Int32Array(BLOCK);
      this.#blocks.push(this.#block);
      this.#used = 0;
    }
    this.#block[this.#used++] = id;
  }

  mostFrequent(): { readonly word: string; readonly count: number } | undefined {
    const count = this.#counts.reduce((most, one) => Math.max(most, one), 0);
    const id = this.#counts.indexOf(count);
    for (const [word, its] of this.#ids) if (its === id) return { word, count };
    return undefined;
  }

  finish(minCount: number, maxWords: number, shared: boolean): Corpus {
    const kept = Array.from(this.#counts.keys())
      .filter((id) => (this.#counts[id] ?? 0) >= minCount)
      .sort((a, b) => (this.#counts[b] ?? 0) - (this.#counts[a] ?? 0) || a - b)
      .slice(0, maxWords);
    const renumbered = new Int32Array(this.#counts.length).fill(-2);
    for (const [id, old] of kept.entries()) renumbered[old] = id;
    const spelt = [...this.#ids.keys()];
    let length = 0;
    for (const id of kept) length += this.#counts[id] ?? 0;
    let end = 0;
    const most = 4 * (length + Math.min(length, this.#sentences()));
    const ids = new Int32Array(shared ? new SharedArrayBuffer(most) : new ArrayBuffer(most));
    let begin = 0;
    for (const [i, block] of this.#blocks.entries()) {
      const used = i === this.#blocks.length - 1 ? this.#used : BLOCK;
      for (let at = 0; at < used; at++) {
        const old = block[at] ?? SENTENCE_END;
        if (old === SENTENCE_END) {
          // A word alone has no context.
          if (end - begin < 2) end = begin;
          else ids[end++] = SENTENCE_END;
          begin = end;
        } else {
          const id = renumbered[old] ?? -2;
          if (id >= 0) ids[end++] = id;
        }
      }
    }
    return {
      words: kept.map((old) => spelt[old] ?? ""),
      counts: Float64Array.from(kept, (old) => this.#counts[old] ?? 0),
      ids: ids.subarray(0, end),
      tokens: this.#tokens,
    };
  }

  #sentences(): number {
    let count = 0;
    for (const block of this.#blocks) for (const id of block) if (id === SENTENCE_END) count++;
    return count;
  }
}
