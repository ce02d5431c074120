// Copies a set that is on this machine into another folder, unpacked.

import { createHash } from "node:crypto";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { writeFileAtomic } from "#platform";
import { cannotWrite } from "./download/file-problem.ts";
import type { Located } from "./locate.ts";
import { unpackedBytes } from "./read-file.ts";

/** A file that was copied. */
export interface CopiedFile {
  readonly path: string;
  readonly sha256: string;
  /** Its SHA-256 is the one in the catalogue. */
  readonly isAsInCatalogue: boolean;
}

/** @throws RecurraError what file functions throw, such as `disk-full` */
export async function copySet({ files }: Located, folder: string): Promise<CopiedFile[]> {
  const copied: CopiedFile[] = [];
  for (const { file, path: from, isExcerpt } of files) {
    const path = join(folder, isExcerpt ? (file.excerpt ?? file.path) : file.path);
    const bytes = await unpackedBytes(from);
    await mkdir(dirname(path), { recursive: true }).catch((error) => {
      throw cannotWrite(dirname(path), error);
    });
    await writeFileAtomic(path, (sink) => sink.write(bytes));
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    copied.push({ path, sha256, isAsInCatalogue: sha256 === file.sha256 });
  }
  return copied;
}
