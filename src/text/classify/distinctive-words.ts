// The words that tell classes apart: log-odds with a prior from all texts, in standard deviations.

import type { Tokenizer } from "../tokenizers/tokenizer.ts";

/** A word, and by how many standard deviations it is more frequent in a class than in the others. */
export interface DistinctiveWord {
  readonly text: string;
  readonly score: number;
}

/**
 * The most distinctive tokens of each class, the most so first.
 *
 *     δ = ln((y_w + α_w) / (n + α - y_w - α_w)) - the same of the other texts,   score = δ / √(1/(y_w + α_w) + 1/(y'_w + α_w))
 *
 * α_w being as frequent as in all texts, 1,000 in sum. Source: Monroe, Colaresi & Quinn, "Fightin' Words", Political Analysis 16(4), 2008,
 * equations 18–22.
 *
 * @param members [N] whether a text is of a class, by the number of the class
 * @returns [K] at most `most` tokens each, those of a score above 0
 */
export function distinctiveWords(
  texts: readonly string[],
  tokenizer: Tokenizer,
  members: (text: number, of: number) => boolean,
  classes: number,
  most = 60,
): readonly (readonly DistinctiveWord[])[] {
  const { size, padding, unknown } = tokenizer.vocabulary;
  const all = new Float64Array(size);
  const own = Array.from({ length: classes }, () => new Float64Array(size));
  for (const [n, text] of texts.entries()) {
    const ids = tokenizer.encode(text);
    const counts = own.filter((_, k) => members(n, k));
    for (const id of ids) {
      all[id] = (all[id] ?? 0) + 1;
      for (const one of counts) one[id] = (one[id] ?? 0) + 1;
    }
  }
  const total = all.reduce((sum, count) => sum + count, 0);
  return own.map((counts) => {
    const n = counts.reduce((sum, count) => sum + count, 0);
    const words: DistinctiveWord[] = [];
    for (let id = 0; id < size; id++) {
      const text = tokenizer.vocabulary.tokenOf(id);
      if (text === undefined || id === padding || id === unknown || (all[id] ?? 0) === 0) continue;
      const prior = (PRIOR * (all[id] ?? 0)) / total;
      const [a, b] = [(counts[id] ?? 0) + prior, (all[id] ?? 0) - (counts[id] ?? 0) + prior];
      const odds = Math.log(a / (n + PRIOR - a)) - Math.log(b / (total - n + PRIOR - b));
      const score = odds / Math.sqrt(1 / a + 1 / b);
      if (score > 0) words.push({ text, score });
    }
    return words.sort((x, y) => y.score - x.score).slice(0, most);
  });
}

/** α: pseudo-counts in sum. */
const PRIOR = 1000;
