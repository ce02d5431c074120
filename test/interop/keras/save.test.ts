import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readArchive } from "../../../src/interop/keras/archive.ts";
import {
  encodeKerasModel,
  encodeKerasWeights,
  loadKerasModel,
  loadKerasWeights,
  saveKerasModel,
  saveKerasWeights,
} from "../../../src/interop/keras/index.ts";
import type { Model } from "../../../src/model/model.ts";
import { sequential } from "../../../src/model/sequential.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { inputsFor, layerModels, models, outputsOf } from "./models.ts";

/** What a model computes, by the names of its outputs. */
async function computed(model: Model): Promise<Readonly<Record<string, number[]>>> {
  const outputs = await outputsOf(model, inputsFor(model));
  return Object.fromEntries(Object.entries(outputs).map(([name, array]) => [name, array.toArray()]));
}

function scramble(model: Model): void {
  for (const { weight } of model.weights) weight.assign(NdArray.full(weight.shape, 0.123));
}

describe("models written and read back", () => {
  it.each(Object.entries(models))("%s computes the same", async (_, make) => {
    const model = make();
    const wanted = await computed(model);
    for (const format of ["keras", "h5"] as const) {
      const again = await loadKerasModel(await encodeKerasModel(model, { format }));
      expect(await computed(again), format).toEqual(wanted);
      expect(again.layers.map(({ name }) => name)).toEqual(model.layers.map(({ name }) => name));
    }
    for (const format of ["weights.h5", "h5"] as const) {
      const other = make();
      scramble(other);
      await loadKerasWeights(other, await encodeKerasWeights(model, { format }));
      expect(await computed(other), format).toEqual(wanted);
    }
  });
});

describe("every layer", () => {
  it.each(Object.entries(layerModels))("%s keeps its weights", async (_, { make, isOfKeras }) => {
    const model = make();
    const values = () => model.weights.map(({ weight }) => weight.peek().toArray());
    const wanted = values();
    for (const format of ["weights.h5", "h5"] as const) {
      const bytes = await encodeKerasWeights(model, { format });
      scramble(model);
      await loadKerasWeights(model, bytes);
      expect(values(), format).toEqual(wanted);
    }
    if (!isOfKeras) {
      await expect(encodeKerasModel(model)).rejects.toThrow(/Keras.* save the weights alone/);
      return;
    }
    const again = await loadKerasModel(await encodeKerasModel(model, { batchSize: 2 }));
    expect(again.weights.map(({ weight }) => weight.peek().toArray())).toEqual(wanted);
    expect(again.layers[0]?.className).toBe(model.layers[0]?.className);
  });
});

