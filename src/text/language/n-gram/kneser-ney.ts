// Interpolated Kneser-Ney smoothing, with one discount or with three.

import type { Estimator, Events } from "./estimator.ts";
import type { NGramTrie } from "./n-gram-trie.ts";

export interface KneserNeyOptions {
  /** Three discounts for each length of n-grams, for counts of 1, 2 and from 3 up, and not one. Default true. */
  readonly modified?: boolean | undefined;
  /** One discount for all, in (0, 1], in place of those that are estimated from the counts. Default none. */
  readonly discount?: number | undefined;
  /** Words alone are discounted too, in favour of the uniform distribution: words never counted get a share. Default true. */
  readonly uniform?: boolean | undefined;
}

/** The discounts D(1), D(2), D(3+). */
type Discounts = readonly [number, number, number];

/** What is known of the n-grams of a length as continuations of contexts one shorter. */
interface KneserNeyLevel {
  /** [n-grams] a(g): for the longest their count; for shorter ones, in how many words' company they were seen to the left. */
  readonly adjusted: Uint32Array;
  /** [contexts] Σ_w a(h w) */
  readonly totals: Float64Array;
  /** [contexts] γ(h): the share that the shorter context decides. */
  readonly shares: Float64Array;
  readonly discounts: Discounts;
}

/** Where the counts of counts do not give discounts: those of KenLM (`--discount_fallback`), and for one discount that of Jurafsky & Martin. */
const FALLBACK: Discounts = [0.5, 1, 1.5];
const SINGLE_FALLBACK = 0.75;

/**
 * Interpolated Kneser-Ney: P(w | h) = max(a(h w) - D(a(h w)), 0) / Σ_v a(h v) + γ(h)·P(w | h'), h' being h without its first word.
 * a is the count of the longest n-grams, and of shorter ones the number of distinct words before them, N1+(• h w); of those that begin
 * a sentence, which have none, the count. Discounts are estimated for each length from n_i, the number of n-grams with a = i: one
 * D = n1/(n1 + 2 n2) = Y, or three D(i) = i - (i+1)·Y·n_{i+1}/n_i. Where an n_i is 0, or a discount is out of range, they are 0.5, 1, 1.5 or
 * one of 0.75.
 *
 * Sources: S. Chen, J. Goodman, "An empirical study of smoothing techniques for language modeling", Computer Speech & Language 13, 1999,
 * eq. 9–17, 23–26; H. Ney, U. Essen, R. Kneser 1994 for D; beginnings as in K. Heafield et al., "Scalable modified Kneser-Ney", ACL 2013.
 *
 * @param start the id that stands before each text, if there is one
 */
export function kneserNey(
  trie: NGramTrie,
  { isEvent, count }: Events,
  { modified = true, discount, uniform = true }: KneserNeyOptions,
  start?: number,
): Estimator {
  const adjusted = adjustedCounts(trie, start);
  const levels = adjusted.map((counts, i): KneserNeyLevel => {
    const discounts: Discounts =
      i === 0 && !uniform
        ? [0, 0, 0]
        : discount === undefined
          ? estimateDiscounts(counts, modified)
          : [discount, discount, discount];
    return { adjusted: counts, discounts, ...sharesOf(trie.levels[i]?.first, counts, discounts) };
  });
  const floor = uniform ? 1 / count : 0;
  return {
    probability(contexts, word) {
      let probability = floor;
      for (let length = 0; length < contexts.length; length++) {
        const parent = contexts[length] ?? -1;
        const level = levels[length];
        if (parent < 0 || level === undefined) break;
        const total = level.totals[parent] ?? 0;
        if (total === 0) continue; // it was never continued where it had a word before it
        const number = trie.child(length + 1, parent, word);
        const own = number < 0 ? 0 : discounted(level.adjusted[number] ?? 0, level.discounts);
        probability = own / total + (level.shares[parent] ?? 0) * probability;
      }
      return probability;
    },
    probabilities(contexts, out) {
      for (let id = 0; id < out.length; id++) out[id] = isEvent[id] === 1 ? floor : 0;
      for (let length = 0; length < contexts.length; length++) {
        const parent = contexts[length] ?? -1;
        const [level, grams] = [levels[length], trie.levels[length]];
        if (parent < 0 || level === undefined || grams === undefined) break;
        const total = level.totals[parent] ?? 0;
        if (total === 0) continue;
        const share = level.shares[parent] ?? 0;
        for (let id = 0; id < out.length; id++) out[id] = (out[id] ?? 0) * share;
        const to = grams.first[parent + 1] ?? 0;
        for (let at = grams.first[parent] ?? 0; at < to; at++) {
          const word = grams.words[at] ?? 0;
          out[word] = (out[word] ?? 0) + discounted(level.adjusted[at] ?? 0, level.discounts) / total;
        }
      }
    },
  };
}

