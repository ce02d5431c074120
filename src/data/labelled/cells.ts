// Cells of files of labelled series: numbers, what stands for a missing one, and how a bad one is named.

import { RecurraError } from "../../platform/error.ts";
import { quoted } from "../row-names.ts";

const MISSING = /^(?:|\?|nan|na|n\/a|null|none)$/i;
const DECIMAL_COMMA = /^[+-]?\d+,\d+(?:e[+-]?\d+)?$/i;

/** Whether a cell stands for a missing value: empty, `?`, `NaN`, `NA`. */
export function isMissing(text: string): boolean {
  return MISSING.test(text.trim());
}

/** The number of a cell, NaN where it is missing, undefined where it is none. A decimal comma will do. */
export function numberOf(text: string): number | undefined {
  const number = Number(text);
  if (Number.isFinite(number) && text.trim() !== "") return number;
  if (isMissing(text)) return Number.NaN;
  return DECIMAL_COMMA.test(text.trim()) ? Number(text.replace(",", ".")) : undefined;
}

/** The error of a cell that is no number. @param where `row 3, column "t7"` */
export function notANumber(
  source: string,
  where: string,
  text: string,
  advice = "Correct the row.",
): RecurraError {
  return new RecurraError("not-a-number", `${source}, ${where}: ${quoted(text)} is not a number. ${advice}`);
}

/** The error of a row without its label. */
export function noLabel(source: string, where: string): RecurraError {
  return new RecurraError(
    "label-missing",
    `${source}, ${where}: the label is missing. Give each row its class, or leave the row out.`,
  );
}
