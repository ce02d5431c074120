// How well texts of several labels each were told: precision, recall and F₁ of each label, and over all.

export interface LabelScores {
  readonly name: string;
  readonly precision: number;
  readonly recall: number;
  readonly f1Score: number;
  /** Texts that have the label. */
  readonly support: number;
}

export interface LabelsEvaluation {
  /** [K] */
  readonly labels: readonly LabelScores[];
  /** Over all labels of all texts. */
  readonly microF1: number;
  /** The mean of the labels' F₁. */
  readonly macroF1: number;
  /** The share of the texts of which all labels were told, and no other. */
  readonly exactMatch: number;
}

/**
 * Measures probabilities of labels; one of at least one half says that a text has the label.
 *
 * @param flags [N, K] 1 where a text has a label, row-major
 * @param probabilities [N, K] row-major
 */
export function evaluateFlags(
  flags: Float32Array,
  probabilities: Float64Array,
  classes: readonly string[],
): LabelsEvaluation {
  const count = classes.length;
  const [hits, told, has] = [new Float64Array(count), new Float64Array(count), new Float64Array(count)];
  let exact = 0;
  for (let n = 0; n < flags.length / count; n++) {
    let isExact = true;
    for (let k = 0; k < count; k++) {
      const [is, says] = [flags[n * count + k] === 1, (probabilities[n * count + k] ?? 0) >= 0.5];
      if (is) has[k] = (has[k] ?? 0) + 1;
      if (says) told[k] = (told[k] ?? 0) + 1;
      if (is && says) hits[k] = (hits[k] ?? 0) + 1;
      isExact &&= is === says;
    }
    if (isExact) exact++;
  }
  const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
  const scores = (hit: number, said: number, true_: number) => {
    const [precision, recall] = [said === 0 ? 0 : hit / said, true_ === 0 ? 0 : hit / true_];
    return {
      precision,
      recall,
      f1Score: said + true_ === 0 ? 0 : (2 * hit) / (said + true_),
      support: true_,
    };
  };
  const labels = classes.map((name, k) => ({ name, ...scores(hits[k] ?? 0, told[k] ?? 0, has[k] ?? 0) }));
  return {
    labels,
    microF1: scores(sum(hits), sum(told), sum(has)).f1Score,
    macroF1: labels.reduce((total, { f1Score }) => total + f1Score, 0) / count,
    exactMatch: exact / (flags.length / count),
  };
}
