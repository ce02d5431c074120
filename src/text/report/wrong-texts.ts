// Test texts that a classifier was sure of, and wrong.

import type { TextClassification } from "../classify/classify-texts.ts";

export interface WrongText {
  /** Its place among the test texts. */
  readonly row: number;
  /** What it is. */
  readonly label: string;
  /** What it was taken for. */
  readonly told: string;
  /** Of that. */
  readonly probability: number;
  readonly text: string;
}

/** The test texts that got another class with the highest probability; of several labels, those with a label too much or too few. */
export function wrongTexts(
  { model, test, probabilities }: Pick<TextClassification, "model" | "test" | "probabilities">,
  most: number,
): readonly WrongText[] {
  const count = model.classes.length;
  const wrong: WrongText[] = [];
  for (const [row, text] of test.texts.entries()) {
    const own = [test.labels[row] ?? []].flat();
    const given = probabilities.subarray(row * count, (row + 1) * count);
    const odd = model.classes
      .map((name, k) => ({ name, share: given[k] ?? 0, has: own.includes(name) }))
      .filter(({ share, has }) =>
        model.isMulti ? share >= 0.5 !== has : !has && share >= Math.max(...given),
      )
      .sort((a, b) => Math.abs(b.share - 0.5) - Math.abs(a.share - 0.5))[0];
    if (odd === undefined) continue;
    const told = odd.has ? `not ${odd.name}` : odd.name;
    const probability = odd.has ? 1 - odd.share : odd.share;
    wrong.push({ row, label: own.join(", ") || "none", told, probability, text });
  }
  return wrong.sort((a, b) => b.probability - a.probability).slice(0, most);
}
