// Weights of rows from weights of classes.

import { describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { formatShape } from "../tensor/shape.ts";

/** Weights of classes by their numbers. A class that is not named weighs 1. */
export type ClassWeight = Readonly<Record<number, number>>;

/** Fails unless the names are numbers of classes, and the weights numbers from 0 up. */
export function checkClassWeight(classWeight: ClassWeight): void {
  for (const [label, weight] of Object.entries(classWeight)) {
    const isWeight = typeof weight === "number" && weight >= 0 && weight < Infinity;
    if (!/^\d+$/.test(label) || !isWeight) {
      throw new RecurraError(
        "fit-option",
        `fit: classWeight wants a number from 0 up for each class number, such as { 0: 1, 1: 5 }, got ${describe(weight)} for ${label}`,
      );
    }
  }
}

/** The weight of each row [N]: its class's weight times its own, if either is given. */
export function classSampleWeight(
  targets: NdArray,
  classWeight: ClassWeight | undefined,
  sampleWeight: NdArray | undefined,
): NdArray | undefined {
  if (classWeight === undefined) return sampleWeight;
  const [count = 0, ...rest] = targets.shape;
  const classes = rest.length === 0 ? 1 : (rest.at(-1) ?? 1);
  // Labels of several steps are no row of scores, of which the largest would name the class.
  const areSteps = targets.dtype === "int32" && classes !== 1;
  if (rest.length > 1 || areSteps || (sampleWeight !== undefined && sampleWeight.size !== count)) {
    const given = sampleWeight === undefined ? "" : `, sampleWeight is ${formatShape(sampleWeight.shape)}`;
    throw new RecurraError(
      "fit-option",
      `fit: classWeight wants one class for each row, y is ${formatShape(targets.shape)}${given}`,
    );
  }
  const weights = Float32Array.from({ length: count }, (_, i) => {
    const row = Array.from({ length: classes }, (_, k) => Number(targets.data[i * classes + k]));
    const label = classes === 1 ? Math.round(Number(row[0])) : row.indexOf(Math.max(...row));
    return (classWeight[label] ?? 1) * Number(sampleWeight?.data[i] ?? 1);
  });
  return new NdArray(weights, [count]);
}
