// Running the command line in the process of a test, and a folder for what it reads and writes.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll } from "vitest";
import type { CliContext } from "../../src/cli/context.ts";
import { run } from "../../src/cli/run.ts";

/** What came of a command line. */
export interface CliResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a command, and gathers what it prints. @param command is given a context, and gives the exit code */
export async function gathered(command: (context: CliContext) => Promise<number>): Promise<CliResult> {
  let [stdout, stderr] = ["", ""];
  const code = await command({
    print: (text) => {
      stdout += text;
    },
    tell: (text) => {
      stderr += text;
    },
  });
  return { code, stdout, stderr };
}

/** Runs a command line as a shell would. @param parts stand-ins */
export function runCli(argv: readonly string[], parts: Partial<CliContext> = {}): Promise<CliResult> {
  return gathered((context) => run(argv, { ...context, ...parts }));
}

/** A folder that is there while the tests of a file run. */
export interface TestFolder {
  readonly path: string;
  /** Writes a file into it. @returns its path */
  file(name: string, content: string): Promise<string>;
}

export function testFolder(name: string): TestFolder {
  let path = "";
  beforeAll(async () => {
    path = await mkdtemp(join(tmpdir(), `recurra-${name}-`));
  });
  afterAll(() => rm(path, { recursive: true, force: true }));
  return {
    get path() {
      return path;
    },
    async file(name, content) {
      await writeFile(join(path, name), content);
      return join(path, name);
    },
  };
}
