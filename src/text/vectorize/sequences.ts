// Texts as sequences of ids, and back.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** The ids of a text. */
export type IdSequence = ArrayLike<number>;

/** The ids of each text, as Keras' `texts_to_sequences`. */
export function textsToSequences(tokenizer: Tokenizer, texts: Iterable<string>): readonly Int32Array[] {
  return Array.from(texts, (text) => tokenizer.encode(text));
}

/** The text of each sequence of ids, as Keras' `sequences_to_texts`; padding is left out. @throws RecurraError `token-id` */
export function sequencesToTexts(
  tokenizer: Tokenizer,
  sequences: Iterable<Iterable<number>>,
): readonly string[] {
  return Array.from(sequences, (sequence) => tokenizer.decode(sequence));
}

/**
 * Fails for sequences that are none, or that have ids beyond the columns that there are.
 *
 * @throws RecurraError `option-value`, `token-id`
 */
export function checkSequences(what: string, sequences: readonly IdSequence[], size: number): void {
  if (!Number.isInteger(size) || size < 1)
    throw new RecurraError(
      "option-value",
      `${what}: size is ${describe(size)}; wanted the number of ids there are, such as tokenizer.vocabulary.size.`,
    );
  if (!Array.isArray(sequences))
    throw new RecurraError(
      "option-value",
      `${what}: wants a list of sequences, got ${describe(sequences)}. textsToSequences gives one.`,
    );
  for (const [n, sequence] of sequences.entries()) {
    if (typeof sequence !== "object" || sequence === null)
      throw new RecurraError(
        "option-value",
        `${what}: sequence ${n} is ${describe(sequence)}; wanted a list of ids. One sequence goes into a list: [sequence].`,
      );
    for (let i = 0; i < sequence.length; i++) {
      const id = sequence[i];
      if (id !== undefined && Number.isInteger(id) && id >= 0 && id < size) continue;
      throw new RecurraError(
        "token-id",
        `${what}: id ${id} at ${i} of sequence ${n} is none of the ${size} there are, 0 to ${size - 1}.`,
      );
    }
  }
}
