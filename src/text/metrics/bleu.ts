// BLEU as sacreBLEU defines it, of a corpus and of a sentence.

import { count, flag, oneOf } from "../../nn/layer-options.ts";
import { checkOptions, notNegative } from "../../nn/losses/rule.ts";
import { type BleuTokenizer, bleuTokenizers } from "./bleu-tokenizers.ts";
import { type Compared, countNGrams, referencesEach, type Segment, segmentsOf } from "./segments.ts";

/** What precisions of 0 are taken for: see {@link BleuOptions.smoothing}. */
export type BleuSmoothing = "exp" | "floor" | "add-k" | "none";

export interface BleuOptions {
  /** Default "13a". */
  readonly tokenize?: BleuTokenizer | undefined;
  /** Whether capitals count as small letters. Default false. */
  readonly lowercase?: boolean | undefined;
  /**
   * What n-gram precisions without a hit are taken for, so that the product is not 0 (Chen & Cherry, WMT 2014). "exp": ½, ¼, … of one hit;
   * "floor": `smoothingValue` hits; "add-k": that is added to hits and n-grams from bigrams on; "none": 0. Default "exp".
   */
  readonly smoothing?: BleuSmoothing | undefined;
  /** Default 0.1 for "floor", 1 for "add-k". */
  readonly smoothingValue?: number | undefined;
  /** The longest n-grams. Default 4. */
  readonly maxOrder?: number | undefined;
  /** Whether n-grams longer than the hypothesis are left out. Default false, for {@link sentenceBleu} true. */
  readonly effectiveOrder?: boolean | undefined;
}

export interface BleuScore {
  /** From 0 to 100. */
  readonly score: number;
  /** [maxOrder] the modified precisions of 1-grams, 2-grams, …, from 0 to 100, smoothed */
  readonly precisions: readonly number[];
  /** [maxOrder] n-grams of the hypotheses that are in references */
  readonly correct: readonly number[];
  /** [maxOrder] n-grams of the hypotheses */
  readonly total: readonly number[];
  readonly brevityPenalty: number;
  /** Tokens of the hypotheses. */
  readonly hypothesisLength: number;
  /** Tokens of the references, of each text that of the closest length. */
  readonly referenceLength: number;
  /** What to report beside the score: all that changes it, as sacreBLEU writes it. */
  readonly signature: string;
}

const bleuKinds = {
  tokenize: oneOf(...Object.keys(bleuTokenizers)),
  lowercase: flag,
  smoothing: oneOf("exp", "floor", "add-k", "none"),
  smoothingValue: notNegative,
  maxOrder: count,
  effectiveOrder: flag,
};

/** The release of sacreBLEU whose definition this is, checked against it. */
const DEFINITION = "2.6.0";

/**
 * BLEU of a corpus: the brevity penalty times the geometric mean of the n-gram precisions, counted over all texts.
 *
 *     corpusBleu({ hypotheses: ["The dog bit the man."], references: [["The dog had bit the man."]] }).score;
 *
 * Sources: Papineni et al., "BLEU: a method for automatic evaluation of machine translation", ACL 2002; tokens, smoothing and signature as
 * sacreBLEU (M. Post, "A call for clarity in reporting BLEU scores", WMT 2018).
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`
 */
export function corpusBleu(compared: Compared, options: BleuOptions = {}): BleuScore {
  return bleuOf("corpusBleu", compared, options);
}

/**
 * BLEU of one text, which leaves out n-grams longer than it (`effectiveOrder`). The mean over texts is not the BLEU of a corpus.
 *
 * @throws RecurraError `unknown-option`, `option-value`, `references`
 */
export function sentenceBleu({ hypothesis, references }: Segment, options: BleuOptions = {}): BleuScore {
  const compared = { hypotheses: [hypothesis], references: [references] };
  return bleuOf("sentenceBleu", compared, { effectiveOrder: true, ...options });
}

