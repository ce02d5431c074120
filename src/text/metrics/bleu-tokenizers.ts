// The tokenisers of BLEU: they belong to the metric's definition, so that scores can be compared.

import { splitWords } from "./segments.ts";

/**
 * How BLEU takes texts apart.
 *
 * - "13a": as mteval-v13a.pl of the WMT evaluations: punctuation by itself, but for dots and commas within numbers
 * - "intl": as mteval-v14.pl: all Unicode punctuation and symbols by themselves, but for punctuation within numbers
 * - "char": each character by itself
 * - "none": the words between white space
 */
export type BleuTokenizer = keyof typeof bleuTokenizers;

/** The tokens of a line, by the names of sacreBLEU. Source: M. Post, "A call for clarity in reporting BLEU scores", WMT 2018. */
export const bleuTokenizers = {
  "13a": tokenize13a,
  intl: tokenizeInternational,
  char: (line: string): readonly string[] => splitWords(Array.from(line).join(" ")),
  none: splitWords,
} as const;

const entities: readonly (readonly [string, string])[] = [
  ["&quot;", '"'],
  ["&amp;", "&"],
  ["&lt;", "<"],
  ["&gt;", ">"],
];

function tokenize13a(line: string): readonly string[] {
  let text = line.replaceAll("<skipped>", "").replaceAll("-\n", "").replaceAll("\n", " ");
  for (const [entity, character] of entities) text = text.replaceAll(entity, character);
  return splitWords(
    ` ${text} `
      // ASCII punctuation and symbols, but for ' - . and ,
      .replace(/[{-~[-` -&(-+:-@/]/g, " $& ")
      // dots and commas, but within numbers
      .replace(/([^0-9])([.,])/g, "$1 $2 ")
      .replace(/([.,])([^0-9])/g, " $1 $2")
      // a dash after a digit
      .replace(/([0-9])(-)/g, "$1 $2 "),
  );
}

function tokenizeInternational(line: string): readonly string[] {
  return splitWords(
    line
      .replace(/(\P{N})(\p{P})/gu, "$1 $2 ")
      .replace(/(\p{P})(\P{N})/gu, " $1 $2")
      .replace(/\p{S}/gu, " $& "),
  );
}
