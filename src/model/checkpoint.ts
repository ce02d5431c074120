// Checkpoints: all that a training has come to, in one file that is written whole or not at all, and how it goes on from there.

import { openBytes, removeLeftovers, writeFileAtomic } from "#platform";
import { checkedNumber, checkOptionNames, describe } from "../nn/choice.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { openSafetensors, writeSafetensors } from "../tensor/safetensors.ts";
import { type Callback, type CallbackState, saveStates } from "./callbacks.ts";
import type { DataFingerprint, History } from "./history.ts";
import type { Json } from "./json.ts";
import type { MeterState } from "./meter.ts";
import type { Network } from "./network.ts";
import type { Trainer } from "./training.ts";

export interface CheckpointOptions {
  /** The file. */
  readonly path: string;
  /** Write it within an epoch too, each time that so many steps have been taken. Default: after epochs alone. */
  readonly everySteps?: number;
}

/** @throws RecurraError `unknown-option`, `option-value` */
export function checkpointOptions(given: string | CheckpointOptions): CheckpointOptions {
  const options = typeof given === "string" ? { path: given } : (Object(given) as CheckpointOptions);
  checkOptionNames("fit: checkpoint", options, ["path", "everySteps"]);
  if (typeof options.path !== "string" || options.path === "")
    throw new RecurraError("option-value", `fit: checkpoint is to name a file, got ${describe(given)}`);
  if (options.everySteps !== undefined) {
    const isCount = (value: number) => Number.isInteger(value) && value > 0;
    checkedNumber("fit: checkpoint.everySteps", options.everySteps, isCount, "a positive whole number");
  }
  return options;
}

/** Where a training stands. */
export interface TrainingPlace {
  /** The epoch to go on in, and the steps of it that have been taken. */
  readonly epoch: number;
  readonly step: number;
  readonly history: History;
  /** The running loss and metrics, within an epoch. */
  readonly meter: MeterState | undefined;
  /** Whether a callback has ended the training. */
  readonly stopped: boolean;
}

/** A training as a checkpoint gives it back; weights, slots and states are in their places by then. */
export interface ResumedTraining extends Omit<TrainingPlace, "meter"> {
  readonly meter: MeterState;
  readonly callbacks: Readonly<Record<string, CallbackState>>;
}

/** What is being trained, and what it must be to go on from a checkpoint. */
interface Training {
  readonly model: Network;
  readonly trainer: Trainer;
  readonly callbacks: readonly Callback[];
  readonly batchSize: number;
  readonly data: DataFingerprint | undefined;
}

/** The JSON in a checkpoint's header. */
interface Header {
  readonly format: "recurra-checkpoint";
  readonly version: number;
  readonly identity: Readonly<Record<string, Json>>;
  readonly trainer: Json;
  readonly place: { readonly epoch: number; readonly step: number; readonly stopped: boolean };
  readonly history: { readonly epochs: readonly number[] };
  readonly callbacks: Readonly<Record<string, Json>>;
}

const version = 1;

/** Writes and reads the checkpoint of one training. */
export class Checkpoint {
  readonly #options: CheckpointOptions;
  readonly #training: Training;

  constructor(options: CheckpointOptions, training: Training) {
    this.#options = options;
    this.#training = training;
  }

  /** Whether one is to be written after so many steps of an epoch. */
  isDue(step: number): boolean {
    const { everySteps } = this.#options;
    return everySteps !== undefined && step % everySteps === 0;
  }

  /** Writes the file: it is the new one or the old one, whatever happens. */
  async write({ epoch, step, history, meter, stopped }: TrainingPlace): Promise<void> {
    const { trainer, callbacks } = this.#training;
    const states = await saveStates(callbacks);
    const saved = trainer.save();
    const arrays: [string, NdArray][] = [...saved.arrays];
    for (const [name, { arrays: own = {} }] of Object.entries(states))
      for (const [key, array] of Object.entries(own)) arrays.push([`callbacks/${name}/${key}`, array]);
    for (const [name, values] of Object.entries(history.logs))
      arrays.push([`history/${name}`, numbers(values)]);
    for (const [name, values] of Object.entries(meter ?? {}))
      arrays.push([`meter/${name}`, new NdArray(values, [values.length])]);
    const header: Header = {
      format: "recurra-checkpoint",
      version,
      identity: this.#identity(),
      trainer: saved.json,
      place: { epoch, step, stopped },
      history: { epochs: history.epochs },
      callbacks: Object.fromEntries(Object.entries(states).map(([name, { json }]) => [name, json])),
    };
    await writeFileAtomic(this.#options.path, (sink) =>
      writeSafetensors(sink, arrays, { format: "recurra-checkpoint", training: JSON.stringify(header) }),
    );
  }

