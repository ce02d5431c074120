// UTF-8: the text of bytes, and the first byte that is none.

import { isUtf8 } from "node:buffer";

/** What stands for bytes that are no text. */
export const REPLACEMENT = "\ufffd";

/** The text of bytes; invalid ones as U+FFFD. */
export function textOf(bytes: Buffer, from = 0, to = bytes.length): string {
  return bytes.toString("utf8", from, to);
}

/** The place of the first byte that does not belong to a character of UTF-8 (RFC 3629, section 4), or -1. */
export function invalidByte(bytes: Uint8Array): number {
  if (isUtf8(bytes)) return -1;
  let i = 0;
  while (i < bytes.length) {
    const lead = bytes[i] ?? 0;
    const length =
      lead < 0x80 ? 1 : lead < 0xc2 ? 0 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : lead < 0xf5 ? 4 : 0;
    if (length === 0) return i;
    for (let k = 1; k < length; k++) {
      const byte = bytes[i + k] ?? 0;
      // The second byte rules out surrogates, what is longer than it need be, and what lies beyond U+10FFFF.
      const least = k > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
      const most = k > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
      if (byte < least || byte > most) return i;
    }
    i += length;
  }
  return -1;
}
