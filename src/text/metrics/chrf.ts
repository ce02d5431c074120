// chrF and chrF++ as sacreBLEU defines them: F-scores of character n-grams.

import { count, countOrZero, flag, positive } from "../../nn/layer-options.ts";
import { checkOptions } from "../../nn/losses/rule.ts";
import {
  type Compared,
  countNGrams,
  overlap,
  referencesEach,
  type Segment,
  segmentsOf,
  splitWords,
} from "./segments.ts";

export interface ChrfOptions {
  /** The longest n-grams of characters. Default 6. */
  readonly characterOrder?: number | undefined;
  /** The longest n-grams of words: 0 for chrF, 2 for chrF++. Default 0. */
  readonly wordOrder?: number | undefined;
  /** Recall counts β times as much as precision. Default 2. */
  readonly beta?: number | undefined;
  /** Whether capitals count as small letters. Default false. */
  readonly lowercase?: boolean | undefined;
  /** Whether n-grams of characters go across white space. Default false: it is taken out. */
  readonly whitespace?: boolean | undefined;
  /** Whether n-grams longer than the texts count with an F-score of 1e-16, as in chrF++.py. Default false: they are left out. */
  readonly epsilonSmoothing?: boolean | undefined;
}

export interface ChrfScore {
  /** From 0 to 100. */
  readonly score: number;
  /** "chrF2", "chrF2++": with β, and a plus for each length of n-grams of words. */
  readonly name: string;
  /** What to report beside the score: all that changes it, as sacreBLEU writes it. */
  readonly signature: string;
}

const chrfKinds = {
  characterOrder: count,
  wordOrder: countOrZero,
  beta: positive,
  lowercase: flag,
  whitespace: flag,
  epsilonSmoothing: flag,
};

const DEFINITION = "2.6.0";
const EPSILON = 1e-16;
const PUNCTUATION = new Set("!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~");

/** The counts of n-grams of one length. */
interface Match {
  hypothesis: number;
  reference: number;
  common: number;
}

/**
 * chrF of a corpus: the F-score of precision and recall of character n-grams, each the mean over their lengths, counted over all texts.
 * Of several references each text is compared with the one that it scores best against.
 *
 * Sources: M. Popović, "chrF: character n-gram F-score for automatic MT evaluation", WMT 2015; "chrF++: words helping character n-grams",
 * WMT 2017; details and signature as sacreBLEU.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`
 */
export function corpusChrf(compared: Compared, options: ChrfOptions = {}): ChrfScore {
  checkOptions("corpusChrf", options, chrfKinds);
  return chrfOf("corpusChrf", compared, options);
}

/** chrF of one text. @throws RecurraError `unknown-option`, `option-value`, `references` */
export function sentenceChrf({ hypothesis, references }: Segment, options: ChrfOptions = {}): ChrfScore {
  checkOptions("sentenceChrf", options, chrfKinds);
  return chrfOf("sentenceChrf", { hypotheses: [hypothesis], references: [references] }, options);
}

function chrfOf(what: string, compared: Compared, options: ChrfOptions): ChrfScore {
  const segments = segmentsOf(what, compared);
  const { characterOrder = 6, wordOrder = 0, beta = 2 } = options;
  const sums: Match[] = Array.from({ length: characterOrder + wordOrder }, () => ({
    hypothesis: 0,
    reference: 0,
    common: 0,
  }));
  for (const { hypothesis, references } of segments) {
    const own = nGramsOf(hypothesis, options);
    let best: readonly Match[] = [];
    let most = -1;
    for (const reference of references) {
      const matches = nGramsOf(reference, options).map((counts, i) => matchOf(own[i] ?? new Map(), counts));
      const score = fScoreOf(matches, beta, options);
      if (score > most) [most, best] = [score, matches];
    }
    for (const [i, match] of best.entries()) {
      const sum = sums[i];
      if (sum === undefined) continue;
      sum.hypothesis += match.hypothesis;
      sum.reference += match.reference;
      sum.common += match.common;
    }
  }
  return {
    score: fScoreOf(sums, beta, options),
    name: `chrF${beta}${"+".repeat(wordOrder)}`,
    signature: signatureOf(segments, options),
  };
}

/** The counts of n-grams of characters, then of words, by length. */
function nGramsOf(
  text: string,
  { characterOrder = 6, wordOrder = 0, lowercase = false, whitespace = false }: ChrfOptions,
): readonly ReadonlyMap<string, number>[] {
  const line = lowercase ? text.toLowerCase() : text;
  const characters = Array.from(whitespace ? line : splitWords(line).join(""));
  const words = wordOrder > 0 ? splitWords(line).flatMap(splitPunctuation) : [];
  return [
    ...Array.from({ length: characterOrder }, (_, i) => countNGrams(characters, i + 1, "")),
    ...Array.from({ length: wordOrder }, (_, i) => countNGrams(words, i + 1, " ")),
  ];
}

/** A word, and punctuation at its end, or else at its beginning. */
function splitPunctuation(word: string): readonly string[] {
  const characters = Array.from(word);
  const [first = "", last = ""] = [characters[0], characters.at(-1)];
  if (characters.length === 1) return [word];
  if (PUNCTUATION.has(last)) return [word.slice(0, -1), last];
  return PUNCTUATION.has(first) ? [first, word.slice(1)] : [word];
}

function matchOf(hypothesis: ReadonlyMap<string, number>, reference: ReadonlyMap<string, number>): Match {
  const total = (counts: ReadonlyMap<string, number>) =>
    [...counts.values()].reduce((sum, count) => sum + count, 0);
  return {
    hypothesis: reference.size > 0 ? total(hypothesis) : 0, // where the reference is too short, nothing can be right
    reference: total(reference),
    common: overlap(hypothesis, reference),
  };
}

/** F_β = (1 + β²)·P·R / (β²·P + R), from 0 to 100. */
function fScoreOf(
  matches: readonly Match[],
  beta: number,
  { epsilonSmoothing = false }: ChrfOptions,
): number {
  const factor = beta ** 2;
  const fScore = (precision: number, recall: number) =>
    ((1 + factor) * precision * recall) / (factor * precision + recall);
  const rates = matches.map(({ hypothesis, reference, common }) => ({
    precision: hypothesis > 0 ? common / hypothesis : EPSILON,
    recall: reference > 0 ? common / reference : EPSILON,
    isThere: hypothesis > 0 && reference > 0,
  }));
  if (epsilonSmoothing) {
    const scores = rates.map(({ precision, recall }) =>
      precision + recall > 0 ? fScore(precision, recall) : EPSILON,
    );
    return (100 * scores.reduce((sum, score) => sum + score, 0)) / matches.length;
  }
  const there = rates.filter(({ isThere }) => isThere);
  const precision = there.reduce((sum, rate) => sum + rate.precision, 0) / there.length;
  const recall = there.reduce((sum, rate) => sum + rate.recall, 0) / there.length;
  return precision + recall > 0 ? 100 * fScore(precision, recall) : 0; // NaN where none is there
}

function signatureOf(
  segments: readonly Segment[],
  {
    characterOrder = 6,
    wordOrder = 0,
    lowercase = false,
    whitespace = false,
    epsilonSmoothing = false,
  }: ChrfOptions,
): string {
  return [
    `nrefs:${referencesEach(segments)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    `eff:${epsilonSmoothing ? "no" : "yes"}`,
    `nc:${characterOrder}`,
    `nw:${wordOrder}`,
    `space:${whitespace ? "yes" : "no"}`,
    `version:${DEFINITION}`,
  ].join("|");
}
