// Checkpoints: a training that was cut short goes on to the very same weights and history.

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Callback,
  EarlyStopping,
  type FitOptions,
  layers,
  Random,
  type Sequential,
  sequential,
} from "../../src/index.ts";

let root = "";
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-checkpoint-"));
});
afterAll(() => rm(root, { recursive: true, force: true }));

const random = new Random(11);
const x = random.normal([30, 5, 2]);
const y = random.normal([30, 1]);

function make(seed = 3, accumulate = 1): Sequential {
  const model = sequential(
    [
      layers.gru({ units: 4, dropout: 0.2, inputShape: [5, 2] }),
      layers.dropout({ rate: 0.3 }),
      layers.dense({ units: 1 }),
    ],
    { seed },
  );
  model.compile({
    optimizer: { name: "adam", learningRate: 0.02 },
    loss: "mse",
    metrics: ["mae", "r2"],
    gradientAccumulationSteps: accumulate,
  });
  return model;
}

const options = { epochs: 4, batchSize: 7, validationSplit: 0.2, verbose: "silent" } as const;
const numbersOf = (model: Sequential) =>
  model.weights.map(({ weight }) => Array.from(weight.value.toFloat64()));

/** Ends a training after so many steps of all of them, as an error in the middle of things would. */
const failAfter = (steps: number): Callback => {
  let left = steps;
  return {
    onBatchBegin() {
      if (left-- === 0) throw new RangeError("cut short");
    },
  };
};

async function cut(
  steps: number,
  path: string,
  more: Partial<FitOptions> = {},
  accumulate = 1,
): Promise<void> {
  const fit = make(3, accumulate).fit(x, y, {
    ...options,
    ...more,
    checkpoint: { path, everySteps: 1 },
    callbacks: [...(more.callbacks ?? []), failAfter(steps)],
  });
  await expect(fit).rejects.toThrow("cut short");
}

describe("a training that was cut short", () => {
  test.each([1, 3, 4, 5, 9, 14])("after step %i goes on to the same numbers", async (steps) => {
    const whole = make();
    const history = await whole.fit(x, y, options);
    const path = join(root, `cut-${steps}`);
    await cut(steps, path);
    const again = make();
    expect(await again.fit(x, y, { ...options, checkpoint: path })).toEqual(history);
    expect(numbersOf(again)).toEqual(numbersOf(whole));
  });

  test("between two changes of the weights goes on with the gradients so far", async () => {
    const whole = make(3, 3);
    const history = await whole.fit(x, y, options);
    const path = join(root, "accumulated");
    await cut(5, path, {}, 3);
    const again = make(3, 3);
    expect(await again.fit(x, y, { ...options, checkpoint: path })).toEqual(history);
    expect(numbersOf(again)).toEqual(numbersOf(whole));
  });

  test("may go on for longer, and one that has ended gives its history back", async () => {
    const whole = make();
    const history = await whole.fit(x, y, { ...options, epochs: 6 });
    const path = join(root, "longer");
    await make().fit(x, y, { ...options, checkpoint: path });
    expect(await make().fit(x, y, { ...options, epochs: 6, checkpoint: path })).toEqual(history);
    const ended = make();
    expect(await ended.fit(x, y, { ...options, epochs: 6, checkpoint: path })).toEqual(history);
    expect(numbersOf(ended)).toEqual(numbersOf(whole));
  });

  test("by early stopping stays stopped, with the best weights", async () => {
    const stopping = () => [new EarlyStopping({ monitor: "loss", mode: "max", restoreBestWeights: true })];
    const path = join(root, "stopped");
    const first = make();
    const history = await first.fit(x, y, { ...options, epochs: 9, checkpoint: path, callbacks: stopping() });
    expect(history.epochs.length).toBeLessThan(9);
    const again = make();
    expect(await again.fit(x, y, { ...options, epochs: 9, checkpoint: path, callbacks: stopping() })).toEqual(
      history,
    );
    expect(numbersOf(again)).toEqual(numbersOf(first));
  });

  test("on batches goes on from the batch after the last one", async () => {
    const batches = (epoch: number) =>
      [0, 1, 2, 3].map((i) => ({
        x: x.rows(5 * i + epoch, 5 * i + epoch + 5),
        y: y.rows(5 * i + epoch, 5 * i + epoch + 5),
      }));
    const rest = { epochs: 3, verbose: "silent" } as const;
    const whole = make();
    const history = await whole.fit(batches, rest);
    const path = join(root, "batches");
    await expect(
      make().fit(batches, { ...rest, checkpoint: { path, everySteps: 1 }, callbacks: [failAfter(6)] }),
    ).rejects.toThrow("cut short");
    const again = make();
    expect(await again.fit(batches, { ...rest, checkpoint: path })).toEqual(history);
    expect(numbersOf(again)).toEqual(numbersOf(whole));
  });
});

