// One at a time: a lock file keeps two processes from writing the same files.

import { randomUUID } from "node:crypto";
import { link, mkdir, readFile, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { dirname } from "node:path";
import { cannotWrite, codeOf } from "./file-problem.ts";
import { type Sleep, sleep } from "./retry.ts";

export interface LockOptions {
  readonly signal?: AbortSignal | undefined;
  /** Is called once, when another process holds the lock. */
  readonly onWait?: (() => void) | undefined;
  /** Milliseconds between two looks at a lock that is held. Default 200. */
  readonly poll?: number | undefined;
  /** A holder shows that it is alive this often, in milliseconds. Default 2000. */
  readonly heartbeat?: number | undefined;
  /** A lock whose holder has not shown itself for so many milliseconds is taken over. Default 30,000. */
  readonly stale?: number | undefined;
  readonly sleep?: Sleep | undefined;
}

interface Holder {
  readonly token: string;
  readonly host: string;
  readonly process: number;
}

/**
 * Does some work while holding the lock file `path`, and removes it afterwards. While another process holds it, this one waits. A lock
 * whose holder has died is taken over: its process is gone from this machine, or it has shown no sign of life for half a minute.
 *
 * @throws what the work throws, and the signal's reason when it is aborted while waiting
 */
export async function withLock<T>(
  path: string,
  work: () => Promise<T>,
  options: LockOptions = {},
): Promise<T> {
  const { heartbeat = 2000 } = options;
  const token = await acquire(path, options);
  const beat = setInterval(() => {
    const now = new Date();
    utimes(path, now, now).catch(() => {});
  }, heartbeat);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    if ((await holderOf(path))?.token === token) await rm(path, { force: true });
  }
}

async function acquire(path: string, options: LockOptions): Promise<string> {
  const { poll = 200, stale = 30_000, onWait, sleep: pause = sleep } = options;
  const signal = options.signal ?? new AbortController().signal;
  const holder: Holder = { token: randomUUID(), host: hostname(), process: process.pid };
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw cannotWrite(dirname(path), error);
  }
  let hasWaited = false;
  for (;;) {
    signal.throwIfAborted();
    if (await create(path, holder)) return holder.token;
    if (await takeOver(path, stale)) continue;
    if (!hasWaited) onWait?.();
    hasWaited = true;
    await pause(poll, signal);
  }
}

/** Makes the lock file unless there is one. */
async function create(path: string, holder: Holder): Promise<boolean> {
  try {
    await writeFile(path, JSON.stringify(holder), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw cannotWrite(path, error);
  }
}

/** Takes a dead holder's lock away. True where it is worth trying again at once. */
async function takeOver(path: string, stale: number): Promise<boolean> {
  const holder = await holderOf(path);
  const age = await ageOf(path);
  if (age === undefined) return true; // It is gone by now.
  if (age <= stale && !hasDied(holder)) return false;
  // Of several that find it dead, one moves it. Who moves a younger lock by mistake puts it back.
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
  } catch {
    return true;
  }
  if ((await holderOf(aside))?.token !== holder?.token) await link(aside, path).catch(() => {});
  await rm(aside, { force: true });
  return true;
}

async function holderOf(path: string): Promise<Holder | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(path, "utf8"));
    return typeof value === "object" && value !== null && "token" in value ? (value as Holder) : undefined;
  } catch {
    return undefined;
  }
}

async function ageOf(path: string): Promise<number | undefined> {
  try {
    return Date.now() - (await stat(path)).mtimeMs;
  } catch {
    return undefined;
  }
}

function hasDied(holder: Holder | undefined): boolean {
  if (holder === undefined || holder.host !== hostname()) return false;
  try {
    process.kill(holder.process, 0); // Signal 0 only asks.
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}
