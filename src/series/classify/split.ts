// Parting labelled series: at random with the classes' shares kept, or by time.

import { type LabelledSeries, takeSeries } from "../../data/labelled-series.ts";
import { checkedNumber } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";

/** Rows of two parts, each in ascending order. */
export interface Parts {
  readonly training: Int32Array;
  readonly held: Int32Array;
}

/**
 * Draws rows of each class for the held-out part: the share of the class's rows to the nearest whole number, but one at least where the
 * class has two or more, and never all.
 *
 * @param labels [N] whole numbers from 0 to `classes` - 1
 */
export function heldOutRows(labels: Int32Array, classes: number, share: number, seed: number): Parts {
  const isHeld = new Uint8Array(labels.length);
  const random = new Random(seed).fold(3);
  for (let k = 0; share > 0 && k < classes; k++) {
    const own = Array.from(labels.keys()).filter((n) => labels[n] === k);
    const count = Math.min(Math.max(Math.round(share * own.length), 1), own.length - 1);
    const order = random.fold(k).permutation(own.length);
    for (let i = 0; i < count; i++) isHeld[own[order[i] ?? 0] ?? 0] = 1;
  }
  const rows = (part: number) => Int32Array.from(Array.from(labels.keys()).filter((n) => isHeld[n] === part));
  return { training: rows(0), held: rows(1) };
}

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
