import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { encodeArchive } from "../../../src/interop/keras/archive.ts";
import { loadKerasModel, loadKerasWeights } from "../../../src/interop/keras/index.ts";
import type { Model } from "../../../src/model/model.ts";
import { sequential } from "../../../src/model/sequential.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { caseOf, fixture, fixtureNames } from "./fixtures.ts";

/** How far a model's outputs are from those that Keras computed, at most. */
async function distance(model: Model, name: string): Promise<number> {
  const { inputs, outputs } = caseOf(name);
  const [only] = Object.values(inputs);
  const arrays = Object.fromEntries(
    model.inputs.map(({ name: input, dtype }) => [
      input,
      ndarray(inputs[input] ?? only ?? [], { dtype: dtype === "int32" ? "int32" : "float32" }),
    ]),
  );
  const given = model.inputs.length === 1 ? Object.values(arrays)[0]! : arrays;
  const results = Object.values(await model.predictAll(given));
  expect(results.map(({ shape }) => shape)).toEqual(outputs.map(({ shape }) => shape));
  const differences = results.flatMap((result, i) => {
    const wanted = outputs[i]!.toFloat64();
    return Array.from(result.toFloat64(), (value, k) => Math.abs(value - wanted[k]!));
  });
  return Math.max(...differences);
}

function scramble(model: Model): void {
  for (const { weight } of model.weights) weight.assign(NdArray.full(weight.shape, 0.123));
}

const names = fixtureNames.filter((name) => name.endsWith(".json") && name !== "layers.json");
const models = names.map((name) => name.replace(".json", ""));

describe("models that Keras saved", () => {
  it.each(models.filter((name) => !name.startsWith("keras2")))(
    "%s computes what it computes in Keras",
    async (name) => {
      const model = await loadKerasModel({ name: `${name}.keras`, bytes: fixture(`${name}.keras`) });
      expect(await distance(model, name)).toBeLessThan(2e-6);
      scramble(model);
      if (model.weights.length > 0) expect(await distance(model, name)).toBeGreaterThan(1e-3);
      await loadKerasWeights(model, fixture(`${name}.weights.h5`));
      expect(await distance(model, name)).toBeLessThan(2e-6);
      scramble(model);
      await loadKerasWeights(model, fixture(`${name}.h5`));
      expect(await distance(model, name)).toBeLessThan(2e-6);
      const legacy = await loadKerasModel(fixture(`${name}.h5`));
      expect(await distance(legacy, name)).toBeLessThan(2e-6);
    },
  );

  it.each(models.filter((name) => name.startsWith("keras2")))(
    "%s, in Keras 2's own writing, too",
    async (name) => {
      const model = await loadKerasModel(fixture(`${name}.h5`));
      expect(await distance(model, name)).toBeLessThan(2e-6);
      scramble(model);
      await loadKerasWeights(model, fixture(`${name}-weights.h5`));
      expect(await distance(model, name)).toBeLessThan(2e-6);
    },
  );

  it("leaves the state of an optimiser in the file", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] })]);
    await loadKerasWeights(model, fixture("compiled.weights.h5"));
    expect(model.weights.map(({ weight }) => weight.shape)).toEqual([[3, 2], [2]]);
  });
});

