// The classes of a verdict that are drawn.

import { SERIES_SHOWN } from "../../plot/token-line-chart.ts";
import type { NdArray } from "../../tensor/nd-array.ts";

/** The probabilities of each class over the tokens; of many classes those that are most probable at some token. @param probabilities [T, K] */
export function chosenClasses({
  classes,
  probabilities,
}: {
  readonly classes: readonly string[];
  readonly probabilities: NdArray;
}): readonly { readonly name: string; readonly values: Float64Array }[] {
  const numbers = probabilities.toFloat64();
  const count = classes.length;
  const series = classes.map((name, k) => ({ name, values: numbers.filter((_, i) => i % count === k) }));
  if (count <= SERIES_SHOWN) return series;
  return series
    .map((one) => ({ one, most: one.values.reduce((most, value) => Math.max(most, value), 0) }))
    .sort((a, b) => b.most - a.most)
    .slice(0, SERIES_SHOWN)
    .map(({ one }) => one);
}
