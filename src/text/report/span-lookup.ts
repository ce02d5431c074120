// What tagging is worth without a model: spans and tags remembered from training.

import type { TaggedSentence } from "../../data/texts/read-tagged-sentences.ts";
import type { TaggingScheme } from "../../data/texts/tag-scheme.ts";
import { entitiesOf } from "../metrics/entity-spans.ts";

/**
 * The tags that memory alone gives. Where tags mark spans: the longest stretches of tokens that were a span in training, each with its most
 * frequent type, the baseline of CoNLL-2003 (Tjong Kim Sang & De Meulder, section 3.3). Otherwise: the most frequent tag of the token in
 * training, and of all tokens for one never seen.
 *
 * @returns for each of `sentences` a tag for each token
 */
export function rememberedTags(
  training: readonly TaggedSentence[],
  sentences: readonly TaggedSentence[],
  scheme: TaggingScheme,
): readonly (readonly string[])[] {
  return scheme === "none" ? byToken(training, sentences) : bySpan(training, sentences, scheme);
}

function byToken(training: readonly TaggedSentence[], sentences: readonly TaggedSentence[]) {
  const counts = new Counts();
  const all = "\n";
  for (const { tokens, tags } of training) {
    for (const [t, tag] of tags.entries()) {
      counts.add(tokens[t] ?? "", tag);
      counts.add(all, tag);
    }
  }
  const usual = counts.most(all) ?? "";
  return sentences.map(({ tokens }) => tokens.map((token) => counts.most(token) ?? usual));
}

function bySpan(
  training: readonly TaggedSentence[],
  sentences: readonly TaggedSentence[],
  scheme: TaggingScheme,
) {
  const counts = new Counts();
  let longest = 0;
  for (const { tokens, tags } of training) {
    for (const { type, from, to } of entitiesOf(tags)) {
      counts.add(tokens.slice(from, to).join("\n"), type);
      longest = Math.max(longest, to - from);
    }
  }
  return sentences.map(({ tokens }) => {
    const tags: string[] = tokens.map(() => "O");
    for (let from = 0; from < tokens.length; ) {
      let length = Math.min(longest, tokens.length - from);
      let type: string | undefined;
      for (; length > 0; length--) {
        type = counts.most(tokens.slice(from, from + length).join("\n"));
        if (type !== undefined) break;
      }
      for (let t = 0; type !== undefined && t < length; t++)
        tags[from + t] = `${prefixAt(t, length, scheme)}-${type}`;
      from += Math.max(length, 1);
    }
    return tags;
  });
}

/** The prefix of a span's t-th token. */
function prefixAt(t: number, length: number, scheme: TaggingScheme): string {
  if (scheme !== "BIOES") return t === 0 ? "B" : "I";
  if (length === 1) return "S";
  return t === 0 ? "B" : t === length - 1 ? "E" : "I";
}

/** How often each value came with a key. */
class Counts {
  readonly #counts = new Map<string, Map<string, number>>();

  add(key: string, value: string): void {
    const own = this.#counts.get(key) ?? new Map<string, number>();
    this.#counts.set(key, own);
    own.set(value, (own.get(value) ?? 0) + 1);
  }

  /** The most frequent value; of several, the first. */
  most(key: string): string | undefined {
    let [best, most]: [string | undefined, number] = [undefined, 0];
    for (const [value, count] of this.#counts.get(key) ?? []) if (count > most) [best, most] = [value, count];
    return best;
  }
}
