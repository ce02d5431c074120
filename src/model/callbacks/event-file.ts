// A file of TensorBoard's events that grows while a model trains.

import { appendFile, joinPath, now, pathExists } from "#platform";
import type { Json } from "../json.ts";
import { fileVersionEvent, joined, type Summary, summaryEvent } from "./events.ts";
import { StateReader } from "./state.ts";

/** Milliseconds that events wait at most before they are written, once another comes. */
const patience = 1000;

/** The events of one run: one folder, in which each training begins a file of its own. */
export class EventFile {
  readonly #folder: string;
  /** The name of the file in its folder. */
  #name: string | undefined;
  #waiting: Uint8Array[] = [];
  #written = now();
  /** The length of the file once the disk has it; `undefined` where more was written since. */
  #synced: number | undefined;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Begins a file. TensorBoard reads those of a folder in the order of their names, in which the time stands first. */
  async begin(): Promise<void> {
    const seconds = Math.floor(Date.now() / 1000);
    let count = 0;
    const name = () => `events.out.tfevents.${seconds}.${String(count).padStart(4, "0")}.recurra`;
    while (await pathExists(joinPath(this.#folder, name()))) count++;
    this.#name = name();
    this.#waiting = [];
    await this.#append(fileVersionEvent(Date.now() / 1000));
  }

  /** Adds an event; it is written at once if the last time was long ago, at the latest at the next {@link flush}. */
  async add(step: number, values: readonly Summary[]): Promise<void> {
    if (this.#name === undefined) await this.begin();
    this.#waiting.push(summaryEvent(Date.now() / 1000, step, values));
    if (now() - this.#written > patience) await this.flush();
  }

  /** Writes what waits. */
  async flush(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const bytes = joined(...this.#waiting);
    this.#waiting = [];
    this.#written = now();
    await this.#append(bytes);
  }

  async #append(bytes: Uint8Array, options: { readonly keep?: number; readonly sync?: boolean } = {}) {
    this.#synced = undefined;
    return await appendFile(joinPath(this.#folder, this.#name ?? ""), bytes, options);
  }

  /** The name of the file and its length; null where none was begun. */
  async saveState(): Promise<Json> {
    await this.flush();
    if (this.#name === undefined) return null;
    this.#synced ??= await this.#append(new Uint8Array(0), { sync: true });
    return { file: this.#name, bytes: this.#synced };
  }

  /** Goes on with the file of a checkpoint, cut back to what it held then; with a new one where that is gone. */
  async loadState(json: Json): Promise<void> {
    if (json === null) return;
    const saved = new StateReader("TensorBoard", { json });
    const [name, keep] = [saved.json("file"), saved.number("bytes")];
    if (typeof name !== "string" || !(await pathExists(joinPath(this.#folder, name)))) return;
    this.#name = name;
    this.#waiting = [];
    await this.#append(new Uint8Array(0), { keep });
  }
}
