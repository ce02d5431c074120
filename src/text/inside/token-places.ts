// Which tokens a text is read as, and where they stand in it.

import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** A piece of a text: a token, or what stands between tokens. */
export interface TokenSegment {
  readonly text: string;
  /** The number of the token; absent between tokens. */
  readonly token?: number;
}

/** A token with its place. */
export interface PlacedToken {
  readonly id: number;
  readonly text: string;
  /** Where it stands in the text, in UTF-16 units; undefined where it cannot be told. */
  readonly place: readonly [from: number, to: number] | undefined;
}

/** Tokenisers whose tokens are whole words. */
const WHOLE_WORDS: readonly string[] = ["words", "unicode-words"];

/** Letters of scripts in which words stand side by side without a space. */
const UNSPACED = /[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Thai}\p{sc=Lao}\p{sc=Khmr}\p{sc=Mymr}]/u;

/** The tokens of a text that a model gets ids for, in order. */
export function placedTokens(text: string, tokenizer: Tokenizer): readonly PlacedToken[] {
  const ids = tokenizer.encode(text);
  const split = tokenizer.split(text);
  const folded = text.toLowerCase();
  // Lower-casing may change the length, as of İ.
  const source = folded.length === text.length ? folded : text;
  const isWhole = WHOLE_WORDS.includes(tokenizer.name);
  let from = 0;
  return Array.from(ids, (id, i): PlacedToken => {
    const shown = surfaceOf(id, split.length === ids.length ? split[i] : undefined, tokenizer);
    const wanted = (shown.trim() === "" ? shown : shown.trim()).toLowerCase();
    const start = placeOf(wanted, source, from, isWhole);
    if (start < 0) return { id, text: shown, place: undefined };
    from = start + wanted.length;
    return { id, text: shown, place: [start, from] };
  });
}

/** A token as it stands in a text. */
function surfaceOf(id: number, split: string | undefined, tokenizer: Tokenizer): string {
  const { vocabulary, name } = tokenizer;
  const token = vocabulary.tokenOf(id) ?? "";
  if (id === vocabulary.unknown) return split ?? token;
  const text = tokenizer.decode([id]);
  const plain = name === "word-piece" ? text.replace(/^##(?=.)/, "") : text;
  return plain === "" ? token : plain;
}

/** The first place from `from` on; of whole words, not within another. */
function placeOf(wanted: string, source: string, from: number, isWhole: boolean): number {
  const isLetter = (text: string | undefined) =>
    text !== undefined && /[\p{L}\p{M}\p{N}]/u.test(text) && !UNSPACED.test(text);
  let start = source.indexOf(wanted, from);
  while (
    isWhole &&
    start >= 0 &&
    ((isLetter(wanted[0]) && isLetter(source[start - 1])) ||
      (isLetter(wanted.at(-1)) && isLetter(source[start + wanted.length])))
  )
    start = source.indexOf(wanted, start + 1);
  return start;
}

/**
 * The stretch of a text that tokens cover, piece by piece; where too few of them were found in it, the tokens with spaces between.
 *
 * @param tokens in order
 */
export function segmentsOf(text: string, tokens: readonly PlacedToken[]): readonly TokenSegment[] {
  const placed = tokens.filter(({ place }) => place !== undefined).length;
  if (2 * placed < tokens.length)
    return tokens.flatMap((token, i) => [
      ...(i === 0 ? [] : [{ text: " " }]),
      { text: token.text, token: i },
    ]);
  const segments: TokenSegment[] = [];
  let at = tokens.find(({ place }) => place !== undefined)?.place?.[0] ?? 0;
  for (const [i, { place }] of tokens.entries()) {
    if (place === undefined) continue;
    const [from, to] = place;
    if (from > at) segments.push({ text: text.slice(at, from) });
    segments.push({ text: text.slice(from, to), token: i });
    at = to;
  }
  return segments;
}
