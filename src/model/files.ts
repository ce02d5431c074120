// The files of a saved model: what each must be, and how a folder is checked before it is read.

import { joinPath, openBytes } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { NetworkRecord } from "./records.ts";

export const configFile = "config.json";
export const weightsFile = "weights.safetensors";
export const graphFile = "model.onnx";
export const trainingFile = "training.json";

/** The version of the folder's format that is written. */
export const formatVersion = 1;

/** A file of the folder as config.json lists it. */
export interface FileRecord {
  readonly bytes: number;
  readonly sha256: string;
}

/** config.json: architecture, preprocessing, and the other files' checksums. */
export interface ModelConfig extends NetworkRecord {
  readonly format: "recurra-model";
  readonly version: number;
  readonly compile?:
    | {
        readonly optimizer?: unknown;
        readonly loss?: unknown;
        readonly lossWeights?: unknown;
        readonly metrics?: unknown;
        readonly gradientAccumulationSteps?: number | undefined;
      }
    | undefined;
  /** What a kit does to data before the model sees it: scalers, windows, vocabularies. */
  readonly preprocessing?: unknown;
  readonly files: Readonly<Record<string, FileRecord>>;
  /** See {@link configChecksum}. */
  readonly checksum: string;
}

/** The checksum that config.json holds of all else in it, so that an altered number in it is noticed too. */
export function configChecksum(config: object): Promise<string> {
  return sha256(new TextEncoder().encode(JSON.stringify({ ...config, checksum: undefined })));
}

export async function sha256(bytes: Uint8Array<ArrayBuffer>): Promise<string> {
  const digest = new Uint8Array(await globalThis.crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** Reads a file of a model folder whole. */
async function readWhole(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openBytes(path);
  try {
    return new Uint8Array(await source.read(0, source.size));
  } finally {
    await source.close();
  }
}

/**
 * Reads a file of a model folder and holds it against the size and checksum in config.json.
 *
 * @throws RecurraError where it is missing, truncated or altered
 */
export async function readChecked(
  folder: string,
  name: string,
  config: ModelConfig,
): Promise<Uint8Array<ArrayBuffer>> {
  const path = joinPath(folder, name);
  const wanted = config.files[name];
  if (wanted === undefined)
    throw new RecurraError("model-config", `${joinPath(folder, "config.json")} does not list ${name}`);
  const bytes = await readWhole(path);
  if (bytes.length !== wanted.bytes) {
    throw new RecurraError(
      "file-altered",
      `${path} is ${bytes.length} bytes, config.json says ${wanted.bytes}: the file was cut off or replaced`,
    );
  }
  if ((await sha256(bytes)) !== wanted.sha256) {
    throw new RecurraError(
      "file-altered",
      `${path} does not have the checksum that config.json gives: the file was altered after it was saved`,
    );
  }
  return bytes;
}
