// What a training prints: a bar on a terminal, lines elsewhere, nothing on request; always on standard error.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { type FitOptions, layers, sequential } from "../../src/index.ts";
import { formatLogs, Progress } from "../../src/model/progress.ts";
import { linearData, written } from "./support/data.ts";

const { x, y } = linearData(40);

async function train(options: FitOptions): Promise<void> {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ loss: "mse", metrics: ["mae"] });
  await model.fit(x, y, { epochs: 2, batchSize: 10, validationSplit: 0.25, ...options });
}

/** The line that closes an epoch of three steps. */
const epochLine = (epoch: number) =>
  `Epoch ${epoch}/2 - \\d+\\.\\ds - [\\d.]+ steps/s - loss: \\d+\\.\\d{4} - mae: \\d+\\.\\d{4} - val_loss: \\d+\\.\\d{4} - val_mae: \\d+\\.\\d{4}\n`;

/** Makes standard error a terminal of so many columns, or none. */
function setTerminal(isTTY: boolean, columns: number): void {
  Object.defineProperty(process.stderr, "isTTY", { value: isTTY, configurable: true });
  Object.defineProperty(process.stderr, "columns", { value: columns, configurable: true });
}

const before = { isTTY: process.stderr.isTTY, columns: process.stderr.columns };
afterEach(() => setTerminal(before.isTTY, before.columns));

describe("elsewhere than on a terminal", () => {
  beforeEach(() => setTerminal(false, 80));

  test("a line an epoch, and nothing that moves", async () => {
    for (const verbose of ["auto", "lines"] as const) {
      const text = await written(() => train({ verbose }));
      expect(text).toMatch(new RegExp(`^${epochLine(1)}${epochLine(2)}$`));
    }
  });

  test("the epochs count on from initialEpoch", async () => {
    const text = await written(() => train({ initialEpoch: 1 }));
    expect(text).toMatch(new RegExp(`^${epochLine(2)}$`));
  });

  test("nothing on request", async () => {
    expect(await written(() => train({ verbose: "silent" }))).toBe("");
  });

  test("standard output is left alone", async () => {
    const write = vi.spyOn(process.stdout, "write");
    await written(() => train({ verbose: "lines" }));
    expect(write).not.toHaveBeenCalled();
    write.mockRestore();
  });
});

describe("on a terminal", () => {
  const erase = "\r\u001b[2K";

  test("a bar with loss, rate and time left, in whose place the epoch's line comes", async () => {
    setTerminal(true, 120);
    const text = await written(() => train({ verbose: "auto" }));
    const lines = text.split("\n");
    expect(lines.length).toBe(3);
    expect(lines[2]).toBe("");
    for (const [i, line] of lines.slice(0, 2).entries()) {
      const drawings = line.split(erase);
      expect(drawings[0]).toBe("");
      expect(`${drawings.at(-1)}\n`).toMatch(new RegExp(`^${epochLine(i + 1)}$`));
      // The last step is always drawn; those before it at most every tenth of a second.
      expect(drawings.at(-2)).toMatch(
        new RegExp(`^Epoch ${i + 1}/2 █{20} 3/3 - loss: \\d+\\.\\d{4} - [\\d.]+ steps/s - ETA \\d+\\.\\ds$`),
      );
    }
    expect(text.split(erase)[1]).toMatch(/^Epoch 1\/2 █{7}░{13} 1\/3 - loss/);
  });

  test("no longer than the terminal is wide", async () => {
    setTerminal(true, 40);
    const text = await written(() => train({ verbose: "auto" }));
    const bars = text.split(/[\n\r]/).filter((line) => line.includes("█"));
    expect(bars.length).toBeGreaterThan(1);
    for (const bar of bars) expect(bar.replace("\u001b[2K", "").length).toBeLessThan(40);
  });

  test("nothing on request, and lines on request", async () => {
    setTerminal(true, 80);
    expect(await written(() => train({ verbose: "silent" }))).toBe("");
    expect(await written(() => train({ verbose: "lines" }))).toMatch(
      new RegExp(`^${epochLine(1)}${epochLine(2)}$`),
    );
  });

  test("an error starts on a line of its own", async () => {
    setTerminal(true, 80);
    const failing = {
      onBatchEnd() {
        throw new Error("the disk is gone");
      },
    };
    const text = await written(() => train({ callbacks: [failing] }).catch(() => {}));
    expect(text).toMatch(/ETA [^\n]*\n$/);
  });
});

test("the time left is that of all steps to come at the rate so far", async () => {
  setTerminal(true, 200);
  vi.useFakeTimers({ toFake: ["performance"] });
  try {
    const text = await written(async () => {
      const progress = new Progress("auto", 3, 10, 1); // the second and the third of three epochs
      progress.beginEpoch();
      vi.advanceTimersByTime(4000);
      progress.step(1, 2, () => 0.25); // two steps in 4 s: 18 steps are left
      vi.advanceTimersByTime(200_000);
      progress.step(1, 3, () => 0.25); // three in 204 s: 17 left
      progress.say("A word.");
    });
    expect(text.split("\r\u001b[2K").slice(1)).toEqual([
      "Epoch 2/3 ████░░░░░░░░░░░░░░░░ 2/10 - loss: 0.2500 - 2.0s/step - ETA 36s",
      "Epoch 2/3 ██████░░░░░░░░░░░░░░ 3/10 - loss: 0.2500 - 1:08/step - ETA 19:16",
      "A word.\n",
    ]);
  } finally {
    vi.useRealTimers();
  }
});

test("numbers keep four digits, small ones too", () => {
  expect(formatLogs({ loss: 12.345678, mae: 0.00012345, r2: 0, val_loss: -0.5, nan: Number.NaN })).toBe(
    "loss: 12.3457 - mae: 1.234e-4 - r2: 0.0000 - val_loss: -0.5000 - nan: NaN",
  );
});
