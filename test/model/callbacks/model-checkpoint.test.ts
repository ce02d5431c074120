// ModelCheckpoint: which folders it writes, what is in them, and what it does not write after a crash.

import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import {
  type Callback,
  loadModel,
  ModelCheckpoint,
  type ModelCheckpointOptions,
} from "../../../src/index.ts";
import { setWeights, weightsOf } from "../support/data.ts";
import { FakeTraining, runCut } from "./fake-training.ts";
import { line, quiet, x, y } from "./line.ts";

describe("ModelCheckpoint", () => {
  let root = "";
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), "recurra-checkpoint-"));
  });
  afterAll(() => rm(root, { recursive: true, force: true }));

  const folders = async (name: string) => (await readdir(join(root, name))).toSorted();

  /** Fits three epochs of which the second is best, with a checkpoint. */
  async function saved(name: string, path: string, options: Partial<ModelCheckpointOptions> = {}) {
    const model = line(0);
    const weights = [5, 3.5, 4];
    const move: Callback = { onEpochBegin: (epoch) => setWeights(model, [[weights[epoch] ?? 0]]) };
    const checkpoint = new ModelCheckpoint({ path: join(root, name, path), monitor: "loss", ...options });
    await model.fit(x, y, { epochs: 3, callbacks: [move, checkpoint], ...quiet });
  }

  test("saves after each epoch, under the epoch's number and what was logged", async () => {
    // The loss is 7.5·(w - 3)²: 30, 1.875, 7.5.
    await saved("each", "epoch-{epoch}-{loss}");
    expect(await folders("each")).toEqual(["epoch-1-30.0000", "epoch-2-1.8750", "epoch-3-7.5000"]);
    for (const [folder, w] of [
      ["epoch-1-30.0000", 5],
      ["epoch-2-1.8750", 3.5],
    ] as const) {
      expect(weightsOf(await loadModel(join(root, "each", folder)))).toEqual([w]);
    }
  });

  test("takes widths and decimals as Keras' patterns have them", async () => {
    await saved("wide", "{epoch:03d}-{loss:.2f}");
    expect(await folders("wide")).toEqual(["001-30.00", "002-1.88", "003-7.50"]);
  });

  test("overwrites a path without a pattern, so that the last epoch stays", async () => {
    await saved("last", "model");
    expect(weightsOf(await loadModel(join(root, "last", "model")))).toEqual([4]);
  });

  test("keeps the best only, if asked to", async () => {
    await saved("best", "model", { saveBestOnly: true });
    expect(weightsOf(await loadModel(join(root, "best", "model")))).toEqual([3.5]);
    await saved("bests", "{epoch}", { saveBestOnly: true });
    expect(await folders("bests")).toEqual(["1", "2"]);
    await saved("worst", "{epoch}", { saveBestOnly: true, mode: "max" });
    expect(await folders("worst")).toEqual(["1"]);
  });

  test("goes on comparing over several fits", async () => {
    const model = line(0);
    const checkpoint = new ModelCheckpoint({
      path: join(root, "several", "{loss}"),
      monitor: "loss",
      saveBestOnly: true,
    });
    for (const w of [5, 4, 6, 3]) {
      setWeights(model, [[w]]);
      await model.fit(x, y, { callbacks: [checkpoint], ...quiet });
    }
    expect(await folders("several")).toEqual(["0.0000", "30.0000", "7.5000"]);
  });

  test("holds the history up to its epoch", async () => {
    await saved("history", "{epoch}");
    const training = JSON.parse(await readFile(join(root, "history", "2", "training.json"), "utf8"));
    expect(training.history).toEqual({
      epochs: [0, 1],
      logs: { loss: [30, 1.875], mae: [5, 1.25] },
      interrupted: false,
    });
  });

  test("fails before anything is trained where it cannot work", async () => {
    const model = line();
    const fitWith = (options: ModelCheckpointOptions) =>
      model.fit(x, y, { callbacks: [new ModelCheckpoint(options)], ...quiet });
    const path = join(root, "none");
    await expect(fitWith({ path, saveBestOnly: true })).rejects.toThrow(
      'ModelCheckpoint: there is no "val_loss" in the logs; there are loss, mae',
    );
    await expect(fitWith({ path: join(path, "{val_loss}") })).rejects.toThrow(
      "ModelCheckpoint: path cannot fill in val_loss; it can fill in epoch, loss, mae",
    );
    await expect(fitWith({ path: join(path, "{epoch:x}") })).rejects.toThrow(
      "ModelCheckpoint: path cannot fill in {epoch:x}",
    );
    expect(() => new ModelCheckpoint({} as ModelCheckpointOptions)).toThrow(
      "ModelCheckpoint: path is to name a folder, got undefined",
    );
    const odd: object = { path, filepath: "a" };
    expect(() => new ModelCheckpoint(odd as ModelCheckpointOptions)).toThrow(
      'ModelCheckpoint: there is no option "filepath"',
    );
    expect(weightsOf(model)).toEqual([0]);
    expect(await readdir(root)).not.toContain("none");
  });

  test("that cannot be written ends the training with the reason; what is trained is kept", async () => {
    const model = line();
    const file = join(root, "each", "epoch-1-30.0000", "config.json");
    const checkpoint = new ModelCheckpoint({ path: join(file, "{epoch}") });
    await expect(model.fit(x, y, { epochs: 3, callbacks: [checkpoint], ...quiet })).rejects.toThrow(
      "a part of this path is a file, not a folder",
    );
    expect(weightsOf(model)[0]).toBeGreaterThan(0);
  });

  test("remembers the best value after a crash", async () => {
    const logs = [5, 3, 4, 2].map((loss) => ({ loss }));
    for (const cut of [1, 2, 3]) {
      const path = join(root, `crash-${cut}`, "{epoch}");
      const make = () => new ModelCheckpoint({ path, monitor: "loss", saveBestOnly: true });
      await runCut(make, (resumed) => new FakeTraining({ resumed }), logs, cut, 0);
      expect(await folders(`crash-${cut}`)).toEqual(["1", "2", "4"]);
    }
  });
});
