// Reads a model folder, checked before anything is made of it.

import { joinPath, readTextFile } from "#platform";
import type { Layer } from "../nn/layer.ts";
import { layerClasses } from "../nn/layers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { decodeSafetensors } from "../tensor/safetensors.ts";
import { configFile, configSchema, graphFile, type LayerRecord, type ModelConfig, readChecked, trainingFile, weightsFile } from "./files.ts";
import type { CompileModelOptions, Model } from "./model.ts";
import { Sequential } from "./sequential.ts";
import { assignWeights } from "./weights.ts";

function makeLayer({ className, config }: LayerRecord, source: string): Layer {
  const LayerClass = layerClasses[className];
  if (LayerClass === undefined) {
    throw new RecurraError("unknown-layer", `${source}: there is no layer class "${className}"; there are ${Object.keys(layerClasses).join(", ")}`);
  }
  const revive = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (value === null || typeof value !== "object") return value;
    if ("className" in value && "config" in value) return makeLayer(value as LayerRecord, source);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
  };
  return new LayerClass(revive(config) as never);
}

/** Reads and checks config.json. */
async function readConfig(folder: string): Promise<ModelConfig> {
  const path = joinPath(folder, configFile);
  const text = await readTextFile(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RecurraError("model-config", `${path} is not JSON: it was cut off or altered (${(cause as Error).message})`, { cause });
  }
  const parsed = configSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.slice(0, 5).map(({ path: place, message }) => `${place.join(".") || "the file"}: ${message}`);
  throw new RecurraError("model-config", `${path} does not describe a Recurra model: ${faults.join("; ")}`);
}

/** A model read from a folder, with what was saved beside it. */
export interface LoadedModel {
  readonly model: Sequential;
  readonly preprocessing: unknown;
}

/**
 * Reads a model folder as {@link Model.save} writes it. The model can predict at once, and train on where it was compiled.
 *
 * @throws RecurraError where a file is missing, truncated or altered, or the weights do not fit the architecture (each is listed)
 */
export async function loadModelFolder(folder: string): Promise<LoadedModel> {
  const config = await readConfig(folder);
  const weightsPath = joinPath(folder, weightsFile);
  const bytes = await readChecked(folder, weightsFile, config);
  await readChecked(folder, graphFile, config);
  const training = await readChecked(folder, trainingFile, config);
  const source = joinPath(folder, configFile);
  const model = new Sequential(config.layers.map((layer) => makeLayer(layer, source)), { name: config.name, seed: config.seed });
  assignWeights(model.weights, decodeSafetensors(bytes, weightsPath).tensors, weightsPath);
  if (config.compile !== undefined) model.compile(config.compile as CompileModelOptions);
  model.history = (JSON.parse(new TextDecoder().decode(training)) as { history: Model["history"] }).history ?? undefined;
  return { model, preprocessing: config.preprocessing };
}

/** Reads a model folder. See {@link loadModelFolder}. */
export async function loadModel(folder: string): Promise<Sequential> {
  return (await loadModelFolder(folder)).model;
}
