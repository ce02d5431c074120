// Reads a model folder, checked before anything is made of it.

import { joinPath, readTextFile } from "#platform";
import { RecurraError } from "../platform/error.ts";
import { decodeSafetensors } from "../tensor/safetensors.ts";
import {
  configChecksum,
  configFile,
  formatVersion,
  graphFile,
  type ModelConfig,
  readChecked,
  trainingFile,
  weightsFile,
} from "./files.ts";
import { type LayerClasses, makeNetwork, within } from "./make-network.ts";
import type { Model } from "./model.ts";
import type { CompileModelOptions } from "./setup.ts";
import { assignWeights } from "./weights.ts";

/** Loaded when a model is, so that importing Recurra stays fast. */
const schemas = () => import("./schemas.ts");

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

export interface LoadOptions {
  /** Layer classes of your own that the model has, by their class names. */
  readonly layers?: LayerClasses;
}

/** A model read from a folder, with what was saved beside it. */
export interface LoadedModel {
  readonly model: Model;
  readonly preprocessing: unknown;
}

/**
 * Reads a model folder as {@link Model.save} writes it. The model can predict at once, and train on where it was compiled.
 *
 * @throws RecurraError where a file is missing, truncated or altered, or the weights do not fit the architecture (each is listed)
 */
export async function loadModelFolder(folder: string, options: LoadOptions = {}): Promise<LoadedModel> {
  const { config, checkUnaltered } = await readConfig(folder);
  const weightsPath = joinPath(folder, weightsFile);
  const bytes = await readChecked(folder, weightsFile, config);
  if (Object.hasOwn(config.files, graphFile)) await readChecked(folder, graphFile, config);
  const training = await readChecked(folder, trainingFile, config);
  const source = joinPath(folder, configFile);
  const model = makeNetwork(config, source, options.layers);
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
export async function loadModel(folder: string, options: LoadOptions = {}): Promise<Model> {
  return (await loadModelFolder(folder, options)).model;
}
