// The errors of file calls that the platform does not make, in words.

import { RecurraError } from "../../../platform/error.ts";

const PROBLEMS: Readonly<Record<string, { readonly code: string; readonly problem: string }>> = {
  EACCES: { code: "permission-denied", problem: "this user may not write there. Choose another folder" },
  EPERM: { code: "permission-denied", problem: "this user may not write there. Choose another folder" },
  EROFS: { code: "permission-denied", problem: "the disk is read-only. Choose another folder" },
  ENOSPC: { code: "disk-full", problem: "the disk is full. Free some space, or choose another folder" },
  ENOTDIR: { code: "not-a-folder", problem: "a part of this path is a file, not a folder" },
  EEXIST: { code: "not-a-folder", problem: "it is a file, and a folder is wanted" },
  EISDIR: { code: "not-a-file", problem: "it is a folder, and a file is to be written" },
};

/** The `RecurraError` for a failed call that was to write to `path`. */
export function cannotWrite(path: string, error: unknown): RecurraError {
  const systemCode = codeOf(error) ?? "";
  const { code, problem } = PROBLEMS[systemCode] ?? { code: "file-failed", problem: String(error) };
  return new RecurraError(code, `Cannot write "${path}": ${problem}.`, { cause: error });
}

/** The system's name of an error, such as `ENOENT`. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof Error && "code" in error ? String(error.code) : undefined;
}
