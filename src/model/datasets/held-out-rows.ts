// Rows that are held out of a training: a share of each class.

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
