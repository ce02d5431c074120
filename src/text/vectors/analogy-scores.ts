// How well each word answers an analogy, by the two usual formulas.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { unit } from "./cosine.ts";

/**
 * How an analogy is answered: by the word nearest to b − a + c (3CosAdd; Mikolov et al. 2013), or by the one for which
 * cos(b)·cos(c) / cos(a) is largest, with cosines moved to 0 … 1 (3CosMul; Levy & Goldberg, CoNLL 2014, equation 4).
 */
export type AnalogyMethod = "add" | "multiply";

/** Gets the scores of some words, from row `first` on, as answers to one question. It may change the array, which is used again. */
export type AnswerVisitor = (question: number, scores: Float32Array, first: number) => void;

/** What can hold vectors against all of its words; see `WordVectors.scan`. */
export interface Scannable {
  readonly width: number;
  scan(queries: Float32Array, rows: number, visit: AnswerVisitor): void;
}

/** What 3CosMul adds to the divisor. */
const TINY = 0.001;

/**
 * Scores the first `among` words as answers to questions.
 *
 * @param given three vectors of length 1 for each question: a, b, c, a, b, c, …
 * @throws RecurraError `option-value` for a method that there is not
 */
export function analogyScores(
  vectors: Scannable,
  given: readonly Float32Array[],
  { method, among }: { readonly method: AnalogyMethod; readonly among: number },
  visit: AnswerVisitor,
): void {
  if (method === "add") vectors.scan(sums(given, vectors.width), among, visit);
  else if (method === "multiply") multiplied(vectors, given, among, visit);
  else
    throw new RecurraError(
      "option-value",
      `analogy: method is ${describe(method)}; wanted "add" or "multiply".`,
    );
}

/** b − a + c for each question, made as long as 1, so that scores are cosines: [questions, width]. */
function sums(given: readonly Float32Array[], width: number): Float32Array {
  const queries = new Float32Array((given.length / 3) * width);
  for (let question = 0; 3 * question < given.length; question++) {
    const [a, b, c] = given.slice(3 * question, 3 * question + 3);
    const sum = new Float32Array(width).map((_, k) => (b?.[k] ?? 0) - (a?.[k] ?? 0) + (c?.[k] ?? 0));
    queries.set(unit(sum), question * width);
  }
  return queries;
}

function multiplied(
  vectors: Scannable,
  given: readonly Float32Array[],
  among: number,
  visit: AnswerVisitor,
): void {
  const queries = new Float32Array(given.length * vectors.width);
  for (const [i, vector] of given.entries()) queries.set(vector, i * vectors.width);
  let parts: Float32Array[] = [];
  vectors.scan(queries, among, (query, scores, first) => {
    // Of each block of words the scores with all queries come in turn: with a, b and c of one question after the other.
    if (query % 3 === 0) parts = [];
    parts.push(scores.slice());
    const [toA, toB, toC] = parts;
    if (toA === undefined || toB === undefined || toC === undefined) return;
    for (let i = 0; i < scores.length; i++)
      scores[i] = (positive(toB[i]) * positive(toC[i])) / (positive(toA[i]) + TINY);
    visit((query - 2) / 3, scores, first);
  });
}

/** A cosine, moved from -1 … 1 to 0 … 1. */
function positive(cosine: number | undefined): number {
  return (1 + (cosine ?? 0)) / 2;
}
