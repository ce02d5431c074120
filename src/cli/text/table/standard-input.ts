// A table from standard input: DuckDB reads a file several times, so it is kept in one meanwhile.

import { createWriteStream } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, sep } from "node:path";
import { pipeline } from "node:stream/promises";
import { RecurraError } from "../../../platform/error.ts";

/** Runs `read` with the path of a table: that which was given, or for `-` a file of what standard input brings, which is removed after. */
export async function withTableFile<T>(
  path: string,
  signal: AbortSignal,
  read: (path: string) => Promise<T>,
): Promise<T> {
  if (path !== "-") return read(path);
  const folder = await mkdtemp(join(tmpdir(), "recurra-"));
  try {
    // Messages name a table by its file.
    const file = join(folder, "standard input");
    await pipeline(process.stdin, createWriteStream(file), { signal });
    return await read(file);
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, error.message.replaceAll(`${folder}${sep}`, ""), { cause: error });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
