// Damaged model folders: each fault is named with its file, and nothing is made of half a model.

import { copyFile, cp, mkdir, mkdtemp, readFile, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { layers, loadModel, RecurraError, sequential } from "../../src/index.ts";
import { configChecksum } from "../../src/model/files.ts";
import { normal } from "./support/data.ts";

let root = "";
let whole = "";
let count = 0;
let folder = "";

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "recurra-load-"));
  whole = join(root, "whole");
  const model = sequential([
    layers.lstm({ units: 3, inputShape: [4, 2] }),
    layers.dense({ units: 2, activation: "tanh" }),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ optimizer: "adam", loss: "mse", metrics: ["mae"] });
  await model.fit(normal([8, 4, 2]), normal([8, 1]), { verbose: "silent" });
  await model.save(whole);
});
afterAll(() => rm(root, { recursive: true, force: true }));
beforeEach(async () => {
  folder = join(root, `model-${count++}`);
  await cp(whole, folder, { recursive: true });
});

const at = (file: string) => join(folder, file);
const message = (file: string, text: string) => `${at(file)}${text}`;

/** The error that loading the folder fails with. */
async function fault(path = folder): Promise<RecurraError> {
  try {
    await loadModel(path);
  } catch (error) {
    if (error instanceof RecurraError) return error;
    throw error;
  }
  return expect.fail("the folder was loaded");
}

interface Config {
  version: unknown;
  layers: { className: string; config: Record<string, unknown> }[];
  compile: Record<string, unknown> | undefined;
  [more: string]: unknown;
}

/** Alters config.json, with a checksum that fits: by someone who knew how. */
async function alter(change: (config: Config) => unknown, { signed = true } = {}): Promise<void> {
  const config = JSON.parse(await readFile(at("config.json"), "utf8")) as Config;
  change(config);
  if (signed) config.checksum = await configChecksum(config);
  await writeFile(at("config.json"), JSON.stringify(config));
}

const others = ["weights.safetensors", "model.onnx", "training.json"];

describe("files", () => {
  test.each(["config.json", ...others])("%s is missing", async (file) => {
    await rm(at(file));
    const error = await fault();
    expect(error.message).toContain(`Cannot read "${at(file)}": there is no such file`);
    expect(error.code).toBe("file-not-found");
  });

  test.each(others)("%s is cut off", async (file) => {
    const { length } = await readFile(at(file));
    await truncate(at(file), length - 1);
    const error = await fault();
    expect(error.message).toBe(
      message(file, ` is ${length - 1} bytes, config.json says ${length}: the file was cut off or replaced`),
    );
    await truncate(at(file), 0);
    expect((await fault()).message).toContain(`${at(file)} is 0 bytes`);
  });

  test.each(others)("%s has one bit flipped, wherever that is", async (file) => {
    const bytes = await readFile(at(file));
    for (const place of [0, 7, bytes.length >> 1, bytes.length - 1]) {
      const altered = Uint8Array.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      await writeFile(at(file), altered);
      expect((await fault()).message).toBe(
        message(
          file,
          " does not have the checksum that config.json gives: the file was altered after it was saved",
        ),
      );
    }
  });

  test("config.json has one bit flipped, wherever that is", async () => {
    const bytes = await readFile(at("config.json"));
    for (let place = 0; place < bytes.length; place++) {
      const altered = Uint8Array.from(bytes);
      altered[place] = (altered[place] ?? 0) ^ 1;
      await writeFile(at("config.json"), altered);
      expect((await fault()).message, `byte ${place}`).toContain(folder);
    }
  });

  test("config.json is cut off", async () => {
    await truncate(at("config.json"), 100);
    expect((await fault()).message).toContain(
      message("config.json", " is not JSON: it was cut off or altered ("),
    );
    await truncate(at("config.json"), 0);
    expect((await fault()).message).toContain(" is not JSON");
  });

  test("config.json is of something else", async () => {
    for (const text of ["null", "[]", "3", "{}", '{"format":"other"}']) {
      await writeFile(at("config.json"), text);
      expect((await fault()).message).toContain(
        message("config.json", " does not describe a Recurra model: "),
      );
    }
  });

  test("config.json is no text", async () => {
    await writeFile(at("config.json"), Uint8Array.of(0xff, 0xfe, 0x00));
    expect((await fault()).message).toContain("its bytes are not UTF-8 text");
  });

  test("the weights of another model stand in their place", async () => {
    const other = sequential([layers.dense({ units: 1, inputShape: [1] })]);
    await other.save(join(root, "other"));
    await copyFile(join(root, "other", "weights.safetensors"), at("weights.safetensors"));
    expect((await fault()).message).toContain("the file was cut off or replaced");
  });

  test("the folder is not there, is a file, or is empty", async () => {
    const none = join(root, "nowhere");
    expect((await fault(none)).message).toContain(
      `Cannot read "${join(none, "config.json")}": there is no such file`,
    );
    const file = join(root, "file");
    await writeFile(file, "text");
    expect((await fault(file)).message).toContain("a part of this path is a file, not a folder");
    const empty = join(root, "empty");
    await mkdir(empty);
    expect((await fault(empty)).message).toContain("there is no such file");
  });

  test("a folder stands in the place of a file", async () => {
    await rm(at("model.onnx"));
    await mkdir(at("model.onnx"));
    expect((await fault()).message).toContain(
      `Cannot read "${at("model.onnx")}": it is a folder, and a file is wanted`,
    );
  });
});

