// Models and weights written to files that Keras reads.

import { writeFileAtomic } from "#platform";
import type { Network } from "../../model/network.ts";
import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { encodeArchive } from "./archive.ts";
import { archiveFiles } from "./files.ts";
import { encodeHdf5, H5Tree } from "./hdf5-write.ts";
import { legacyTree } from "./legacy-file.ts";
import { modelNode } from "./model-node.ts";
import { weightsTree } from "./weights-file.ts";
import { writeModel } from "./write-model.ts";

/** The version of Keras whose layout is written. */
const kerasVersion = "3.15.1";

/** `"keras"`: an archive; `"h5"`: the HDF5 layout of Keras 2. */
export type KerasModelFormat = "keras" | "h5";

/** `"weights.h5"`: the layout of Keras 3; `"h5"`: that of Keras 2. */
export type KerasWeightsFormat = "weights.h5" | "h5";

export interface SaveKerasModelOptions {
  /** Default by the name's end, `.keras` or `.h5`; for bytes "keras". */
  readonly format?: KerasModelFormat;
  /** Samples in a batch. Keras fixes it where a layer is stateful, and then it is needed. */
  readonly batchSize?: number;
}

export interface SaveKerasWeightsOptions {
  /** Default by the name's end, `.weights.h5` or else `.h5`; for bytes "weights.h5". */
  readonly format?: KerasWeightsFormat;
}

/**
 * The bytes of a file of the model with its weights.
 *
 * @throws RecurraError `not-saveable` for a layer or an option that Keras does not have, and for a function of one's own
 */
export async function encodeKerasModel(
  model: Network,
  options: SaveKerasModelOptions = {},
): Promise<Uint8Array> {
  checkOptionNames("encodeKerasModel", options, ["format", "batchSize"]);
  const { format = "keras", batchSize } = options;
  if (batchSize !== undefined)
    checkedNumber(
      "encodeKerasModel: batchSize",
      batchSize,
      (size) => Number.isInteger(size) && size > 0,
      "a positive whole number",
    );
  if (format === "h5") return legacyModel(model, batchSize);
  if (format !== "keras") throw wrongFormat("encodeKerasModel", format, ["keras", "h5"]);
  const text = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));
  model.weights; // builds the layers
  return encodeArchive({
    [archiveFiles.metadata]: text({ keras_version: kerasVersion }),
    [archiveFiles.config]: text(writeModel(model, { batchSize })),
    [archiveFiles.weights]: await encodeHdf5(weightsTree(modelNode(model))),
  });
}

/** The bytes of a file of the model's weights. */
export async function encodeKerasWeights(
  model: Network,
  options: SaveKerasWeightsOptions = {},
): Promise<Uint8Array> {
  checkOptionNames("encodeKerasWeights", options, ["format"]);
  const { format = "weights.h5" } = options;
  model.weights; // builds the layers
  const node = modelNode(model);
  if (format === "weights.h5") return encodeHdf5(weightsTree(node));
  if (format !== "h5") throw wrongFormat("encodeKerasWeights", format, ["weights.h5", "h5"]);
  return encodeHdf5(legacyTree(node, versions));
}

const versions = { keras_version: kerasVersion, backend: "recurra" };

function legacyModel(model: Network, batchSize: number | undefined): Promise<Uint8Array> {
  model.weights; // builds the layers
  const tree = new H5Tree();
  tree.attributes.set("model_config", JSON.stringify(writeModel(model, { isLegacy: true, batchSize })));
  for (const [name, value] of Object.entries(versions)) tree.attributes.set(name, value);
  tree.groups.set("model_weights", legacyTree(modelNode(model), versions));
  return encodeHdf5(tree);
}

/**
 * Writes a model with its weights to a file that Keras loads: a `.keras` archive, or a `.h5` file in Keras 2's layout. Written whole or not
 * at all. How it was compiled is not written.
 *
 * @throws RecurraError as {@link encodeKerasModel}, and what writing files throws
 */
export async function saveKerasModel(
  model: Network,
  path: string,
  options: SaveKerasModelOptions = {},
): Promise<void> {
  checkOptionNames("saveKerasModel", options, ["format", "batchSize"]);
  const format = options.format ?? formatOf<KerasModelFormat>("saveKerasModel", path, ["keras", "h5"]);
  await write(path, await encodeKerasModel(model, { ...options, format }));
}

/** Writes a model's weights to a file that Keras loads: `.weights.h5`, or `.h5` in Keras 2's layout. Written whole or not at all. */
export async function saveKerasWeights(
  model: Network,
  path: string,
  options: SaveKerasWeightsOptions = {},
): Promise<void> {
  checkOptionNames("saveKerasWeights", options, ["format"]);
  const format =
    options.format ?? formatOf<KerasWeightsFormat>("saveKerasWeights", path, ["weights.h5", "h5"]);
  await write(path, await encodeKerasWeights(model, { format }));
}

/** The first of the formats that a path ends in. */
function formatOf<F extends string>(what: string, path: string, formats: readonly F[]): F {
  const format = formats.find((end) => path.endsWith(`.${end}`));
  if (format !== undefined) return format;
  const ends = formats.map((end) => `.${end}`).join(" or ");
  throw new RecurraError(
    "option-value",
    `${what}: the file's name is to end in ${ends}, or the format is to be given; got "${path}"`,
  );
}

function wrongFormat(what: string, format: unknown, formats: readonly string[]): RecurraError {
  const known = formats.map((name) => `"${name}"`).join(" or ");
  return new RecurraError("option-value", `${what}: format is to be ${known}, got ${describe(format)}`);
}

async function write(path: string, bytes: Uint8Array): Promise<void> {
  await writeFileAtomic(path, (sink) => sink.write(bytes));
}
