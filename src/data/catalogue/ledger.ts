// Remembers the checksums of files that the catalogue has none for: what came first is trusted, and what differs later is told.

import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { pathExists, readTextFile, writeFileAtomic } from "#platform";
import { cannotWrite } from "./download/file-problem.ts";

/** What is remembered of a file. */
export interface LedgerLine {
  readonly sha256: string;
  /** Where it came from. */
  readonly address: string;
  /** When it came: `2026-03-01`. */
  readonly date: string;
}

/** The ledger of one data set: a JSON file in the cache, `checksums/NAME.json`. */
export class Ledger {
  readonly path: string;

  constructor(cache: string, name: string) {
    this.path = join(cache, "checksums", `${name}.json`);
  }

  /** @param file the path of the file in the catalogue */
  async line(file: string): Promise<LedgerLine | undefined> {
    return (await this.#lines())[file];
  }

  async write(file: string, line: LedgerLine): Promise<void> {
    const text = `${JSON.stringify({ ...(await this.#lines()), [file]: line }, null, 2)}\n`;
    const folder = join(this.path, "..");
    await mkdir(folder, { recursive: true }).catch((error) => {
      throw cannotWrite(folder, error);
    });
    await writeFileAtomic(this.path, (sink) => sink.write(new TextEncoder().encode(text)));
  }

  async #lines(): Promise<Record<string, LedgerLine>> {
    if (!(await pathExists(this.path))) return {};
    try {
      const value: unknown = JSON.parse(await readTextFile(this.path));
      return typeof value === "object" && value !== null ? (value as Record<string, LedgerLine>) : {};
    } catch {
      return {}; // Damaged: it is begun anew, as on the first day.
    }
  }
}
