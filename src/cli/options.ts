// Reading the values of command-line options.

import { InvalidArgumentError } from "commander";

/** A parser of whole numbers from `least` on. */
export function wholeNumber(least: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (/^\d+$/.test(text) && value >= least && Number.isSafeInteger(value)) return value;
    throw new InvalidArgumentError(`Wanted a whole number from ${least} on.`);
  };
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
