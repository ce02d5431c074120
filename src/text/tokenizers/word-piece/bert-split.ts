// Splits text into words and punctuation as BERT does before WordPiece.

import type { SplitWords } from "../subwords/count-words.ts";

export interface BertSplitOptions {
  /** Whether text is lower-cased. Default true. */
  readonly lower?: boolean | undefined;
  /** Whether accents are taken off letters. Default: as `lower`. */
  readonly stripAccents?: boolean | undefined;
}

const LETTER = 1;
const ALONE = 2;
const SPACE = 3;
const DROPPED = 4;

/** The class of each code point; 0 where it has not been asked for yet. */
const classes = new Uint8Array(0x110000);

function classOf(code: number): number {
  return classes[code] || classify(code);
}

function classify(code: number): number {
  const character = String.fromCodePoint(code);
  let found = LETTER;
  if (/[\t\n\r\p{Zs}\u2028\u2029]/u.test(character)) found = SPACE;
  else if (code === 0xfffd || /[\p{Cc}\p{Cf}]/u.test(character)) found = DROPPED;
  else if (isAsciiSymbol(code) || /\p{P}/u.test(character) || isIdeograph(code)) found = ALONE;
  classes[code] = found;
  return found;
}

/** BERT takes all that is printable in ASCII but letters, digits and the space for punctuation, also $, + and ~. */
function isAsciiSymbol(code: number): boolean {
  return code < 0x80 && /[!-/:-@[-`{-~]/.test(String.fromCodePoint(code));
}

/** The blocks of Chinese characters that BERT parts from each other; kana and Hangul have words. */
function isIdeograph(code: number): boolean {
  return (
    (code >= 0x4e00 && code <= 0x9fff) ||
    (code >= 0x3400 && code <= 0x4dbf) ||
    (code >= 0x20000 && code <= 0x2a6df) ||
    (code >= 0x2a700 && code <= 0x2ceaf) ||
    (code >= 0xf900 && code <= 0xfaff) ||
    (code >= 0x2f800 && code <= 0x2fa1f)
  );
}

/**
 * Hands each word to `visit`: white space parts words, and each punctuation mark and each Chinese character is one of its own. Control
 * characters are dropped.
 *
 * Source: J. Devlin et al., "BERT: Pre-training of Deep Bidirectional Transformers for Language Understanding", NAACL 2019, and its
 * `BasicTokenizer`.
 */
export function bertSplit({ lower = true, stripAccents = lower }: BertSplitOptions): SplitWords {
  return (text, visit) => {
    const source = normalized(text, lower, stripAccents);
    const end = source.length;
    let from = 0;
    while (from < end) {
      const code = codeAt(source, from);
      const kind = classOf(code);
      let to = from + (code > 0xffff ? 2 : 1);
      if (kind === LETTER) {
        while (to < end) {
          const next = codeAt(source, to);
          if (classOf(next) !== LETTER) break;
          to += next > 0xffff ? 2 : 1;
        }
      }
      if (kind !== SPACE) visit(source, from, to);
      from = to;
    }
  };
}

function codeAt(text: string, at: number): number {
  const unit = text.charCodeAt(at);
  return unit < 0xd800 || unit > 0xdbff ? unit : (text.codePointAt(at) ?? unit);
}

function normalized(text: string, lower: boolean, stripAccents: boolean): string {
  let source = text;
  if (!isPlain(text)) {
    const kept: string[] = [];
    for (const character of text)
      if (classOf(character.codePointAt(0) ?? 0) !== DROPPED) kept.push(character);
    source = kept.join("");
    if (stripAccents) source = source.normalize("NFD").replace(/\p{Mn}/gu, "");
  }
  return lower ? source.toLowerCase() : source;
}

/** Whether a text is ASCII without characters that are dropped. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit >= 0x7f || (unit < 0x20 && unit !== 0x09 && unit !== 0x0a && unit !== 0x0d)) return false;
  }
  return true;
}
