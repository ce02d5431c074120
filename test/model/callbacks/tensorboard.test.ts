// TensorBoard: what a reader of its own finds in the event files.

import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { crc32c, maskedCrc32c } from "../../../src/model/callbacks/crc32c.ts";
import { fileVersionEvent, summaryEvent } from "../../../src/model/callbacks/events.ts";
import { TensorBoard, type TensorBoardOptions } from "../../../src/model/callbacks.ts";
import { normal, setWeights } from "../support/data.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";
import { checksumByBits, type Histogram, readEvents, readRun } from "./read-events.ts";

let logDir = "";
beforeEach(async () => {
  logDir = await mkdtemp(join(tmpdir(), "recurra-tensorboard-"));
});
afterEach(() => rm(logDir, { recursive: true, force: true }));

describe("CRC-32C", () => {
  test("of the vectors of RFC 3720, B.4, and of the common check", () => {
    expect(crc32c(new TextEncoder().encode("123456789"))).toBe(0xe3069283);
    expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
    expect(crc32c(new Uint8Array(32).fill(255))).toBe(0x62a8ab43);
    expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
    expect(crc32c(new Uint8Array(0))).toBe(0);
  });

  test("is what its definition gives, bit by bit", () => {
    for (let length = 0; length < 40; length += 3) {
      const bytes = new Uint8Array(normal([length], length + 1).data.buffer);
      expect(crc32c(bytes)).toBe(checksumByBits(bytes));
    }
  });

  test("is masked as TFRecords want it", () => {
    // 0xE3069283 turned right by 15 bits is 0x2507C60D; with 0xA282EAD8 added, 0xC78AB0E5.
    expect(maskedCrc32c(new TextEncoder().encode("123456789"))).toBe(0xc78ab0e5);
  });
});

describe("events", () => {
  test("come back as they were", () => {
    expect(readEvents(fileVersionEvent(1234.5))).toEqual([
      { wallTime: 1234.5, step: 0, fileVersion: "brain.Event:2", values: [] },
    ]);
    const values = [
      { tag: "epoch_loss", value: 0.5 },
      { tag: "größe/über", value: Number.NaN },
      { tag: "x", value: Number.NEGATIVE_INFINITY },
    ];
    expect(readEvents(summaryEvent(1.7e9 + 0.25, 3_000_000_000, values))).toEqual([
      { wallTime: 1.7e9 + 0.25, step: 3_000_000_000, values },
    ]);
  });

  test("are refused by the reader where a bit is wrong", () => {
    const event = summaryEvent(1, 2, [{ tag: "a", value: 1 }]);
    for (const place of [0, 9, 14, event.length - 1]) {
      const broken = event.slice();
      broken[place] = (broken[place] ?? 0) ^ 4;
      expect(() => readEvents(broken)).toThrow("checksum");
    }
  });

  const histogramOf = (value: Float32Array) =>
    readEvents(summaryEvent(1, 0, [{ tag: "w", value }]))[0]?.values[0]?.value as Histogram;

  test("hold histograms of thirty buckets of equal width", () => {
    const value = Float32Array.from({ length: 61 }, (_, i) => i / 2); // 0, 0.5, … 30
    const found = histogramOf(value);
    expect(found).toMatchObject({ min: 0, max: 30, num: 61, sum: 915 });
    expect(found.sumSquares).toBe(value.reduce((sum, x) => sum + x * x, 0));
    expect(found.bucketLimit).toEqual(Array.from({ length: 30 }, (_, i) => i + 1));
    // Each bucket holds its left edge and the middle; the last one its right edge too.
    expect(found.bucket).toEqual([...new Array<number>(29).fill(2), 3]);
  });

  test("hold histograms of what is all the same, not finite in part, or nothing", () => {
    expect(histogramOf(Float32Array.of(2, 2, 2))).toEqual({
      min: 2,
      max: 2,
      num: 3,
      sum: 6,
      sumSquares: 12,
      bucketLimit: [2],
      bucket: [3],
    });
    expect(histogramOf(Float32Array.of(1, Number.NaN, Infinity, 1))).toMatchObject({
      min: 1,
      max: 1,
      num: 2,
      bucket: [2],
    });
    const empty = { min: 0, max: 0, num: 0, sum: 0, sumSquares: 0, bucketLimit: [0], bucket: [0] };
    expect(histogramOf(Float32Array.of(Number.NaN))).toEqual(empty);
    expect(histogramOf(new Float32Array(0))).toEqual(empty);
  });
});

const logNames = ["loss", "mae", "val_loss", "val_mae"];
const logs = [4, 3, 2].map((loss) => ({ loss, mae: loss / 2, val_loss: loss + 1, val_mae: loss + 2 }));

async function train(
  options: TensorBoardOptions = {},
  training = new FakeTraining({ logNames, learningRate: 0.5 }),
) {
  const board = new TensorBoard({ logDir, ...options });
  await board.onTrainBegin(training);
  await runEpochs(board, training, logs);
}

/** What stands under each tag: step and value. */
async function curves(run: string): Promise<Record<string, (readonly [number, unknown])[]>> {
  const found: Record<string, (readonly [number, unknown])[]> = {};
  for (const { step, values } of await readRun(join(logDir, run))) {
    for (const { tag, value } of values) {
      found[tag] ??= [];
      found[tag].push([step, value]);
    }
  }
  return found;
}

const curve = (values: readonly number[], from = 0) => values.map((value, i) => [from + i, value]);

