// Tagged sentences as a tagger takes them, and what is wrong with those that it cannot learn from.

import type { TaggedSentence } from "../../data/texts/read-tagged-sentences.ts";
import { schemeOf, type TaggingScheme, tagFault } from "../../data/texts/tag-scheme.ts";
import { RecurraError } from "../../platform/error.ts";

/** Sentences with a tag for each token. */
export interface TaggedData {
  /** [N] */
  readonly sentences: readonly TaggedSentence[];
}

/** The tags there are, and how they mark spans. */
export interface TagSet {
  /** [K] In the order of the alphabet. */
  readonly tags: readonly string[];
  readonly scheme: TaggingScheme;
}

/** @throws RecurraError `no-rows` for no sentences, `tags` where there are not as many tags as tokens, or none at all; `tokens` */
export function checkSentences(what: string, { sentences }: TaggedData): void {
  if (sentences.length === 0)
    throw new RecurraError("no-rows", `${what}: there are no sentences; wanted some with each tag`);
  for (const [i, { tokens, tags }] of sentences.entries()) {
    if (tokens.length !== tags.length)
      throw new RecurraError(
        "tags",
        `${what}: sentence ${i} has ${tokens.length} tokens and ${tags.length} tags; wanted a tag for each token`,
      );
    if (tokens.length === 0)
      throw new RecurraError("tags", `${what}: sentence ${i} has no tokens; leave it out`);
    for (const [list, code] of [
      [tokens, "token"],
      [tags, "tag"],
    ] as const) {
      const odd = list.findIndex((one) => typeof one !== "string");
      if (odd >= 0)
        throw new RecurraError(
          `${code}s`,
          `${what}: sentence ${i}: ${code} ${odd} is ${typeof list[odd]}; wanted text`,
        );
    }
  }
}

/**
 * The tags of sentences to train with, checked to keep to their scheme.
 *
 * @param given the scheme; `undefined`: as the tags tell
 * @throws RecurraError `one-class` for a single tag; `tag` for one that does not fit those beside it
 */
export function tagSetOf({ sentences }: TaggedData, given: TaggingScheme | undefined): TagSet {
  const found = new Set(sentences.flatMap(({ tags }) => tags));
  if (found.size < 2)
    throw new RecurraError(
      "one-class",
      `all tokens of ${sentences.length} sentences have the tag "${[...found][0]}"; wanted two tags at least. Check which column is the tag.`,
    );
  const scheme = given ?? schemeOf(found);
  checkScheme("sentences", sentences, scheme);
  return { tags: [...found].sort(), scheme };
}

/** @throws RecurraError `tag` for a tag that does not fit those beside it, naming its place */
export function checkScheme(what: string, sentences: TaggedData["sentences"], scheme: TaggingScheme): void {
  for (const [i, { tags }] of sentences.entries()) {
    const fault = tagFault(tags, scheme);
    if (fault !== undefined)
      throw new RecurraError(
        "tag",
        `${what}: sentence ${i}, token ${fault.place}: ${fault.what}. Correct it; read older files with the scheme IOB1; or set scheme: "none" for tags that mark no spans.`,
      );
  }
}

/** [T] The number of each tag of a sentence. @throws RecurraError `unknown-tag` for one that training has not seen */
export function tagNumbers(
  what: string,
  sentence: number,
  tags: readonly string[],
  numbers: ReadonlyMap<string, number>,
): Int32Array {
  return Int32Array.from(tags, (tag, t) => {
    const number = numbers.get(tag);
    if (number !== undefined) return number;
    throw new RecurraError(
      "unknown-tag",
      `${what}: sentence ${sentence}, token ${t}: the tagger does not know the tag "${tag}"; it was trained with ${[...numbers.keys()].join(", ")}. Train it with sentences that have the tag, or leave the sentence out.`,
    );
  });
}
