// The three kinds of files, told apart by what is in them.

import { openBytes } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import { isArchive, readArchive } from "./archive.ts";
import { type H5Group, isHdf5, readHdf5 } from "./hdf5.ts";
import type { LayerNode, StoredWeight } from "./layer-node.ts";
import { findLegacyWeights, isLegacyFile } from "./legacy-file.ts";
import { type FoundWeight, findWeights, isWeightsFile } from "./weights-file.ts";

/** A file: its path, or its bytes with a name for messages. */
export type KerasSource = string | Uint8Array | { readonly name: string; readonly bytes: Uint8Array };

/** The names of the files in a `.keras` archive (keras 3.15.1, saving_lib.py). */
export const archiveFiles = {
  config: "config.json",
  metadata: "metadata.json",
  weights: "model.weights.h5",
} as const;

/** What a file of Keras holds, in any of its formats. */
export interface KerasFile {
  readonly name: string;
  /** The JSON that describes the model; `undefined` where the file holds weights alone. */
  readonly model: unknown;
  /** The version of Keras that wrote it, where it says. */
  readonly kerasVersion: string | undefined;
  /** The HDF5 file with the weights, and its name. */
  readonly weights: { readonly bytes: Uint8Array; readonly name: string };
}

const pieceBytes = 256 * 2 ** 20; // what is read at once: Node's files give less than 2 GiB

/** The bytes of a file with its name. */
async function bytesOf(source: KerasSource): Promise<{ readonly name: string; readonly bytes: Uint8Array }> {
  if (source instanceof Uint8Array) return { name: "the file", bytes: source };
  if (typeof source !== "string") return source;
  const file = await openBytes(source);
  try {
    const bytes = new Uint8Array(file.size);
    for (let at = 0; at < file.size; at += pieceBytes)
      bytes.set(await file.read(at, Math.min(pieceBytes, file.size - at)), at);
    return { name: source, bytes };
  } finally {
    await file.close();
  }
}

/**
 * Reads a file of any of Keras' formats: `.weights.h5`, `.keras`, and the `.h5` of Keras 2.
 *
 * @throws RecurraError `keras-file` where it is none of them, `hdf5` or `archive` where it is cut off; the message names it
 */
export async function readKerasFile(source: KerasSource): Promise<KerasFile> {
  const { name, bytes } = await bytesOf(source);
  if (isArchive(bytes)) return readKerasArchive(bytes, name);
  if (!isHdf5(bytes)) {
    throw new RecurraError(
      "keras-file",
      `${name} is none of Keras' files (.keras, .weights.h5, .h5): ${bytes.length === 0 ? "it is empty" : "it is neither a zip archive nor an HDF5 file"}`,
    );
  }
  const { config, version } = await readHdf5(bytes, name, (root) => {
    if (!isLegacyFile(root) && !isWeightsFile(root)) {
      const groups = [...root.groups.keys()].join(", ");
      throw new RecurraError(
        "keras-file",
        `${name} is an HDF5 file, but not of Keras: it has ${groups || "nothing"}`,
      );
    }
    return { config: textIn(root, "model_config"), version: textIn(root, "keras_version") };
  });
  return {
    name,
    model: config === undefined ? undefined : parse(config, `${name}: model_config`),
    kerasVersion: version,
    weights: { bytes, name },
  };
}

async function readKerasArchive(bytes: Uint8Array, name: string): Promise<KerasFile> {
  const files = await readArchive(bytes, name, Object.values(archiveFiles));
  const [config, weights, metadata] = [archiveFiles.config, archiveFiles.weights, archiveFiles.metadata].map(
    (file) => files.get(file),
  );
  if (config === undefined || weights === undefined) {
    const missing = config === undefined ? archiveFiles.config : archiveFiles.weights;
    throw new RecurraError("keras-file", `${name} is an archive, but not of Keras: it has no ${missing}`);
  }
  const text = new TextDecoder();
  const about =
    metadata === undefined ? undefined : parse(text.decode(metadata), `${name}: ${archiveFiles.metadata}`);
  const version = (about as { readonly keras_version?: unknown } | undefined)?.keras_version;
  return {
    name,
    model: parse(text.decode(config), `${name}: ${archiveFiles.config}`),
    kerasVersion: typeof version === "string" ? version : undefined,
    weights: { bytes: weights, name: `${name}: ${archiveFiles.weights}` },
  };
}

function textIn({ attributes }: H5Group, name: string): string | undefined {
  const value = attributes.get(name);
  return typeof value === "string" ? value : undefined;
}

function parse(text: string, place: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new RecurraError("keras-file", `${place} is not JSON: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Finds a model's weights in a file, and hands each over with its numbers.
 *
 * @throws RecurraError `weights-mismatch`, before anything is handed over, which lists layer by layer what was wanted and what there was
 */
export async function readWeights<W extends StoredWeight>(
  { weights: { bytes, name } }: KerasFile,
  model: LayerNode<W>,
  use: (found: readonly FoundWeight<W>[]) => void,
): Promise<void> {
  await readHdf5(bytes, name, (root) =>
    use(isLegacyFile(root) ? findLegacyWeights(root, model, name) : findWeights(root, model, name)),
  );
}
