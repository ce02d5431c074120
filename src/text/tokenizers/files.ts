// Tokenisers as files: readable JSON, one token a line.

import { writeFileAtomic } from "#platform";
import { readTokenizer } from "./read-tokenizer.ts";
import { openTokenizer } from "./registry.ts";
import type { Tokenizer, TokenizerRecord } from "./tokenizer.ts";

/** Saves a tokeniser as a JSON file, whole or not at all. @throws RecurraError where it cannot be written */
export async function saveTokenizer(path: string, tokenizer: Tokenizer): Promise<void> {
  const bytes = new TextEncoder().encode(formatRecord(tokenizer.record()));
  await writeFileAtomic(path, (sink) => sink.write(bytes));
}

/**
 * Reads a tokeniser that was saved, or a tokenizer.json of Hugging Face, with the tokenizer_config.json beside it where there is one.
 *
 * @throws RecurraError `file-not-found`; `tokenizer-format` for a file that is none
 */
export function loadTokenizer(path: string): Promise<Tokenizer> {
  return readTokenizer(path, openTokenizer);
}

/** A record as JSON with one part a line, and of long lists one entry a line. */
export function formatRecord(record: TokenizerRecord): string {
  const parts = Object.entries(record)
    .filter(([, value]) => value !== undefined)
    .map(([part, value]) => `  ${JSON.stringify(part)}: ${formatPart(value)}`);
  return `{\n${parts.join(",\n")}\n}\n`;
}

function formatPart(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return JSON.stringify(value);
  return `[\n${value.map((entry) => `    ${JSON.stringify(entry)}`).join(",\n")}\n  ]`;
}
