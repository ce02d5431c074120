// Bytes of text and the letters that stand for them in byte-level vocabularies.

import type { IdSink } from "../subwords/word-cache.ts";

/**
 * The letter of each byte: printable ones stand for themselves, the others for letters from U+0100 on, so that no token has a space or a
 * control character. GPT-2's table (`bytes_to_unicode`), in which a space is "Ġ" and a line end "Ċ".
 */
export const BYTE_LETTERS: readonly string[] = makeLetters();

/** Bytes in the order of their letters, which is that of their ids in GPT-2's vocabulary. */
export const BYTE_ORDER: readonly number[] = Array.from({ length: 256 }, (_, byte) => byte).sort(
  (a, b) => (BYTE_LETTERS[a]?.charCodeAt(0) ?? 0) - (BYTE_LETTERS[b]?.charCodeAt(0) ?? 0),
);

const BYTE_OF_LETTER: ReadonlyMap<string, number> = new Map(
  BYTE_LETTERS.map((letter, byte) => [letter, byte] as const),
);

function makeLetters(): string[] {
  let next = 256;
  return Array.from({ length: 256 }, (_, byte) => {
    const isPrintable =
      (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || (byte >= 0xae && byte <= 0xff);
    return String.fromCharCode(isPrintable ? byte : next++);
  });
}

/** The bytes that a token of letters stands for; `undefined` where one is no letter of a byte. */
export function bytesOfLetters(token: string): Uint8Array | undefined {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i++) {
    const byte = BYTE_OF_LETTER.get(token.charAt(i));
    if (byte === undefined) return undefined;
    bytes[i] = byte;
  }
  return bytes;
}

/**
 * Adds the UTF-8 bytes of a text to a list. Half a surrogate pair, which is no text, gets three bytes as any other unit would (WTF-8), so
 * that it is not lost.
 */
export function pushBytes(text: string, into: IdSink): void {
  for (let i = 0; i < text.length; i++) {
    const code = text.codePointAt(i) ?? 0;
    if (code < 0x80) into.push(code);
    else if (code < 0x800) {
      into.push(0xc0 | (code >> 6));
      into.push(0x80 | (code & 0x3f));
    } else if (code < 0x10000) {
      into.push(0xe0 | (code >> 12));
      into.push(0x80 | ((code >> 6) & 0x3f));
      into.push(0x80 | (code & 0x3f));
    } else {
      into.push(0xf0 | (code >> 18));
      into.push(0x80 | ((code >> 12) & 0x3f));
      into.push(0x80 | ((code >> 6) & 0x3f));
      into.push(0x80 | (code & 0x3f));
      i++; // its second unit
    }
  }
}

/** The text of UTF-8 bytes, also of those of half a pair; bytes that are no character become U+FFFD. */
export function textOfBytes(bytes: Uint8Array): string {
  const parts: string[] = [];
  let from = 0;
  for (let at = bytes.indexOf(0xed); at >= 0; at = bytes.indexOf(0xed, at + 1)) {
    const second = bytes[at + 1] ?? 0;
    const third = bytes[at + 2] ?? 0;
    if (second < 0xa0 || second > 0xbf || third < 0x80 || third > 0xbf) continue;
    parts.push(decodeUtf8(bytes.subarray(from, at)));
    parts.push(String.fromCharCode(0xd000 | ((second & 0x3f) << 6) | (third & 0x3f)));
    from = at + 3;
  }
  parts.push(decodeUtf8(bytes.subarray(from)));
  return parts.join("");
}

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string {
  return bytes.length === 0 ? "" : decoder.decode(bytes);
}
