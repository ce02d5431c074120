// The contract of estimators, and the two that look at one context only: maximum likelihood and add-k.

import type { NGramTrie } from "./n-gram-trie.ts";

/** Makes probabilities of counts. */
export interface Estimator {
  /**
   * The probability of a word after others.
   *
   * @param contexts [up to order] the numbers of the n-grams that end before the word, by their words: `contexts[0]` is the root, and -1
   *   stands for one that was not counted
   * @param word an id that may be predicted
   */
  probability(contexts: readonly number[], word: number): number;
  /** The probabilities of all words. @param out [width] receives them; 0 for ids that cannot be predicted */
  probabilities(contexts: readonly number[], out: Float64Array): void;
}

/** The ids that a model predicts. */
export interface Events {
  /** [width] 1 for those, else 0. */
  readonly isEvent: Uint8Array;
  /** How many there are. */
  readonly count: number;
}

/**
 * Maximum likelihood: P(w | h) = c(h w) / c(h ·), with the longest context h that has been continued in the counted texts.
 * Source: Jurafsky & Martin, Speech and Language Processing, 3rd ed. draft, 3.1.
 */
export function maximumLikelihood(trie: NGramTrie): Estimator {
  const totals = totalsOf(trie);
  const lengthOf = (contexts: readonly number[]) => {
    let length = contexts.length - 1;
    while (length > 0 && !(contexts[length] !== -1 && totals[length]?.[contexts[length] ?? 0])) length--;
    return length;
  };
  return {
    probability(contexts, word) {
      const length = lengthOf(contexts);
      const parent = contexts[length] ?? 0;
      return countOf(trie, length + 1, parent, word) / (totals[length]?.[parent] ?? 0);
    },
    probabilities(contexts, out) {
      const length = lengthOf(contexts);
      const parent = contexts[length] ?? 0;
      const total = totals[length]?.[parent] ?? 0;
      out.fill(0);
      eachChild(trie, length + 1, parent, (word, count) => {
        out[word] = count / total;
      });
    },
  };
}

/**
 * Add-k, Lidstone's law: P(w | h) = (c(h w) + k) / (c(h ·) + k·|V|); Laplace's with k = 1.
 * Source: Jurafsky & Martin, Speech and Language Processing, 3rd ed. draft, 3.6.
 */
export function addK(trie: NGramTrie, { isEvent, count }: Events, k: number): Estimator {
  const totals = totalsOf(trie);
  const totalOf = (length: number, parent: number) => (parent < 0 ? 0 : (totals[length]?.[parent] ?? 0));
  return {
    probability(contexts, word) {
      const length = contexts.length - 1;
      const parent = contexts[length] ?? 0;
      const own = parent < 0 ? 0 : countOf(trie, length + 1, parent, word);
      return (own + k) / (totalOf(length, parent) + k * count);
    },
    probabilities(contexts, out) {
      const length = contexts.length - 1;
      const parent = contexts[length] ?? 0;
      const mass = totalOf(length, parent) + k * count;
      for (let id = 0; id < out.length; id++) out[id] = isEvent[id] === 1 ? k / mass : 0;
      if (parent < 0) return;
      eachChild(trie, length + 1, parent, (word, own) => {
        out[word] = (own + k) / mass;
      });
    },
  };
}

/** By words of the context, then its number: how often it was continued. */
function totalsOf(trie: NGramTrie): readonly Float64Array[] {
  return trie.levels.map(({ first, counts }) => {
    const totals = new Float64Array(first.length - 1);
    for (let parent = 0; parent < totals.length; parent++) {
      let total = 0;
      for (let at = first[parent] ?? 0; at < (first[parent + 1] ?? 0); at++) total += counts[at] ?? 0;
      totals[parent] = total;
    }
    return totals;
  });
}

function countOf(trie: NGramTrie, length: number, parent: number, word: number): number {
  const number = trie.child(length, parent, word);
  return number < 0 ? 0 : (trie.levels[length - 1]?.counts[number] ?? 0);
}

function eachChild(
  trie: NGramTrie,
  length: number,
  parent: number,
  visit: (word: number, count: number) => void,
): void {
  const level = trie.levels[length - 1];
  if (level === undefined) return;
  const to = level.first[parent + 1] ?? 0;
  for (let at = level.first[parent] ?? 0; at < to; at++) visit(level.words[at] ?? 0, level.counts[at] ?? 0);
}
