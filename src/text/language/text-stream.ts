// TextStream: the text of tokens that come one by one, as soon as it is certain.

import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** Old tokens that are decoded with new ones, for spaces and joins between the two. */
const CONTEXT = 12;
/** What decoders put in place of bytes that are no whole character. */
const REPLACEMENT = "\ufffd";
/** A character of UTF-8 has at most 4 bytes: so many may wait for their last one. */
const UNFINISHED = 3;

/**
 * Decodes tokens one by one. What a tokeniser makes of a token may depend on those before it (a space between words), so that new ones are
 * decoded along with old ones; and where tokens are bytes, one may be part of a character only, which waits until the rest has come.
 * Where a tokeniser joins old text to new (WordPiece makes "l ' herbe" to "l'herbe"), the space that is out stays.
 */
export class TextStream {
  readonly #tokenizer: Tokenizer;
  /** The last tokens. */
  readonly #ids: number[];
  /** What is out of their text. */
  #out: string;

  /** @param before the tokens that stand before, whose text is known */
  constructor(tokenizer: Tokenizer, before: readonly number[] | Int32Array = []) {
    this.#tokenizer = tokenizer;
    this.#ids = Array.from(before.slice(-CONTEXT));
    this.#out = tokenizer.decode(this.#ids);
  }

  /** Takes a token. @returns the text that has become certain, which may be empty */
  push(id: number): string {
    const ids = this.#ids;
    ids.push(id);
    const text = this.#tokenizer.decode(ids);
    let end = text.length;
    while (end > text.length - UNFINISHED && text[end - 1] === REPLACEMENT) end--;
    const start = Math.min(placeAfter(text, this.#out), end);
    this.#out = text.slice(0, end);
    if (ids.length >= 2 * CONTEXT) {
      const waiting = text.length - end;
      ids.splice(0, ids.length - CONTEXT);
      const rest = this.#tokenizer.decode(ids);
      this.#out = rest.slice(0, rest.length - waiting);
    }
    return text.slice(start, end);
  }

  /** The rest, when no more tokens come. */
  end(): string {
    const text = this.#tokenizer.decode(this.#ids);
    const piece = text.slice(placeAfter(text, this.#out));
    this.#out = text;
    return piece;
  }
}

/** Where in the text what is out of it ends: spaces apart, where the tokeniser has changed them meanwhile. */
function placeAfter(text: string, out: string): number {
  if (text.startsWith(out)) return out.length;
  let left = out.replaceAll(" ", "").length;
  let place = 0;
  while (left > 0 && place < text.length) if (text[place++] !== " ") left--;
  return place;
}
