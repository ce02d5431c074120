// Texts one after the other, for corpora larger than memory.

import { findTexts } from "./open-texts.ts";
import {
  checkTextOptions,
  type StreamTextsOptions,
  streamTextsKinds,
  type TextSource,
} from "./text-options.ts";

/**
 * Streams texts: lines or paragraphs of plain text, or a column of tables. Each `for await` reads the files anew, from the front, with no
 * more of them in memory than a few megabytes, or the longest row.
 *
 *     const tokenizer = await fitTokenizer({ name: "bpe", size: 8000 }, streamTexts("corpus/*.txt"));
 *
 * @throws RecurraError at once for the options; when they are read, as `readTexts` does
 */
export function streamTexts(source: TextSource, options: StreamTextsOptions = {}): AsyncIterable<string> {
  checkTextOptions("streamTexts", source, options, streamTextsKinds);
  const { onNote, onSkip, ...reading } = options;
  const listener = {
    note: (note: string) => onNote?.(note),
    skip: (skipped: Parameters<NonNullable<typeof onSkip>>[0]) => onSkip?.(skipped),
    mend: () => {},
    file: () => {},
  };
  return {
    async *[Symbol.asyncIterator]() {
      const found = await findTexts(source, reading, false);
      for await (const rows of found.rows(listener)) for (const { text } of rows) yield text;
    },
  };
}
