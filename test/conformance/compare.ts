// Holds computed numbers against those of a case.

import type { NdArray } from "../../src/tensor/nd-array.ts";
import { formatShape, sameShape } from "../../src/tensor/shape.ts";
import type { Case } from "./case.ts";

/** How near a computed tensor is. */
export interface Comparison {
  readonly name: string;
  /** The largest |a - b| / (atol + rtol·|b|): up to 1 is within tolerance. */
  readonly excess: number;
  /** What is wrong, where it is not within tolerance. */
  readonly fault: string | undefined;
}

/** Gradients are named `d_NAME` or `d2_NAME`. */
const isGradient = (name: string): boolean => /^d\d?_/.test(name);

export function compare(cas: Case, name: string, computed: NdArray): Comparison {
  const expected = cas.array(name);
  const { rtol, atol } = isGradient(name) ? cas.tolerance.gradient : cas.tolerance.forward;
  if (!sameShape(computed.shape, expected.shape)) {
    const fault = `${name}: shape ${formatShape(computed.shape)}, expected ${formatShape(expected.shape)}`;
    return { name, excess: Number.POSITIVE_INFINITY, fault };
  }
  const [got, wanted] = [computed.toFloat64(), expected.toFloat64()];
  let excess = 0;
  let worst = 0;
  for (const [i, b] of wanted.entries()) {
    const a = got[i] ?? Number.NaN;
    const ratio = Object.is(a, b) ? 0 : Math.abs(a - b) / (atol + rtol * Math.abs(b));
    if (ratio > excess || Number.isNaN(ratio)) {
      excess = Number.isNaN(ratio) ? Number.POSITIVE_INFINITY : ratio;
      worst = i;
    }
    if (excess === Number.POSITIVE_INFINITY) break;
  }
  const fault =
    excess <= 1
      ? undefined
      : `${name}: element ${worst} is ${got[worst]}, expected ${wanted[worst]} (rtol ${rtol}, atol ${atol})`;
  return { name, excess, fault };
}
