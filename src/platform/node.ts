// The Node side of the platform.

import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { Environment, Platform, Terminal } from "./types.ts";

export { appendFile } from "./node/append-file.ts";
export { openBytes, pathExists, readTextFile } from "./node/read-files.ts";
export { parentThread, startThread } from "./node/threads.ts";
export { removeLeftovers, writeFileAtomic, writeFolderAtomic } from "./node/write-files.ts";

export const joinPath: Platform["joinPath"] = (...parts) => join(...parts);

export const terminal: Terminal = {
  get isInteractive() {
    return process.stderr.isTTY === true;
  },
  get columns() {
    return process.stderr.columns ?? 80;
  },
  write(text) {
    process.stderr.write(text);
  },
};

export const onInterrupt: Platform["onInterrupt"] = (handler) => {
  // A listener of its own for each call, so that the same handler can be registered twice and taken off once.
  // When the last one goes, Node ends the program on Ctrl-C again.
  const listener = () => handler();
  process.on("SIGINT", listener);
  return () => {
    process.off("SIGINT", listener);
  };
};

export const now: Platform["now"] = () => performance.now();

export const environment: Environment = {
  runtime: "node",
  versions: {
    node: process.versions.node,
    v8: process.versions.v8,
    system: `${process.platform}-${process.arch}`,
  },
  cores: availableParallelism(),
};
