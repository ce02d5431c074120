// Test sentences that a tagger got wrong: those first of whose mistake it was most sure.

import { entitiesOf } from "../metrics/entity-spans.ts";
import type { ShownSpan } from "./tagged-text.ts";
import { spansOf, type ToldSpan } from "./told-tags.ts";
import type { Tagging } from "./train-tagging.ts";

export interface WrongSentence {
  /** Its place among the test sentences. */
  readonly row: number;
  readonly tokens: readonly string[];
  readonly actual: readonly ShownSpan[];
  readonly told: readonly ShownSpan[];
  /** The highest probability that was given to a wrong tag. */
  readonly sureness: number;
}

/** @param most sentences at most */
export function wrongSentences(
  {
    tagger,
    test,
    predicted,
    probabilities,
  }: Pick<Tagging, "tagger" | "test" | "predicted" | "probabilities">,
  most: number,
): readonly WrongSentence[] {
  const isSpan = tagger.scheme !== "none";
  const count = tagger.tags.length;
  const wrong: WrongSentence[] = [];
  for (const [row, { tokens, tags }] of test.entries()) {
    const given = predicted[row] ?? [];
    const shares = probabilities[row] ?? new Float32Array();
    let sureness = 0;
    for (const [t, tag] of given.entries()) {
      const share = shares[t * count + tagger.tags.indexOf(tag)] ?? 0;
      if (tag !== tags[t]) sureness = Math.max(sureness, share);
    }
    if (sureness === 0) continue;
    const told = spansOf(tagger, given, shares);
    const actual = isSpan ? entitiesOf(tags) : tags.map((type, t) => ({ type, from: t, to: t + 1 }));
    wrong.push({
      row,
      tokens,
      sureness,
      actual: shown(actual, told, isSpan),
      told: shown(told, actual, isSpan),
    });
  }
  return wrong.sort((a, b) => b.sureness - a.sureness).slice(0, most);
}

type Span = Omit<ToldSpan, "probability"> & Partial<ToldSpan>;

/** Of tags that mark no spans, only those that differ. */
function shown(spans: readonly Span[], others: readonly Span[], isSpan: boolean): readonly ShownSpan[] {
  const keyOf = ({ type, from, to }: Span) => `${from} ${to} ${type}`;
  const shared = new Set(others.map(keyOf));
  const marked = spans.map((span) => ({ ...span, isShared: shared.has(keyOf(span)) }));
  return isSpan ? marked : marked.filter(({ isShared }) => !isShared);
}
