// Weights of rows from weights of classes.

import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";

/** The weight of each row [N]: its class's weight times its own, if either is given. */
export function classSampleWeight(
  targets: NdArray,
  classWeight: Readonly<Record<number, number>> | undefined,
  sampleWeight: NdArray | undefined,
): NdArray | undefined {
  if (classWeight === undefined) return sampleWeight;
  const [count = 0, ...rest] = targets.shape;
  const classes = rest.length === 0 ? 1 : (rest.at(-1) ?? 1);
  if (rest.length > 1 || targets.size !== count * classes) {
    throw new RecurraError("fit-option", `fit: classWeight wants one class for each row, the targets are [${targets.shape.join(", ")}]`);
  }
  const weights = new Float32Array(count);
  for (let i = 0; i < count; i++) {
    const row = Array.from({ length: classes }, (_, k) => Number(targets.data[i * classes + k]));
    const label = classes === 1 ? Number(row[0]) : row.indexOf(Math.max(...row));
    const weight = classWeight[label];
    if (weight === undefined) {
      throw new RecurraError("fit-option", `fit: classWeight has no weight for class ${label} (row ${i}); it has ${Object.keys(classWeight).join(", ")}`);
    }
    weights[i] = weight * (sampleWeight === undefined ? 1 : Number(sampleWeight.data[i]));
  }
  return new NdArray(weights, [count]);
}
