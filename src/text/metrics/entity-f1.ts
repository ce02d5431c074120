// Scores of named entities: an entity counts where its type and all of its tokens are right.

import { flag, oneOf } from "../../nn/layer-options.ts";
import { checkOptions } from "../../nn/losses/rule.ts";
import {
  averaged,
  type ClassCounts,
  fScoreOf,
  precisionOf,
  recallOf,
} from "../../nn/metrics/classification.ts";
import { type ClassificationReport, type ClassScores, formatReport } from "../../nn/metrics/report.ts";
import { RecurraError } from "../../platform/error.ts";
import { type EntitySpan, entitiesOf, strictEntitiesOf, type TagScheme } from "./entity-spans.ts";

export interface EntityOptions {
  /** The scheme of the tags, for `strict`. Default "BIO". */
  readonly scheme?: TagScheme | undefined;
  /** Whether only faultless tags of the scheme make an entity; else they are mended as conlleval does. Default false. */
  readonly strict?: boolean | undefined;
}

/** Scores by type of entity, sorted by name, and on average; `accuracy` is the share of the tags that are right. */
export interface EntityReport extends ClassificationReport {
  /** Over all entities, whatever their type: the F₁ that CoNLL's shared tasks report. */
  readonly micro: ClassScores;
}

/**
 * Precision, recall and F₁ of entities.
 *
 *     formatEntityReport(entityReport(tags, predicted));
 *
 * Sources: E. Tjong Kim Sang, F. De Meulder, "Introduction to the CoNLL-2003 shared task", 2003, and its script conlleval; strict as in
 * seqeval's `mode="strict"` with IOB2 and IOBES.
 *
 * @param yTrue the tags of each sentence, `O`, `B-PER`, …
 * @param yPred those that were predicted
 * @throws RecurraError `unknown-option`, `option-value`; `tags` for sentences of different lengths, `tag` for what is no tag
 */
export function entityReport(
  yTrue: readonly (readonly string[])[],
  yPred: readonly (readonly string[])[],
  options: EntityOptions = {},
): EntityReport {
  checkOptions("entityReport", options, { scheme: oneOf("BIO", "BIOES"), strict: flag });
  checkLengths(yTrue, yPred);
  const { scheme = "BIO", strict = false } = options;
  const spansOf = (tags: readonly string[]) => (strict ? strictEntitiesOf(tags, scheme) : entitiesOf(tags));
  const byType = new Map<string, { hits: number; predicted: number; actual: number }>();
  const countsOf = ({ type }: EntitySpan) => {
    const counts = byType.get(type) ?? { hits: 0, predicted: 0, actual: 0 };
    byType.set(type, counts);
    return counts;
  };
  let [right, tokens] = [0, 0];
  for (const [i, actual] of yTrue.entries()) {
    const given = yPred[i] ?? [];
    right += actual.filter((tag, t) => tag === given[t]).length;
    tokens += actual.length;
    const keyOf = ({ type, from, to }: EntitySpan) => `${from} ${to} ${type}`;
    const wanted = new Set(
      within(i, "yTrue", () => spansOf(actual)).map((span) => {
        countsOf(span).actual++;
        return keyOf(span);
      }),
    );
    for (const span of within(i, "yPred", () => spansOf(given))) {
      const counts = countsOf(span);
      counts.predicted++;
      if (wanted.has(keyOf(span))) counts.hits++;
    }
  }
  const types = [...byType].sort(([a], [b]) => (a < b ? -1 : 1));
  const counts = types.map(([, own]) => own);
  const support = counts.reduce((sum, { actual }) => sum + actual, 0);
  const scores = (
    apply: (score: (counts: ClassCounts) => number) => number,
    entities: number,
  ): ClassScores => ({
    precision: apply(precisionOf),
    recall: apply(recallOf),
    f1Score: apply(fScoreOf(1)),
    support: entities,
  });
  const all = counts.reduce(
    (sum, own) => ({
      hits: sum.hits + own.hits,
      predicted: sum.predicted + own.predicted,
      actual: sum.actual + own.actual,
    }),
    { hits: 0, predicted: 0, actual: 0 },
  );
  return {
    classes: types.map(([name, own]) => ({ name, ...scores((score) => score(own), own.actual) })),
    accuracy: right / tokens,
    micro: scores((score) => score(all), support),
    macro: scores((score) => averaged(counts, "macro", score), support),
    weighted: scores((score) => averaged(counts, "weighted", score), support),
  };
}

/** The report as a table of text, three decimals: a line for each type, then all entities, then means over types. */
export function formatEntityReport(report: EntityReport): string {
  const classes = [...report.classes, { name: "all entities", ...report.micro }];
  // The accuracy is that of tokens, and the rest counts entities.
  return formatReport({ ...report, classes, accuracy: undefined });
}

function checkLengths(yTrue: readonly (readonly string[])[], yPred: readonly (readonly string[])[]): void {
  if (yTrue.length !== yPred.length || yTrue.length === 0) {
    throw new RecurraError(
      "tags",
      `entityReport: there are tags of ${yTrue.length} sentences and predicted tags of ${yPred.length}; wanted as many of both, at least one`,
    );
  }
  for (const [i, tags] of yTrue.entries()) {
    const given = yPred[i]?.length ?? 0;
    if (tags.length !== given)
      throw new RecurraError(
        "tags",
        `entityReport: sentence ${i} has ${tags.length} tags and ${given} predicted ones; wanted one for each token`,
      );
  }
}

/** Names the sentence where a tag is wrong. */
function within<T>(sentence: number, what: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `entityReport: ${what}, sentence ${sentence}: ${error.message}`, {
      cause: error,
    });
  }
}
