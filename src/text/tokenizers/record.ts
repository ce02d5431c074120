// Records of tokenisers: what they hold is checked as it is read.

import { z } from "zod";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { TokenizerRecord } from "./tokenizer.ts";

/** The version that is written and read. */
export const TOKENIZER_FORMAT = { format: "recurra-tokenizer", version: 1 } as const;

const recordSchema = z.looseObject({
  format: z.literal(TOKENIZER_FORMAT.format),
  version: z.literal(TOKENIZER_FORMAT.version),
  name: z.string(),
});

/** A value as the record of a tokeniser. @throws RecurraError `tokenizer-format` for what is none */
export function checkRecord(value: unknown): TokenizerRecord {
  const { success, data, error } = recordSchema.safeParse(value);
  if (success) return data;
  const isHuggingFace = typeof value === "object" && value !== null && "model" in value;
  const hint = isHuggingFace ? " It looks like a tokenizer.json: read it with huggingFaceTokenizer." : "";
  throw new RecurraError(
    "tokenizer-format",
    `This is no tokeniser of this version: ${whatIsWrong(error, "it")}; got ${describe(value)}.${hint}`,
    { cause: error },
  );
}

/**
 * The parts of a record, checked.
 *
 * @param schema what this kind holds
 * @throws RecurraError `tokenizer-format`, naming the part that is wrong
 */
export function readRecord<T>(record: TokenizerRecord, schema: z.ZodType<T>): T {
  const { success, data, error } = schema.safeParse(record);
  if (success) return data;
  throw new RecurraError(
    "tokenizer-format",
    `A ${record.name} tokeniser cannot be read: ${whatIsWrong(error, "the record")}. Fit it and save it again.`,
    { cause: error },
  );
}

function whatIsWrong({ issues: [issue] }: z.ZodError, whole: string): string {
  return `${issue?.path.join(".") || whole}: ${issue?.message ?? "not what is wanted"}`;
}
