// The folder of a saved forecaster: forecaster.json, and what stands beside it.

import { z } from "zod";
import { joinPath, readTextFile, writeFileAtomic, writeFolderAtomic } from "#platform";
import { RecurraError } from "../../platform/error.ts";

const FORECASTER_FORMAT = { format: "recurra-forecaster", version: 2 } as const;

const schema = z.looseObject({
  format: z.literal(FORECASTER_FORMAT.format),
  version: z.literal(FORECASTER_FORMAT.version),
  config: z.looseObject({ name: z.string() }),
});

export type ForecasterRecord = z.infer<typeof schema>;

/** Where a forecaster that is made of one other keeps it. */
export const INNER = "forecaster";

/**
 * Writes the folder of a forecaster, whole or not at all.
 *
 * @param record its config, and what it has learned, as JSON
 * @param beside writes what stands beside forecaster.json
 */
export async function writeRecord(
  folder: string,
  record: Readonly<Record<string, unknown>>,
  beside: (into: string) => Promise<void> = async () => {},
): Promise<void> {
  const text = new TextEncoder().encode(`${JSON.stringify({ ...FORECASTER_FORMAT, ...record })}\n`);
  await writeFolderAtomic(folder, async (into) => {
    await beside(into);
    await writeFileAtomic(joinPath(into, "forecaster.json"), (sink) => sink.write(text));
  });
}

/**
 * Reads forecaster.json of a folder.
 *
 * @throws RecurraError `file-not-found`, `forecaster-format` for a file that is none or of another version
 */
export async function readRecord(folder: string): Promise<ForecasterRecord> {
  const path = joinPath(folder, "forecaster.json");
  const text = await readTextFile(path);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (cause) {
    throw new RecurraError(
      "forecaster-format",
      `Cannot read "${path}": it is no JSON. Save the forecaster again.`,
      { cause },
    );
  }
  const { success, data, error } = schema.safeParse(value);
  if (success) return data;
  const [issue] = error.issues;
  const where = issue?.path.join(".") || "the file";
  throw new RecurraError(
    "forecaster-format",
    `Cannot read "${path}": ${where}: ${issue?.message ?? "not what is wanted"}. It is no forecaster of this version; fit and save it again.`,
  );
}

/** Series as a saved forecaster of single series keeps them. */
const seriesSchema = z.object({
  horizon: z.number().int().positive(),
  series: z.array(
    z.object({
      name: z.string(),
      season: z.number(),
      frequency: z.any(),
      future: z.record(z.string(), z.array(z.number())).optional(),
      state: z.unknown(),
    }),
  ),
});

export type LocalRecord = z.infer<typeof seriesSchema>;

/** The part of a record that holds single series with their states. */
export function localRecord(record: ForecasterRecord, folder: string): LocalRecord {
  const { success, data } = seriesSchema.safeParse(record);
  if (success) return data;
  throw new RecurraError(
    "forecaster-format",
    `Cannot read "${joinPath(folder, "forecaster.json")}": its series are not what a saved ${record.config.name} has. Fit and save it again.`,
  );
}
