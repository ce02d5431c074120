// The .ts format of the time series classification archives (sktime, aeon): a head of @ lines, then a series a line.

import { RecurraError } from "../../platform/error.ts";
import { fewOf, quoted } from "../row-names.ts";
import { noLabel, notANumber, numberOf } from "./cells.ts";
import type { Parsed, ParseOptions } from "./parsed.ts";

/** What the head of a file says. */
interface Head {
  /** By their names in small letters, such as `equallength`. */
  readonly tags: ReadonlyMap<string, string>;
  /** Which line is the first of the data, counted from 0. */
  readonly dataFrom: number;
}

/** Whether a text begins as such a file does. */
export function isTsFormat(beginning: string): boolean {
  const first = beginning.split(/\r?\n/).find((line) => !isComment(line));
  return first?.trimStart().startsWith("@") === true;
}

/** Whether a line of the head says nothing. */
function isComment(line: string): boolean {
  return /^\s*(?:[#%]|$)/.test(line);
}

/**
 * Reads a .ts text: channels stand between colons, the label behind the last one.
 *
 * @throws RecurraError `file-format` for a head that is not understood; `label-missing`, `unknown-class`, `not-a-number`,
 * `channel-count`, `row-length`, each with the line
 */
export function parseTs(text: string, options: ParseOptions): Parsed {
  const { source } = options;
  const lines = text.split(/\r?\n/);
  const { tags, dataFrom } = headOf(lines, source);
  const [labelled, known] = labelsOf(tags);
  if (!labelled && !options.labelsOptional) {
    throw new RecurraError(
      "label-missing",
      `${source}: it says "@classLabel false": its series have no labels. Wanted a file with labels.`,
    );
  }
  const channels =
    tags.get("univariate") === "true" ? 1 : countOf(tags.get("dimensions") ?? tags.get("dimension"));
  const length = tags.get("equallength") === "true" ? countOf(tags.get("serieslength")) : undefined;
  const x: Float64Array[][] = [];
  const labels: string[] = [];
  const rows: number[] = [];
  for (const [i, line] of lines.entries()) {
    if (i < dataFrom || line.trim() === "") continue;
    const where = `row ${i + 1}`;
    const parts = line.split(":");
    if (labelled) labels.push(labelOf(parts.pop()?.trim() ?? "", known, source, where));
    const wanted = channels ?? x[0]?.length;
    if (wanted !== undefined && parts.length !== wanted)
      throw wrongChannels(source, where, parts.length, wanted, labelled);
    const series = parts.map((part, c) => {
      const channel = parts.length > 1 ? `${where}, channel ${c + 1}` : where;
      const values = valuesOf(part, source, channel);
      if (length === undefined || values.length === length) return values;
      throw new RecurraError(
        "row-length",
        `${source}, ${channel}: it has ${values.length} values, and the head says that each has ${length}. Correct the row, or say "@equalLength false".`,
      );
    });
    x.push(series);
    rows.push(i + 1);
  }
  return { x, labels: labelled ? labels : undefined, rows, notes: [] };
}

function headOf(lines: readonly string[], source: string): Head {
  const tags = new Map<string, string>();
  for (const [i, line] of lines.entries()) {
    const trimmed = line.trim();
    if (isComment(trimmed)) continue;
    const [, name = "", value = ""] = /^@(\S+)\s*(.*)$/.exec(trimmed) ?? [];
    const tag = name.toLowerCase();
    if (tag === "data") return { tags: checkedHead(tags, source), dataFrom: i + 1 };
    if (tag === "relation" || tag === "attribute")
      throw refused(source, "it is an ARFF file. Give the set's .ts or .tsv file");
    if (name === "")
      throw refused(
        source,
        `row ${i + 1} (${quoted(trimmed)}) stands before "@data" and does not begin with @`,
      );
    tags.set(tag, tag === "classlabel" ? value : value.toLowerCase());
  }
  throw refused(source, 'its head does not end: there is no line "@data"');
}

function checkedHead(tags: ReadonlyMap<string, string>, source: string): ReadonlyMap<string, string> {
  if (tags.get("timestamps") === "true")
    throw refused(
      source,
      'its values have time stamps ("@timeStamps true"). Give it with regular steps and without time stamps',
    );
  if (tags.has("targetlabel") && !tags.get("targetlabel")?.startsWith("false"))
    throw refused(
      source,
      'it is for regression: its labels are numbers to be estimated ("@targetLabel"). Wanted classes',
    );
  return tags;
}

/** Whether there are labels, and which, where the head lists them. */
function labelsOf(tags: ReadonlyMap<string, string>): readonly [labelled: boolean, known: readonly string[]] {
  const [flag = "true", ...known] = (tags.get("classlabel") ?? "true").split(/\s+/);
  return [flag.toLowerCase() !== "false", known];
}

function labelOf(label: string, known: readonly string[], source: string, where: string): string {
  if (label === "" || label === "?") throw noLabel(source, where);
  if (known.length === 0 || known.includes(label)) return label;
  throw new RecurraError(
    "unknown-class",
    `${source}, ${where}: the label ${quoted(label)} is none of those that the head lists: ${fewOf(known, 12)}.`,
  );
}

function valuesOf(part: string, source: string, where: string): Float64Array {
  const cells = part.split(",");
  if (part.trimStart().startsWith("("))
    throw refused(source, `${where} has time stamps. Give values alone, at regular steps`);
  return Float64Array.from(cells, (cell, t) => {
    const value = numberOf(cell);
    if (value === undefined) throw notANumber(source, `${where}, value ${t + 1}`, cell.trim());
    return value;
  });
}

function wrongChannels(
  source: string,
  where: string,
  found: number,
  wanted: number,
  labelled: boolean,
): RecurraError {
  const rule = labelled
    ? "channels are separated by colons, and the label stands behind the last"
    : "channels are separated by colons";
  return new RecurraError(
    "channel-count",
    `${source}, ${where}: it has ${found} channel${found === 1 ? "" : "s"}, wanted ${wanted}: ${rule}.`,
  );
}

function countOf(text: string | undefined): number | undefined {
  const number = Number(text);
  return text !== undefined && Number.isInteger(number) && number > 0 ? number : undefined;
}

function refused(source: string, problem: string): RecurraError {
  return new RecurraError("file-format", `Cannot read ${source}: ${problem}.`);
}
