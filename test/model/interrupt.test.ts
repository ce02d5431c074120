// Ctrl-C while a model trains: in a program of its own, with real signals.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import type { History } from "../../src/index.ts";

const program = fileURLToPath(new URL("support/long-training.ts", import.meta.url));

interface Outcome {
  readonly code: number | null;
  readonly signal: string | null;
  readonly out: string;
  readonly err: string;
}

/** Starts the program; `onTraining` is called once it says that it trains. */
async function run(scenario: string, onTraining: (child: ChildProcess) => void = () => {}): Promise<Outcome> {
  const child = spawn(process.execPath, ["--conditions=source", program, scenario], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 30_000,
  });
  let [out, err] = ["", ""];
  child.stdout.on("data", (text) => {
    const said = out.includes("training");
    out += String(text);
    if (!said && out.includes("training")) onTraining(child);
  });
  child.stderr.on("data", (text) => {
    err += String(text);
  });
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  return { code, signal, out, err };
}

interface Report {
  readonly history: History;
  readonly calls: readonly string[];
  readonly trained: boolean;
  readonly predicted: readonly number[];
  readonly stepsSince: number;
}

function reportOf({ code, out, err }: Outcome): Report {
  if (code !== 0) expect.fail(`the program ended with ${code}: ${err}`);
  return JSON.parse(out.slice(out.indexOf("{"))) as Report;
}

const notice = "Interrupted: ending after this step; what is trained is kept. Ctrl-C again ends at once.\n";

describe("Ctrl-C", () => {
  test("ends after the current step, keeps what is trained, and gives the history", async () => {
    const outcome = await run("outside", (child) => child.kill("SIGINT"));
    const { history, trained, predicted, stepsSince } = reportOf(outcome);
    expect(history.interrupted).toBe(true);
    expect(trained).toBe(true);
    expect(predicted).toEqual([100, 1]);
    expect(stepsSince).toBeLessThanOrEqual(1);
    expect(outcome.err).toContain(notice);
  });

  test("a second time ends the program at once", async () => {
    const { signal, code, err } = await run("stuck", (child) => {
      child.kill("SIGINT");
      // Two signals at once would be one.
      child.stderr?.on("data", (text) => {
        if (String(text).includes("Interrupted")) child.kill("SIGINT");
      });
    });
    expect([signal, code]).toEqual(["SIGINT", null]);
    expect(err).toContain(notice);
  });

  test("within an epoch: its steps so far are recorded, without validation, and it is not taken for a whole one", async () => {
    const { history, calls } = reportOf(await run("midway"));
    expect(history.interrupted).toBe(true);
    expect(history.epochs).toEqual([0, 1]);
    expect(history.logs.loss?.length).toBe(2);
    expect(history.logs.val_loss?.length).toBe(1);
    expect(calls).toEqual(["epoch 0", "end"]);
  });

  test("before validation: that is left out", async () => {
    const { history, calls } = reportOf(await run("lastStep"));
    expect([history.epochs, history.logs.val_loss?.length]).toEqual([[0, 1], 1]);
    expect(calls).toEqual(["epoch 0", "end"]);
  });

  test("between epochs: no further one is begun", async () => {
    const { history, calls } = reportOf(await run("between"));
    expect([history.interrupted, history.epochs, history.logs.val_loss?.length]).toEqual([true, [0, 1], 2]);
    expect(calls).toEqual(["epoch 0", "epoch 1", "end"]);
  });
});
