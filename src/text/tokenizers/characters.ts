// Characters as tokens.

import { z } from "zod";
import { flag, oneOf } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { readRecord } from "./record.ts";
import { checkId, checkNotEmpty, checkOptions, forEachText, someText } from "./texts.ts";
import type { Texts, Tokenizer, TokenizerRecord } from "./tokenizer.ts";
import { type Vocabulary, vocabularyOf } from "./vocabulary.ts";

export interface CharactersOptions {
  /** What a character is: a code point, or what a reader sees as one, with its accents or the parts of its emoji. Default "code-points". */
  readonly unit?: "code-points" | "graphemes" | undefined;
  /** Whether text is lower-cased. Default false. */
  readonly lower?: boolean | undefined;
  /** The token that stands for characters never seen; it gets the last id. Default: there is none, and encoding one fails. */
  readonly unknownToken?: string | undefined;
  /** The token that fills up short sequences; it gets id 0. Default: there is none. */
  readonly paddingToken?: string | undefined;
}

export interface CharactersConfig extends CharactersOptions {
  readonly name: "characters";
}

const KINDS = {
  unit: oneOf("code-points", "graphemes"),
  lower: flag,
  unknownToken: someText,
  paddingToken: someText,
};

/**
 * Numbers the characters of texts from 0, in the order of their code points, as the lectures do: `sorted(set(text))`.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `texts` where there are no characters
 */
export async function fitCharacters(options: CharactersOptions, texts: Texts): Promise<CharacterTokenizer> {
  checkOptions("characters", options, KINDS);
  const seen = new Set<string>();
  const total = await forEachText("characters", texts, (text) => {
    for (const character of charactersIn(text, options)) seen.add(character);
  });
  for (const special of [options.paddingToken, options.unknownToken]) if (special) seen.delete(special);
  checkNotEmpty("characters", seen.size, total, "characters");
  return new CharacterTokenizer(options, [...seen].sort(byCodePoints));
}

function charactersIn(text: string, { unit, lower = false }: CharactersOptions): Iterable<string> {
  const source = lower ? text.toLowerCase() : text;
  return unit === "graphemes" ? graphemesOf(source) : source;
}

let graphemes: Intl.Segmenter | undefined;

function* graphemesOf(text: string): Generator<string> {
  graphemes ??= new Intl.Segmenter("en", { granularity: "grapheme" });
  for (const { segment } of graphemes.segment(text)) yield segment;
}

function byCodePoints(a: string, b: string): number {
  const [x, y] = [[...a], [...b]];
  for (let i = 0; i < x.length && i < y.length; i++) {
    const difference = (x[i]?.codePointAt(0) ?? 0) - (y[i]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return x.length - y.length;
}

/** Codes below this are looked up in a table. */
const TABLE = 0x3000;

/** Made by {@link fitCharacters}. */
export class CharacterTokenizer implements Tokenizer {
  readonly name = "characters";
  readonly vocabulary: Vocabulary;
  readonly #options: CharactersOptions;
  readonly #characters: readonly string[];
  /** The ids of the first code points; -1 where there is none. */
  readonly #ids = new Int32Array(TABLE).fill(-1);

  /** @param characters in the order of their ids, without the special tokens */
  constructor(options: CharactersOptions, characters: readonly string[]) {
    this.#options = options;
    this.#characters = characters;
    const { paddingToken, unknownToken } = options;
    const tokens = [...characters];
    if (paddingToken !== undefined) tokens.unshift(paddingToken);
    if (unknownToken !== undefined) tokens.push(unknownToken);
    this.vocabulary = vocabularyOf(tokens, {
      padding: paddingToken === undefined ? undefined : 0,
      unknown: unknownToken === undefined ? undefined : tokens.length - 1,
    });
    const first = paddingToken === undefined ? 0 : 1;
    for (const [i, character] of characters.entries()) {
      const code = character.codePointAt(0) ?? 0;
      if (code < TABLE && character.length === 1) this.#ids[code] = i + first;
    }
  }

  split(text: string): readonly string[] {
    return [...charactersIn(text, this.#options)];
  }

  /** @throws RecurraError `unknown-character` for one that was never seen, unless there is an `unknownToken` */
  encode(text: string): Int32Array {
    const source = this.#options.lower ? text.toLowerCase() : text;
    const ids = new Int32Array(source.length);
    if (this.#options.unit === "graphemes") {
      let length = 0;
      let at = 0;
      for (const grapheme of graphemesOf(source)) {
        ids[length++] = this.#idOf(grapheme, at, source);
        at += grapheme.length;
      }
      return ids.slice(0, length);
    }
    let length = 0;
    for (let i = 0; i < source.length; i++) {
      const unit = source.charCodeAt(i);
      const id = unit < TABLE ? (this.#ids[unit] ?? -1) : -1;
      if (id >= 0) ids[length++] = id;
      else {
        const character = String.fromCodePoint(source.codePointAt(i) ?? 0);
        ids[length++] = this.#idOf(character, i, source);
        i += character.length - 1;
      }
    }
    return length === ids.length ? ids : ids.slice(0, length);
  }

  #idOf(character: string, at: number, text: string): number {
    const { unknown } = this.vocabulary;
    const id = this.vocabulary.idOf(character);
    const isSpecial = id !== undefined && (id === unknown || id === this.vocabulary.padding);
    if (id !== undefined && !isSpecial) return id;
    if (unknown !== undefined) return unknown;
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0");
    const near = text.slice(Math.max(0, at - 20), at + 20);
    throw new RecurraError(
      "unknown-character",
      `characters: ${JSON.stringify(character)} (U+${code}) at position ${at}, in ${JSON.stringify(near)}, is none of the ` +
        `${this.#characters.length} characters that were seen. Leave it out, or fit with { unknownToken: "\\uFFFD" }.`,
    );
  }

  decode(ids: Iterable<number>): string {
    const parts: string[] = [];
    const { size, padding } = this.vocabulary;
    for (const id of ids) {
      checkId("characters", id, size);
      if (id !== padding) parts.push(this.vocabulary.tokenOf(id) ?? "");
    }
    return parts.join("");
  }

  record(): TokenizerRecord {
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      options: this.#options,
      characters: this.#characters,
    };
  }
}

const schema = z.object({ options: z.looseObject({}), characters: z.array(z.string().min(1)) });

/** @throws RecurraError `tokenizer-format` */
export function charactersOf(record: TokenizerRecord): CharacterTokenizer {
  const { options, characters } = readRecord(record, schema);
  checkOptions("characters", options, KINDS);
  return new CharacterTokenizer(options, characters);
}
