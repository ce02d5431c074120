// Writes a model as a folder, whole or not at all.

import { environment, joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { checkOptionNames, describe } from "../nn/choice.ts";
import { optimizers } from "../nn/optimizers/index.ts";
import { RecurraError } from "../platform/error.ts";
import { encodeSafetensors } from "../tensor/safetensors.ts";
import { describeNetwork } from "./describe.ts";
import {
  configChecksum,
  configFile,
  type FileRecord,
  formatVersion,
  graphFile,
  type ModelConfig,
  sha256,
  trainingFile,
  weightsFile,
} from "./files.ts";
import type { History, Logs } from "./history.ts";
import { inferenceModel } from "./inference.ts";
import type { Network } from "./network.ts";
import type { CompileModelOptions } from "./setup.ts";

/**
 * What `compile` was given, as JSON; nothing where a part of it is code (a loss of one's own, a schedule), which cannot be written
 * down: such a model is compiled anew after it is loaded, rather than trained on without that part.
 */
function describeCompile(options: CompileModelOptions | undefined): ModelConfig["compile"] {
  if (options === undefined) return undefined;
  const { optimizer = "adam", loss, lossWeights, metrics = [], gradientAccumulationSteps } = options;
  const isMade = typeof optimizer === "object" && "update" in optimizer;
  const choices = {
    optimizer: isMade ? { name: optimizer.name, ...optimizer.config } : optimizer,
    loss,
    lossWeights,
    metrics,
    gradientAccumulationSteps,
  };
  const isKnown = !isMade || Object.hasOwn(optimizers, optimizer.name);
  return isKnown && !holdsCode(choices) ? choices : undefined;
}

function holdsCode(value: unknown): boolean {
  if (typeof value === "function") return true;
  return typeof value === "object" && value !== null && Object.values(value).some(holdsCode);
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
  /** How weights are stored: "float16" halves the files, for use rather than for training on; computing stays float32. Default "float32". */
  readonly precision?: "float32" | "float16";
}

/** See {@link Model.save}. */
export async function saveModel(
  model: Network,
  compiled: CompileModelOptions | undefined,
  folder: string,
  options: SaveOptions = {},
): Promise<void> {
  checkOptionNames("save", options, ["preprocessing", "precision"]);
  const { preprocessing, precision = "float32" } = options;
  if (precision !== "float32" && precision !== "float16") {
    throw new RecurraError(
      "option-value",
      `save: precision is to be "float32" or "float16", got ${describe(precision)}`,
    );
  }
  const text = (value: unknown) => new TextEncoder().encode(`${JSON.stringify(value, undefined, 2)}\n`);
  const { weights } = model; // which builds the layers
  const network = describeNetwork(model);
  const contents: Readonly<Record<string, Uint8Array<ArrayBuffer>>> = {
    [weightsFile]: new Uint8Array(
      encodeSafetensors(
        weights.map(({ name, weight }) => [name, weight.peek().astype(precision)] as const),
        { format: "recurra" },
      ),
    ),
    // A graph is of one number of steps; a model that leaves it open is compiled for each that it meets.
    ...(model.isOpen ? {} : { [graphFile]: new Uint8Array(inferenceModel(model, precision)) }),
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
    ...network,
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