describe("TensorBoard", () => {
  test("writes what Keras' callback does, under the same names, into train and validation", async () => {
    await train();
    expect((await readdir(logDir)).toSorted()).toEqual(["train", "validation"]);
    expect(await curves("train")).toEqual({
      epoch_loss: curve([4, 3, 2]),
      epoch_mae: curve([2, 1.5, 1]),
      epoch_learning_rate: curve([0.5, 0.5, 0.5]),
    });
    expect(await curves("validation")).toEqual({
      epoch_loss: curve([5, 4, 3]),
      epoch_mae: curve([6, 5, 4]),
      evaluation_loss_vs_iterations: curve([5, 4, 3], 1),
      evaluation_mae_vs_iterations: curve([6, 5, 4], 1),
    });
  });

  test("opens each file with its version, and writes times that make sense", async () => {
    await train();
    for (const run of ["train", "validation"]) {
      const files = await readdir(join(logDir, run));
      expect(files).toEqual([expect.stringMatching(/^events\.out\.tfevents\.\d{10}\.\d{4}\.recurra$/)]);
      const [first, ...rest] = await readRun(join(logDir, run));
      expect(first?.fileVersion).toBe("brain.Event:2");
      expect(rest.length).toBeGreaterThan(0);
      for (const { wallTime } of rest) expect(wallTime).toBeGreaterThanOrEqual(first?.wallTime ?? Infinity);
    }
  });

  test("has no validation where nothing is held out, and begins before anything is trained", async () => {
    const board = new TensorBoard({ logDir });
    await board.onTrainBegin(new FakeTraining());
    expect(await readdir(logDir)).toEqual(["train"]);
    expect((await readRun(join(logDir, "train"))).length).toBe(1);
  });

  test("writes batches, all or every so many", async () => {
    await train({ updateFreq: "batch" });
    expect(await curves("train")).toMatchObject({
      batch_loss: curve([4, 3, 2], 1),
      batch_mae: curve([2, 1.5, 1], 1),
      batch_val_loss: curve([5, 4, 3], 1),
      batch_learning_rate: curve([0.5, 0.5, 0.5], 1),
    });
    await rm(logDir, { recursive: true });
    await train({ updateFreq: 2 });
    expect((await curves("train")).batch_loss).toEqual([[2, 3]]);
  });

  test("writes the weights as histograms, every so many epochs", async () => {
    const training = new FakeTraining({ logNames });
    setWeights(training.model, [[0.25]]);
    await train({ histogramFreq: 2 }, training);
    const found = (await curves("train"))["line/kernel/histogram"];
    expect(found?.map(([step]) => step)).toEqual([0, 2]);
    expect(found?.[0]?.[1]).toMatchObject({ min: 0.25, max: 0.25, num: 1, bucket: [1] });
  });

  test("begins a file of its own at each fit, which is read after the first", async () => {
    await train();
    await train();
    expect((await readdir(join(logDir, "train"))).length).toBe(2);
    expect((await curves("train")).epoch_loss).toEqual([...curve([4, 3, 2]), ...curve([4, 3, 2])]);
  });

  test("leaves the same curves, wherever a training was cut short and taken up again", async () => {
    await train({ updateFreq: "batch", histogramFreq: 1 });
    const whole = { train: await curves("train"), validation: await curves("validation") };
    for (let cut = 0; cut <= logs.length; cut++) {
      await rm(logDir, { recursive: true });
      const make = () => new TensorBoard({ logDir, updateFreq: "batch", histogramFreq: 1 });
      await runCut(
        make,
        (resumed) => new FakeTraining({ logNames, learningRate: 0.5, resumed }),
        logs,
        cut,
        2,
      );
      expect({ train: await curves("train"), validation: await curves("validation") }).toEqual(whole);
      expect((await readdir(join(logDir, "train"))).length).toBe(1);
    }
  });

  test("begins a file where that of the checkpoint is gone", async () => {
    const first = new TensorBoard({ logDir });
    await first.onTrainBegin(new FakeTraining({ logNames }));
    const state = await first.saveState();
    await rm(logDir, { recursive: true });
    const training = new FakeTraining({ logNames, resumed: true });
    const again = new TensorBoard({ logDir });
    await again.onTrainBegin(training);
    await again.loadState(state);
    await runEpochs(again, training, logs, { from: 2 });
    expect((await curves("train")).epoch_loss).toEqual([[2, 2]]);
    expect((await curves("validation")).epoch_loss).toEqual([[2, 3]]);
  });

  test("fails before anything is trained where it cannot write", async () => {
    await writeFile(join(logDir, "file"), "");
    const board = new TensorBoard({ logDir: join(logDir, "file") });
    await expect(board.onTrainBegin(new FakeTraining())).rejects.toThrow(
      "a part of this path is a file, not a folder",
    );
  });

  test.each<[object, string]>([
    [
      { log_dir: "logs" },
      'TensorBoard: there is no option "log_dir". Did you mean "logDir"? It takes logDir, histogramFreq, updateFreq',
    ],
    [{ logDir: 3 }, "TensorBoard: logDir is to name a folder, got 3"],
    [{ histogramFreq: -1 }, "TensorBoard: histogramFreq is to be a whole number from 0 up, got -1"],
    [
      { updateFreq: 0 },
      'TensorBoard: updateFreq is to be "epoch", "batch" or a positive whole number, got 0',
    ],
    [
      { updateFreq: "step" },
      'TensorBoard: updateFreq is to be "epoch", "batch" or a positive whole number, got "step"',
    ],
  ])("refuses %o", (options, message) => {
    expect(() => new TensorBoard(options as TensorBoardOptions)).toThrow(message);
  });
});
