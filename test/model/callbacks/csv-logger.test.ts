// CSVLogger: what stands in the file after each epoch, after a second fit, and after a crash.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { CSVLogger, type CSVLoggerOptions } from "../../../src/model/callbacks.ts";
import { FakeTraining, runCut, runEpochs } from "./fake-training.ts";

let folder = "";
let path = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-csv-"));
  path = join(folder, "runs", "log.csv");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const content = () => readFile(path, "utf8");

const logNames = ["loss", "mae", "val_loss"];
const logs = [
  { loss: 0.1 + 0.2, mae: 1, val_loss: 1e-7 },
  { loss: 0.25, mae: Number.NaN, val_loss: Infinity },
  { loss: 0.125, mae: 0.5, val_loss: 2 },
];
const rows = ["0,0.30000000000000004,1,1e-7", "1,0.25,NaN,Infinity", "2,0.125,0.5,2"];
const header = "epoch,loss,mae,val_loss";
const lines = (...parts: readonly string[]) => parts.map((part) => `${part}\n`).join("");

async function train(options: Partial<CSVLoggerOptions> = {}, training = new FakeTraining({ logNames })) {
  const logger = new CSVLogger({ path, ...options });
  await logger.onTrainBegin(training);
  await runEpochs(logger, training, logs);
}

describe("CSVLogger", () => {
  test("has a header before anything is trained, and a row after each epoch, with all digits", async () => {
    const logger = new CSVLogger({ path });
    const training = new FakeTraining({ logNames });
    await logger.onTrainBegin(training);
    expect(await content()).toBe(lines(header));
    for (const [epoch, row] of logs.entries()) {
      await logger.onEpochEnd(epoch, row);
      expect(await content()).toBe(lines(header, ...rows.slice(0, epoch + 1)));
    }
  });

  test("writes over a file that was there, or adds to it", async () => {
    await train();
    await train();
    expect(await content()).toBe(lines(header, ...rows));
    await train({ append: true });
    expect(await content()).toBe(lines(header, ...rows, ...rows));
  });

  test("adds to a file by another hand, with or without an end to its last line, and to none", async () => {
    await train({ append: true });
    expect(await content()).toBe(lines(header, ...rows));
    for (const end of ["", "\n", "\r\n"]) {
      await writeFile(path, `${header}\r\n0,1,2,3${end}`);
      await train({ append: true });
      expect(await content()).toBe(`${header}\r\n0,1,2,3${end || "\n"}${lines(...rows)}`);
    }
  });

  test("takes another separator, and puts names that hold it in quotes", async () => {
    const training = new FakeTraining({ logNames: ["loss", "a;b", 'say "x"', "c,d"] });
    const logger = new CSVLogger({ path, separator: ";" });
    await logger.onTrainBegin(training);
    await logger.onEpochEnd(0, { loss: 1, "a;b": 2, "c,d": 4 });
    // RFC 4180; what was not logged is NA, as in Keras.
    expect(await content()).toBe(lines('epoch;loss;"a;b";"say ""x""";c,d', "0;1;2;NA;4"));
  });

  test("writes each row once, wherever a training was cut short and taken up again", async () => {
    for (const append of [false, true]) {
      for (let cut = 0; cut <= logs.length; cut++) {
        for (const lost of [0, 1, 2]) {
          await rm(folder, { recursive: true, force: true });
          const before = append ? [header, "7,7,7,7"] : [header];
          if (append) {
            await mkdir(join(folder, "runs"), { recursive: true });
            await writeFile(path, lines(...before));
          }
          const make = () => new CSVLogger({ path, append });
          await runCut(make, (resumed) => new FakeTraining({ logNames, resumed }), logs, cut, lost);
          expect(await content()).toBe(lines(...before, ...rows));
        }
      }
    }
  });

  test("cuts off half a row, should one have been left", async () => {
    const training = new FakeTraining({ logNames });
    const first = new CSVLogger({ path });
    await first.onTrainBegin(training);
    await runEpochs(first, training, logs, { to: 2 });
    const state = await first.saveState();
    await writeFile(path, `${await content()}2,0.1`);
    const again = new CSVLogger({ path });
    const resumed = new FakeTraining({ logNames, resumed: true });
    await again.onTrainBegin(resumed);
    await again.loadState(state);
    await runEpochs(again, resumed, logs, { from: 2 });
    expect(await content()).toBe(lines(header, ...rows));
  });

  test("begins a file where that of the checkpoint is gone", async () => {
    const training = new FakeTraining({ logNames, resumed: true });
    const logger = new CSVLogger({ path });
    await logger.onTrainBegin(training);
    await logger.loadState({ json: { bytes: 1000 } });
    await runEpochs(logger, training, logs, { from: 2 });
    expect(await content()).toBe(lines(header, rows[2] ?? ""));
  });

  test("fails before anything is trained where it cannot write, or where the columns are others", async () => {
    await train();
    await expect(train({ append: true }, new FakeTraining())).rejects.toMatchObject({
      code: "log-columns",
      message: `CSVLogger: "${path}" has the columns ${header}; this training logs epoch,loss. Choose another file, or set append to false`,
    });
    expect(await content()).toBe(lines(header, ...rows));
    path = join(path, "below.csv");
    await expect(train()).rejects.toThrow("a part of this path is a file, not a folder");
    path = folder;
    await expect(train()).rejects.toThrow("it is a folder, and a file is to be written");
  });

  test.each<[object, string]>([
    [{}, "CSVLogger: path is to name a file, got undefined"],
    [{ path: "" }, 'CSVLogger: path is to name a file, got ""'],
    [
      { filename: "log.csv", path: "log.csv" },
      'CSVLogger: there is no option "filename". It takes path, separator, append',
    ],
    [
      { path: "log.csv", separator: ", " },
      'CSVLogger: separator is to be one character such as "," or ";" or a tab, got ", "',
    ],
    [
      { path: "log.csv", separator: "." },
      'CSVLogger: separator is to be one character such as "," or ";" or a tab, got "."',
    ],
    [{ path: "log.csv", separator: "\n" }, "CSVLogger: separator is to be one character"],
  ])("refuses %o", (options, message) => {
    expect(() => new CSVLogger(options as CSVLoggerOptions)).toThrow(message);
  });
});
