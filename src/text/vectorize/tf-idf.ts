// TF-IDF: counts of tokens, weighed down for those that come in many texts, as scikit-learn does it.

import { z } from "zod";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkFlags } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { SparseRows } from "./sparse-rows.ts";

/** What the length of a row is made 1 in. */
export type RowNorm = "l2" | "l1" | "none";

export interface TfIdfOptions {
  /** Whether each token counts as if one more text had it, so that none is divided by 0. Default true. */
  readonly smooth?: boolean | undefined;
  /** Whether a count c becomes 1 + ln c. Default false. */
  readonly sublinear?: boolean | undefined;
  /** Default "l2": the squares of a row sum to 1. */
  readonly norm?: RowNorm | undefined;
}

const NORMS: readonly unknown[] = ["l2", "l1", "none"] satisfies RowNorm[];

/**
 * Finds the weight of each token: with n texts of which d have the token, ln((1 + n) / (1 + d)) + 1, or ln(n / d) + 1 where `smooth` is
 * false. The definitions and defaults are those of scikit-learn's `TfidfTransformer`.
 *
 * @param counts [N, V] of the texts to learn from: `bagOfWords(sequences, size)`
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function fitTfIdf(counts: SparseRows, options: TfIdfOptions = {}): TfIdf {
  checkTfIdfOptions(options);
  const { smooth = true } = options;
  const texts = new Int32Array(counts.columns);
  for (let i = 0; i < counts.indices.length; i++) {
    const column = counts.indices[i] ?? 0;
    if (counts.values[i] !== 0) texts[column] = (texts[column] ?? 0) + 1;
  }
  const extra = smooth ? 1 : 0;
  const weights = Float64Array.from(texts, (d) =>
    d + extra === 0 ? 0 : Math.log((counts.rows + extra) / (d + extra)) + 1,
  );
  return new TfIdf(weights, options);
}

function checkTfIdfOptions(options: TfIdfOptions): void {
  checkOptionNames("tf-idf", options, ["smooth", "sublinear", "norm"]);
  const { smooth = true, sublinear = false, norm = "l2" } = options;
  checkFlags("tf-idf", { smooth, sublinear });
  if (!NORMS.includes(norm))
    throw new RecurraError(
      "option-value",
      `tf-idf: norm is ${describe(norm)}; wanted one of ${NORMS.join(", ")}.`,
    );
}

/** Weights that were fitted. Made by {@link fitTfIdf}. */
export class TfIdf {
  /** [V] The weight of each token. */
  readonly weights: Float64Array;
  readonly options: TfIdfOptions;

  constructor(weights: Float64Array, options: TfIdfOptions = {}) {
    checkTfIdfOptions(options);
    this.weights = weights;
    this.options = options;
  }

  /**
   * Counts as weighed ones.
   *
   * @param counts [N, V] of any texts
   * @returns [N, V]
   * @throws RecurraError `tf-idf` where there are other columns than it was fitted to
   */
  transform(counts: SparseRows): SparseRows {
    if (counts.columns !== this.weights.length)
      throw new RecurraError(
        "tf-idf",
        `tf-idf was fitted to ${this.weights.length} columns, but these counts have ${counts.columns}. Count with the same tokeniser.`,
      );
    const { sublinear = false, norm = "l2" } = this.options;
    const values = new Float64Array(counts.values.length);
    for (let row = 0; row < counts.rows; row++) {
      const [start, end] = [counts.starts[row] ?? 0, counts.starts[row + 1] ?? 0];
      let length = 0;
      for (let i = start; i < end; i++) {
        const count = counts.values[i] ?? 0;
        const frequency = sublinear && count > 0 ? 1 + Math.log(count) : count;
        const value = frequency * (this.weights[counts.indices[i] ?? 0] ?? 0);
        values[i] = value;
        length += norm === "l1" ? Math.abs(value) : value * value;
      }
      if (norm === "none" || length === 0) continue;
      const divisor = norm === "l2" ? Math.sqrt(length) : length;
      for (let i = start; i < end; i++) values[i] = (values[i] ?? 0) / divisor;
    }
    return counts.withValues(values);
  }

  /** The weights as plain JSON, which {@link tfIdfOf} reads. */
  record(): TfIdfRecord {
    return { format: "recurra-tf-idf", version: 1, options: this.options, weights: Array.from(this.weights) };
  }
}

export interface TfIdfRecord {
  readonly format: "recurra-tf-idf";
  readonly version: 1;
  readonly options: TfIdfOptions;
  readonly weights: readonly number[];
}

const schema = z.object({
  format: z.literal("recurra-tf-idf"),
  version: z.literal(1),
  options: z.looseObject({}),
  weights: z.array(z.number()),
});

/** Weights from their record. @throws RecurraError `tf-idf-format` */
export function tfIdfOf(record: unknown): TfIdf {
  const { success, data, error } = schema.safeParse(record);
  if (success) return new TfIdf(Float64Array.from(data.weights), data.options);
  const [issue] = error.issues;
  throw new RecurraError(
    "tf-idf-format",
    `These are no tf-idf weights of this version: ${issue?.path.join(".") || "they"}: ${issue?.message}. Fit and save them again.`,
    { cause: error },
  );
}