/** max(a - D(a), 0) */
function discounted(count: number, [one, two, more]: Discounts): number {
  return Math.max(count - (count < 2 ? one : count === 2 ? two : more), 0);
}

/** a(g) of the n-grams of each length. */
function adjustedCounts(trie: NGramTrie, start: number | undefined): readonly Uint32Array[] {
  const adjusted = trie.levels.map(({ counts }, i) =>
    i === trie.order - 1 ? counts : new Uint32Array(counts.length),
  );
  let suffixes = new Int32Array(trie.width); // of each n-gram, the number of that without its first word
  // The n-grams that begin with `start` stand together at each length.
  let begins: readonly [number, number] = start === undefined ? [0, 0] : [start, start + 1];
  for (let length = 2; length <= trie.order; length++) {
    const level = trie.levels[length - 1];
    const shorter = adjusted[length - 2];
    if (level === undefined || shorter === undefined) break;
    const { first, words, counts } = level;
    const own = new Int32Array(words.length);
    for (let parent = 0; parent + 1 < first.length; parent++) {
      const suffix = suffixes[parent] ?? 0;
      for (let at = first[parent] ?? 0; at < (first[parent + 1] ?? 0); at++) {
        const number = trie.child(length - 1, suffix, words[at] ?? 0);
        own[at] = number;
        shorter[number] = (shorter[number] ?? 0) + 1;
      }
    }
    suffixes = own;
    begins = [first[begins[0]] ?? 0, first[begins[1]] ?? 0];
    if (length < trie.order) adjusted[length - 1]?.set(counts.subarray(...begins), begins[0]);
  }
  return adjusted;
}

function estimateDiscounts(adjusted: Uint32Array, modified: boolean): Discounts {
  const n = new Float64Array(5); // n[i]: n-grams with a = i
  for (const count of adjusted) if (count > 0 && count < 5) n[count] = (n[count] ?? 0) + 1;
  const [, n1 = 0, n2 = 0, n3 = 0, n4 = 0] = n;
  const y = n1 / (n1 + 2 * n2);
  if (!modified) return n1 > 0 && n2 > 0 ? [y, y, y] : [SINGLE_FALLBACK, SINGLE_FALLBACK, SINGLE_FALLBACK];
  const found: Discounts = [1 - (2 * y * n2) / n1, 2 - (3 * y * n3) / n2, 3 - (4 * y * n4) / n3];
  const areUsable = n1 * n2 * n3 * n4 > 0 && found.every((discount, i) => discount >= 0 && discount <= i + 1);
  return areUsable ? found : FALLBACK;
}

/** The totals of contexts, and the shares that their discounts free. */
function sharesOf(
  first: Int32Array | undefined,
  adjusted: Uint32Array,
  discounts: Discounts,
): Pick<KneserNeyLevel, "totals" | "shares"> {
  const contexts = (first?.length ?? 1) - 1;
  const [totals, shares] = [new Float64Array(contexts), new Float64Array(contexts)];
  for (let parent = 0; parent < contexts; parent++) {
    let [total, freed] = [0, 0];
    for (let at = first?.[parent] ?? 0; at < (first?.[parent + 1] ?? 0); at++) {
      const count = adjusted[at] ?? 0;
      total += count;
      freed += count - discounted(count, discounts);
    }
    totals[parent] = total;
    shares[parent] = total === 0 ? 1 : freed / total;
  }
  return { totals, shares };
}
