// ROUGE: how much of a reference summary is in a summary, by n-grams and by longest common subsequences.

import { code, flag, kind } from "../../nn/layer-options.ts";
import { checkOptions } from "../../nn/losses/rule.ts";
import { fScoreOf, precisionOf, recallOf } from "../../nn/metrics/classification.ts";
import { RecurraError } from "../../platform/error.ts";
import { porterStem } from "./porter-stemmer.ts";
import { type Compared, countNGrams, overlap, type Segment, segmentsOf } from "./segments.ts";

/**
 * - "rouge1" to "rouge9": n-grams of so many words
 * - "rougeL": the longest common subsequence of the two texts
 * - "rougeLsum": for each sentence of the reference, a line, the union of its longest common subsequences with the sentences of the summary
 */
export type RougeType = `rouge${1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9}` | "rougeL" | "rougeLsum";

export interface RougeOptions {
  /** Default rouge1, rouge2, rougeL and rougeLsum. */
  readonly types?: readonly RougeType[] | undefined;
  /** Whether English words of more than three letters are stemmed, by Porter's rules. Default false. */
  readonly stem?: boolean | undefined;
  /** Splits a text into words, in place of the rule for English: small letters a–z and digits, all else between words. */
  readonly tokenize?: ((text: string) => readonly string[]) | undefined;
}

export interface RougeScore {
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
}

/** The scores by type. */
export type RougeScores = Readonly<Partial<Record<RougeType, RougeScore>>>;

const defaultTypes: readonly RougeType[] = ["rouge1", "rouge2", "rougeL", "rougeLsum"];
const isType = (type: unknown) => typeof type === "string" && /^rouge([1-9]|L|Lsum)$/.test(type);
const rougeKinds = {
  types: kind(
    "a list of rouge1 to rouge9, rougeL, rougeLsum",
    (value) => Array.isArray(value) && value.every(isType),
  ),
  stem: flag,
  tokenize: code,
};

/**
 * ROUGE of several texts: the mean of their scores.
 *
 *     corpusRouge({ hypotheses: [summary], references: [wanted] }).rougeL?.f1Score;
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`
 */
export function corpusRouge(compared: Compared, options: RougeOptions = {}): RougeScores {
  checkOptions("corpusRouge", options, rougeKinds);
  const scores = segmentsOf("corpusRouge", compared).map((segment) => rougeOf(segment, options));
  const mean = (type: RougeType, part: keyof RougeScore) =>
    scores.reduce((sum, score) => sum + (score[type]?.[part] ?? 0), 0) / scores.length;
  return Object.fromEntries(
    (options.types ?? defaultTypes).map((type) => [
      type,
      {
        precision: mean(type, "precision"),
        recall: mean(type, "recall"),
        f1Score: mean(type, "f1Score"),
      },
    ]),
  );
}

/**
 * ROUGE of a text; of several references each type takes that of the best F₁.
 *
 * Sources: C.-Y. Lin, "ROUGE: a package for automatic evaluation of summaries", 2004; words, stems and union as the package rouge-score.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`
 */
export function sentenceRouge({ hypothesis, references }: Segment, options: RougeOptions = {}): RougeScores {
  checkOptions("sentenceRouge", options, rougeKinds);
  const [segment] = segmentsOf("sentenceRouge", { hypotheses: [hypothesis], references: [references] });
  return segment === undefined ? {} : rougeOf(segment, options);
}

function rougeOf({ hypothesis, references }: Segment, options: RougeOptions): RougeScores {
  const { types = defaultTypes, stem = false, tokenize } = options;
  const wordsOf = tokenize ?? ((text: string) => englishWords(text, stem));
  const best = (score: (reference: string) => RougeScore) =>
    references.map(score).reduce((most, one) => (one.f1Score > most.f1Score ? one : most));
  const own = wordsOf(hypothesis);
  return Object.fromEntries(
    types.map((type): [RougeType, RougeScore] => {
      if (type === "rougeLsum") {
        const sentences = (text: string) =>
          text
            .split("\n")
            .filter((line) => line !== "")
            .map(wordsOf);
        const summary = sentences(hypothesis);
        return [type, best((reference) => unionScore(sentences(reference), summary))];
      }
      return [
        type,
        best((reference) => {
          const words = wordsOf(reference);
          if (type === "rougeL") return scoreOf(commonPlaces(words, own).length, own.length, words.length);
          const n = Number(type.slice("rouge".length));
          const common = overlap(countNGrams(words, n, " "), countNGrams(own, n, " "));
          return scoreOf(common, Math.max(own.length - n + 1, 0), Math.max(words.length - n + 1, 0));
        }),
      ];
    }),
  );
}

function scoreOf(hits: number, predicted: number, actual: number): RougeScore {
  const counts = { hits, predicted, actual };
  return { precision: precisionOf(counts), recall: recallOf(counts), f1Score: fScoreOf(1)(counts) };
}

function englishWords(text: string, stem: boolean): readonly string[] {
  const words = text.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  return stem ? words.map((word) => (word.length > 3 ? porterStem(word) : word)) : words;
}

/**
 * Summary-level ROUGE-L (Lin 2004, section 3.2): hits are the words of the union of the longest common subsequences of each sentence of
 * the reference with all of the summary; a word counts no more often than it is in either, as in ROUGE-1.5.5.
 */
function unionScore(
  reference: readonly (readonly string[])[],
  summary: readonly (readonly string[])[],
): RougeScore {
  const left = countNGrams(summary.flat(), 1, "") as Map<string, number>;
  const leftInReference = countNGrams(reference.flat(), 1, "") as Map<string, number>;
  let hits = 0;
  for (const sentence of reference) {
    const union = new Set(summary.flatMap((other) => commonPlaces(sentence, other)));
    for (const place of [...union].sort((a, b) => a - b)) {
      const word = sentence[place] ?? "";
      const [here, there] = [left.get(word) ?? 0, leftInReference.get(word) ?? 0];
      if (here === 0 || there === 0) continue;
      hits++;
      left.set(word, here - 1);
      leftInReference.set(word, there - 1);
    }
  }
  return scoreOf(hits, summary.flat().length, reference.flat().length);
}

/** The largest table for a longest common subsequence, in cells of 4 bytes. */
const LARGEST = 2 ** 27;

/** The places in the reference of one of the longest common subsequences, from the last to the first. */
function commonPlaces(reference: readonly string[], other: readonly string[]): readonly number[] {
  const width = other.length + 1;
  if ((reference.length + 1) * width > LARGEST)
    throw new RecurraError(
      "references",
      `rougeL: texts of ${reference.length} and ${other.length} words are too long to be compared; score them in parts, or without rougeL and rougeLsum`,
    );
  const lengths = new Int32Array((reference.length + 1) * width); // [i, j] of the first i and j words
  for (let i = 1; i <= reference.length; i++) {
    for (let j = 1; j <= other.length; j++) {
      const at = i * width + j;
      lengths[at] =
        reference[i - 1] === other[j - 1]
          ? (lengths[at - width - 1] ?? 0) + 1
          : Math.max(lengths[at - width] ?? 0, lengths[at - 1] ?? 0);
    }
  }
  const places: number[] = [];
  let [i, j] = [reference.length, other.length];
  while (i > 0 && j > 0) {
    const at = i * width + j;
    if (reference[i - 1] === other[j - 1]) {
      places.push(--i);
      j--;
    } else if ((lengths[at - 1] ?? 0) > (lengths[at - width] ?? 0)) j--;
    else i--;
  }
  return places;
}