describe("config.json was altered", () => {
  test("and is of a newer version", async () => {
    await alter((config) => {
      config.version = 2;
      config.layers = [];
    });
    const error = await fault();
    expect(error.code).toBe("newer-version");
    expect(error.message).toBe(
      message(
        "config.json",
        " is of version 2 of the format, this Recurra reads up to 1: install a newer one to read the model",
      ),
    );
  });

  test("and names a layer that there is not", async () => {
    for (const [className, advice] of [
      ["LTSM", 'Did you mean "LSTM"? '],
      ["toString", ""],
      ["Transformer9", ""],
    ] as const) {
      await alter((config) => {
        const [first] = config.layers;
        if (first !== undefined) first.className = className;
      });
      expect((await fault()).message).toContain(
        message(
          "config.json",
          `, layer 0: there is no layer class "${className}". ${advice}There are Activation,`,
        ),
      );
    }
  });

  test("and has other units: weights are listed by name and shape", async () => {
    await alter((config) => {
      const [first] = config.layers;
      if (first !== undefined) first.config.units = 5;
    });
    expect((await fault()).message).toBe(
      message(
        "weights.safetensors",
        ` does not fit the model:
  lstm/kernel: wanted [2, 20], got [2, 12]
  lstm/recurrent_kernel: wanted [5, 20], got [3, 12]
  lstm/bias: wanted [20], got [12]
  dense/kernel: wanted [5, 2], got [3, 2]`,
      ),
    );
  });

  test("and has a layer more, a layer less, or another name", async () => {
    const original = await readFile(at("config.json"));
    await alter(
      (config) => void config.layers.push({ className: "Dense", config: { units: 1, name: "extra" } }),
    );
    expect((await fault()).message).toContain(
      "\n  extra/kernel: wanted [1, 1], missing\n  extra/bias: wanted [1], missing",
    );
    await writeFile(at("config.json"), original);
    await alter((config) => void config.layers.pop());
    expect((await fault()).message).toContain(
      "\n  dense_1/kernel: not wanted, got [2, 1]\n  dense_1/bias: not wanted, got [1]",
    );
    await writeFile(at("config.json"), original);
    await alter((config) => {
      const [first] = config.layers;
      if (first !== undefined) first.config.name = "renamed";
    });
    expect((await fault()).message).toContain("\n  renamed/kernel: wanted [2, 12], missing");
  });

  test.each<[string, (config: Config) => unknown, string]>([
    [
      "an option out of range",
      (config) => Object.assign(config.layers[0]?.config ?? {}, { units: "ten" }),
      ', layer 0: LSTM: units is a positive whole number, got "ten"',
    ],
    [
      "an option that there is not",
      (config) => Object.assign(config.layers[1]?.config ?? {}, { unit: 3 }),
      ', layer 1: Dense: there is no option "unit"',
    ],
    [
      "an activation that there is not",
      (config) => Object.assign(config.layers[1]?.config ?? {}, { activation: "tanj" }),
      ', layer 1: Dense: activation: there is no activation "tanj". Did you mean "tanh"?',
    ],
    [
      "an input shape that does not fit",
      (config) => Object.assign(config.layers[0]?.config ?? {}, { inputShape: [4] }),
      ": layer lstm (LSTM) wants [batch, steps, features], got float32 [batch, 4]",
    ],
    [
      "two layers of one name",
      (config) => Object.assign(config.layers[0]?.config ?? {}, { name: "dense" }),
      ': sequential: two layers are named "dense"',
    ],
    ["a seed that is none", (config) => Object.assign(config, { seed: -1 }), ": Random: seed -1; wanted"],
    [
      "a loss that there is not",
      (config) => Object.assign(config, { compile: { loss: "mze" } }),
      ': there is no loss "mze". Did you mean "mse"?',
    ],
    [
      "a model class that there is not",
      (config) => Object.assign(config, { className: "Stack" }),
      ': there is no model class "Stack". There are Sequential and Functional',
    ],
    [
      "no layers",
      (config) => Object.assign(config, { layers: [] }),
      ": sequential: wants at least one layer, got none",
    ],
    ["a file less", (config) => Object.assign(config, { files: {} }), " does not list weights.safetensors"],
  ])("and has %s", async (_, change, text) => {
    await alter(change);
    expect((await fault()).message).toContain(message("config.json", text));
  });

  test("in a way that only its checksum shows", async () => {
    await alter((config) => Object.assign(config, { seed: 7 }), { signed: false });
    const error = await fault();
    expect(error.code).toBe("file-altered");
    expect(error.message).toBe(
      message(
        "config.json",
        " does not have the checksum that it holds: the file was altered after it was saved",
      ),
    );
  });

  test("in its layout only: that is no fault", async () => {
    await alter(() => {}, { signed: false });
    expect((await loadModel(folder)).countParams()).toBe(3 * 4 * 6 + 8 + 3);
  });
});
