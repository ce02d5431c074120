// Writes a model as a folder, whole or not at all.

import { environment, joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { Layer, type Weight } from "../nn/layer.ts";
import { layerClasses } from "../nn/layers/index.ts";
import { optimizers } from "../nn/optimizers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { encodeSafetensors } from "../tensor/safetensors.ts";
import {
  configChecksum,
  configFile,
  type FileRecord,
  formatVersion,
  graphFile,
  type LayerRecord,
  type ModelConfig,
  sha256,
  trainingFile,
  weightsFile,
} from "./files.ts";
import type { History, Logs } from "./history.ts";
import { inferenceModel } from "./inference.ts";
import type { Network } from "./network.ts";
import type { CompileModelOptions } from "./setup.ts";

/** A layer's config as JSON; layers within it are described likewise. */
function describeLayer(layer: Layer): LayerRecord {
  const plain = (value: unknown, path: string): unknown => {
    if (value instanceof Layer) return describeLayer(value);
    if (typeof value === "function") {
      throw new RecurraError(
        "not-saveable",
        `save: ${path} is a function, which cannot be written to a file; name it, or save the weights alone`,
      );
    }
    if (Array.isArray(value)) return value.map((part, i) => plain(part, `${path}[${i}]`));
    if (value === null || typeof value !== "object") return value;
    return Object.fromEntries(
      Object.entries(value).map(([key, part]) => [key, plain(part, `${path}.${key}`)]),
    );
  };
  if (!Object.hasOwn(layerClasses, layer.className)) {
    throw new RecurraError(
      "not-saveable",
      `save: layer ${layer.name} is of the class ${layer.className}, which is not one of Recurra's`,
    );
  }
  const { name, trainable } = layer;
  const own = {
    ...layer.config,
    ...(name === "" ? {} : { name }),
    ...(trainable === (layer.config.trainable ?? true) ? {} : { trainable }),
  };
  const config = plain(own, `layer ${name || layer.className}`);
  return { className: layer.className, config: config as LayerRecord["config"] };
}

/**
 * What `compile` was given, as JSON; nothing where a part of it is code (a loss of one's own, a schedule), which cannot be written
 * down: such a model is compiled anew after it is loaded, rather than trained on without that part.
 */
function describeCompile(options: CompileModelOptions | undefined): ModelConfig["compile"] {
  if (options === undefined) return undefined;
  const { optimizer = "adam", loss, metrics = [] } = options;
  const isMade = typeof optimizer === "object" && "update" in optimizer;
  const choices = {
    optimizer: isMade ? { name: optimizer.name, ...optimizer.config } : optimizer,
    loss,
    metrics: [...metrics],
  };
  const isKnown = !isMade || Object.hasOwn(optimizers, optimizer.name);
  return isKnown && !holdsCode(choices) ? choices : undefined;
}

function holdsCode(value: unknown): boolean {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsCode);
}

/** Fails where layers share weights: read back, each would have its own. */
function checkUnshared(layers: readonly Layer[]): void {
  const owners = new Map<Weight, Layer>();
  for (const layer of layers) {
    for (const weight of layer.weights) {
      const owner = owners.get(weight);
      if (owner !== undefined) {
        throw new RecurraError(
          "not-saveable",
          `save: layers ${owner.name} and ${layer.name} share the weight ${weight.name}, which a saved model cannot do yet`,
        );
      }
      owners.set(weight, layer);
    }
  }
}

/** What each quantity was at the end. */
function lastOf(logs: History["logs"]): Logs {
  return Object.fromEntries(
    Object.entries(logs).map(([name, values]) => [name, values.at(-1) ?? Number.NaN]),
  );
}

export interface SaveOptions {
  /** What is done to data before the model sees it; comes back from {@link loadModel} as it was given. JSON. */
  readonly preprocessing?: unknown;
}

/** See {@link Model.save}. */
export async function saveModel(
  model: Network,
  compiled: CompileModelOptions | undefined,
  folder: string,
  { preprocessing }: SaveOptions = {},
): Promise<void> {
  const text = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  const layers = model.layers.map(describeLayer);
  const { weights } = model;
  checkUnshared(model.layers);
  const contents: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    [weightsFile]: new Uint8Array(
      encodeSafetensors(
        weights.map(({ name, weight }) => [name, weight.value] as const),
        { format: "recurra" },
      ),
    ),
    [graphFile]: new Uint8Array(inferenceModel(model)),
    [trainingFile]: text({
      history: model.history ?? null,
      metrics: lastOf(model.history?.logs ?? {}),
      data: model.data ?? null,
      seed: model.seed,
      versions: environment.versions,
    }),
  };
  const files: Record<string, FileRecord> = {};
  for (const [name, bytes] of Object.entries(contents))
    files[name] = { bytes: bytes.length, sha256: await sha256(bytes) };
  const config: Omit<ModelConfig, "checksum"> = {
    format: "recurra-model",
    version: formatVersion,
    className: model.className,
    name: model.name,
    seed: model.seed,
    layers,
    compile: describeCompile(compiled),
    ...(preprocessing === undefined ? {} : { preprocessing }),
    files,
  };
  const signed = text({ ...config, checksum: await configChecksum(config) });
  await writeFolderAtomic(folder, async (temporary) => {
    for (const [name, bytes] of Object.entries({ ...contents, [configFile]: signed })) {
      await writeFileAtomic(joinPath(temporary, name), (sink) => sink.write(bytes));
    }
  });
}
