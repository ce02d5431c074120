// JSON lines of labelled series: {"label": "walking", "channels": [[…], …]}, or {"label": …, "values": […]} for one channel.

import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { fewOf, quoted } from "../row-names.ts";
import { noLabel, notANumber } from "./cells.ts";
import type { Parsed, ParseOptions } from "./parsed.ts";

const LABEL_KEYS = ["label", "class", "target", "y"];

/**
 * Reads a text of one JSON object a line.
 *
 * @throws RecurraError `file-format` for a line that is no such object; `label-missing`, `not-a-number`, `unknown-column`, each with the line
 */
export function parseJsonLines(text: string, options: ParseOptions): Parsed {
  const { source } = options;
  const x: Float64Array[][] = [];
  const labels: string[] = [];
  const rows: number[] = [];
  let key: string | undefined;
  for (const [i, line] of text.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const where = `row ${i + 1}`;
    const record = recordOf(line, source, where);
    if (rows.length === 0) key = labelKey(record, options);
    if (key !== undefined) {
      const label = record[key];
      if (label === undefined || label === null || label === "") throw noLabel(source, where);
      labels.push(String(label));
    }
    x.push(channelsOf(record, source, where));
    rows.push(i + 1);
  }
  return { x, labels: key === undefined ? undefined : labels, rows, notes: [] };
}

type JsonRecord = Readonly<Record<string, unknown>>;

function recordOf(line: string, source: string, where: string): JsonRecord {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (cause) {
    throw new RecurraError(
      "file-format",
      `${source}, ${where}: it is no JSON (${(cause as Error).message}). Wanted one object a line.`,
      {
        cause,
      },
    );
  }
  if (typeof value === "object" && value !== null && !Array.isArray(value)) return value as JsonRecord;
  throw new RecurraError(
    "file-format",
    `${source}, ${where}: wanted an object {"label": …, "channels": [[…], …]}, got ${quoted(line)}.`,
  );
}

/** The field with the label; undefined where there is none, and none is wanted. */
function labelKey(record: JsonRecord, { label, labelsOptional, source }: ParseOptions): string | undefined {
  if (label === "none") return undefined;
  const keys = Object.keys(record);
  const key =
    label === undefined
      ? LABEL_KEYS.find((name) => keys.includes(name))
      : keys.find((name) => name === label);
  if (key !== undefined || (label === undefined && labelsOptional)) return key;
  const asked = label === undefined ? `a field "label"` : `a field "${label}" (--label)`;
  throw new RecurraError(
    "unknown-column",
    `${source}, row 1: there is not ${asked}. ${suggestion(label ?? "label", keys)}The fields are ${fewOf(keys, 12)}.`,
  );
}

function channelsOf(record: JsonRecord, source: string, where: string): Float64Array[] {
  const given = record.channels ?? (record.values === undefined ? undefined : [record.values]);
  if (!Array.isArray(given) || given.length === 0 || !given.every(Array.isArray)) {
    throw new RecurraError(
      "file-format",
      `${source}, ${where}: wanted "channels": [[…], …], a list of numbers for each channel, or "values": […] for one channel.`,
    );
  }
  return given.map((values: readonly unknown[], c) =>
    Float64Array.from(values, (value, t) => {
      if (value === null) return Number.NaN;
      if (typeof value === "number") return value;
      throw notANumber(source, `${where}, channel ${c + 1}, value ${t + 1}`, String(value));
    }),
  );
}
