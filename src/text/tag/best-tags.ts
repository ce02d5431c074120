// The most probable tags of a sentence that keep to a scheme: Viterbi's algorithm over the probabilities of single tokens.

import type { TaggingScheme } from "../../data/texts/tag-scheme.ts";

/** Which tags may follow which. Tag K stands for the start and the end of a sentence. */
export interface TagRules {
  /** K */
  readonly count: number;
  /** [(K + 1)²] 1 where tag j may follow tag i, at i · (K + 1) + j. */
  readonly follows: Uint8Array;
}

/**
 * What a scheme allows: in BIO, I of a type follows B or I of that type; in BIOES, I and E follow B or I of their type, after which nothing
 * else may come.
 *
 * @param tags [K]
 */
export function tagRules(tags: readonly string[], scheme: TaggingScheme): TagRules {
  const size = tags.length + 1;
  const follows = new Uint8Array(size * size).fill(1);
  if (scheme === "none") return { count: tags.length, follows };
  const parts = [...tags, "O"].map((tag) => ({ prefix: tag[0] ?? "O", type: tag.slice(2) }));
  for (const [i, before] of parts.entries()) {
    const isOpen = "BI".includes(before.prefix);
    for (const [j, tag] of parts.entries()) {
      const goesOn = "IE".includes(tag.prefix);
      const fits = isOpen && before.type === tag.type;
      const isBroken = scheme === "BIOES" && isOpen && !goesOn;
      if ((goesOn && !fits) || isBroken) follows[i * size + j] = 0;
    }
  }
  return { count: tags.length, follows };
}

/**
 * The tags y₁ … y_T for which Σ log p_t(y_t) is largest among those that the rules allow. Tokens are taken as independent but for the rules.
 * Where they allow none, as with tags of which a part was never seen, the most probable tag of each token.
 *
 * @param probabilities [T, K] at least, row-major
 * @returns [T] numbers of tags
 */
export function bestTags(
  probabilities: Float32Array,
  length: number,
  { count, follows }: TagRules,
): Int32Array {
  const size = count + 1;
  const scores = new Float64Array(length * count);
  const from = new Int32Array(length * count);
  const tags = new Int32Array(length);
  const logOf = (t: number, k: number) => Math.log(Math.max(probabilities[t * count + k] ?? 0, 1e-30));
  for (let t = 0; t < length; t++) {
    for (let k = 0; k < count; k++) {
      let best = Number.NEGATIVE_INFINITY;
      if (t === 0) {
        if (follows[count * size + k] === 1) best = 0;
      } else {
        for (let i = 0; i < count; i++) {
          const score = scores[(t - 1) * count + i] ?? 0;
          if (follows[i * size + k] !== 1 || score <= best) continue;
          best = score;
          from[t * count + k] = i;
        }
      }
      scores[t * count + k] = best + logOf(t, k);
    }
  }
  let [last, best] = [-1, Number.NEGATIVE_INFINITY];
  for (let k = 0; k < count && length > 0; k++) {
    const score = scores[(length - 1) * count + k] ?? 0;
    if (follows[k * size + count] === 1 && score > best) [last, best] = [k, score];
  }
  for (let t = length - 1; t >= 0; t--) {
    tags[t] = last >= 0 ? last : mostProbable(probabilities, t * count, count);
    if (last >= 0) last = t === 0 ? last : (from[t * count + last] ?? 0);
  }
  return tags;
}

function mostProbable(probabilities: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++)
    if ((probabilities[start + k] ?? 0) > (probabilities[start + best] ?? 0)) best = k;
  return best;
}
