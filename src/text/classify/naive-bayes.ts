// Multinomial naive Bayes: classes told by how often their texts have each token. What a network has to beat.

import { item } from "../../graph/op.ts";
import type { SparseRows } from "../vectorize/sparse-rows.ts";

/** Classes by counts of tokens. Made by {@link fitNaiveBayes}. */
export interface NaiveBayes {
  /** [N] The most probable class of each text. @param counts [N, V] */
  predict(counts: SparseRows): Int32Array;
  /** [N, K] ln P(c) + Σ count · ln P(token | c), row-major. @param counts [N, V] */
  jointLogProbabilities(counts: SparseRows): Float64Array;
}

/**
 * Learns how frequent each class is, and each token in its texts:
 *
 *     P(c) = N_c / N,   P(t | c) = (count of t in c + 1) / (count of all tokens in c + V)
 *
 * Source: Manning, Raghavan & Schütze, Introduction to Information Retrieval, 2008, figure 13.2. The same as scikit-learn's `MultinomialNB`.
 *
 * @param counts [N, V] of the texts to learn from: `bagOfWords(sequences, size)`
 * @param labels [N] the number of each text's class
 * @param classes K
 */
export function fitNaiveBayes(counts: SparseRows, labels: Int32Array, classes: number): NaiveBayes {
  const size = counts.columns;
  const texts = new Float64Array(classes);
  const tokens = new Float64Array(classes);
  const weights = Array.from({ length: classes }, () => new Float64Array(size));
  for (const [n, label] of labels.entries()) {
    texts[label] = (texts[label] ?? 0) + 1;
    const own = item(weights, label);
    const end = counts.starts[n + 1] ?? 0;
    for (let i = counts.starts[n] ?? 0; i < end; i++) {
      const [id, count] = [counts.indices[i] ?? 0, counts.values[i] ?? 0];
      own[id] = (own[id] ?? 0) + count;
      tokens[label] = (tokens[label] ?? 0) + count;
    }
  }
  const priors = texts.map((count) => Math.log(count / labels.length));
  for (const [k, own] of weights.entries()) {
    const all = Math.log((tokens[k] ?? 0) + size);
    for (let id = 0; id < size; id++) own[id] = Math.log((own[id] ?? 0) + 1) - all;
  }
  const jointLogProbabilities = (rows: SparseRows): Float64Array => {
    const joint = new Float64Array(rows.rows * classes);
    for (let n = 0; n < rows.rows; n++) {
      const end = rows.starts[n + 1] ?? 0;
      for (const [k, own] of weights.entries()) {
        let sum = priors[k] ?? 0;
        for (let i = rows.starts[n] ?? 0; i < end; i++)
          sum += (rows.values[i] ?? 0) * (own[rows.indices[i] ?? 0] ?? 0);
        joint[n * classes + k] = sum;
      }
    }
    return joint;
  };
  return {
    jointLogProbabilities,
    predict(rows) {
      const joint = jointLogProbabilities(rows);
      return Int32Array.from({ length: rows.rows }, (_, n) => {
        const own = joint.subarray(n * classes, (n + 1) * classes);
        return own.indexOf(Math.max(...own));
      });
    },
  };
}
