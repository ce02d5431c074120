// explainText: which words of a text make a classifier tell its class.

import { defaultSamples } from "../../explain/kernel-shap.ts";
import { textExplainer } from "../../explain/text-explainer.ts";
import { TextExplanation } from "../../explain/text-explanation.ts";
import { describe } from "../../nn/choice.ts";
import { code, count, kind, type OptionKind, whole } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import type { TextClassifier } from "./text-classifier.ts";
import { paddingOf } from "./text-rows.ts";

export interface ExplainTextOptions {
  /** Sets of words that are tried. Default: 2·F + 2048, for F words. */
  readonly samples?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told on the way: how many sets of words have been tried of how many. */
  readonly onProgress?: ((done: number, of: number) => void) | undefined;
}

const optionKinds: { readonly [Name in keyof ExplainTextOptions]-?: OptionKind } = {
  samples: count,
  seed: whole,
  signal: kind("an AbortSignal", (value) => value instanceof AbortSignal),
  onProgress: code,
};

/** Of more words in what is read, neighbours are taken together. */
const MOST_PIECES = 400;
/** Texts that are told at once: between them there is news, and an end where one is asked for. */
const AT_ONCE = 128;

/**
 * Shapley values of the words of a text for each class, by KernelSHAP over texts with words taken out. They sum to the probability of the
 * class less that of the text without its words. Where the model's tokeniser keeps punctuation, marks count as words do. A model reads so
 * many tokens of a long text, and words beyond them have no value; where these are more than 400 words, neighbours are taken together.
 *
 *     const explanation = await explainText(model, "The plot is thin, the actors are superb.");
 *     explanation.row("positive").features;  // [{ name: "The", value: 0.004 }, …]
 *
 * @throws RecurraError `option-value`, `unknown-option`; `texts` for what is no text, `empty-text` for one without words
 */
export async function explainText(
  model: TextClassifier,
  text: string,
  options: ExplainTextOptions = {},
): Promise<TextExplanation> {
  checkOptions("explainText", options, optionKinds);
  if (typeof text !== "string")
    throw new RecurraError("texts", `explainText: wants a text, got ${describe(text)}`);
  if (!hasWords(model, text))
    throw new RecurraError(
      "empty-text",
      `explainText: the text ${describe(text)} has no words to explain; give one with words`,
    );
  const { samples, seed = 0, signal, onProgress } = options;
  const { start, end } = partRead(model, text);
  const part = text.slice(start, end);
  const pieces = piecesOf(part, model.tokenizer);
  // Every set of few words, and the two texts with all words and with none.
  const total = Math.min(2 ** pieces.length - 2, samples ?? defaultSamples(pieces.length)) + 2;
  const classes = model.classes.length;
  let done = 0;
  const explainer = textExplainer(
    async (texts: readonly string[]) => {
      const all = await model.probabilities(texts);
      done += texts.length;
      onProgress?.(Math.min(done, total), total);
      return texts.map((_, n) => [...all.subarray(n * classes, (n + 1) * classes)]);
    },
    {
      outputs: model.classes,
      seed,
      batchSize: AT_ONCE,
      split: () => pieces,
      ...(samples !== undefined && { samples }),
    },
  );
  const [found] = await explainer.explain([part], signal === undefined ? {} : { signal });
  const explanation = found as TextExplanation;
  if (part === text) return explanation;
  return new TextExplanation({
    text,
    words: explanation.words.map((word) => ({
      ...word,
      start: word.start + start,
      end: word.end + start,
    })),
    features: explanation.words.map((_, w) => w),
    names: explanation.names,
    values: explanation.values.data as Float64Array,
    baseValues: explanation.baseValues,
    predictions: explanation.predictions,
    outputs: explanation.outputs,
  });
}

/**
 * The part of a text that a model reads: whole words, with the `length` tokens that it takes from the text's end or beginning.
 *
 * @returns places in UTF-16 code units
 */
export function partRead(
  { tokenizer, length, settings }: TextClassifier,
  text: string,
): { readonly start: number; readonly end: number } {
  const whole = { start: 0, end: text.length };
  const tokens = (part: string) => tokenizer.encode(part).length;
  if (tokens(text) <= length) return whole;
  const words = piecesRead(text, tokenizer);
  const partOf = (count: number) =>
    settings.truncating === "pre"
      ? { start: words.at(-count)?.start ?? 0, end: text.length }
      : { start: 0, end: words[count - 1]?.end ?? text.length };
  // The fewest words that have so many tokens.
  let [few, enough] = [0, words.length];
  while (enough - few > 1) {
    const middle = Math.floor((few + enough) / 2);
    const { start, end } = partOf(middle);
    if (tokens(text.slice(start, end)) < length) few = middle;
    else enough = middle;
  }
  return enough === words.length ? whole : partOf(enough);
}

interface Place {
  readonly start: number;
  readonly end: number;
}

/** Where the words stand: words as Unicode finds them, emoji, and the marks and symbols of which the tokeniser makes tokens. */
function piecesRead(text: string, tokenizer: Tokenizer): readonly Place[] {
  const kept = new Map<string, boolean>();
  const isKept = (mark: string) => {
    const found = kept.get(mark) ?? tokenizer.encode(mark).length > 0;
    kept.set(mark, found);
    return found;
  };
  return [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)]
    .filter(
      ({ segment, isWordLike }) =>
        isWordLike === true ||
        /\p{Extended_Pictographic}/u.test(segment) ||
        (segment.trim() !== "" && isKept(segment)),
    )
    .map(({ segment, index }) => ({ start: index, end: index + segment.length }));
}

/** The words of a text, or of many words runs of as many as it takes. */
function piecesOf(text: string, tokenizer: Tokenizer): readonly string[] {
  const words = piecesRead(text, tokenizer);
  const run = Math.ceil(words.length / MOST_PIECES);
  return words
    .filter((_, w) => w % run === 0)
    .map(({ start }, p) => text.slice(start, words[Math.min((p + 1) * run, words.length) - 1]?.end));
}

/** Whether there is anything in a text that can be explained. */
export function hasWords({ tokenizer }: TextClassifier, text: string): boolean {
  return piecesRead(text, tokenizer).length > 0;
}

/** Whether a model has learnt anything of a word: some token of it is in the vocabulary. */
export function knowsWord({ tokenizer }: TextClassifier, word: string): boolean {
  const [padding, unknown] = [paddingOf(tokenizer), tokenizer.vocabulary.unknown];
  return tokenizer.encode(word).some((id) => id !== padding && id !== unknown);
}
