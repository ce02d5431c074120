// Lengths of series: whether all have one, and what is said of those to be classified that have another.

import type { SeriesSamples } from "../../data/labelled-series.ts";
import type { Sample } from "./method.ts";

/** How many values each series has; 0 where the lengths differ. */
export function commonLength(x: readonly Sample[]): number {
  const [length = 0, another] = new Set(x.map(([first]) => first?.length ?? 0));
  return another === undefined ? length : 0;
}

/**
 * A note on series that have another length than all in training have.
 *
 * @param length of each series in training; 0 where they differ: then there is nothing to say
 */
export function lengthNotes({ x, source }: SeriesSamples, length: number): readonly string[] {
  const others = x.filter(([first]) => first?.length !== length).length;
  if (length === 0 || others === 0) return [];
  return [
    `${others.toLocaleString("en-US")} series of ${source} ${others === 1 ? "has" : "have"} another length than in training, ${length}: trust what is said of ${others === 1 ? "it" : "them"} less.`,
  ];
}
