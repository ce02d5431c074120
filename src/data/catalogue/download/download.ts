// Downloads one file: goes on with what is there already, tries again when it is cut off, and keeps only what passes its check.

import { mkdir, statfs } from "node:fs/promises";
import { dirname } from "node:path";
import { appendFile } from "#platform";
import { RecurraError } from "../../../platform/error.ts";
import type { Platform } from "../../../platform/types.ts";
import { displayBytes } from "./display-bytes.ts";
import { type DownloadProgress, Meter } from "./meter.ts";
import { PartFile } from "./part-file.ts";
import { receive } from "./receive.ts";
import { LONGEST_WAIT, pauseAfter, type Sleep, sleep } from "./retry.ts";

/** What is to be downloaded. */
export interface DownloadRequest {
  /** Where it is to be had: the first, else the second, and so on. */
  readonly addresses: readonly string[];
  /** Where it goes. Folders are made. */
  readonly path: string;
  /** Its SHA-256 in hexadecimal, where it is known. */
  readonly sha256?: string | undefined;
  /** Its size, where it is known. */
  readonly bytes?: number | undefined;
  /** Looks at the SHA-256 of a file without a known one before it takes its name; throws where it is refused. */
  readonly check?: ((sha256: string, address: string) => Promise<void>) | undefined;
  /** What to do where there is no network, in a sentence: the end of such messages. */
  readonly byHand?: string | undefined;
}

export interface DownloadOptions {
  /** Stops the download; what has come is kept, and gone on with the next time. */
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: DownloadProgress) => void) | undefined;
  /** Is told what goes wrong on the way, in sentences: cut connections, pauses. */
  readonly onNotice?: ((text: string) => void) | undefined;
  /** Tries in a row that bring not a byte before an address is given up. Default 5; 2 where the server was never reached. */
  readonly tries?: number | undefined;
  /** Milliseconds without a byte after which a connection counts as cut. Default 30,000. */
  readonly stall?: number | undefined;
  /** What tests put in the place of the machine. */
  readonly machine?: Partial<Machine> | undefined;
}

export interface Machine {
  readonly sleep: Sleep;
  readonly appendFile: Platform["appendFile"];
  /** Bytes that are free in a folder; undefined where the system does not say. */
  readonly freeBytes: (folder: string) => Promise<number | undefined>;
  /** A number in [0, 1). */
  readonly random: () => number;
}

/** A file that has arrived. */
export interface Downloaded {
  readonly sha256: string;
  readonly bytes: number;
  readonly address: string;
}

const MACHINE: Machine = { sleep, appendFile, freeBytes, random: Math.random };
const TRIES = 5;
const TRIES_UNREACHED = 2;
const STALL = 30_000;

/**
 * Downloads a file. Until it is whole and checked, it is called `NAME.part`; one that an earlier run left is gone on with where the
 * server still has the same version. For the only one that downloads to this path: see `withLock`.
 *
 * @throws RecurraError `offline` where no server was reached; `download-failed` where none gave the file; `wrong-checksum`; `disk-full`, where
 * what was written is removed, so that the disk is not left full; what file functions throw; the signal's reason when it is aborted
 */
export async function download(request: DownloadRequest, options: DownloadOptions = {}): Promise<Downloaded> {
  const machine = { ...MACHINE, ...options.machine };
  const signal = options.signal ?? new AbortController().signal;
  signal.throwIfAborted();
  await mkdir(dirname(request.path), { recursive: true }).catch(() => {}); // Writing will tell.
  const part = await PartFile.open(request.path, machine.appendFile);
  const problems: Problem[] = [];
  try {
    for (const address of request.addresses) {
      const problem = await fromAddress(address, part, request, { ...options, signal }, machine);
      if (problem === undefined) {
        const { sha256, size: bytes } = part;
        await part.complete(request.path);
        return { sha256, bytes, address };
      }
      problems.push(problem);
      if (problem.kind === "wrong-checksum") await part.discard();
    }
  } catch (error) {
    // A full disk comes with the system's own error; where room was missing beforehand, nothing was written and the part may wait.
    if (!(error instanceof RecurraError) || error.code !== "disk-full" || error.cause === undefined)
      throw error;
    const had = part.size;
    await part.discard();
    const what = `it was full after ${displayBytes(had)}, which were removed again`;
    throw noRoom(request.path, what, error);
  }
  throw failed(request, problems);
}

