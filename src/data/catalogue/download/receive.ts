// One try to receive a file: asks for what is missing, and adds what comes to the part.

import { connectionFailure, type Failure } from "./connection-errors.ts";
import type { PartFile, Version } from "./part-file.ts";
import { retryAfter } from "./retry.ts";

export interface ReceiveOptions {
  /** A part can be gone on with, though the server gives no mark of its version, since its checksum is known. */
  readonly isPinned: boolean;
  /** Bytes of the whole, where they are known beforehand. */
  readonly bytes: number | undefined;
  /** Milliseconds without a byte after which a connection counts as cut. */
  readonly stall: number;
  readonly signal: AbortSignal;
  /** The file is about to come in from `part.size` on. Throws where there is no room for it. */
  begun(total: number | undefined): Promise<void>;
  /** After each piece. */
  received(total: number | undefined): void;
}

/** The whole file is there, or a failure. */
export type Outcome = { readonly kind: "complete" } | Failure;

/** Statuses that pass: timeouts, too many requests, what a server in trouble says. */
const PASSING = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Receives the file, or the rest of it. Bytes that came are in the part, whatever happens then.
 *
 * @throws the signal's reason when it is aborted; what writing to the part throws
 */
export async function receive(address: string, part: PartFile, options: ReceiveOptions): Promise<Outcome> {
  const stalled = new AbortController();
  const signal = AbortSignal.any([stalled.signal, options.signal]);
  const watch = () => setTimeout(() => stalled.abort(), options.stall);
  let timer = watch();
  const tick = () => {
    clearTimeout(timer);
    timer = watch();
  };
  try {
    if (!canGoOn(part, address, options)) await part.discard();
    const response = await connection(() => fetch(address, { headers: headersFor(part), signal }));
    try {
      const begun = await begin(response, address, part, options);
      if (begun !== undefined) return begun;
      return await readBody(response, part, options, tick);
    } finally {
      // What was not read is not wanted; without this the connection would stay open.
      if (!response.bodyUsed) await response.body?.cancel().catch(() => {});
    }
  } catch (error) {
    options.signal.throwIfAborted();
    if (stalled.signal.aborted) {
      return { kind: "again", problem: `nothing came for ${options.stall / 1000} seconds` };
    }
    if (!(error instanceof ConnectionError)) throw error;
    return connectionFailure(error.cause);
  } finally {
    clearTimeout(timer);
  }
}

/** Sets what a connection threw apart from what a disk threw. */
class ConnectionError extends Error {}

async function connection<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new ConnectionError("connection", { cause: error });
  }
}

function canGoOn({ size, version }: PartFile, address: string, { isPinned, bytes }: ReceiveOptions): boolean {
  if (size === 0 || version === undefined) return false;
  const total = version.total ?? bytes;
  if (total !== undefined && size > total) return false;
  const isMarked = version.etag !== undefined || version.lastModified !== undefined;
  return isPinned || (isMarked && version.address === address);
}

function headersFor({ size, version }: PartFile): Record<string, string> {
  // Packed on the way, bytes could neither be counted nor be gone on with.
  const headers: Record<string, string> = { "accept-encoding": "identity", "user-agent": "recurra" };
  if (size === 0) return headers;
  headers.range = `bytes=${size}-`;
  const mark = version?.etag ?? version?.lastModified;
  if (mark !== undefined) headers["if-range"] = mark;
  return headers;
}

