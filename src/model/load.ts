// Reads a model folder, checked before anything is made of it.

import { joinPath, readTextFile } from "#platform";
import type { Layer } from "../nn/layer.ts";
import { layerClasses } from "../nn/layers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import { decodeSafetensors } from "../tensor/safetensors.ts";
import {
  configChecksum,
  configFile,
  formatVersion,
  graphFile,
  type LayerRecord,
  type ModelConfig,
  readChecked,
  trainingFile,
  weightsFile,
} from "./files.ts";
import { Sequential } from "./sequential.ts";
import type { CompileModelOptions } from "./setup.ts";
import { assignWeights } from "./weights.ts";

/** Loaded when a model is, so that importing Recurra stays fast. */
const schemas = () => import("./schemas.ts");

/** Makes a layer of its record; errors say where the record stands. */
function makeLayer({ className, config }: LayerRecord, place: string): Layer {
  const LayerClass = Object.hasOwn(layerClasses, className) ? layerClasses[className] : undefined;
  if (LayerClass === undefined) {
    const names = Object.keys(layerClasses);
    throw new RecurraError(
      "unknown-layer",
      `${place}: there is no layer class "${className}". ${suggestion(className, names)}There are ${names.join(", ")}`,
    );
  }
  const revive = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(revive);
    if (value === null || typeof value !== "object") return value;
    if ("className" in value && "config" in value) return makeLayer(value as LayerRecord, place);
    return Object.fromEntries(Object.entries(value).map(([key, part]) => [key, revive(part)]));
  };
  return within(place, () => new LayerClass(revive(config) as never));
}

/** Puts the place in a file before the messages of errors that do not name it. */
function within<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    if (!(error instanceof RecurraError) || error.message.startsWith(place)) throw error;
    throw new RecurraError(error.code, `${place}: ${error.message}`, { cause: error });
  }
}

/** Reads and checks config.json; what its checksum says is checked last, since other faults say more. */
async function readConfig(
  folder: string,
): Promise<{ readonly config: ModelConfig; checkUnaltered(): Promise<void> }> {
  const path = joinPath(folder, configFile);
  const text = await readTextFile(path);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw new RecurraError(
      "model-config",
      `${path} is not JSON: it was cut off or altered (${(cause as Error).message})`,
      { cause },
    );
  }
  const { configSchema, versionSchema } = await schemas();
  const { success, data: head } = versionSchema.safeParse(json);
  if (success && head.version > formatVersion) {
    throw new RecurraError(
      "newer-version",
      `${path} is of version ${head.version} of the format, this Recurra reads up to ${formatVersion}: install a newer one to read the model`,
    );
  }
  const parsed = configSchema.safeParse(json);
  if (!parsed.success) {
    const faults = parsed.error.issues
      .slice(0, 5)
      .map(({ path: place, message }) => `${place.join(".") || "the file"}: ${message}`);
    throw new RecurraError("model-config", `${path} does not describe a Recurra model: ${faults.join("; ")}`);
  }
  return {
    config: parsed.data,
    async checkUnaltered() {
      if ((await configChecksum(json as object)) === parsed.data.checksum) return;
      throw new RecurraError(
        "file-altered",
        `${path} does not have the checksum that it holds: the file was altered after it was saved`,
      );
    },
  };
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
  const { config, checkUnaltered } = await readConfig(folder);
  const weightsPath = joinPath(folder, weightsFile);
  const bytes = await readChecked(folder, weightsFile, config);
  await readChecked(folder, graphFile, config);
  const training = await readChecked(folder, trainingFile, config);
  const source = joinPath(folder, configFile);
  if (config.className !== "Sequential") {
    throw new RecurraError(
      "model-config",
      `${source}: there is no model class "${config.className}". There is Sequential`,
    );
  }
  const layers = config.layers.map((layer, i) => makeLayer(layer, `${source}, layer ${i}`));
  const model = within(source, () => new Sequential(layers, { name: config.name, seed: config.seed }));
  const { tensors } = decodeSafetensors(bytes, weightsPath);
  const weights = within(source, () => model.weights);
  assignWeights(weights, tensors, weightsPath);
  if (config.compile !== undefined)
    within(source, () => model.compile(config.compile as CompileModelOptions));
  await checkUnaltered();
  const { trainingSchema } = await schemas();
  const { history, data } = trainingSchema.parse(JSON.parse(new TextDecoder().decode(training)));
  model.history = history ?? undefined;
  model.data = data ?? undefined;
  return { model, preprocessing: config.preprocessing };
}

/** Reads a model folder. See {@link loadModelFolder}. */
export async function loadModel(folder: string): Promise<Sequential> {
  return (await loadModelFolder(folder)).model;
}
