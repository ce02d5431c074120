// The browser side of the platform: no files, no terminal.

import { RecurraError } from "./error.ts";
import type { Environment, Platform, Terminal } from "./types.ts";

export const openBytes: Platform["openBytes"] = async (path) => {
  throw noFileSystem(
    `read "${path}"`,
    "Fetch the file, or let the user choose it, and pass its bytes instead",
  );
};

export const readTextFile: Platform["readTextFile"] = async (path) => {
  throw noFileSystem(
    `read "${path}"`,
    "Fetch the file, or let the user choose it, and pass its text instead",
  );
};

export const removeLeftovers: Platform["removeLeftovers"] = async (path) => {
  throw noFileSystem(`clean up beside "${path}"`, "There is nothing to be done");
};

export const writeFileAtomic: Platform["writeFileAtomic"] = async (path) => {
  throw noFileSystem(`write "${path}"`, "Take the bytes and offer them as a download instead");
};

export const writeFolderAtomic: Platform["writeFolderAtomic"] = async (path) => {
  throw noFileSystem(`write "${path}"`, "Take the bytes of each file and offer them as a download instead");
};

export const appendFile: Platform["appendFile"] = async (path) => {
  throw noFileSystem(`write "${path}"`, "Collect the bytes and offer them as a download instead");
};

export const pathExists: Platform["pathExists"] = async (path) => {
  throw noFileSystem(`look for "${path}"`, "Fetch the file and look at the response's status instead");
};

export const joinPath: Platform["joinPath"] = (...parts) =>
  parts
    .filter((part) => part !== "")
    .join("/")
    .replace(/(?<!:)\/{2,}/g, "/");

export const terminal: Terminal = {
  isInteractive: false,
  columns: 80,
  write(text) {
    console.info(text.trimEnd());
  },
};

export const onInterrupt: Platform["onInterrupt"] = () => () => {};

export const startThread: Platform["startThread"] = (address) => {
  throw new RecurraError(
    "no-threads",
    `Cannot start "${address}" on a thread of its own: a page in a browser cannot start Recurra's modules so. Start a web worker of yours, and give what it sends as an async iterable.`,
  );
};

export const parentThread: Platform["parentThread"] = () => undefined;

export const now: Platform["now"] = () => performance.now();

export const environment: Environment = {
  runtime: "browser",
  versions: { browser: navigator.userAgent },
  cores: navigator.hardwareConcurrency,
};

function noFileSystem(action: string, instead: string): RecurraError {
  return new RecurraError(
    "no-file-system",
    `Cannot ${action}: a page in a browser has no files that it can reach by path. ${instead}.`,
  );
}
