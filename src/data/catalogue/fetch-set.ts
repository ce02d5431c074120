// Brings a data set from its public home into a folder: downloads the originals, makes the files of them, and checks each.

import { createHash } from "node:crypto";
import { mkdir, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import { openBytes, writeFileAtomic } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import { type DownloadOptions, download } from "./download/download.ts";
import { cannotWrite } from "./download/file-problem.ts";
import { withLock } from "./download/lock.ts";
import type { DownloadProgress } from "./download/meter.ts";
import type { CatalogueEntry, CatalogueFile, Original, Preparation } from "./entry.ts";
import { filesIn } from "./folders.ts";
import { Ledger } from "./ledger.ts";
import { unpackedSha256 } from "./read-file.ts";

/** How far the fetching of a set is. */
export interface FetchProgress extends DownloadProgress {
  /** The file that comes in. */
  readonly file: string;
  /** Which one it is, from 1, and how many are to come. */
  readonly number: number;
  readonly of: number;
}

export interface FetchOptions
  extends Pick<DownloadOptions, "signal" | "onNotice" | "tries" | "stall" | "machine"> {
  /** The cache folder: originals and remembered checksums. */
  readonly cache: string;
  /** Where the files go. Default: `data` in the cache. */
  readonly folder?: string | undefined;
  readonly onProgress?: ((progress: FetchProgress) => void) | undefined;
  /** Takes a file though it differs from what came the first time. */
  readonly acceptChange?: boolean | undefined;
}

/**
 * How a file was checked: its SHA-256 is the catalogue's, is what it was the first time, or was written down now, this being the
 * first time.
 */
export type Check = "catalogue" | "as before" | "first time";

export interface FetchedFile {
  readonly file: CatalogueFile;
  readonly path: string;
  readonly sha256: string;
  readonly check: Check;
}

/**
 * Fetches a set, unless its files are there already and pass their checks. Of several processes that want it at once, one downloads
 * and the others wait.
 *
 * @throws as `download`; `wrong-checksum` where a file is not what the catalogue or the ledger says; `original-format`
 */
export async function fetchSet(entry: CatalogueEntry, options: FetchOptions): Promise<FetchedFile[]> {
  const folder = options.folder ?? filesIn(options.cache);
  const lock = join(folder, `.${entry.name}.lock`);
  return await withLock(lock, () => new Fetching(entry, folder, options).run(), {
    signal: options.signal,
    onWait: () => options.onNotice?.(`Another process is getting ${entry.name}; waiting for it.`),
  });
}

class Fetching {
  readonly #entry: CatalogueEntry;
  readonly #folder: string;
  readonly #options: FetchOptions;
  readonly #ledger: Ledger;

  constructor(entry: CatalogueEntry, folder: string, options: FetchOptions) {
    this.#entry = entry;
    this.#folder = folder;
    this.#options = options;
    this.#ledger = new Ledger(options.cache, entry.name);
  }

  async run(): Promise<FetchedFile[]> {
    const { prepare } = this.#entry;
    return prepare === undefined ? await this.#asTheyAre() : await this.#prepared(prepare);
  }

  /** Each file is downloaded to where it belongs. */
  async #asTheyAre(): Promise<FetchedFile[]> {
    const fetched: FetchedFile[] = [];
    for (const [i, file] of this.#entry.files.entries()) {
      const original = this.#entry.originals[i];
      if (original === undefined)
        throw new RangeError(`${this.#entry.name} has no original for ${file.path}`);
      fetched.push((await this.#present(file)) ?? (await this.#downloaded(file, original, i)));
    }
    return fetched;
  }

  async #downloaded(file: CatalogueFile, original: Original, i: number): Promise<FetchedFile> {
    const path = join(this.#folder, file.path);
    let check: Check = "catalogue";
    const { sha256 } = await this.#download(original, i, path, {
      sha256: file.isExact ? file.sha256 : original.sha256,
      bytes: file.isExact ? file.bytes : undefined,
      check: async (found, address) => {
        check = await this.#checked(file, found, address);
      },
      byHand: `Or get the file by other means and put it at "${path}".`,
    });
    return { file, path, sha256, check };
  }

  /** The files are made of the originals. */
  async #prepared(prepare: Preparation): Promise<FetchedFile[]> {
    const { files, originals, name } = this.#entry;
    const present = await Promise.all(files.map((file) => this.#present(file)));
    const whole = present.filter((file) => file !== undefined);
    if (whole.length === files.length) return whole;

    // What the user puts there by hand stays there; what is downloaded goes when the files are made.
    const byHand = join(this.#options.cache, "originals", name);
    const downloads = join(this.#options.cache, "downloads", name);
    try {
      const bytes: Uint8Array[] = [];
      for (const [i, original] of originals.entries())
        bytes.push(await this.#original(original, i, byHand, downloads));
      this.#options.signal?.throwIfAborted();
      const made = await this.#made(prepare(bytes));
      await rm(downloads, { recursive: true, force: true });
      return made;
    } catch (error) {
      const isWrong = error instanceof RecurraError && /^(original-format|wrong-checksum)$/.test(error.code);
      if (isWrong) await rm(downloads, { recursive: true, force: true });
      throw error;
    }
  }

  async #original(original: Original, i: number, byHand: string, downloads: string): Promise<Uint8Array> {
    const [given, path] = [join(byHand, original.name), join(downloads, original.name)];
    if (await isFile(given)) return await checkedByHand(given, original);
    if (!(await isFile(path))) {
      const hint = `Or get it by other means, put it at "${given}", and say this again.`;
      await this.#download(original, i, path, { sha256: original.sha256, byHand: hint });
    }
    return await bytesOf(path);
  }

  /** Checks and writes the files that were made. */
  async #made(contents: readonly Uint8Array[]): Promise<FetchedFile[]> {
    const { files, originals, home } = this.#entry;
    const fetched: FetchedFile[] = [];
    for (const [i, file] of files.entries()) {
      const content = contents[i] ?? new Uint8Array(0);
      const path = join(this.#folder, file.path);
      const sha256 = createHash("sha256").update(content).digest("hex");
      const check = await this.#checked(file, sha256, originals[0]?.addresses[0] ?? home);
      await makeFolder(dirname(path));
      await writeFileAtomic(path, (sink) => sink.write(content));
      fetched.push({ file, path, sha256, check });
    }
    return fetched;
  }

  #download(
    original: Original,
    i: number,
    path: string,
    request: Pick<Parameters<typeof download>[0], "sha256" | "bytes" | "check" | "byHand">,
  ) {
    const { onProgress, signal, onNotice, tries, stall, machine } = this.#options;
    const place = { file: original.name, number: i + 1, of: this.#entry.originals.length };
    const copies = "A folder with copies is used when it is named: --data-dir DIR, or RECURRA_DATA=DIR.";
    return download(
      { ...request, addresses: original.addresses, path, byHand: `${request.byHand} ${copies}` },
      {
        signal,
        onNotice,
        tries,
        stall,
        machine,
        onProgress: onProgress && ((progress) => onProgress({ ...progress, ...place })),
      },
    );
  }

  /** The file, where it is there and passes its check. */
  async #present(file: CatalogueFile): Promise<FetchedFile | undefined> {
    const unpacked = join(this.#folder, file.path);
    const path = (await isFile(unpacked)) ? unpacked : `${unpacked}.gz`;
    if (!(await isFile(path))) return undefined;
    const sha256 = await unpackedSha256(path);
    if (sha256 === file.sha256) return { file, path, sha256, check: "catalogue" };
    if (!file.isExact) {
      const line = await this.#ledger.line(file.path);
      if (line === undefined) await this.#remember(file, sha256, "put there by hand");
      if (line === undefined || line.sha256 === sha256) {
        return { file, path, sha256, check: line === undefined ? "first time" : "as before" };
      }
    }
    this.#options.onNotice?.(`"${path}" is not what it should be; getting it anew.`);
    return undefined;
  }

  async #checked(file: CatalogueFile, sha256: string, address: string): Promise<Check> {
    if (sha256 === file.sha256) return "catalogue";
    if (file.isExact) {
      throw new RecurraError(
        "wrong-checksum",
        `Cannot use what was made for "${file.path}" of ${address}: its SHA-256 is ${sha256}, and ${file.sha256} is wanted. The original was changed at its home, or altered on the way.`,
      );
    }
    const line = await this.#ledger.line(file.path);
    if (line !== undefined && line.sha256 === sha256) return "as before";
    if (line !== undefined && this.#options.acceptChange !== true) {
      throw new RecurraError(
        "wrong-checksum",
        `Cannot use "${file.path}" from ${address}: its SHA-256 is ${sha256}, and on ${line.date} it was ${line.sha256}. Either it was changed at its home, or something on the way altered it. To take it nevertheless: --accept-change.`,
      );
    }
    await this.#remember(file, sha256, address);
    return "first time";
  }

  #remember({ path }: CatalogueFile, sha256: string, address: string): Promise<void> {
    return this.#ledger.write(path, { sha256, address, date: new Date().toISOString().slice(0, 10) });
  }
}

async function checkedByHand(path: string, { sha256, addresses }: Original): Promise<Uint8Array> {
  const bytes = await bytesOf(path);
  const found = createHash("sha256").update(bytes).digest("hex");
  if (sha256 === undefined || found === sha256) return bytes;
  throw new RecurraError(
    "wrong-checksum",
    `Cannot use "${path}": its SHA-256 is ${found}, and that of ${addresses[0]} is ${sha256}. Remove it, or put the right file there.`,
  );
}

async function bytesOf(path: string): Promise<Uint8Array> {
  const source = await openBytes(path);
  try {
    return await source.read(0, source.size);
  } finally {
    await source.close();
  }
}

async function isFile(path: string): Promise<boolean> {
  return await stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}

async function makeFolder(path: string): Promise<void> {
  await mkdir(path, { recursive: true }).catch((error) => {
    throw cannotWrite(path, error);
  });
}
