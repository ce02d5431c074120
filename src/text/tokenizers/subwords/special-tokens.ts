// Special tokens: tokens such as <|endoftext|> that stand for themselves wherever they are in a text.

import { count, kind } from "../../../nn/layer-options.ts";
import { RecurraError } from "../../../platform/error.ts";
import type { SplitWords } from "./count-words.ts";

const specialTokensKind = kind(
  "a list of different texts of at least one character each",
  (value) =>
    Array.isArray(value) &&
    value.every((one) => typeof one === "string" && one.length > 0) &&
    new Set(value).size === value.length,
);

/** Options that all subword tokenisers have. */
export const subwordKinds = { vocabularySize: count, specialTokens: specialTokensKind };

/** Tells the special tokens in a text from what is between them. */
export class SpecialTokens {
  readonly #pattern: RegExp | undefined;

  constructor(tokens: readonly string[]) {
    if (tokens.length === 0) return;
    const longestFirst = [...tokens].sort((a, b) => b.length - a.length);
    this.#pattern = new RegExp(
      longestFirst.map((token) => token.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")).join("|"),
      "g",
    );
  }

  /** Hands over the parts of a text in order: stretches without special tokens, and those. */
  parts(text: string, onText: (text: string) => void, onToken: (token: string) => void): void {
    if (this.#pattern === undefined) {
      onText(text);
      return;
    }
    let from = 0;
    for (const { 0: token, index } of text.matchAll(this.#pattern)) {
      if (index > from) onText(text.slice(from, index));
      onToken(token);
      from = index + token.length;
    }
    if (from < text.length) onText(from === 0 ? text : text.slice(from));
  }

  /** Splits what is between special tokens. */
  between(split: SplitWords): SplitWords {
    return (text, visit) =>
      this.parts(
        text,
        (part) => split(part, visit),
        () => {},
      );
  }
}

/** Fails where a vocabulary is to be smaller than what it must have. @throws RecurraError `option-value` */
export function checkVocabularySize(what: string, wanted: number, least: number, parts: string): void {
  if (wanted >= least) return;
  throw new RecurraError(
    "option-value",
    `${what}: vocabularySize is ${wanted}; wanted at least ${least}, which ${parts} take.`,
  );
}
