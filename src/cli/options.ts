// Reading the values of command-line options.

import { InvalidArgumentError } from "commander";
import { suggestion } from "../platform/nearest.ts";

/** A parser of whole numbers from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`Wanted a whole number from ${least} on.`);
  };
}

/** A number of either sign. */
export function anyNumber(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && Number.isFinite(value)) return value;
  throw new InvalidArgumentError("Wanted a number.");
}

/** A parser of numbers from `least` on, up to `most`. */
export function numberFrom(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.POSITIVE_INFINITY
        ? `Wanted a number from ${least} on.`
        : `Wanted a number from ${least} to ${most}.`,
    );
  };
}

/** A parser of numbers above 0, up to `most`. */
export function numberAbove0(most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (value > 0 && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.POSITIVE_INFINITY
        ? "Wanted a number above 0."
        : `Wanted a number above 0, up to ${most}.`,
    );
  };
}

/** A share above 0 and below 1. */
export function share(text: string): number {
  const value = Number(text);
  if (text.trim() !== "" && value > 0 && value < 1) return value;
  throw new InvalidArgumentError("Wanted a share between 0 and 1, such as 0.2.");
}

/** A text that is not empty. */
export function nonEmpty(text: string): string {
  if (text.trim() !== "") return text;
  throw new InvalidArgumentError("It is empty.");
}

/** Names with commas between them; a comma that is part of a name stands behind a backslash. */
export function columnNames(text: string): readonly string[] {
  const names = text.split(/(?<!\\),/).map((name) => name.replaceAll("\\,", ",").trim());
  if (names.every((name) => name !== "")) return names;
  throw new InvalidArgumentError("Wanted names with commas between them.");
}

/** Percentages with commas between them. */
export function percentages(text: string): readonly number[] {
  const levels = text.split(",").map(Number);
  if (levels.every((level) => level > 0 && level < 100)) return [...new Set(levels)].sort((a, b) => a - b);
  throw new InvalidArgumentError("Wanted percentages between 0 and 100, such as 80,95.");
}

/** A parser that takes one of these words. */
export function oneOf(...words: readonly string[]): (text: string) => string {
  return (text) => {
    if (words.includes(text)) return text;
    throw new InvalidArgumentError(`Wanted ${words.slice(0, -1).join(", ")} or ${words.at(-1)}.`);
  };
}

/** Names of encodings that others are near to. */
const ENCODINGS =
  "utf-8 utf-16le utf-16be latin1 windows-1252 windows-1251 windows-1250 windows-1255 windows-1256 iso-8859-1 iso-8859-2 iso-8859-8 iso-8859-15 shift_jis euc-jp euc-kr gbk gb18030 big5 koi8-r macintosh".split(
    " ",
  );

/** The name of an encoding that texts can be read in. */
export function encodingName(text: string): string {
  try {
    return new TextDecoder(text).encoding;
  } catch {
    throw new InvalidArgumentError(
      `${suggestion(text, ENCODINGS)}Wanted an encoding such as utf-8, windows-1252 or shift_jis.`,
    );
  }
}
