// The command in a shell: a reader that leaves, a full disk, Ctrl-C.

import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { runCli, testFolder } from "./run-cli.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const folder = testFolder("streams");
const at = (name: string) => join(folder.path, name);

/** Runs a line of a shell, in which `$RECURRA` is the command. */
function shell(line: string, onOutput: (text: string, kill: () => void) => void = () => {}) {
  return new Promise<{ readonly code: unknown; readonly stderr: string }>((resolve) => {
    const child = spawn("sh", ["-c", line], {
      env: { ...process.env, RECURRA: `${process.execPath} --conditions=source ${main}` },
      detached: true,
    });
    let stderr = "";
    child.stderr.on("data", (text) => {
      stderr += text;
    });
    child.stdout.on("data", (text) =>
      onOutput(String(text), () => process.kill(-(child.pid ?? 0), "SIGINT")),
    );
    child.on("close", (code) => resolve({ code, stderr }));
  });
}

beforeAll(async () => {
  const text = await folder.file("fox.txt", "The quick brown fox jumps over the lazy dog.\n".repeat(40));
  await runCli(["generate", "train", text, "--model", "ngram", "--out", at("fox")]);
});

describe("the command leaves when its reader does", () => {
  const posix = test.skipIf(process.platform === "win32");
  const endless = () => `$RECURRA generate sample "${at("fox")}" --length 1000000000`;

  posix("and says nothing of it", { timeout: 20_000 }, async () => {
    // Without an end of its own it would go on for hours.
    expect(await shell(`${endless()} | head -c 50`)).toEqual({ code: 0, stderr: "" });
  });

  test.skipIf(!existsSync("/dev/full"))("a full disk is told in a line", { timeout: 20_000 }, async () => {
    expect(await shell(`${endless()} > /dev/full`)).toEqual({
      code: 2,
      stderr:
        "recurra: Cannot write the output: the disk is full. Free some space, or choose another path.\n",
    });
  });

  posix("Ctrl-C says that it stopped", { timeout: 20_000 }, async () => {
    let isKilled = false;
    const { stderr } = await shell(`exec ${endless()}`, (_, kill) => {
      if (!isKilled) kill();
      isKilled = true;
    });
    expect(stderr).toBe("\nStopping …\nrecurra: Stopped.\n");
  });
});
