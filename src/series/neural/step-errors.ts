// How far networks are from what came, step by step: the noise beside what dropout tells.

import type { Functional } from "../../model/functional.ts";
import type { WeightsSnapshot } from "../../model/weights.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { Head } from "./heads.ts";
import type { WindowShape } from "./window-batch.ts";
import type { WindowDataset } from "./window-dataset.ts";

/** [H] The root mean square of the errors of an ensemble at each step of windows, in the units of the scaled windows. */
export async function stepErrors(
  model: Functional,
  members: readonly WeightsSnapshot[],
  { steps }: WindowShape,
  head: Head,
  windows: WindowDataset,
): Promise<readonly number[]> {
  const squares = new Float64Array(steps);
  const counts = new Float64Array(steps);
  for (const batch of windows.batches(0)) {
    const inputs = batch.x as Readonly<Record<string, NdArray>>;
    const targets = (batch.y as NdArray).data as Float32Array;
    const weights = (batch.sampleWeight as NdArray).data as Float32Array;
    const means = new Float64Array(targets.length);
    for (const snapshot of members) {
      model.restoreWeights(snapshot);
      const data = (await model.predict(inputs)).data as Float32Array;
      for (let i = 0; i < means.length; i++)
        means[i] = (means[i] ?? 0) + head.middle(data, i * head.outputs) / members.length;
    }
    for (let i = 0; i < means.length; i++) {
      if (weights[i] === 0) continue;
      squares[i % steps] = (squares[i % steps] ?? 0) + ((targets[i] ?? 0) - (means[i] ?? 0)) ** 2;
      counts[i % steps] = (counts[i % steps] ?? 0) + 1;
    }
  }
  return Array.from(squares, (sum, h) => Math.sqrt(sum / Math.max(1, counts[h] ?? 0)));
}
