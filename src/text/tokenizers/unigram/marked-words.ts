// Words with a mark where they begin, in which unigram pieces are found.

import { oneOf } from "../../../nn/layer-options.ts";
import type { SplitWords } from "../subwords/count-words.ts";

/** Stands for the white space before a word (U+2581), as in SentencePiece. */
export const WORD_MARK = "\u2581";

export interface MarkedWordsOptions {
  /** The form in which text is written: NFKC makes ligatures and wide letters plain, NFC only joins letters and marks. Default "NFKC". */
  readonly normalization?: "NFC" | "NFKC" | "none" | undefined;
  /** Whether text is lower-cased. Default false. */
  readonly lower?: boolean | undefined;
}

export const normalizationKind = oneOf("NFC", "NFKC", "none");

/** Hands each word to `visit`, with its mark: of "New York" "▁New" and "▁York". How much white space there was is lost. */
export function markedWords({ normalization = "NFKC", lower = false }: MarkedWordsOptions): SplitWords {
  return (text, visit) => {
    const form = normalization === "none" ? text : text.normalize(normalization);
    const words = (lower ? form.toLowerCase() : form).trim();
    if (words === "") return;
    const source = ` ${words}`.replace(/\s+/g, WORD_MARK);
    const mark = WORD_MARK.charCodeAt(0);
    const end = source.length;
    let from = 0;
    for (let to = 1; to <= end; to++) {
      if (to < end && source.charCodeAt(to) !== mark) continue;
      visit(source, from, to);
      from = to;
    }
  };
}

/** The text of pieces put together. */
export function unmarked(joined: string): string {
  const text = joined.replaceAll(WORD_MARK, " ");
  return text.startsWith(" ") ? text.slice(1) : text;
}
