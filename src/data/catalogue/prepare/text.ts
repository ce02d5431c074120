// What the preparations share: texts of originals, lines, and what is said of one that is not as it was.

import { RecurraError } from "../../../platform/error.ts";

/** The text of an original, without a byte order mark, with LF line ends. */
export function textOf(bytes: Uint8Array | undefined): string {
  return new TextDecoder().decode(bytes).replaceAll("\r\n", "\n");
}

/** Lines of a text, without the empty one behind the last line end. */
export function linesOf(text: string): string[] {
  const lines = text.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** Lines as a file's bytes, each with its line end. */
export function fileOf(lines: readonly string[]): Uint8Array {
  return new TextEncoder().encode(lines.map((line) => `${line}\n`).join(""));
}

/** A text in a cell of a tab-separated file without quotes: tabs and line ends, one or several, become a space, and none stands at its ends. */
export function cellOf(text: string): string {
  return text.replace(/[\t\n\r]+/g, " ").trim();
}

/** @throws RecurraError `original-format` unless an original is as it was when the catalogue was made */
export function expectFormat(isAsItWas: boolean, what: string): asserts isAsItWas {
  if (isAsItWas) return;
  throw new RecurraError(
    "original-format",
    `The original of this data set is not as it was: ${what}. It was changed at its home, or it is another file.`,
  );
}
