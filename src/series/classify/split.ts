// Parting labelled series: at random with the classes' shares kept, or by time.

import { type LabelledSeries, takeSeries } from "../../data/labelled-series.ts";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { checkedNumber } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";

/** Labelled series in two parts. */
export interface Split<Data = LabelledSeries> {
  readonly training: Data;
  readonly test: Data;
}

/**
 * Parts series at random, each class by the same share. For series that do not depend on each other; windows of one series are parted
 * by {@link splitByTime}.
 *
 * @param share of the test part, above 0 and below 1
 * @throws RecurraError `option-value`; `too-short` where a part has no series
 */
export function splitAtRandom(data: LabelledSeries, share: number, seed: number): Split {
  checkedNumber("splitAtRandom: share", share, (value) => value > 0 && value < 1, "a share between 0 and 1");
  const { training, held } = heldOutRows(data.labels, data.classes.length, share, seed);
  if (held.length === 0) {
    throw new RecurraError(
      "too-short",
      `${data.source}: each of its ${data.labels.length} series has a label of its own; none can be held out for a test. Check which column is the label; or give more series of each class, or a test file.`,
    );
  }
  return { training: takeSeries(data, training), test: takeSeries(data, held) };
}