describe("loadKerasModel", () => {
  it("keeps what the layers were made with", async () => {
    const model = await loadKerasModel(fixture("forecast.keras"));
    expect(model.name).toBe("forecast");
    expect(model.layers.map(({ name }) => name)).toEqual([
      "lstm",
      "gru",
      "simple_rnn",
      "dropout",
      "hidden",
      "out",
    ]);
    expect(model.layers.map(({ trainable }) => trainable)).toEqual([true, true, true, true, true, false]);
    expect(model.layers[4]?.config).toMatchObject({
      activation: "softplus",
      kernelInitializer: { name: "varianceScaling", scale: 2, mode: "fanOut", distribution: "uniform" },
      kernelConstraint: { name: "maxNorm", maxValue: 3, axis: 0 },
      biasRegularizer: { name: "l1l2", l1: 0.001, l2: 0.002 },
    });
  });

  it("reads a number of steps that is left open, or fixes it", async () => {
    const open = await loadKerasModel(fixture("steps.keras"));
    expect(open.inputs[0]?.shape).toEqual([null, 3]);
    const fixed = await loadKerasModel(fixture("steps.keras"), { inputShapes: { steps: [7, 3] } });
    expect(fixed.inputs[0]?.shape).toEqual([7, 3]);
  });

  it("reads a file by its path", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-keras-"));
    try {
      const path = join(folder, "image.keras");
      await writeFile(path, fixture("image.keras"));
      expect((await loadKerasModel(path)).layers).toHaveLength(4);
      await expect(loadKerasModel(join(folder, "none.keras"))).rejects.toThrow(/none\.keras/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it.each([
    [
      { name: "weights.h5", bytes: fixture("image.weights.h5") },
      /weights\.h5 holds weights alone.*loadKerasWeights/,
    ],
    [
      { name: "a.keras", bytes: new TextEncoder().encode("{}") },
      /a\.keras is none of Keras' files.*neither a zip archive nor an HDF5 file/,
    ],
    [{ name: "a.keras", bytes: new Uint8Array() }, /a\.keras is none of Keras' files.*it is empty/],
    [
      { name: "kinds.h5", bytes: fixture("kinds.h5") },
      /kinds\.h5 is an HDF5 file, but not of Keras: it has group/,
    ],
  ])("says what is wrong with a file %#", async (source, message) => {
    await expect(loadKerasModel(source)).rejects.toThrow(message);
  });

  it("says what an archive lacks, and where its JSON is broken", async () => {
    const text = (value: string) => new TextEncoder().encode(value);
    const without = await encodeArchive({ "model.weights.h5": fixture("image.weights.h5") });
    await expect(loadKerasModel({ name: "a.keras", bytes: without })).rejects.toThrow(
      "a.keras is an archive, but not of Keras: it has no config.json",
    );
    const broken = await encodeArchive({ "config.json": text('{"class'), "model.weights.h5": text("") });
    await expect(loadKerasModel({ name: "a.keras", bytes: broken })).rejects.toThrow(
      /a\.keras: config\.json is not JSON/,
    );
  });

  it("rejects options that it does not have", async () => {
    await expect(loadKerasModel(fixture("image.keras"), { shapes: {} } as never)).rejects.toThrow(
      /loadKerasModel: there is no option "shapes"/,
    );
  });
});

describe("loadKerasWeights", () => {
  const other = () =>
    sequential([
      layers.conv2D({ filters: 3, kernelSize: [3, 2], strides: [2, 1], inputShape: [8, 8, 2] }),
      layers.globalAveragePooling2D(),
      layers.dense({ units: 4, name: "head" }),
    ]);

  it("lists layer by layer what was wanted and what there was, and changes nothing", async () => {
    const model = other();
    const before = model.snapshotWeights();
    await expect(
      loadKerasWeights(model, { name: "image.weights.h5", bytes: fixture("image.weights.h5") }),
    ).rejects.toThrow(
      "image.weights.h5 does not fit the model." +
        "\n  layers/dense (head): the model wants kernel [3, 4], bias [4]; the file has 0 [3, 2], 1 [2]",
    );
    await expect(loadKerasWeights(model, { name: "image.h5", bytes: fixture("image.h5") })).rejects.toThrow(
      "image.h5 does not fit the model.\n  dense (head): the model wants kernel [3, 4], bias [4]; the file has kernel [3, 2], bias [2]",
    );
    expect(model.snapshotWeights()).toEqual(before);
  });

  it("names layers that only one of the two has", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 2 })]);
    await expect(loadKerasWeights(model, { name: "a", bytes: fixture("image.weights.h5") })).rejects.toThrow(
      "a does not fit the model." +
        "\n  layers/dense_1: the model wants kernel [2, 2], bias [2]; the file has nothing" +
        "\n  layers/conv2d: the model wants nothing; the file has 0 [3, 2, 2, 3], 1 [3]",
    );
    await expect(
      loadKerasWeights(model, { name: "a", bytes: fixture("compiled.weights.h5") }),
    ).rejects.toThrow(
      "a does not fit the model.\n  layers/dense_1: the model wants kernel [2, 2], bias [2]; the file has nothing",
    );
  });
});
