// A trained classifier as a folder: classifier.json, arrays.safetensors, and for networks a model's folder.

import { joinPath, openBytes, readTextFile, writeFileAtomic, writeFolderAtomic } from "#platform";
import { configChecksum, type FileRecord, sha256 } from "../../model/files.ts";
import { RecurraError } from "../../platform/error.ts";
import { decodeSafetensors, encodeSafetensors } from "../../tensor/safetensors.ts";
import type { Json } from "../forecasters/local-model.ts";
import { type ClassifierChoice, methodOf } from "./methods.ts";
import { normalizations } from "./preparation.ts";
import { broken, fieldOf, numberOf, numbersOf, textOf, textsOf } from "./saved.ts";
import type { TrainedState } from "./trained-state.ts";

const configFile = "classifier.json";
const arraysFile = "arrays.safetensors";

/** The version of the folder's format that is written. */
const formatVersion = 1;

/** Writes a trained classifier. See {@link SeriesClassifier.save}. */
export async function saveClassifier(folder: string, trained: TrainedState): Promise<void> {
  const { fitted, preparation, ...rest } = trained;
  const { json, arrays } = fitted.state();
  const bytes = new Uint8Array(encodeSafetensors(Object.entries(arrays), { format: "recurra" }));
  const file: FileRecord = { bytes: bytes.length, sha256: await sha256(bytes) };
  const config = {
    format: "recurra-series-classifier",
    version: formatVersion,
    ...rest,
    preparation,
    method: json,
    files: { [arraysFile]: file },
  };
  const text = `${JSON.stringify({ ...config, checksum: await configChecksum(config) }, null, 2)}\n`;
  await writeFolderAtomic(folder, async (temporary) => {
    await writeFileAtomic(joinPath(temporary, arraysFile), (sink) => sink.write(bytes));
    await writeFileAtomic(joinPath(temporary, configFile), (sink) =>
      sink.write(new TextEncoder().encode(text)),
    );
    await fitted.saveInto?.(temporary);
  });
}

/** Reads a trained classifier. See {@link SeriesClassifier.load}. */
export async function loadClassifier(folder: string): Promise<TrainedState> {
  const path = joinPath(folder, configFile);
  const config = await readConfig(path);
  const bytes = await readChecked(
    joinPath(folder, arraysFile),
    fieldOf(fieldOf(config, "files"), arraysFile),
  );
  const { tensors } = decodeSafetensors(bytes, joinPath(folder, arraysFile));
  const classes = textsOf(config, "classes");
  const model = fieldOf(config, "model") as unknown as ClassifierChoice;
  const given = fieldOf(config, "preparation");
  const normalize = normalizations.find((name) => name === textOf(given, "normalize"));
  if (normalize === undefined) throw broken(`"normalize" is none of ${normalizations.join(", ")}`);
  const state = { json: fieldOf(config, "method"), arrays: Object.fromEntries(tensors) };
  return {
    model,
    seed: numberOf(config, "seed"),
    classes,
    preparation: { normalize, means: numbersOf(given, "means"), scales: numbersOf(given, "scales") },
    length: numberOf(config, "length"),
    counts: numbersOf(config, "counts"),
    fitted: await methodOf(model).restore(state, classes.length, folder),
  };
}

async function readConfig(path: string): Promise<Json> {
  let config: Json;
  try {
    config = JSON.parse(await readTextFile(path));
  } catch (cause) {
    if (cause instanceof RecurraError) throw cause;
    throw new RecurraError(
      "classifier-state",
      `${path} is not JSON: it was cut off or altered (${(cause as Error).message})`,
      { cause },
    );
  }
  if (textOf(config, "format") !== "recurra-series-classifier") throw broken(`${path} is of another format`);
  const version = numberOf(config, "version");
  if (version > formatVersion) {
    throw new RecurraError(
      "newer-version",
      `${path} is of version ${version} of the format, this Recurra reads up to ${formatVersion}: install a newer one to read the classifier`,
    );
  }
  if ((await configChecksum(config as object)) === textOf(config, "checksum")) return config;
  throw new RecurraError(
    "file-altered",
    `${path} does not have the checksum that it holds: the file was altered after it was saved`,
  );
}

async function readChecked(path: string, record: Json): Promise<Uint8Array<ArrayBuffer>> {
  const source = await openBytes(path);
  try {
    const bytes = new Uint8Array(await source.read(0, source.size));
    if (bytes.length === numberOf(record, "bytes") && (await sha256(bytes)) === textOf(record, "sha256"))
      return bytes;
    throw new RecurraError(
      "file-altered",
      `${path} is not the file that was saved: it was cut off or altered`,
    );
  } finally {
    await source.close();
  }
}