function bleuOf(what: string, compared: Compared, options: BleuOptions): BleuScore {
  checkOptions(what, options, bleuKinds);
  const segments = segmentsOf(what, compared);
  const { tokenize = "13a", lowercase = false, maxOrder = 4 } = options;
  const tokensOf = (text: string) =>
    bleuTokenizers[tokenize]((lowercase ? text.toLowerCase() : text).trimEnd());
  const correct: number[] = new Array(maxOrder).fill(0);
  const total: number[] = new Array(maxOrder).fill(0);
  let [hypothesisLength, referenceLength] = [0, 0];
  for (const segment of segments) {
    const hypothesis = tokensOf(segment.hypothesis);
    const references = segment.references.map(tokensOf);
    hypothesisLength += hypothesis.length;
    referenceLength += closestLength(
      hypothesis.length,
      references.map(({ length }) => length),
    );
    for (let n = 1; n <= maxOrder; n++) {
      const counts = references.map((reference) => countNGrams(reference, n, " "));
      for (const [nGram, count] of countNGrams(hypothesis, n, " ")) {
        const most = counts.reduce((max, own) => Math.max(max, own.get(nGram) ?? 0), 0);
        correct[n - 1] = (correct[n - 1] ?? 0) + Math.min(count, most);
        total[n - 1] = (total[n - 1] ?? 0) + count;
      }
    }
  }
  const brevityPenalty =
    hypothesisLength >= referenceLength
      ? 1
      : hypothesisLength === 0
        ? 0
        : Math.exp(1 - referenceLength / hypothesisLength);
  return {
    ...combine(correct, total, brevityPenalty, options),
    correct,
    total,
    brevityPenalty,
    hypothesisLength,
    referenceLength,
    signature: signatureOf(segments, options),
  };
}

/** Smooths the precisions, and takes their geometric mean. */
function combine(
  correct: readonly number[],
  total: readonly number[],
  brevityPenalty: number,
  { smoothing = "exp", smoothingValue, effectiveOrder = false }: BleuOptions,
): Pick<BleuScore, "score" | "precisions"> {
  const precisions: number[] = new Array(total.length).fill(0);
  if (correct.every((count) => count === 0)) return { score: 0, precisions };
  const value = smoothingValue ?? smoothingDefaults[smoothing] ?? 0;
  let [order, halved] = [total.length, 1];
  for (let i = 0; i < total.length; i++) {
    const added = smoothing === "add-k" && i > 0 ? value : 0;
    const [hits, all] = [(correct[i] ?? 0) + added, (total[i] ?? 0) + added];
    if (all === 0) break;
    if (effectiveOrder) order = i + 1;
    if (hits > 0) precisions[i] = (100 * hits) / all;
    else if (smoothing === "exp") {
      halved *= 2;
      precisions[i] = 100 / (halved * all);
    } else if (smoothing === "floor") precisions[i] = (100 * value) / all;
  }
  const logs = precisions.slice(0, order).reduce((sum, precision) => sum + Math.log(precision), 0);
  return { score: brevityPenalty * Math.exp(logs / order), precisions };
}

const smoothingDefaults: Readonly<Record<BleuSmoothing, number | undefined>> = {
  exp: undefined,
  none: undefined,
  floor: 0.1,
  "add-k": 1,
};

/** The length closest to that of the hypothesis; of two as close the shorter. */
function closestLength(length: number, lengths: readonly number[]): number {
  return lengths.reduce((best, own) => {
    const nearer = Math.abs(own - length) - Math.abs(best - length);
    return nearer < 0 || (nearer === 0 && own < best) ? own : best;
  }, Infinity);
}

function signatureOf(
  segments: readonly Segment[],
  {
    tokenize = "13a",
    lowercase = false,
    smoothing = "exp",
    smoothingValue,
    effectiveOrder = false,
  }: BleuOptions,
): string {
  const value =
    smoothingDefaults[smoothing] === undefined ? undefined : (smoothingValue ?? smoothingDefaults[smoothing]);
  return [
    `nrefs:${referencesEach(segments)}`,
    `case:${lowercase ? "lc" : "mixed"}`,
    `eff:${effectiveOrder ? "yes" : "no"}`,
    `tok:${tokenize}`,
    `smooth:${smoothing}${value === undefined ? "" : `[${value.toFixed(2)}]`}`,
    `version:${DEFINITION}`,
  ].join("|");
}

/** The score as sacreBLEU prints it: `BLEU = 48.53 82.4/50.0/45.5/37.5 (BP = 0.943 ratio = 0.944 hyp_len = 17 ref_len = 18)`. */
export function formatBleu({
  score,
  precisions,
  brevityPenalty,
  hypothesisLength,
  referenceLength,
}: BleuScore): string {
  const ratio = referenceLength === 0 ? 0 : hypothesisLength / referenceLength;
  return (
    `BLEU = ${score.toFixed(2)} ${precisions.map((precision) => precision.toFixed(1)).join("/")} ` +
    `(BP = ${brevityPenalty.toFixed(3)} ratio = ${ratio.toFixed(3)} hyp_len = ${hypothesisLength} ref_len = ${referenceLength})`
  );
}
