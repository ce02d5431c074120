// Gradient checkpointing of a loop over time: its steps in segments, each a step of an outer loop that recomputes.

import { RecurraError } from "../../platform/error.ts";
import { item } from "../op.ts";
import type { Tensor } from "../tensor.ts";
import { concat, split } from "./layout.ts";
import { input } from "./leaf.ts";
import { closed, type Loop } from "./scan-body.ts";
import { at, reshape } from "./sum.ts";

/**
 * The length of a segment; `undefined` where the loop is to run as one.
 *
 * @throws RecurraError `scan-checkpoint` for anything but a boolean or a positive whole number
 */
export function segmentLength(checkpoint: boolean | number, length: number): number | undefined {
  if (checkpoint === false) return undefined;
  if (checkpoint === true) return chosenLength(length);
  if (!Number.isInteger(checkpoint) || checkpoint < 1) {
    throw new RecurraError(
      "scan-checkpoint",
      `scan: checkpoint is true, false or the number of steps in a segment, got ${checkpoint}`,
    );
  }
  return Math.min(checkpoint, length);
}

/**
 * About ½√T, since a step keeps several times as much as it carries on; among the lengths around that one without a rest, if there is
 * one. Measured with LSTMs of 128 units over 2,000 steps: from 8 to 25 steps take the same time, 50 take 5 % more and twice the memory.
 */
function chosenLength(length: number): number {
  const middle = Math.max(1, Math.round(Math.sqrt(length) / 2));
  const near = Array.from({ length: middle }, (_, i) => middle + (i % 2 === 0 ? -i / 2 : (i + 1) / 2));
  return near.find((segment) => length % segment === 0) ?? middle;
}

/**
 * A loop of T = K·S + R steps as an outer loop over K segments of S steps, which recomputes, and then a loop over the R steps that are
 * left: the gradient comes to them first, and so what it keeps of them is gone before it recomputes anything.
 * Source: Chen et al., "Training deep nets with sublinear memory cost", arXiv:1604.06174 (2016).
 *
 * @param run makes a scan
 * @returns what the loop gives when it runs as one
 */
export function inSegments(
  { operands, attributes }: Loop,
  segment: number,
  run: (loop: Loop) => readonly Tensor[],
): readonly Tensor[] {
  const { carries, sequences, length, reverse } = attributes;
  const inits = operands.slice(0, carries);
  const captures = operands.slice(carries + sequences);
  const rest = length % segment;
  const count = (length - rest) / segment;
  const cuts = operands
    .slice(carries, carries + sequences)
    .map((x) => cut(x, length - rest, reverse ? "end" : "start"));

  // [K·S, ...] -> [K, S, ...]
  const segments = cuts.map(([x]) => reshape(x, [count, segment, ...x.shape.slice(1)]));
  const parameters = [
    ...inits.map((carry, i) => input(`carry${i}`, carry)),
    ...segments.map(({ dtype, shape }, i) => input(`segment${i}`, { dtype, shape: shape.slice(1) })),
  ];
  const inner = { operands: [...parameters, ...captures], attributes: { ...attributes, length: segment } };
  const outer = { inits, sequences: segments, parameters, length: count, reverse, recompute: true };
  const results = run(closed({ ...outer, outputs: run(inner) }));
  const finals = results.slice(0, carries);
  // [K, S, ...] -> [K·S, ...]
  const stacked = results.slice(carries).map((x) => reshape(x, [count * segment, ...x.shape.slice(2)]));
  if (rest === 0) return [...finals, ...stacked];

  const last = run({
    operands: [...finals, ...cuts.map(([, x]) => x), ...captures],
    attributes: { ...attributes, length: rest },
  });
  const joined = stacked.map((x, i) => {
    const more = item(last, carries + i);
    return concat(reverse ? [more, x] : [x, more]);
  });
  return [...last.slice(0, carries), ...joined];
}

/** The first or last `steps` of a sequence, and the others. */
function cut(x: Tensor, steps: number, from: "start" | "end"): readonly [Tensor, Tensor] {
  const others = at(x.shape, 0) - steps;
  if (others === 0) return [x, x];
  const [a = x, b = x] = split(x, from === "start" ? [steps, others] : [others, steps]);
  return from === "start" ? [a, b] : [b, a];
}
