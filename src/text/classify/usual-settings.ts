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
/** A text is without spaces where so many of its letters are of such scripts; */
const UNSPACED = 0.2;
/** texts without spaces, or with emoji that no space parts, count where they are so many. */
const MANY = 0.05;

const LETTERS = /\p{L}/gu;
const UNSPACED_LETTERS =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/gu;
const EMOJI = /\p{Emoji_Presentation}/u;
const GLUED_EMOJI = /[\p{L}\p{P}\p{Emoji_Presentation}]\ufe0f?\p{Emoji_Presentation}/u;

function isUnspaced(text: string): boolean {
  const count = (pattern: RegExp) => text.match(pattern)?.length ?? 0;
  const unspaced = count(UNSPACED_LETTERS);
  return unspaced > 0 && unspaced >= UNSPACED * count(LETTERS);
}

/** How words are best found in texts: between spaces and punctuation, or by Unicode's rules where spaces do not part them. */
export function usualWords(texts: readonly string[]): UsualWords {
  const step = Math.max(1, Math.floor(texts.length / LOOKED_AT));
  const looked = texts.filter((_, n) => n % step === 0);
  const shareOf = (isSo: (text: string) => boolean) => looked.filter(isSo).length / looked.length;
  const unspaced = shareOf(isUnspaced);
  if (unspaced >= MANY)
    return {
      name: "unicode-words",
      punctuation: shareOf((text) => EMOJI.test(text)) >= MANY,
      reason: `${unspaced > 0.9 ? "these texts" : `${Math.round(100 * unspaced)} % of these texts`} are written without spaces between words`,
    };
  const isGlued = shareOf((text) => GLUED_EMOJI.test(text)) >= MANY;
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
  return name === "words"
    ? { name, ...shared, unicode: true }
    : { name, ...shared, ...(punctuation && { punctuation }) };
}