interface Problem {
  readonly kind: "offline" | "failed" | "wrong-checksum";
  /** A sentence that begins with the address. */
  readonly text: string;
}

/** Tries one address until the file is there and passes its check. Undefined where it does. */
async function fromAddress(
  address: string,
  part: PartFile,
  request: DownloadRequest,
  options: DownloadOptions & { readonly signal: AbortSignal },
  machine: Machine,
): Promise<Problem | undefined> {
  const meter = new Meter();
  const report = (total: number | undefined) => options.onProgress?.(meter.progress(part.size, total));
  const { signal, tries = TRIES, stall = STALL } = options;
  let failures = 0;
  let furthest = 0;
  let wasReached = false;
  for (;;) {
    const before = part.size;
    const outcome = await receive(address, part, {
      isPinned: request.sha256 !== undefined,
      bytes: request.bytes,
      stall,
      signal,
      async begun(total) {
        wasReached = true;
        meter.begin(part.size);
        report(total);
        await checkRoom(request.path, total === undefined ? undefined : total - part.size, machine);
      },
      received: report,
    });
    if (outcome.kind === "complete") {
      const problem = await checked(address, part, request);
      // What an earlier run left may have been damaged: once more from the beginning.
      if (problem === undefined || before === 0) return problem;
      options.onNotice?.("What an earlier run had left does not fit; beginning anew.");
      await part.discard();
      continue;
    }
    const { kind, problem, after } = outcome;
    if (kind === "useless") return { kind: "failed", text: `${address}: ${problem}` };
    // Only what goes beyond all earlier tries is progress: a server without ranges begins at 0 each time.
    failures = part.size > furthest ? 1 : failures + 1;
    furthest = Math.max(furthest, part.size);
    const allowed = kind === "offline" && !wasReached ? Math.min(tries, TRIES_UNREACHED) : tries;
    if (failures >= allowed || (after !== undefined && after > LONGEST_WAIT)) {
      return {
        kind: kind === "offline" && !wasReached ? "offline" : "failed",
        text: `${address}: ${problem}`,
      };
    }
    const pause = after ?? pauseAfter(failures, machine.random());
    options.onNotice?.(`${capital(problem)}; trying again in ${seconds(pause)}.`);
    await machine.sleep(pause, signal);
  }
}

async function checked(
  address: string,
  part: PartFile,
  { sha256, bytes, check }: DownloadRequest,
): Promise<Problem | undefined> {
  const found = part.sha256;
  if (sha256 === undefined) {
    try {
      await check?.(found, address);
    } catch (error) {
      await part.discard();
      throw error;
    }
    return undefined;
  }
  if (found === sha256) return undefined;
  const size = bytes === undefined || bytes === part.size ? "" : ` (${part.size} bytes; ${bytes} are wanted)`;
  return {
    kind: "wrong-checksum",
    text: `${address}: its SHA-256 is ${found}${size}, and ${sha256} is wanted. Either it was changed at its home, or something on the way altered it; it was removed`,
  };
}

async function checkRoom(path: string, needed: number | undefined, { freeBytes }: Machine): Promise<void> {
  if (needed === undefined) return;
  const free = await freeBytes(dirname(path));
  if (free === undefined || free >= needed) return;
  throw noRoom(path, `${displayBytes(needed)} are still to come, and ${displayBytes(free)} are free there`);
}

async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch {
    return undefined;
  }
}

function noRoom(path: string, what: string, cause?: unknown): RecurraError {
  return new RecurraError(
    "disk-full",
    `There is no room on the disk for "${path}": ${what}. Free some space, or choose another folder.`,
    { cause },
  );
}

function failed({ path, byHand = "" }: DownloadRequest, problems: readonly Problem[]): RecurraError {
  const list = problems.map(({ text }) => `\n  ${text}.`).join("");
  if (problems.some(({ kind }) => kind === "wrong-checksum")) {
    return new RecurraError("wrong-checksum", `Cannot use what was downloaded for "${path}":${list}`);
  }
  const isOffline = problems.every(({ kind }) => kind === "offline");
  return new RecurraError(
    isOffline ? "offline" : "download-failed",
    `Cannot download "${path}":${list}${byHand === "" ? "" : `\n${byHand}`}`,
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}

function seconds(milliseconds: number): string {
  return `${Math.max(0.1, milliseconds / 1000).toLocaleString("en-US", { maximumFractionDigits: 1 })} s`;
}
