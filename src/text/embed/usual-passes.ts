// How often a corpus is gone through for word2vec and GloVe where nothing is said: a small one more often.

/** From so many words on, the algorithms' own defaults do. */
export const MANY_WORDS = 2_000_000;

/** The defaults of `word2vec` and `glove`, and the most passes over the smallest corpora: beyond them vectors hardly change. */
const PASSES = {
  word2vec: { usual: 5, most: 200 },
  glove: { usual: 15, most: 300 },
} as const;

/**
 * Passes for a corpus. Vectors start near zero and close together: after 5 passes over some 10,000 words all cosines are still near 1. So a
 * small corpus is gone through until as many words have been read as of {@link MANY_WORDS} words by default, up to a most.
 *
 * @param words of the corpus
 */
export function usualPasses(algorithm: keyof typeof PASSES, words: number): number {
  const { usual, most } = PASSES[algorithm];
  return Math.min(most, Math.max(usual, Math.ceil((usual * MANY_WORDS) / Math.max(1, words))));
}

/** The words of texts, counted up to {@link MANY_WORDS}. */
export async function countWords(
  texts: AsyncIterable<string>,
  { split }: { split(text: string): readonly string[] },
): Promise<number> {
  let words = 0;
  for await (const text of texts) {
    words += split(text).length;
    if (words >= MANY_WORDS) break;
  }
  return words;
}
