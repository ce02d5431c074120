// Settings of a text classifier that follow from its texts: how they are cut, and for how long it is trained.

import type { TokenizerConfig } from "../tokenizers/registry.ts";
import { type TextClassifierConfig, textClassifierSettings } from "./settings.ts";

/** Of fewer texts, networks that read one word after the other learn no more than a mean of the words' vectors tells. */
export const FEW_TEXTS = 5000;

/** The network to take where none is asked for. @param texts how many there are to learn from and to test on */
export const usualNetwork = (texts: number): "mlp" | "lstm" => (texts < FEW_TEXTS ? "mlp" : "lstm");

/** Few texts are gone through more often: a network that has been corrected a hundred times has learned little. */
const USUAL_STEPS = 800;
const MOST_EPOCHS = 60;
/** Steps without a better validation after which training ends: what few held-out texts tell goes up and down. */
const PATIENT_STEPS = 100;
const MOST_PATIENCE = 5;

/**
 * What a config leaves open and the texts decide.
 *
 * @param texts those to learn from
 */
export function usualSettings(
  config: TextClassifierConfig,
  texts: readonly string[],
): Required<Pick<TextClassifierConfig, "tokenizer" | "epochs" | "patience">> {
  const { batchSize, epochs, patience } = textClassifierSettings(config);
  const perPass = Math.ceil(texts.length / batchSize);
  const passes = (steps: number, most: number) => Math.min(most, Math.ceil(steps / perPass));
  return {
    tokenizer: config.tokenizer ?? wordsConfig(usualWords(texts)),
    epochs: config.epochs ?? Math.max(epochs, passes(USUAL_STEPS, MOST_EPOCHS)),
    patience: config.patience ?? Math.max(patience, passes(PATIENT_STEPS, MOST_PATIENCE)),
  };
}

/** How words are found in texts, and why not at spaces. */
export interface UsualWords {
  readonly name: "words" | "unicode-words";
  /** Whether emoji and punctuation are tokens as well. */
  readonly punctuation: boolean;
  /** In words for the user; undefined where spaces part the words. */
  readonly reason: string | undefined;
}

/** Texts that are looked at, evenly over all. */
const LOOKED_AT = 1000;
/** Of letters in scripts without spaces, and of texts with emoji that no space parts. */
const UNSPACED = 0.2;
const GLUED = 0.05;

const LETTERS = /\p{L}/gu;
const UNSPACED_LETTERS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const EMOJI = /\p{Emoji_Presentation}/u;
const GLUED_EMOJI = /[\p{L}\p{P}\p{Emoji_Presentation}]\ufe0f?\p{Emoji_Presentation}/u;

/** How words are best found in texts: between spaces, as Keras does, or by Unicode's rules where spaces do not part them. */
export function usualWords(texts: readonly string[]): UsualWords {
  const step = Math.max(1, Math.floor(texts.length / LOOKED_AT));
  const looked = texts.filter((_, n) => n % step === 0);
  const count = (pattern: RegExp) =>
    looked.reduce((sum, text) => sum + (text.match(pattern)?.length ?? 0), 0);
  const share = (pattern: RegExp) => looked.filter((text) => pattern.test(text)).length / looked.length;
  const isGlued = share(GLUED_EMOJI) >= GLUED;
  if (count(UNSPACED_LETTERS) >= UNSPACED * Math.max(1, count(LETTERS)))
    return {
      name: "unicode-words",
      punctuation: share(EMOJI) >= GLUED,
      reason: "these texts are written without spaces between words",
    };
  return isGlued
    ? { name: "unicode-words", punctuation: true, reason: "emoji stand in these texts without spaces" }
    : { name: "words", punctuation: false, reason: undefined };
}

/** That choice as a tokeniser's config. @param numWords tokens to know at most */
export function wordsConfig(
  { name, punctuation }: Pick<UsualWords, "name" | "punctuation">,
  numWords = 20_000,
): TokenizerConfig {
  const shared = { numWords, oovToken: "<unknown>" };
  return name === "words" ? { name, ...shared } : { name, ...shared, ...(punctuation && { punctuation }) };
}