  /**
   * Reads the file, where there is one, and puts weights, slots and states back.
   *
   * @throws RecurraError `checkpoint` for a file that is none, or that belongs to another training; nothing is changed then
   */
  async read(): Promise<ResumedTraining | undefined> {
    const { path } = this.#options;
    await removeLeftovers(path);
    const arrays = await readFile(path);
    if (arrays === undefined) return undefined;
    const header = headerOf(path, arrays.metadata.training);
    const wanted = this.#identity();
    const differing = Object.keys(wanted).filter(
      (name) => JSON.stringify(wanted[name]) !== JSON.stringify(header.identity[name]),
    );
    if (differing.length > 0) {
      const list = differing.map(
        (name) => `${name} was ${JSON.stringify(header.identity[name])}, is ${JSON.stringify(wanted[name])}`,
      );
      throw new RecurraError(
        "checkpoint",
        `${path} is the checkpoint of another training: ${list.join("; ")}. Name another file to begin anew`,
      );
    }
    const under = (prefix: string) =>
      Object.fromEntries(
        [...arrays.tensors].flatMap(([name, array]) =>
          name.startsWith(prefix) ? [[name.slice(prefix.length), array] as const] : [],
        ),
      );
    this.#training.trainer.load({ json: header.trainer, arrays: arrays.tensors }, path);
    const lists = (prefix: string) =>
      Object.fromEntries(
        Object.entries(under(prefix)).map(([name, array]) => [name, Array.from(array.toFloat64())]),
      );
    return {
      ...header.place,
      history: { epochs: [...header.history.epochs], logs: lists("history/"), interrupted: false },
      meter: Object.fromEntries(
        Object.entries(under("meter/")).map(([name, array]) => [name, array.toFloat64()]),
      ),
      callbacks: Object.fromEntries(
        Object.entries(header.callbacks).map(([name, json]) => [
          name,
          { json, arrays: under(`callbacks/${name}/`) },
        ]),
      ),
    };
  }

  /** What must be the same for a training to go on as it began. */
  #identity(): Readonly<Record<string, Json>> {
    const { model, trainer, batchSize, data } = this.#training;
    const { optimizer, accumulate } = trainer.setup;
    const sums = (arrays: DataFingerprint["x"] | undefined) =>
      arrays?.map(({ sha256 }) => sha256.slice(0, 16)) ?? null;
    return {
      weights: model.weights.map(({ name, weight, trainable }) => [name, [...weight.shape], trainable]),
      seed: model.seed,
      optimizer: optimizer.name,
      batchSize,
      gradientAccumulationSteps: accumulate,
      x: sums(data?.x),
      y: sums(data?.y),
      sampleWeight: sums(data?.sampleWeight),
    };
  }
}

interface CheckpointFile {
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The whole file; `undefined` where there is none. */
async function readFile(path: string): Promise<CheckpointFile | undefined> {
  const source = await openBytes(path).catch((error: unknown) => {
    if (error instanceof RecurraError && ["file-not-found", "folder-not-found"].includes(error.code))
      return undefined;
    throw error;
  });
  if (source === undefined) return undefined;
  try {
    const file = await openSafetensors(source, path);
    const tensors = new Map<string, NdArray>();
    for (const name of file.names) tensors.set(name, await file.read(name));
    return { tensors, metadata: file.metadata };
  } finally {
    await source.close();
  }
}

function numbers(values: readonly number[]): NdArray {
  return new NdArray(Float64Array.from(values), [values.length]);
}

function headerOf(path: string, text: string | undefined): Header {
  const header = text === undefined ? undefined : (JSON.parse(text) as Header);
  if (header?.format !== "recurra-checkpoint")
    throw new RecurraError("checkpoint", `${path} is not a checkpoint of a training`);
  if (header.version > version) {
    throw new RecurraError(
      "newer-version",
      `${path} is of version ${header.version} of the format, this Recurra reads up to ${version}`,
    );
  }
  return header;
}
