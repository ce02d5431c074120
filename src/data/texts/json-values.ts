// Where JSON values begin and end among bytes, so that a list of any length is read one element at a time.

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const LIST = 91;
const LIST_END = 93;
const OBJECT = 123;
const OBJECT_END = 125;

/** The first byte from `at` on that is no white space, nor a comma where `pastComma` says so. */
export function skipSpace(bytes: Buffer, at: number, pastComma = false): number {
  let i = at;
  for (; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte > 32 && !(pastComma && byte === COMMA)) break;
  }
  return i;
}

/** Where the value that begins at `at` ends; -1 where it does not yet. Its brackets are counted, not checked. */
export function valueEnd(bytes: Buffer, at: number, isLast: boolean): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) {
      i = stringEnd(bytes, i + 1);
      if (i < 0) return -1;
      if (depth === 0) return i + 1;
    } else if (byte === OBJECT || byte === LIST) depth++;
    else if (byte === OBJECT_END || byte === LIST_END) {
      // A list that ends, around a number.
      if (depth === 0) return i;
      depth--;
      if (depth === 0) return i + 1;
    } else if (depth === 0 && i > at && (byte <= 32 || byte === COMMA)) return i;
  }
  return isLast && depth === 0 ? bytes.length : -1;
}

/** Where the mark stands that closes a string. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let i = bytes.indexOf(QUOTE, from); i >= 0; i = bytes.indexOf(QUOTE, i + 1)) {
    let slashes = 0;
    while (i - slashes > from && bytes[i - slashes - 1] === BACKSLASH) slashes++;
    if (slashes % 2 === 0) return i;
  }
  return -1;
}
