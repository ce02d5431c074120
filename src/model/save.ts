// Writes a model as a folder, whole or not at all.

import { environment, joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { Layer } from "../nn/layer.ts";
import { layerClasses } from "../nn/layers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { encodeSafetensors } from "../tensor/safetensors.ts";
import { configFile, formatVersion, graphFile, type LayerRecord, type ModelConfig, sha256, trainingFile, weightsFile } from "./files.ts";
import { inferenceModel } from "./inference.ts";
import type { CompileModelOptions, Model } from "./model.ts";

/** A layer's config as JSON; layers within it are described likewise. */
function describeLayer(layer: Layer): LayerRecord {
  const plain = (value: unknown, path: string): unknown => {
    if (value instanceof Layer) return describeLayer(value);
    if (typeof value === "function") {
      throw new RecurraError("not-saveable", `save: ${path} is a function, which cannot be written to a file; name it, or save the weights alone`);
    }
    if (Array.isArray(value)) return value.map((part, i) => plain(part, `${path}[${i}]`));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, plain(part, `${path}.${key}`)]));
  };
  if (!(layer.className in layerClasses)) {
    throw new RecurraError("not-saveable", `save: layer ${layer.name} is of the class ${layer.className}, which is not one of Recurra's`);
  }
  const config = plain({ ...layer.config, name: layer.name }, `layer ${layer.name}`);
  return { className: layer.className, config: config as LayerRecord["config"] };
}

/** What of `compile` can be written down: a choice given as a function cannot. */
function describeCompile(options: CompileModelOptions | undefined): ModelConfig["compile"] {
  if (options === undefined) return undefined;
  const { optimizer, loss, metrics } = options;
  const choices = { optimizer, loss, metrics };
  const described = JSON.stringify(choices, (_, value: unknown) => (typeof value === "function" ? undefined : value));
  return JSON.parse(described) as ModelConfig["compile"];
}

export interface SaveOptions {
  /** What is done to data before the model sees it; comes back from {@link loadModel} as it was given. JSON. */
  readonly preprocessing?: unknown;
}

/** See {@link Model.save}. */
export async function saveModel(model: Model, folder: string, { preprocessing }: SaveOptions = {}): Promise<void> {
  const text = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  const layers = model.layers.map(describeLayer);
  const contents: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    [weightsFile]: new Uint8Array(
      encodeSafetensors(model.weights.map(({ name, weight }) => [name, weight.value] as const), { format: "recurra" }),
    ),
    [graphFile]: new Uint8Array(inferenceModel(model)),
    [trainingFile]: text({ history: model.history ?? null, seed: model.seed, versions: environment.versions }),
  };
  const files: ModelConfig["files"] = {};
  for (const [name, bytes] of Object.entries(contents)) files[name] = { bytes: bytes.length, sha256: await sha256(bytes) };
  const config: ModelConfig = {
    format: "recurra-model",
    version: formatVersion,
    className: model.className,
    name: model.name,
    seed: model.seed,
    layers,
    compile: describeCompile(model.compiled),
    ...(preprocessing === undefined ? {} : { preprocessing }),
    files,
  };
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, bytes] of Object.entries({ ...contents, [configFile]: text(config) })) {
      await writeFileAtomic(joinPath(temporary, name), (sink) => sink.write(bytes));
    }
  });
}
