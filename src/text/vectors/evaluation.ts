// How good word vectors are: analogies (questions-words) and similarities that people have judged (WordSim353).

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { type AnalogyMethod, analogyScores } from "./analogy-scores.ts";
import { cosine, unit } from "./cosine.ts";
import { spearman } from "./rank-correlation.ts";
import type { WordVectors } from "./word-vectors.ts";

/** The analogies of one group, or of all. */
export interface AnalogyScore {
  readonly group: string;
  /** Questions all of whose words are known; only they are asked. */
  readonly asked: number;
  readonly correct: number;
  /** correct / asked; NaN where none was asked. */
  readonly accuracy: number;
  /** Questions with an unknown word. */
  readonly skipped: number;
}

export interface AnalogyScores {
  readonly total: AnalogyScore;
  readonly groups: readonly AnalogyScore[];
}

export interface EvaluateAnalogiesOptions {
  /** Ask and answer with so many of the first words only, which are the most frequent ones as a rule. Default 30,000. */
  readonly among?: number | undefined;
  /** Default "add". */
  readonly method?: AnalogyMethod | undefined;
}

/** Questions that are asked at once. */
const TOGETHER = 512;

/**
 * Asks analogies: of a line `a b c d` whether what is to c as b is to a is d. The answer is the best word that is none of a, b, c.
 * A word that is not known as it is written is looked for in lower case.
 *
 * Source: Mikolov et al. 2013, section 4.1; as compute-accuracy of word2vec does it with its threshold of 30,000 words.
 *
 * @param text of questions-words.txt: four words a line, and lines `: group`
 * @throws RecurraError `analogies` for a line that is neither; `unknown-option`, `option-value`
 */
export function evaluateAnalogies(
  vectors: WordVectors,
  text: string,
  options: EvaluateAnalogiesOptions = {},
): AnalogyScores {
  checkOptionNames("evaluateAnalogies", options, ["among", "method"]);
  const { among = 30_000, method = "add" } = options;
  checkCounts("evaluateAnalogies", { among });
  const known = Math.min(among, vectors.size);
  const groups: { readonly name: string; asked: number; correct: number; skipped: number }[] = [];
  const asked: { readonly rows: readonly number[]; readonly group: number }[] = [];
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    const words = line.trim().split(/\s+/);
    if (line.trim() === "") continue;
    if (line.startsWith(":")) {
      groups.push({ name: line.slice(1).trim(), asked: 0, correct: 0, skipped: 0 });
      continue;
    }
    if (words.length !== 4)
      throw new RecurraError(
        "analogies",
        `evaluateAnalogies: line ${number + 1} is ${describe(line)}; wanted four words, or ": " and the name of a group.`,
      );
    if (groups.length === 0) groups.push({ name: "all", asked: 0, correct: 0, skipped: 0 });
    const rows = words.map((word) => findRow(vectors, word));
    const group = groups.length - 1;
    const its = groups[group];
    if (its === undefined) continue;
    if (rows.every((row): row is number => row !== undefined && row < known)) {
      its.asked++;
      asked.push({ rows, group });
    } else its.skipped++;
  }
  for (let from = 0; from < asked.length; from += TOGETHER) {
    const some = asked.slice(from, from + TOGETHER);
    const answers = answer(
      vectors,
      some.map(({ rows }) => rows),
      method,
      known,
    );
    for (const [i, { rows, group }] of some.entries()) {
      const its = groups[group];
      if (its !== undefined && answers[i] === rows[3]) its.correct++;
    }
  }
  const scores = groups.map(({ name, ...rest }) => scoreOf(name, rest));
  const sum = (of: (score: AnalogyScore) => number) => scores.reduce((total, score) => total + of(score), 0);
  const total = scoreOf("total", {
    asked: sum((score) => score.asked),
    correct: sum((score) => score.correct),
    skipped: sum((score) => score.skipped),
  });
  return { total, groups: scores };
}

function scoreOf(
  group: string,
  { asked, correct, skipped }: { readonly asked: number; readonly correct: number; readonly skipped: number },
): AnalogyScore {
  return { group, asked, correct, accuracy: correct / asked, skipped };
}

/** The row of the best answer to each question, of which the first three rows are given. */
function answer(
  vectors: WordVectors,
  questions: readonly (readonly number[])[],
  method: AnalogyMethod,
  among: number,
): Int32Array {
  const { width, matrix } = vectors;
  const given = questions.flatMap((rows) =>
    rows.slice(0, 3).map((row) => unit(matrix.subarray(row * width, (row + 1) * width))),
  );
  const answers = new Int32Array(questions.length).fill(-1);
  const highest = new Float64Array(questions.length).fill(-Infinity);
  analogyScores(vectors, given, { method, among }, (question, scores, first) => {
    for (let lane = 0; lane < 3; lane++) {
      const row = (questions[question]?.[lane] ?? 0) - first;
      if (row >= 0 && row < scores.length) scores[row] = -Infinity;
    }
    let [best, score] = [answers[question] ?? -1, highest[question] ?? -Infinity];
    for (let i = 0; i < scores.length; i++) {
      const here = scores[i] ?? 0;
      if (here > score) [best, score] = [first + i, here];
    }
    answers[question] = best;
    highest[question] = score;
  });
  return answers;
}

function findRow(vectors: WordVectors, word: string): number | undefined {
  return vectors.rowOf(word) ?? vectors.rowOf(word.toLowerCase());
}

/** How well cosines agree with people's judgements. */
export interface SimilarityScore {
  /** Spearman's rank correlation of cosines and judgements, over the pairs found. */
  readonly spearman: number;
  /** Pairs both of whose words have a vector. */
  readonly found: number;
  readonly pairs: number;
}

/**
 * Holds similarities of pairs of words against those that people have judged. A word that is not known as it is written is looked for
 * in lower case; with subwords all words have a vector.
 *
 * @param text of wordsim353.tsv: two words and a number a line, between tabs, commas or spaces; a header, and lines from `#` on, are left out
 * @throws RecurraError `similarities` for any other line
 */
export function evaluateSimilarity(vectors: WordVectors, text: string): SimilarityScore {
  const [ours, theirs]: [number[], number[]] = [[], []];
  let pairs = 0;
  for (const [number, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "" || line.startsWith("#")) continue;
    const [a = "", b = "", judged = "", ...rest] = line.trim().split(line.includes("\t") ? "\t" : /[\s,;]+/);
    const score = judged.trim() === "" ? Number.NaN : Number(judged);
    if (Number.isNaN(score) || rest.length > 0) {
      if (pairs === 0 && number === 0) continue; // the header
      throw new RecurraError(
        "similarities",
        `evaluateSimilarity: line ${number + 1} is ${describe(line)}; wanted two words and a number.`,
      );
    }
    pairs++;
    const [one, other] = [find(vectors, a.trim()), find(vectors, b.trim())];
    if (one === undefined || other === undefined) continue;
    ours.push(cosine(one, other));
    theirs.push(score);
  }
  return { spearman: spearman(ours, theirs), found: ours.length, pairs };
}

function find(vectors: WordVectors, word: string): Float32Array | undefined {
  const known = vectors.has(word) ? word : word.toLowerCase();
  return vectors.get(known);
}
