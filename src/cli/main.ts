#!/usr/bin/env node
// The command `recurra`.

import { EXIT, run } from "./run.ts";

for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", ({ code, message }: NodeJS.ErrnoException) => {
    // A reader such as `head` may close the pipe before all is printed: nobody waits for the rest. Without results it was stopped.
    if (code === "EPIPE") process.exit(stream === process.stdout ? EXIT.ok : EXIT.interrupted);
    const why = code === "ENOSPC" ? "the disk is full. Free some space, or choose another path" : message;
    if (stream === process.stdout) process.stderr.write(`recurra: Cannot write the output: ${why}.\n`);
    process.exit(EXIT.badInput);
  });
}

process.exitCode = await run(process.argv.slice(2));
