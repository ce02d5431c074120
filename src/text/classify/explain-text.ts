// explainText: which words of a text make a classifier tell its class.

import { textExplainer } from "../../explain/text-explainer.ts";
import type { TextExplanation } from "../../explain/text-explanation.ts";
import type { TextClassifier } from "./text-classifier.ts";

export interface ExplainTextOptions {
  /** Sets of words that are tried. Default: 2·F + 2048, for F words. */
  readonly samples?: number | undefined;
  readonly seed?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Shapley values of the words of a text for each class, by KernelSHAP over texts with words taken out. They sum to the probability of the
 * class less that of the text without its words.
 *
 *     const explanation = await explainText(model, "The plot is thin, the actors are superb.");
 *     explanation.row("positive").features;  // [{ name: "The", value: 0.004 }, …]
 *
 * @throws RecurraError `empty-text` for a text without words
 */
export async function explainText(
  model: TextClassifier,
  text: string,
  { samples, seed = 0, signal }: ExplainTextOptions = {},
): Promise<TextExplanation> {
  const count = model.classes.length;
  const explainer = textExplainer(
    async (texts: readonly string[]) => {
      const all = await model.probabilities(texts);
      return texts.map((_, n) => [...all.subarray(n * count, (n + 1) * count)]);
    },
    { outputs: model.classes, seed, split: wordsAndEmoji, ...(samples !== undefined && { samples }) },
  );
  const [explanation] = await explainer.explain([text], signal === undefined ? {} : { signal });
  return explanation as TextExplanation;
}

/** Words as Unicode finds them, and emoji, which networks may go by as well. */
function wordsAndEmoji(text: string): readonly string[] {
  return [...new Intl.Segmenter("en", { granularity: "word" }).segment(text)]
    .filter(({ segment, isWordLike }) => isWordLike === true || /\p{Extended_Pictographic}/u.test(segment))
    .map(({ segment }) => segment);
}

/** Whether there is anything in a text that can be explained. */
export function hasWords(text: string): boolean {
  return wordsAndEmoji(text).length > 0;
}
