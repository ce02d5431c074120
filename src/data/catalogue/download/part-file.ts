// A file that has not come in whole yet: the bytes so far, and what tells whether the server still has the same file.

import { createHash } from "node:crypto";
import { rename, rm, stat } from "node:fs/promises";
import { appendFile, now, openBytes, readTextFile, writeFileAtomic } from "#platform";
import type { Platform } from "../../../platform/types.ts";
import { cannotWrite } from "./file-problem.ts";

/** The file as a server told of it when it was begun (RFC 9110, 8.8). */
export interface Version {
  readonly address: string;
  /** A strong entity tag; weak ones say nothing of bytes. */
  readonly etag?: string | undefined;
  readonly lastModified?: string | undefined;
  /** Bytes of the whole. */
  readonly total?: number | undefined;
}

/** Bytes are gathered before they are written: so many, or those of so many milliseconds, which is what a sudden end may cost. */
const GATHERED = 1 << 18;
const GATHERING = 1000;
const READ_AT_ONCE = 1 << 20;

/** `NAME.part`, with `NAME.part.json` beside it, which says what it is a part of. */
export class PartFile {
  readonly path: string;
  readonly #append: Platform["appendFile"];
  #version: Version | undefined;
  #hash = createHash("sha256");
  /** Bytes in the file, and those that wait to be written. */
  #written = 0;
  #waiting: Uint8Array[] = [];
  #waitingBytes = 0;
  #flushed = now();

  private constructor(path: string, append: Platform["appendFile"]) {
    this.path = path;
    this.#append = append;
  }

  /**
   * Takes up the part of an earlier run, where there is one.
   *
   * @param target the file as it will be called
   * @param append what writes, so that tests can stand in for a disk
   */
  static async open(target: string, append: Platform["appendFile"] = appendFile): Promise<PartFile> {
    const part = new PartFile(`${target}.part`, append);
    part.#version = await part.#readVersion();
    if (part.#version !== undefined) await part.#readBytes();
    return part;
  }

  /** Bytes so far. */
  get size(): number {
    return this.#written + this.#waitingBytes;
  }

  /** What the bytes are a part of; undefined where nothing is begun. */
  get version(): Version | undefined {
    return this.#version;
  }

  /** SHA-256 of the bytes so far, in hexadecimal. */
  get sha256(): string {
    return this.#hash.copy().digest("hex");
  }

  /** Begins anew. */
  async begin(version: Version): Promise<void> {
    await this.discard();
    // The folder is made by the first bytes, which are none.
    await this.#append(this.path, new Uint8Array(0));
    const text = new TextEncoder().encode(`${JSON.stringify(version)}\n`);
    await writeFileAtomic(this.#statePath, (sink) => sink.write(text));
    this.#version = version;
  }

  async add(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#waiting.push(bytes);
    this.#waitingBytes += bytes.length;
    if (this.#waitingBytes >= GATHERED || now() - this.#flushed > GATHERING) await this.flush();
  }

  async flush(): Promise<void> {
    this.#flushed = now();
    if (this.#waitingBytes === 0) return;
    const bytes = Buffer.concat(this.#waiting);
    await this.#append(this.path, bytes, { keep: this.#written });
    this.#written += bytes.length;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  /** Gives the file its name: it is whole. */
  async complete(target: string): Promise<void> {
    await this.flush();
    await this.#append(this.path, new Uint8Array(0), { sync: true });
    try {
      await rename(this.path, target);
    } catch (error) {
      throw cannotWrite(target, error);
    }
    await rm(this.#statePath, { force: true });
  }

  async discard(): Promise<void> {
    await rm(this.path, { force: true });
    await rm(this.#statePath, { force: true });
    this.#version = undefined;
    this.#hash = createHash("sha256");
    this.#written = 0;
    this.#waiting = [];
    this.#waitingBytes = 0;
  }

  get #statePath(): string {
    return `${this.path}.json`;
  }

  async #readVersion(): Promise<Version | undefined> {
    try {
      if (!(await stat(this.path)).isFile()) return undefined;
      return versionOf(JSON.parse(await readTextFile(this.#statePath)));
    } catch {
      return undefined; // No part, or none that can be gone on with.
    }
  }

  async #readBytes(): Promise<void> {
    const source = await openBytes(this.path);
    try {
      while (this.#written < source.size) {
        const bytes = await source.read(this.#written, Math.min(READ_AT_ONCE, source.size - this.#written));
        this.#hash.update(bytes);
        this.#written += bytes.length;
      }
    } finally {
      await source.close();
    }
  }
}

function versionOf(value: unknown): Version | undefined {
  if (typeof value !== "object" || value === null || !("address" in value)) return undefined;
  const { address, etag, lastModified, total } = value as Record<string, unknown>;
  if (typeof address !== "string") return undefined;
  return {
    address,
    etag: typeof etag === "string" ? etag : undefined,
    lastModified: typeof lastModified === "string" ? lastModified : undefined,
    total: typeof total === "number" ? total : undefined,
  };
}
