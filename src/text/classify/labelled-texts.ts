// Texts with their labels: checked as they are given, and parted into those to learn from and those that are held out.

import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { classNumbers, type LabelSet, type TextLabel } from "./labels.ts";

/** Texts with their labels. */
export interface LabelledTexts {
  /** [N] */
  readonly texts: readonly string[];
  /** [N] A label each; or a list of labels each, where texts may have several. */
  readonly labels: readonly TextLabel[];
}

/** A name of a class; numbers, true and false go by how they are written. */
export type LabelName = string | number | boolean;

/** The same as they may be given. */
export interface GivenTexts {
  /** [N] */
  readonly texts: readonly string[];
  /** [N] A label each; or a list of labels each, where texts may have several. */
  readonly labels: readonly (LabelName | readonly LabelName[])[];
}

/**
 * Texts and labels as they were given, after a check.
 *
 * @param who for messages: `trainTextClassifier`, `classifyTexts: test`
 * @throws RecurraError `texts` for what is no such data; `row-count`; `no-rows` where there are no texts, or none that is not empty;
 * `no-label`
 */
export function checkedTexts(who: string, given: GivenTexts): LabelledTexts {
  if (typeof given !== "object" || given === null || Array.isArray(given))
    throw new RecurraError("texts", `${who}: wants { texts, labels }, got ${describe(given)}`);
  const { texts, labels } = given;
  for (const [name, list] of Object.entries({ texts, labels }))
    if (!Array.isArray(list))
      throw new RecurraError(
        "texts",
        `${who}: ${name} is to be a list, one for each text, got ${describe(list)}`,
      );
  if (texts.length !== labels.length)
    throw new RecurraError(
      "row-count",
      `${who}: there are ${texts.length} texts and ${labels.length} labels; wanted a label for each text`,
    );
  if (texts.length === 0)
    throw new RecurraError("no-rows", `${who}: there are no texts; wanted some of each class`);
  checkTexts(who, texts);
  if (texts.every((text) => text.trim() === ""))
    throw new RecurraError(
      "no-rows",
      `${who}: all ${texts.length} texts are empty; wanted some with words of each class`,
    );
  return { texts, labels: Array.from(labels, (label, row) => checkedLabel(who, label, row)) };
}

/** Fails for what is no list of texts. @throws RecurraError `texts` */
export function checkTexts(who: string, texts: readonly string[]): void {
  if (!Array.isArray(texts)) {
    const one = typeof texts === "string" ? " Put one text into a list: [text]." : "";
    throw new RecurraError("texts", `${who}: wants a list of texts, got ${describe(texts)}.${one}`);
  }
  for (const [row, text] of texts.entries())
    if (typeof text !== "string")
      throw new RecurraError("texts", `${who}: text ${row} is ${describe(text)}; wanted text`);
}

function checkedLabel(who: string, label: GivenTexts["labels"][number], row: number): TextLabel {
  const name = (one: LabelName): string => {
    if (typeof one === "string") return one;
    if (Number.isFinite(one) || typeof one === "boolean") return String(one);
    throw new RecurraError(
      "no-label",
      one === undefined || one === null
        ? `${who}: text ${row} has no label; wanted one for each text`
        : `${who}: text ${row} has the label ${describe(one)}; wanted text, a number, true or false, or a list of them`,
    );
  };
  return isList(label) ? label.map(name) : name(label);
}

const isList = (label: GivenTexts["labels"][number]): label is readonly LabelName[] => Array.isArray(label);

/**
 * Texts in two parts: a share of each class is held out. Of texts with several labels each, it is a share of all of them; but each label
 * keeps one text to be learned from.
 */
export function partedTexts(
  { texts, labels }: LabelledTexts,
  set: LabelSet,
  share: number,
  seed: number,
): {
  readonly training: LabelledTexts;
  readonly held: LabelledTexts;
  /** Where those that are held out stand among the texts. */
  readonly heldRows: Int32Array;
} {
  const groups = set.isMulti ? new Int32Array(labels.length) : classNumbers(labels, set);
  const parts = heldOutRows(groups, set.isMulti ? 1 : set.classes.length, share, seed);
  const kept = set.isMulti ? onlyOnes(labels, parts.training, parts.held) : new Set<number>();
  const take = (rows: ArrayLike<number>): LabelledTexts => ({
    texts: Array.from(rows, (row) => texts[row] ?? ""),
    labels: Array.from(rows, (row) => labels[row] ?? ""),
  });
  const heldRows = parts.held.filter((row) => !kept.has(row));
  return { training: take([...parts.training, ...kept]), held: take(heldRows), heldRows };
}

/** The first held-out row of each label that no row has that is not held out. */
function onlyOnes(labels: readonly TextLabel[], training: Int32Array, held: Int32Array): ReadonlySet<number> {
  const namesOf = (row: number) => [labels[row] ?? []].flat();
  const known = new Set(Array.from(training, namesOf).flat());
  const rows = new Set<number>();
  for (const row of held) {
    const names = namesOf(row);
    if (names.every((name) => known.has(name))) continue;
    for (const name of names) known.add(name);
    rows.add(row);
  }
  return rows;
}
