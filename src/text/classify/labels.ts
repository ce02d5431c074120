// Labels as numbers: one class for each text, or any number of them.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";

/** A label, or the labels, of a text. */
export type TextLabel = string | readonly string[];

/** The classes of labels, and the labels as what a network is to tell. */
export interface LabelSet {
  /** [K] Names, in the order of their numbers: numbers by size, texts by the alphabet. */
  readonly classes: readonly string[];
  readonly isMulti: boolean;
}

/**
 * The classes among labels.
 *
 * @throws RecurraError `one-class` where there is but one; `no-label` for a text without one
 */
export function labelSetOf(labels: readonly TextLabel[], multiLabel: boolean | undefined): LabelSet {
  const isMulti = multiLabel ?? labels.some((label) => typeof label !== "string");
  const names = new Set<string>();
  for (const [row, label] of labels.entries()) {
    if (!isMulti && (typeof label !== "string" || label === "")) {
      throw new RecurraError(
        "no-label",
        `text ${row} has ${typeof label === "string" || label.length === 0 ? "no label" : `the labels ${shownClasses(label)}`}; wanted one. ` +
          "Give each text its label, or set multiLabel where texts may have several or none.",
      );
    }
    for (const name of typeof label === "string" ? [label] : label) names.add(name);
  }
  const classes = [...names].sort(byNumberOrName);
  if (classes.length >= (isMulti ? 1 : 2)) return { classes, isMulti };
  throw new RecurraError(
    "one-class",
    classes.length === 0
      ? "there are no labels. Give each text one."
      : `all ${labels.length} texts have the label "${classes[0]}"; wanted two classes at least. Check which column is the label.`,
  );
}

function byNumberOrName(a: string, b: string): number {
  const [x, y] = [Number(a), Number(b)];
  if (a.trim() !== "" && b.trim() !== "" && Number.isFinite(x) && Number.isFinite(y) && x !== y) return x - y;
  return a < b ? -1 : a > b ? 1 : 0;
}

/** [N] The number of each text's class. @throws RecurraError `unknown-label` for a label that is none of the classes */
export function classNumbers(labels: readonly TextLabel[], { classes }: LabelSet): Int32Array {
  const numbers = new Map(classes.map((name, k) => [name, k]));
  return Int32Array.from(labels, (label, row) => numberOf(numbers, label as string, row, classes));
}

/** [N, K] 1 where a text has a class, row-major. @throws RecurraError `unknown-label` */
export function classFlags(labels: readonly TextLabel[], { classes }: LabelSet): Float32Array {
  const numbers = new Map(classes.map((name, k) => [name, k]));
  const flags = new Float32Array(labels.length * classes.length);
  for (const [row, label] of labels.entries()) {
    for (const name of typeof label === "string" ? [label] : label)
      flags[row * classes.length + numberOf(numbers, name, row, classes)] = 1;
  }
  return flags;
}

function numberOf(
  numbers: ReadonlyMap<string, number>,
  label: string,
  row: number,
  classes: readonly string[],
): number {
  const number = numbers.get(label);
  if (number !== undefined) return number;
  throw new RecurraError(
    "unknown-label",
    `text ${row} has the label "${label}", which is none of the classes ${shownClasses(classes)}. ${suggestion(label, classes)}Give the labels that the model was trained with.`,
  );
}

/** Classes that are named in a message. */
const SHOWN = 8;

/** Names of classes for a message, of many the first. */
export function shownClasses(classes: readonly string[]): string {
  if (classes.length <= SHOWN) return classes.join(", ");
  return `${classes.slice(0, SHOWN).join(", ")} and ${classes.length - SHOWN} more`;
}
