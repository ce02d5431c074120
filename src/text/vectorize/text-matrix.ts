// textsToMatrix: texts as rows of a matrix with a column for each id, in the modes of Keras.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { CountedTokenizer } from "../tokenizers/counted-tokenizer.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { type BagMode, bagOfWords } from "./bag-of-words.ts";
import { textsToSequences } from "./sequences.ts";
import type { SparseRows } from "./sparse-rows.ts";

/** How a token of a text weighs: as in a bag of words, or by Keras' TF-IDF. */
export type MatrixMode = BagMode | "tfidf";

const MODES: readonly unknown[] = ["binary", "count", "freq", "tfidf"] satisfies MatrixMode[];

export interface MatrixOptions {
  /** Default "binary", as in Keras. */
  readonly mode?: MatrixMode | undefined;
}

/**
 * Texts as rows, as Keras' `texts_to_matrix`; `textsToMatrix(…).dense()` is the matrix with its zeros.
 *
 * In mode "tfidf" a token that comes c times in a text, and in d of the n texts that the tokeniser was fitted to, weighs
 * (1 + ln c) · ln(1 + n / (1 + d)). For scikit-learn's definition see `fitTfIdf`.
 *
 * @param tokenizer for "tfidf" one that has counted: words, unicode-words, n-grams
 * @returns [N, V]
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function textsToMatrix(
  tokenizer: Tokenizer,
  texts: Iterable<string>,
  options: MatrixOptions = {},
): SparseRows {
  checkOptionNames("textsToMatrix", options, ["mode"]);
  const { mode = "binary" } = options;
  if (!MODES.includes(mode))
    throw new RecurraError(
      "option-value",
      `textsToMatrix: mode is ${describe(mode)}; wanted one of ${MODES.join(", ")}.`,
    );
  const sequences = textsToSequences(tokenizer, texts);
  const { size } = tokenizer.vocabulary;
  if (mode !== "tfidf") return bagOfWords(sequences, size, { mode });
  if (!(tokenizer instanceof CountedTokenizer))
    throw new RecurraError(
      "option-value",
      `textsToMatrix: mode "tfidf" weighs by the texts that the tokeniser has counted, and "${tokenizer.name}" does not count. ` +
        "Use words, unicode-words or n-grams, or fitTfIdf(bagOfWords(…)).",
    );
  const counts = bagOfWords(sequences, size);
  const { texts: n, textsWith } = tokenizer.counts;
  const values = counts.values.map((count, i) => {
    const d = textsWith[counts.indices[i] ?? 0] ?? 0;
    return (1 + Math.log(count)) * Math.log(1 + n / (1 + d));
  });
  return counts.withValues(values);
}
