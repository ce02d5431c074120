// A column of numbers written as text: decimal commas and thousands separators, decided from the whole column.

import { RecurraError } from "../platform/error.ts";
import type { Fault } from "./faults.ts";
import { fewOf, quoted, type RowName } from "./row-names.ts";

export interface Numbers {
  /** NaN where there is none. */
  readonly values: Float64Array;
  /** What was assumed in reading them, to be shown to the user. */
  readonly note?: string;
  /** Rows that are no numbers. */
  readonly faults?: readonly Fault[];
}

/** How programs write that there is no value. */
const NOTHING = /^(?:|#?n\/?a|nan|null|none|nil|missing|-+|[.]+|[?])$/i;

interface NumberForm {
  readonly shape: RegExp;
  readonly note?: string;
  clean(text: string): string;
}

const PLAIN: NumberForm = {
  shape: /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i,
  clean: (text) => text,
};
const DECIMAL_COMMA: NumberForm = {
  shape: /^[+-]?(?:\d{1,3}(?:[.\s'’]\d{3})+|\d+)(?:,\d+)?$/,
  note: "with a decimal comma (1.234,5)",
  clean: (text) => text.replace(/[.\s'’]/g, "").replace(",", "."),
};
const THOUSANDS: NumberForm = {
  shape: /^[+-]?(?:\d{1,3}(?:[,\s'’]\d{3})+|\d+)(?:\.\d+)?$/,
  note: "with separated thousands (1,234.5)",
  clean: (text) => text.replace(/[,\s'’]/g, ""),
};

const FORMS = [PLAIN, DECIMAL_COMMA, THOUSANDS];

/**
 * Reads a column of numbers. Empty texts, `NA`, `n/a`, `NaN`, `null`, `-` and the like are no value.
 *
 * @param delimiter What separates the columns of the file: it decides 1,234 where nothing else does.
 * @param code of the error of rows that are no numbers
 * @throws RecurraError `number-ambiguous` where 1,234 could be either
 */
export function readNumberTexts(
  texts: readonly string[],
  column: string,
  rowName: RowName,
  delimiter: string | undefined,
  code = "target-not-a-number",
): Numbers {
  const { bare, sign } = withoutSign(texts);
  const form = chooseForm(bare, column, rowName, delimiter);
  const values = new Float64Array(bare.length);
  const wrong: number[] = [];
  const nothing = new Set<string>();
  for (const [i, text] of bare.entries()) {
    const isNumber = form.shape.test(text);
    values[i] = isNumber ? Number(form.clean(text)) : Number.NaN;
    if (isNumber) continue;
    if (!NOTHING.test(text)) wrong.push(i);
    else if (text !== "") nothing.add(quoted(text));
  }
  const how = [form.note, sign === "" ? undefined : `without their ${sign}`].filter(
    (note) => note !== undefined,
  );
  const notes = [
    ...(how.length === 0 ? [] : [`The numbers of "${column}" are read ${how.join(", ")}.`]),
    ...(nothing.size === 0
      ? []
      : [`In "${column}", ${fewOf([...nothing])} ${nothing.size === 1 ? "is" : "are"} read as no value.`]),
  ];
  const fault: Fault = {
    rows: wrong,
    error: (rows, names) =>
      notNumbers(
        rows.map((row) => bare[row] ?? ""),
        names,
        column,
        code,
      ),
  };
  return {
    values,
    ...(notes.length === 0 ? {} : { note: notes.join(" ") }),
    ...(wrong.length === 0 ? {} : { faults: [fault] }),
  };
}

/** Whether texts of a column look like numbers: at least nine of ten have one form. */
export function looksLikeNumbers(texts: readonly string[]): boolean {
  const { bare } = withoutSign(texts);
  const some = bare.filter((text) => !NOTHING.test(text));
  return FORMS.some((form) => countOf(some, form) >= Math.max(1, 0.9 * some.length));
}

/** The texts without a percent sign or a currency's sign, where most of them have the same one. */
function withoutSign(texts: readonly string[]): { bare: readonly string[]; sign: string } {
  const trimmed = texts.map((text) => text.trim());
  for (const sign of ["%", "$", "€", "£", "¥"]) {
    const signed = trimmed.filter((text) => text.startsWith(sign) || text.endsWith(sign)).length;
    if (signed > trimmed.length / 2)
      return { bare: trimmed.map((text) => text.replace(sign, "").trim()), sign };
  }
  return { bare: trimmed, sign: "" };
}

/** The form that most texts have: of those that are as good, the plainest, or the one that the delimiter tells. */
function chooseForm(
  texts: readonly string[],
  column: string,
  rowName: RowName,
  delimiter: string | undefined,
): NumberForm {
  const counts = FORMS.map((form) => countOf(texts, form));
  const most = Math.max(...counts);
  const fitting = FORMS.filter((_, i) => counts[i] === most);
  const [first = PLAIN, second] = fitting;
  if (first === PLAIN || second === undefined) return first;
  const numbers = texts.filter((text) => first.shape.test(text) && second.shape.test(text));
  if (numbers.every((text) => !text.includes(",") || first.clean(text) === second.clean(text))) return first;
  if (delimiter === ",") return THOUSANDS;
  if (delimiter === ";") return DECIMAL_COMMA;
  const example = texts.findIndex((text) => text.includes(",") && first.shape.test(text));
  throw new RecurraError(
    "number-ambiguous",
    `Column "${column}": whether the comma separates decimals or thousands cannot be told (${rowName(example)}: ${quoted(texts[example] ?? "")}). Write the numbers without separators, with a decimal point.`,
  );
}

function countOf(texts: readonly string[], { shape }: NumberForm): number {
  let count = 0;
  for (const text of texts) if (shape.test(text)) count++;
  return count;
}

/** @param names what the rows of the texts are called */
function notNumbers(
  texts: readonly string[],
  names: readonly string[],
  column: string,
  code: string,
): RecurraError {
  const more = texts.slice(1).map((text, i) => `${names[i + 1]}: ${quoted(text)}`);
  const rest = more.length === 0 ? "" : ` Nor ${more.length === 1 ? "is" : "are"} ${fewOf(more)}.`;
  return new RecurraError(
    code,
    `Column "${column}", ${names[0]}: ${quoted(texts[0] ?? "")} is not a number.${rest} Correct the file.`,
  );
}
