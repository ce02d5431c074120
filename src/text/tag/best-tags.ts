// The most probable tags of a sentence that keep to a scheme.

import type { TaggingScheme } from "../../data/texts/tag-scheme.ts";
import type { CRFConfig } from "../../nn/layers/crf.ts";
import { bestPath } from "../../numeric/viterbi.ts";

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

/** The rules by the numbers of the tags, as the layer `crf` takes them. */
export function forbiddenTags({
  count,
  follows,
}: TagRules): Required<Pick<CRFConfig, "forbidden" | "notFirst" | "notLast">> {
  const size = count + 1;
  const tags = Array.from({ length: count }, (_, k) => k);
  const isForbidden = (before: number, after: number) => follows[before * size + after] === 0;
  return {
    forbidden: tags.flatMap((i) => tags.filter((j) => isForbidden(i, j)).map((j) => [i, j] as const)),
    notFirst: tags.filter((tag) => isForbidden(count, tag)),
    notLast: tags.filter((tag) => isForbidden(tag, count)),
  };
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
  const steps = new Float64Array(length * count * count).fill(Number.NEGATIVE_INFINITY);
  for (let t = 0; t < length; t++) {
    for (let k = 0; k < count; k++) {
      if (t === length - 1 && follows[k * size + count] !== 1) continue;
      const log = Math.log(Math.max(probabilities[t * count + k] ?? 0, 1e-30));
      for (let i = 0; i < count; i++) {
        const before = t === 0 ? count : i;
        if (follows[before * size + k] === 1) steps[(t * count + i) * count + k] = log;
      }
    }
  }
  const { path, score } = bestPath(steps, length, count);
  if (score > Number.NEGATIVE_INFINITY) return path;
  return path.map((_, t) => mostProbable(probabilities, t * count, count));
}

function mostProbable(probabilities: Float32Array, start: number, count: number): number {
  let best = 0;
  for (let k = 1; k < count; k++)
    if ((probabilities[start + k] ?? 0) > (probabilities[start + best] ?? 0)) best = k;
  return best;
}
