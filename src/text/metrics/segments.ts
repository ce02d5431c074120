// Texts that are compared with references: what the metrics take, and n-grams counted in them.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";

/** Texts that were made, with those that were wanted. */
export interface Compared {
  /** [N] what was made: translations, summaries, transcripts */
  readonly hypotheses: readonly string[];
  /** [N] what was wanted of each: one text, or several that are all right */
  readonly references: readonly (string | readonly string[])[];
}

/** A text and the references it is compared with. */
export interface Segment {
  readonly hypothesis: string;
  readonly references: readonly string[];
}

/**
 * The texts in pairs.
 *
 * @throws RecurraError `references` for lists of different lengths, or none, and for a text without references
 */
export function segmentsOf(what: string, { hypotheses, references }: Compared): readonly Segment[] {
  if (!Array.isArray(hypotheses) || !Array.isArray(references)) {
    throw new RecurraError(
      "references",
      `${what}: wants { hypotheses, references }, lists of as many texts, got ${describe(hypotheses)} and ${describe(references)}`,
    );
  }
  if (hypotheses.length !== references.length || hypotheses.length === 0) {
    throw new RecurraError(
      "references",
      `${what}: there are ${hypotheses.length} hypotheses and references for ${references.length}; wanted as many of both, at least one`,
    );
  }
  return hypotheses.map((hypothesis, i): Segment => {
    const own = references[i] ?? [];
    const texts = typeof own === "string" ? [own] : own;
    if (
      typeof hypothesis !== "string" ||
      !Array.isArray(texts) ||
      texts.some((one) => typeof one !== "string")
    )
      throw new RecurraError(
        "references",
        `${what}: text ${i} is ${describe(hypothesis)} with references ${describe(own)}; wanted text, and text or a list of texts`,
      );
    if (texts.length > 0) return { hypothesis, references: texts };
    throw new RecurraError("references", `${what}: text ${i} has no references; wanted at least one`);
  });
}

/** The number of references of each text, as sacreBLEU's signatures have it: "var" where it differs. */
export function referencesEach(segments: readonly Segment[]): number | "var" {
  const count = segments[0]?.references.length ?? 0;
  return segments.every(({ references }) => references.length === count) ? count : "var";
}

/** The words between white space. */
export function splitWords(text: string): readonly string[] {
  const trimmed = text.trim();
  return trimmed === "" ? [] : trimmed.split(/\p{White_Space}+/u);
}

/** How often each n-gram comes. @param separator stands between tokens, and is in none of them */
export function countNGrams(
  tokens: readonly string[],
  n: number,
  separator: string,
): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (let i = 0; i + n <= tokens.length; i++) {
    const nGram = tokens.slice(i, i + n).join(separator);
    counts.set(nGram, (counts.get(nGram) ?? 0) + 1);
  }
  return counts;
}

/** How many n-grams two texts have in common, each as often as it is in both. */
export function overlap(a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>): number {
  let common = 0;
  for (const [nGram, count] of a) common += Math.min(count, b.get(nGram) ?? 0);
  return common;
}
