// What went wrong with the spans of tagged sentences: missed, invented, cut differently, of another type; and which tag was taken for which.

import { type EntitySpan, entitiesOf } from "../metrics/entity-spans.ts";

/** How spans came out. */
export interface SpanErrors {
  /** Type and tokens are right. */
  readonly right: number;
  /** The same tokens with another type. */
  readonly type: number;
  /** The same type on other tokens, some of which are the same. */
  readonly extent: number;
  /** Another type on other tokens, some of which are the same. */
  readonly both: number;
  /** No span on any of its tokens. */
  readonly missed: number;
  /** Predicted spans on tokens of which none is in a true one. */
  readonly invented: number;
}

/**
 * Sorts spans by what became of them. All true spans are one of `right`, `type`, `extent`, `both` and `missed`.
 *
 * Source: the kinds of errors of MUC-5 (Chinchor & Sundheim 1993), with the tokens looked at apart from the type, as in SemEval-2013 task 9.
 *
 * @param actual tags of each sentence @param predicted as many
 */
export function spanErrors(
  actual: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
): SpanErrors {
  const counts = { right: 0, type: 0, extent: 0, both: 0, missed: 0, invented: 0 };
  for (const [i, tags] of actual.entries()) {
    const wanted = entitiesOf(tags);
    const told = entitiesOf(predicted[i] ?? []);
    for (const span of wanted) counts[fateOf(span, told)]++;
    counts.invented += told.filter((span) => !wanted.some((other) => overlaps(span, other))).length;
  }
  return counts;
}

function fateOf(span: EntitySpan, told: readonly EntitySpan[]): Exclude<keyof SpanErrors, "invented"> {
  const near = told.filter((other) => overlaps(span, other));
  const same = near.find(({ from, to }) => from === span.from && to === span.to);
  if (same !== undefined) return same.type === span.type ? "right" : "type";
  if (near.some(({ type }) => type === span.type)) return "extent";
  return near.length > 0 ? "both" : "missed";
}

function overlaps(a: EntitySpan, b: EntitySpan): boolean {
  return a.from < b.to && b.from < a.to;
}

/** What a token is called in a table of confusions: the type of its span, "O", or its tag where tags mark no spans. */
export function kindOf(tag: string, isSpan: boolean): string {
  return isSpan && tag !== "O" ? tag.slice(2) || "_" : tag;
}

/** Which kinds of tokens were taken for which. */
export interface TokenConfusion {
  /** [K] "O" last, else by the alphabet. */
  readonly kinds: readonly string[];
  /** [K][K] How many tokens of kind i were taken for kind j, at [i][j]. */
  readonly counts: readonly (readonly number[])[];
}

/** @param isSpan whether tags mark spans, whose prefixes are then left aside */
export function tokenConfusion(
  actual: readonly (readonly string[])[],
  predicted: readonly (readonly string[])[],
  isSpan: boolean,
): TokenConfusion {
  const found = new Set([...actual, ...predicted].flatMap((tags) => tags.map((tag) => kindOf(tag, isSpan))));
  const isOutside = (kind: string) => (isSpan && kind === "O" ? 1 : 0);
  const kinds = [...found].sort((a, b) => isOutside(a) - isOutside(b) || (a < b ? -1 : 1));
  const places = new Map(kinds.map((kind, k) => [kind, k]));
  const counts = kinds.map(() => kinds.map(() => 0));
  for (const [i, tags] of actual.entries()) {
    for (const [t, tag] of tags.entries()) {
      const row = counts[places.get(kindOf(tag, isSpan)) ?? 0];
      const column = places.get(kindOf(predicted[i]?.[t] ?? "O", isSpan)) ?? 0;
      if (row !== undefined) row[column] = (row[column] ?? 0) + 1;
    }
  }
  return { kinds, counts };
}
