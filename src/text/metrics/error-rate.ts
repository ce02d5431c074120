// Word and character error rates: edits for each word or character of the reference.

import { code, flag } from "../../nn/layer-options.ts";
import { checkOptions } from "../../nn/losses/rule.ts";
import { RecurraError } from "../../platform/error.ts";
import { type AlignmentChunk, align } from "./alignment.ts";
import { segmentsOf, splitWords } from "./segments.ts";

/** Transcripts, with what was said. */
export interface Transcripts {
  /** [N] what was recognised */
  readonly hypotheses: readonly string[];
  /** [N] what was said */
  readonly references: readonly string[];
}

export interface ErrorRateOptions {
  /** Whether capitals count as small letters. Default false. */
  readonly lowercase?: boolean | undefined;
  /** What is done with each text before, such as taking punctuation out. Default nothing. */
  readonly normalize?: ((text: string) => string) | undefined;
}

export interface ErrorRate {
  /** (S + D + I) / (H + S + D): from 0, and above 1 where much is inserted. */
  readonly rate: number;
  /** H: words or characters that are right. */
  readonly hits: number;
  /** S */
  readonly substitutions: number;
  /** D: of the reference, and missing. */
  readonly deletions: number;
  /** I: not of the reference. */
  readonly insertions: number;
  /** [N] how the items of each text correspond */
  readonly alignments: readonly (readonly AlignmentChunk[])[];
}

const errorRateKinds = { lowercase: flag, normalize: code };

/**
 * The word error rate of transcripts, counted over all of them. Words stand between white space.
 *
 *     wordErrorRate({ hypotheses: ["hello duck"], references: ["hello world"] }).rate; // 0.5
 *
 * Defined as in jiwer; of alignments with as few edits the counts are those of its {@link align}.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`; `empty-text` where the references have no words
 */
export function wordErrorRate(transcripts: Transcripts, options: ErrorRateOptions = {}): ErrorRate {
  return errorRateOf("wordErrorRate", transcripts, options, "words", splitWords);
}

/**
 * The character error rate of transcripts, counted over all of them. White space within a text counts, around it not.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`; `empty-text` where the references have no characters
 */
export function characterErrorRate(transcripts: Transcripts, options: ErrorRateOptions = {}): ErrorRate {
  return errorRateOf("characterErrorRate", transcripts, options, "characters", (text) =>
    Array.from(text.trim()),
  );
}

function errorRateOf(
  what: string,
  transcripts: Transcripts,
  options: ErrorRateOptions,
  unit: string,
  split: (text: string) => readonly string[],
): ErrorRate {
  checkOptions(what, options, errorRateKinds);
  const { lowercase = false, normalize = (text: string) => text } = options;
  const itemsOf = (text: string) => split(normalize(lowercase ? text.toLowerCase() : text));
  const counts = { equal: 0, substitute: 0, delete: 0, insert: 0 };
  const alignments = segmentsOf(what, transcripts).map(
    ({ hypothesis, references: [reference = "", ...more] }, i) => {
      if (more.length > 0)
        throw new RecurraError(
          "references",
          `${what}: text ${i} has ${more.length + 1} references; wanted one`,
        );
      const chunks = align(itemsOf(reference), itemsOf(hypothesis));
      for (const { type, reference: own, hypothesis: other } of chunks)
        counts[type] += type === "insert" ? other[1] - other[0] : own[1] - own[0];
      return chunks;
    },
  );
  const { equal: hits, substitute: substitutions, delete: deletions, insert: insertions } = counts;
  const wanted = hits + substitutions + deletions;
  if (wanted === 0) {
    throw new RecurraError(
      "empty-text",
      `${what}: the references have no ${unit}, and a rate of errors for each is none; give references that have some`,
    );
  }
  const rate = (substitutions + deletions + insertions) / wanted;
  return { rate, hits, substitutions, deletions, insertions, alignments };
}
