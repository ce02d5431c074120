// Lines of a text for drawing: where they break, and in which order words stand, from left to right or from right to left.

import { textWidth } from "./explanation-text-width.ts";

/** Something that stands on a line as a whole: a word, a mark, a space. */
export interface Piece<T> {
  readonly text: string;
  /** What it is part of. */
  readonly source: T;
}

/** A piece at its place. */
export interface PlacedPiece<T> extends Piece<T> {
  /** From the left. */
  readonly x: number;
  readonly width: number;
}

export type Direction = "ltr" | "rtl";

/** The direction of a text: that of its first letter that has one (Unicode's bidirectional algorithm, UAX #9, rule P2). */
export function directionOf(text: string): Direction {
  for (const letter of text) {
    const direction = strongDirection(letter);
    if (direction !== undefined) return direction;
  }
  return "ltr";
}

function strongDirection(letter: string): Direction | undefined {
  if (/[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u.test(letter))
    return /\p{L}/u.test(letter) ? "rtl" : undefined;
  return /[\p{L}\p{Nd}]/u.test(letter) ? "ltr" : undefined;
}

/** Takes a text apart into words, spaces and ends of lines. */
export function piecesOf<T>(text: string, source: T): readonly Piece<T>[] {
  return (text.match(/\r\n|[\n\r\u2028]|[^\S\n\r\u2028]+|\S+/gu) ?? []).map((part) => ({
    text: part,
    source,
  }));
}

/**
 * Breaks pieces into lines. A word is broken only where it is wider than a line; spaces at the ends of lines go.
 *
 * @param width of a line, in units of the drawing
 */
export function breakLines<T>(
  pieces: readonly Piece<T>[],
  width: number,
  fontSize: number,
): readonly (readonly Piece<T>[])[] {
  const lines: Piece<T>[][] = [[]];
  let used = 0;
  for (const piece of pieces) {
    if (/[\n\r\u2028]/u.test(piece.text)) {
      lines.push([]);
      used = 0;
      continue;
    }
    for (const part of fitting(piece, width, fontSize)) {
      const needed = textWidth(part.text, fontSize);
      const isSpace = part.text.trim() === "";
      if (used + needed > width && used > 0) {
        if (isSpace) continue;
        lines.push([]);
        used = 0;
      }
      if (isSpace && used === 0) continue;
      lines.at(-1)?.push(part);
      used += needed;
    }
  }
  return lines.map((line) => (line.at(-1)?.text.trim() === "" ? line.slice(0, -1) : line));
}

function fitting<T>(piece: Piece<T>, width: number, fontSize: number): readonly Piece<T>[] {
  if (textWidth(piece.text, fontSize) <= width) return [piece];
  const parts: Piece<T>[] = [];
  let text = "";
  // What people take for one letter stays whole.
  for (const { segment } of new Intl.Segmenter("en").segment(piece.text)) {
    if (text !== "" && textWidth(text + segment, fontSize) > width) {
      parts.push({ ...piece, text });
      text = "";
    }
    text += segment;
  }
  return [...parts, { ...piece, text }];
}

/**
 * Places the pieces of a line from the left. In a text from right to left the order is turned round, and within it the runs that are
 * read from left to right stay as they are; and the other way about (UAX #9 word by word, rules N1, N2 and L2).
 */
export function placeLine<T>(
  line: readonly Piece<T>[],
  direction: Direction,
  width: number,
  fontSize: number,
): readonly PlacedPiece<T>[] {
  const ways = waysOf(line, direction);
  const order = line.map((_, i) => i);
  if (direction === "rtl") order.reverse();
  // Runs against the direction of the text are turned round.
  for (let start = 0; start < order.length; start++) {
    if (ways[order[start] ?? 0] === direction) continue;
    let end = start;
    while (end < order.length && ways[order[end] ?? 0] !== direction) end++;
    const turned = order.slice(start, end).reverse();
    order.splice(start, turned.length, ...turned);
    start = end;
  }
  const widths = line.map(({ text }) => textWidth(text, fontSize));
  let x = direction === "rtl" ? width - widths.reduce((sum, one) => sum + one, 0) : 0;
  return order.map((i) => {
    const piece = line[i] as Piece<T>;
    const placed = {
      ...piece,
      text: ways[i] === "rtl" && !hasLetter(piece.text) ? mirrored(piece.text) : piece.text,
      x,
      width: widths[i] ?? 0,
    };
    x += placed.width;
    return placed;
  });
}

const hasLetter = (text: string) => /[\p{L}\p{Nd}]/u.test(text);

/** The direction of each piece: its own, or where it has none that of what is on both sides, if they agree, and else the text's. */
function waysOf<T>(line: readonly Piece<T>[], direction: Direction): readonly Direction[] {
  const own = line.map(({ text }) => [...text].map(strongDirection).find((way) => way !== undefined));
  return own.map((way, i) => {
    if (way !== undefined) return way;
    const before = own.slice(0, i).findLast((one) => one !== undefined) ?? direction;
    const after = own.slice(i + 1).find((one) => one !== undefined) ?? direction;
    return before === after ? before : direction;
  });
}

const mirrors: Readonly<Record<string, string>> = {
  "(": ")",
  ")": "(",
  "[": "]",
  "]": "[",
  "{": "}",
  "}": "{",
  "<": ">",
  ">": "<",
  "«": "»",
  "»": "«",
  "‹": "›",
  "›": "‹",
};

/** Marks alone, as they stand in a text from right to left: turned round, in turned order. */
function mirrored(text: string): string {
  return [...text]
    .reverse()
    .map((letter) => mirrors[letter] ?? letter)
    .join("");
}
