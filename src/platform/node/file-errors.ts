// Turns the errors of Node's file functions into messages a user can act on.

import { RecurraError } from "../error.ts";

/** What was being done with the path: it opens the message, as in `Cannot read "sales.csv": …`. */
type Purpose = "read" | "write";

interface Explanation {
  readonly code: string;
  readonly problem: string;
}

const EXPLANATIONS: Readonly<Record<string, Record<Purpose, Explanation>>> = {
  ENOENT: {
    read: { code: "file-not-found", problem: "there is no such file. Check the path" },
    write: { code: "folder-not-found", problem: "its folder does not exist. Create the folder first" },
  },
  ENOTDIR: {
    read: { code: "file-not-found", problem: "a part of this path is a file, not a folder. Check the path" },
    write: {
      code: "not-a-folder",
      problem: "a part of this path is a file, not a folder. Choose another path",
    },
  },
  EISDIR: {
    read: { code: "not-a-file", problem: "it is a folder, and a file is wanted. Name a file in it" },
    write: {
      code: "not-a-file",
      problem: "it is a folder, and a file is to be written. Choose another name",
    },
  },
  EACCES: {
    read: { code: "permission-denied", problem: "this user may not read it. Change its permissions" },
    write: {
      code: "permission-denied",
      problem: "this user may not write there. Change the folder's permissions or choose another path",
    },
  },
  EROFS: {
    read: { code: "file-failed", problem: "it is on a read-only disk" },
    write: { code: "permission-denied", problem: "the disk is read-only. Choose another path" },
  },
  ENOSPC: {
    read: { code: "disk-full", problem: "the disk is full" },
    write: { code: "disk-full", problem: "the disk is full. Free some space or choose another path" },
  },
};

/** The `RecurraError` for a failed file call on `path`; an error that is no file call's is passed through as it is. */
export function explainFileError(error: unknown, purpose: Purpose, path: string): unknown {
  const systemCode = systemCodeOf(error);
  if (systemCode === undefined) return error;
  const known = EXPLANATIONS[systemCode === "EPERM" ? "EACCES" : systemCode];
  const { code, problem } = known?.[purpose] ?? {
    code: "file-failed",
    problem: `${systemCode}, ${messageOf(error)}`,
  };
  return new RecurraError(code, `Cannot ${purpose} "${path}": ${problem}.`, { cause: error });
}

/** The system's name of a failed call's error, such as `ENOENT`; undefined for errors of other kinds. */
export function systemCodeOf(error: unknown): string | undefined {
  const isSystemError = error instanceof Error && "syscall" in error && "code" in error;
  return isSystemError && typeof error.code === "string" ? error.code : undefined;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