describe("a checkpoint is refused", () => {
  test("where it is that of another training, and says what differs", async () => {
    const path = join(root, "other");
    await make().fit(x, y, { ...options, checkpoint: path });
    const refused = (model: Sequential, more: object) =>
      model.fit(x, y, { ...options, checkpoint: path, ...more });
    await expect(refused(make(4), {})).rejects.toThrow("seed was 3, is 4");
    await expect(refused(make(), { batchSize: 6 })).rejects.toThrow("batchSize was 7, is 6");
    await expect(make().fit(x.rows(0, 20), y.rows(0, 20), { ...options, checkpoint: path })).rejects.toThrow(
      "x was [",
    );
    const wider = sequential([layers.gru({ units: 5, inputShape: [5, 2] }), layers.dense({ units: 1 })]);
    wider.compile({ loss: "mse" });
    const before = numbersOf(wider);
    await expect(refused(wider, {})).rejects.toThrow(
      `${path} is the checkpoint of another training: weights was`,
    );
    expect(numbersOf(wider)).toEqual(before);
  });

  test("where it is none, or was cut off", async () => {
    const none = join(root, "none");
    await writeFile(none, "not a checkpoint");
    await expect(make().fit(x, y, { ...options, checkpoint: none })).rejects.toThrow(none);
    const path = join(root, "cut-off");
    await make().fit(x, y, { ...options, checkpoint: path });
    const bytes = await readFile(path);
    await writeFile(path, bytes.subarray(0, bytes.length - 40));
    await expect(make().fit(x, y, { ...options, checkpoint: path })).rejects.toThrow(path);
  });
});

const script = join(import.meta.dirname, "support/train-with-checkpoint.ts");
const execArgv = ["--conditions=source"];

/** Runs the training; kills it so many milliseconds after it has begun, unless it ends before. */
function run(args: readonly string[], killAfter?: number): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [...execArgv, script, ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    let isKilled = false;
    child.stdout?.on("data", (data: Buffer) => {
      const isFirst = output === "";
      output += data;
      if (!isFirst || killAfter === undefined) return;
      setTimeout(() => {
        isKilled = child.kill("SIGKILL");
      }, killAfter);
    });
    child.on("error", reject);
    child.on("exit", (code) => {
      if (code === 0) resolve(output.trim().split("\n").at(-1));
      else if (isKilled) resolve(undefined);
      else reject(new Error(`the training ended with ${code}`));
    });
  });
}

describe("kill -9", () => {
  test("at 25 random moments and more changes nothing of what a training comes to", {
    timeout: 180_000,
  }, async () => {
    const wanted = await run([]);
    const folder = await mkdtemp(join(root, "killed-"));
    const moments = new Random(5).uniform([400], 0, 1).toFloat64();
    let kills = 0;
    for (let round = 0; kills < 25; round++) {
      const path = join(folder, `${round}`);
      await rm(path, { force: true });
      let result: string | undefined;
      while (result === undefined) {
        result = await run([path], kills < 30 ? (moments[kills] ?? 0) ** 2 * 60 : undefined);
        if (result === undefined) kills++;
      }
      expect(result).toBe(wanted);
      expect((await readdir(folder)).filter((name) => name.startsWith("."))).toEqual([]);
    }
    expect(kills).toBeGreaterThanOrEqual(25);
  });
});
