// A column of numbers written as text: decimal commas and thousands separators, decided from the whole column.

import { RecurraError } from "../platform/error.ts";
import { fewOf, quoted, type RowName } from "./row-names.ts";

export interface Numbers {
  readonly values: Float64Array;
  /** What was assumed in reading them, to be shown to the user. */
  readonly note?: string;
}

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

/**
 * Reads a column of numbers.
 *
 * @param delimiter What separates the columns of the file: it decides 1,234 where nothing else does.
 * @throws RecurraError `target-not-a-number` naming the row and the text, `number-ambiguous` where 1,234 could be either.
 */
export function readNumberTexts(
  texts: readonly string[],
  column: string,
  rowName: RowName,
  delimiter: string | undefined,
): Numbers {
  const { bare, sign } = withoutSign(texts);
  const form = chooseForm(bare, column, rowName, delimiter);
  const values = Float64Array.from(bare, (text) => Number(form.clean(text)));
  const how = [form.note, sign === "" ? undefined : `without their ${sign}`].filter(
    (note) => note !== undefined,
  );
  if (how.length === 0) return { values };
  return { values, note: `The numbers of "${column}" are read ${how.join(", ")}.` };
}

/** Whether texts of a column look like numbers: at least nine of ten have one form. */
export function looksLikeNumbers(texts: readonly string[]): boolean {
  const { bare } = withoutSign(texts);
  return [PLAIN, DECIMAL_COMMA, THOUSANDS].some(
    (form) => bare.filter((text) => form.shape.test(text)).length >= Math.max(1, 0.9 * bare.length),
  );
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

function chooseForm(
  texts: readonly string[],
  column: string,
  rowName: RowName,
  delimiter: string | undefined,
): NumberForm {
  const fitting = [PLAIN, DECIMAL_COMMA, THOUSANDS].filter((form) =>
    texts.every((text) => form.shape.test(text)),
  );
  const [first, second] = fitting;
  if (first === undefined) throw notANumber(texts, column, rowName);
  if (first === PLAIN || second === undefined) return first;
  if (texts.every((text) => !text.includes(",") || first.clean(text) === second.clean(text))) return first;
  if (delimiter === ",") return THOUSANDS;
  if (delimiter === ";") return DECIMAL_COMMA;
  const example = Math.max(
    0,
    texts.findIndex((text) => text.includes(",")),
  );
  throw new RecurraError(
    "number-ambiguous",
    `Column "${column}": whether the comma separates decimals or thousands cannot be told (${rowName(example)}: ${quoted(texts[example] ?? "")}). Write the numbers without separators, with a decimal point.`,
  );
}

/** Names the rows that are no numbers in the form that most rows have. */
function notANumber(texts: readonly string[], column: string, rowName: RowName): RecurraError {
  const wrongIn = ({ shape }: NumberForm) =>
    texts.flatMap((text, position) => (shape.test(text) ? [] : [{ text, position }]));
  const [wrong = []] = [PLAIN, DECIMAL_COMMA, THOUSANDS].map(wrongIn).sort((a, b) => a.length - b.length);
  const [first, ...others] = wrong;
  const more = others.map(({ position, text }) => `${rowName(position)}: ${quoted(text)}`);
  const rest = more.length === 0 ? "" : ` Nor ${more.length === 1 ? "is" : "are"} ${fewOf(more)}.`;
  return new RecurraError(
    "target-not-a-number",
    `Column "${column}", ${rowName(first?.position ?? 0)}: ${quoted(first?.text ?? "")} is not a number.${rest} Correct the file.`,
  );
}
