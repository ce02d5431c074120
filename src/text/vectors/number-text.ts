// Numbers as text in bytes: read without making strings, since files of word vectors hold hundreds of millions of them.

const ZERO = 48;
const [PLUS, MINUS, POINT, SMALL_E, LARGE_E] = [43, 45, 46, 101, 69];
/** More digits than a float64 holds exactly. */
const MOST_DIGITS = 15;
const decoder = new TextDecoder();

/** 10^0 to 10^22: those that a float64 holds exactly. */
const POWERS = Array.from({ length: 23 }, (_, n) => Number(`1e${n}`));

/**
 * The number that the bytes from `from` to `to` write in decimal, as `Number` reads it; NaN where they are none.
 *
 * Up to 15 digits and powers of ten up to 22, one product or quotient of exact float64 numbers gives the nearest one (Clinger 1990);
 * anything else is left to `Number`.
 */
export function readNumber(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  const sign = bytes[at];
  if (sign === MINUS || sign === PLUS) at++;
  let digits = 0;
  let value = 0;
  let scale = 0;
  let fraction = false;
  for (; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const digit = byte - ZERO;
    if (digit >= 0 && digit <= 9) {
      value = 10 * value + digit;
      if (value > 0) digits++;
      if (fraction) scale--;
      if (digits > MOST_DIGITS) return slowly(bytes, from, to);
    } else if (byte === POINT && !fraction) fraction = true;
    else break;
  }
  const exponentMark = bytes[at];
  if (at < to && (exponentMark === SMALL_E || exponentMark === LARGE_E)) {
    const exponent = readExponent(bytes, at + 1, to);
    if (exponent === undefined) return slowly(bytes, from, to);
    scale += exponent;
    at = to;
  }
  const hasDigits = value > 0 || hasZero(bytes, from, to);
  if (at < to || !hasDigits || scale > 22 || scale < -22) return slowly(bytes, from, to);
  const size = scale < 0 ? value / (POWERS[-scale] ?? 1) : value * (POWERS[scale] ?? 1);
  return sign === MINUS ? -size : size;
}

function hasZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === ZERO) return true;
  return false;
}

function readExponent(bytes: Uint8Array, from: number, to: number): number | undefined {
  const negative = bytes[from] === MINUS;
  const first = negative || bytes[from] === PLUS ? from + 1 : from;
  if (first >= to || to - first > 3) return undefined;
  let exponent = 0;
  for (let at = first; at < to; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return undefined;
    exponent = 10 * exponent + digit;
  }
  return negative ? -exponent : exponent;
}

function slowly(bytes: Uint8Array, from: number, to: number): number {
  const text = decoder.decode(bytes.subarray(from, to));
  return /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/.test(text) ? Number(text) : Number.NaN;
}

/** A decimal of 8 digits, or of 9 where it takes so many, that reads back as the same float32; without zeros at its end. */
export function writeNumber(value: number): string {
  const short = Number(value.toPrecision(8));
  return String(Math.fround(short) === value ? short : Number(value.toPrecision(9)));
}