describe("encodeKerasModel", () => {
  it("writes the archive that Keras writes, the same bytes each time", async () => {
    const bytes = await encodeKerasModel(models.tagger!());
    expect(await encodeKerasModel(models.tagger!())).toEqual(bytes);
    const files = await readArchive(bytes, "a", ["config.json", "metadata.json", "model.weights.h5"]);
    expect([...files.keys()].sort()).toEqual(["config.json", "metadata.json", "model.weights.h5"]);
    const config = JSON.parse(new TextDecoder().decode(files.get("config.json")));
    expect(config).toMatchObject({ module: "keras", class_name: "Sequential", registered_name: null });
    expect(config.config.build_input_shape).toEqual([null, null]);
    expect(config.config.layers[0]).toEqual({
      module: "keras.layers",
      class_name: "InputLayer",
      config: { batch_shape: [null, null], dtype: "int32", name: "tagger_input" },
      registered_name: null,
    });
    expect(config.config.layers[1]).toEqual({
      module: "keras.layers",
      class_name: "Embedding",
      config: {
        name: "embedding",
        trainable: true,
        dtype: {
          module: "keras",
          class_name: "DTypePolicy",
          config: { name: "float32" },
          registered_name: null,
        },
        input_dim: 9,
        output_dim: 3,
        mask_zero: true,
      },
      registered_name: null,
    });
  });

  it("names a function, an option and a class that cannot be written", async () => {
    const own = sequential([layers.dense({ units: 2, activation: (x) => x, inputShape: [3], name: "own" })]);
    await expect(encodeKerasModel(own)).rejects.toThrow(
      "layer own: activation is a function, which cannot be written to a file; name it",
    );
    const rotary = sequential([
      layers.multiHeadAttention({ numHeads: 1, keyDim: 2, rotary: true, inputShape: [4, 3] }),
    ]);
    await expect(encodeKerasModel(rotary)).rejects.toThrow(
      "layer multi_head_attention: Keras' MultiHeadAttention has no option for rotary; save the weights alone",
    );
    const gelu = sequential([
      layers.activation({ activation: { name: "gelu", approximate: true }, inputShape: [3] }),
    ]);
    await expect(encodeKerasModel(gelu)).rejects.toThrow(
      "layer activation: activation: Keras has no gelu with the options approximate",
    );
  });

  it("asks for the size of batches where a layer is stateful", async () => {
    const model = sequential([layers.gru({ units: 2, stateful: true, inputShape: [4, 3] })]);
    await expect(encodeKerasModel(model)).rejects.toThrow(
      "layer gru is stateful; Keras makes such a layer for batches of one size, which is to be given as batchSize",
    );
    await expect(encodeKerasModel(model, { batchSize: 0 })).rejects.toThrow(
      "encodeKerasModel: batchSize is to be a positive whole number, got 0",
    );
    const again = await loadKerasModel(await encodeKerasModel(model, { batchSize: 2 }));
    expect(again.layers[0]?.config).toMatchObject({ stateful: true });
    expect(again.inputs[0]?.shape).toEqual([4, 3]);
  });

  it("names what only one of the formats, or none, can hold", async () => {
    const axes = sequential([layers.softmax({ axis: [1, 2], inputShape: [4, 3] })]);
    await expect(encodeKerasModel(axes, { format: "h5" })).rejects.toThrow(
      "layer softmax: several axes, [1,2], are lost in .h5 files; write a .keras archive",
    );
    const again = await loadKerasModel(await encodeKerasModel(axes));
    expect(again.layers[0]?.config).toMatchObject({ axis: [1, 2] });
    const causal = sequential([
      layers.depthwiseConv1D({ kernelSize: 2, padding: "causal", inputShape: [4, 3] }),
    ]);
    await expect(encodeKerasModel(causal)).rejects.toThrow(
      `layer depthwise_conv1d: Keras' DepthwiseConv1D has no padding "causal"; save the weights alone`,
    );
  });

  it("keeps layers frozen", async () => {
    const model = sequential([layers.dense({ units: 2, inputShape: [3] }), layers.dense({ units: 1 })]);
    model.layers[0]!.trainable = false;
    const again = await loadKerasModel(await encodeKerasModel(model));
    expect(again.layers.map(({ trainable }) => trainable)).toEqual([false, true]);
  });

  it("keeps a layer that stands in two models one layer", async () => {
    const again = await loadKerasModel(await encodeKerasModel(models.shared!()));
    const counts = again.weights.filter(({ weight }) => weight.shape.length === 3);
    expect(counts).toHaveLength(1);
  });

  it("rejects formats that there are not", async () => {
    await expect(encodeKerasModel(models.image!(), { format: "onnx" as never })).rejects.toThrow(
      'format is to be "keras" or "h5", got "onnx"',
    );
    await expect(encodeKerasWeights(models.image!(), { format: "keras" as never })).rejects.toThrow(
      'format is to be "weights.h5" or "h5", got "keras"',
    );
  });
});

describe("saveKerasModel and saveKerasWeights", () => {
  it("write whole files, in the format that the name says", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-keras-"));
    try {
      const model = models.image!();
      const at = (name: string) => join(folder, name);
      await saveKerasModel(model, at("a.keras"));
      await saveKerasModel(model, at("a.h5"));
      await saveKerasModel(model, at("archive"), { format: "keras" });
      await saveKerasWeights(model, at("a.weights.h5"));
      await saveKerasWeights(model, at("old.h5"));
      expect((await readdir(folder)).sort()).toEqual([
        "a.h5",
        "a.keras",
        "a.weights.h5",
        "archive",
        "old.h5",
      ]);
      const wanted = await computed(model);
      for (const name of ["a.weights.h5", "old.h5", "a.keras", "a.h5", "archive"]) {
        scramble(model);
        await loadKerasWeights(model, at(name));
        expect(await computed(model), name).toEqual(wanted);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it("leave the file that was there where the model cannot be written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "recurra-keras-"));
    try {
      const path = join(folder, "a.keras");
      await saveKerasModel(models.image!(), path);
      const before = await readFile(path);
      const own = sequential([layers.dense({ units: 2, activation: (x) => x, inputShape: [3] })]);
      await expect(saveKerasModel(own, path)).rejects.toThrow(/is a function/);
      expect(await readFile(path)).toEqual(before);
      expect(await readdir(folder)).toEqual(["a.keras"]);
      await expect(saveKerasModel(own, join(folder, "a.onnx"))).rejects.toThrow(
        /the file's name is to end in \.keras or \.h5, or the format is to be given/,
      );
      await expect(saveKerasWeights(own, path)).rejects.toThrow(/\.weights\.h5 or \.h5/);
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});