/** Looks at the head of the answer; undefined where the body is to be read. */
async function begin(
  response: Response,
  address: string,
  part: PartFile,
  options: ReceiveOptions,
): Promise<Outcome | undefined> {
  const { status, headers } = response;
  if (address.startsWith("https:") && response.url.startsWith("http:")) {
    return { kind: "useless", problem: `it leads to ${response.url}, which is not encrypted` };
  }
  if (status === 416 && part.size > 0) {
    const total = Number(/[/](\d+)$/.exec(headers.get("content-range") ?? "")?.[1]);
    if (total === part.size) return { kind: "complete" };
    await part.discard();
    return { kind: "again", problem: "the file there is another one now" };
  }
  if (status === 206) {
    const range = /^bytes (\d+)-\d+[/](\d+|[*])$/.exec(headers.get("content-range") ?? "");
    if (Number(range?.[1]) !== part.size || isOther(versionOf(response, address, undefined), part.version)) {
      await part.discard();
      return { kind: "again", problem: "the file there is another one now" };
    }
    await options.begun(part.version?.total ?? numberOf(range?.[2]));
    return undefined;
  }
  if (PASSING.has(status)) {
    const after = retryAfter(headers.get("retry-after"), Date.now());
    return { kind: "again", problem: statusText(response), after };
  }
  if (status !== 200) return { kind: "useless", problem: statusText(response) };
  if (isPage(response, address)) {
    return { kind: "useless", problem: "a web page came instead of the file, as from a sign-in" };
  }
  const total = totalOf(response);
  if (options.bytes !== undefined && total !== undefined && total !== options.bytes) {
    return {
      kind: "useless",
      problem: `the file there has ${countOf(total)} bytes, and ${countOf(options.bytes)} are wanted: it was changed at its home`,
    };
  }
  await part.discard();
  await options.begun(total ?? options.bytes);
  await part.begin(versionOf(response, address, total));
  return undefined;
}

async function readBody(
  response: Response,
  part: PartFile,
  options: ReceiveOptions,
  tick: () => void,
): Promise<Outcome> {
  const total = part.version?.total ?? options.bytes;
  const reader = response.body?.getReader();
  try {
    for (;;) {
      const piece = await connection(async () => reader?.read());
      tick();
      if (piece === undefined || piece.done) break;
      if (part.size === 0 && isPageText(piece.value)) {
        await part.discard();
        return { kind: "useless", problem: "a web page came instead of the file, as from a sign-in" };
      }
      await part.add(piece.value);
      options.received(total);
    }
  } finally {
    await reader?.cancel().catch(() => {});
    await part.flush();
  }
  if (total !== undefined && part.size < total) {
    return {
      kind: "again",
      problem: `the connection was cut after ${countOf(part.size)} of ${countOf(total)} bytes`,
    };
  }
  return { kind: "complete" };
}

function versionOf({ headers }: Response, address: string, total: number | undefined): Version {
  const etag = headers.get("etag") ?? undefined;
  return {
    address,
    etag: etag?.startsWith("W/") === true ? undefined : etag,
    lastModified: headers.get("last-modified") ?? undefined,
    total,
  };
}

/** Whether an answer is of another version, for servers that overlook `If-Range`. */
function isOther(now: Version, before: Version | undefined): boolean {
  const differ = (a: string | undefined, b: string | undefined) =>
    a !== undefined && b !== undefined && a !== b;
  return differ(now.etag, before?.etag) || differ(now.lastModified, before?.lastModified);
}

/** Bytes of the whole file; undefined where the server does not say, or packs them in spite of what was asked. */
function totalOf({ headers }: Response): number | undefined {
  const encoding = headers.get("content-encoding") ?? "identity";
  return encoding === "identity" ? numberOf(headers.get("content-length") ?? undefined) : undefined;
}

function isPage({ headers }: Response, address: string): boolean {
  return /^text[/]html\b/i.test(headers.get("content-type") ?? "") && !/[.]html?$/i.test(address);
}

function isPageText(bytes: Uint8Array): boolean {
  const beginning = Buffer.from(bytes.subarray(0, 64)).toString("latin1").trimStart().toLowerCase();
  return beginning.startsWith("<!doctype html") || beginning.startsWith("<html");
}

function statusText({ status, statusText }: Response): string {
  const known = { 404: "there is no such file", 403: "the server does not give it out" }[status];
  return `${known ?? "the server answers"} (${status}${statusText === "" ? "" : ` ${statusText}`})`;
}

function numberOf(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

function countOf(bytes: number): string {
  return bytes.toLocaleString("en-US");
}
