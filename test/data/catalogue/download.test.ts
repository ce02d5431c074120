// Downloads from a server on this machine that cuts connections, lies, and goes away. No real network.

import { createHash } from "node:crypto";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendFile } from "#platform";
import { type DownloadOptions, download } from "../../../src/data/catalogue/download/download.ts";
import type { DownloadProgress } from "../../../src/data/catalogue/download/meter.ts";
import { sleep } from "../../../src/data/catalogue/download/retry.ts";
import { RecurraError } from "../../../src/platform/error.ts";
import { FileServer } from "./file-server.ts";

/** Bytes that no part of the file repeats. */
const CONTENT = Buffer.from(Array.from({ length: 20_000 }, (_, i) => `${i} `).join(""));
const SUM = sha256(CONTENT);

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let folder: string;
let path: string;
let server: FileServer;
/** The pauses that were made, in milliseconds; they take no time. */
let pauses: number[];
let notices: string[];
let options: DownloadOptions;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-download-"));
  path = join(folder, "deep/file.txt");
  server = await FileServer.start(CONTENT);
  pauses = [];
  notices = [];
  options = {
    onNotice: (text) => notices.push(text),
    onProgress: ({ received }) => {
      server.seen = received;
    },
    stall: 10_000,
    machine: {
      sleep: async (milliseconds, signal) => {
        signal.throwIfAborted();
        pauses.push(milliseconds);
      },
      random: () => 0.5,
    },
  };
});
afterEach(async () => {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

/** The error that a download ends with. */
async function failure(work: Promise<unknown>): Promise<RecurraError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(RecurraError);
  return error as RecurraError;
}

/** Puts something in the place of a part of the machine. */
function standIn(machine: DownloadOptions["machine"]): void {
  options = { ...options, machine: { ...options.machine, ...machine } };
}

const request = (more: object = {}) => ({ addresses: [server.address()], path, sha256: SUM, ...more });

describe("what arrives", () => {
  test("a whole file takes its name, with nothing left beside it", async () => {
    const seen: DownloadProgress[] = [];
    const result = await download(request(), { ...options, onProgress: (progress) => seen.push(progress) });
    expect(result).toEqual({ sha256: SUM, bytes: CONTENT.length, address: server.address() });
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
    expect(seen[0]).toMatchObject({ received: 0, total: CONTENT.length });
    expect(seen.at(-1)).toMatchObject({ received: CONTENT.length, total: CONTENT.length });
    expect(server.requests).toHaveLength(1);
  });

  test("an empty file, and one whose length is not told", async () => {
    server.content = new Uint8Array(0);
    const empty = sha256(server.content);
    expect(await download(request({ sha256: empty }), options)).toMatchObject({ bytes: 0, sha256: empty });
    server.content = CONTENT;
    server.plan = [{ withoutLength: true }];
    expect(await download(request(), options)).toMatchObject({ bytes: CONTENT.length });
  });

  test("redirects are followed", async () => {
    server.plan = [{ status: 302, headers: { location: "/elsewhere" } }, {}];
    await download(request(), options);
    expect(server.requests.map((one) => one.path)).toEqual(["/file.txt", "/elsewhere"]);
  });

  test("what is packed on the way is unpacked, and counted as it is", async () => {
    server.plan = [{ status: 200, headers: { "content-encoding": "gzip" }, body: gzipSync(CONTENT) }];
    expect(await download(request({ bytes: CONTENT.length }), options)).toMatchObject({
      bytes: CONTENT.length,
    });
  });

  test("the rate and the time left are told once they can be", async () => {
    server.content = CONTENT.subarray(0, 20_000);
    server.plan = [{ slow: 25 }];
    const seen: DownloadProgress[] = [];
    const wanted = request({ sha256: sha256(server.content) });
    await download(wanted, { ...options, onProgress: (progress) => seen.push(progress) });
    expect(seen[0]?.bytesPerSecond).toBeUndefined();
    const late = seen.filter(({ secondsLeft }) => secondsLeft !== undefined);
    expect(late.length).toBeGreaterThan(0);
    for (const { received, bytesPerSecond = 0, secondsLeft } of late) {
      expect(secondsLeft).toBeCloseTo((20_000 - received) / bytesPerSecond, 6);
    }
    expect(late.at(-1)?.secondsLeft).toBe(0);
  });
});

describe("cut connections", () => {
  test("several cuts: each try goes on where the last one ended", async () => {
    server.plan = [{ cutAfter: 10_000 }, { cutAfter: 25_000 }, { cutAfter: 1 }, { cutAfter: 30_000 }, {}];
    const result = await download(request(), options);
    expect(result.sha256).toBe(SUM);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(server.requests.map(({ range }) => range)).toEqual([
      "",
      "bytes=10000-",
      "bytes=35000-",
      "bytes=35001-",
      "bytes=65001-",
    ]);
    expect(server.requests.slice(1).map(({ ifRange }) => ifRange)).toEqual(Array(4).fill('"first"'));
    // Each brought something, so that the pauses do not grow.
    expect(pauses).toEqual([375, 375, 375, 375]);
    expect(notices[0]).toMatch(/^The connection was cut .*; trying again in 0.4 s[.]$/);
  });

  test("a later run goes on with what an earlier one left", async () => {
    server.plan = [{ cutAfter: 10_000 }, { status: 404 }];
    await failure(download(request(), options));
    expect((await stat(`${path}.part`)).size).toBe(10_000);
    server.plan = [{}];
    await download(request(), options);
    expect(server.requests.at(-1)?.range).toBe("bytes=10000-");
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(await readdir(join(folder, "deep"))).toEqual(["file.txt"]);
  });

  test("what is whole already is not asked for again", async () => {
    server.plan = [{ cutAfter: 10_000 }, { status: 404 }];
    await failure(download(request(), options));
    await writeFile(`${path}.part`, CONTENT);
    server.plan = [{}];
    await download(request(), options);
    expect(server.requests.at(-1)?.range).toBe(`bytes=${CONTENT.length}-`);
  });

  test("a server without ranges is read from the beginning each time", async () => {
    server.plan = [{ cutAfter: 50_000 }, { withoutRanges: true, cutAfter: 60_000 }, { withoutRanges: true }];
    await download(request(), options);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
  });

  test("a server that is cut at the same place each time is given up, with growing pauses", async () => {
    server.plan = [{ withoutRanges: true, cutAfter: 5000 }];
    const { code, message } = await failure(download(request(), options));
    expect(code).toBe("download-failed");
    expect(message).toMatch(/^Cannot download ".*file[.]txt":\n {2}http:.*: the connection was cut/);
    expect(server.requests).toHaveLength(5);
    expect(pauses).toEqual([375, 750, 1500, 3000]);
  });

  test("without a mark of its version, a file without a known checksum is begun anew", async () => {
    server.plan = [{ cutAfter: 10_000, withoutMarks: true }, { withoutMarks: true }];
    await download(request({ sha256: undefined }), options);
    expect(server.requests[1]?.range).toBe("");
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
  });

  test("without a mark, one with a known checksum is gone on with", async () => {
    server.plan = [{ cutAfter: 10_000, withoutMarks: true }, { withoutMarks: true }];
    await download(request(), options);
    expect(server.requests[1]).toMatchObject({ range: "bytes=10000-", ifRange: "" });
  });

  test("a date marks a version where there is no strong entity tag", async () => {
    server.etag = 'W/"weak"';
    server.plan = [{ cutAfter: 10_000 }, {}];
    await download(request(), options);
    expect(server.requests[1]?.ifRange).toBe(server.lastModified);
  });

  test("a body that ends early without an error counts as cut", async () => {
    server.plan = [{ withoutLength: true, cutAfter: 10_000 }, {}];
    await download(request({ bytes: CONTENT.length }), options);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
  });

  test("a connection that says nothing more counts as cut; a slow one does not", async () => {
    server.plan = [{ stallAfter: 10_000 }, {}];
    await download(request(), { ...options, stall: 150 });
    expect(notices[0]).toBe("Nothing came for 0.15 seconds; trying again in 0.4 s.");
    server.content = CONTENT.subarray(0, 5000);
    server.plan = [{ slow: 100 }];
    server.requests.length = 0;
    await download(request({ sha256: sha256(server.content) }), { ...options, stall: 2000 });
    expect(server.requests).toHaveLength(1);
  });
});

describe("a file that changes between two parts", () => {
  const other = Buffer.from(CONTENT.toString("latin1").replaceAll("7", "8"), "latin1");
  const change = () => {
    server.content = other;
    server.etag = '"second"';
    server.lastModified = "Tue, 03 Mar 2026 10:00:00 GMT";
  };

  test("is read anew: the server gives the whole of the new one", async () => {
    server.plan = [{ cutAfter: 10_000 }, {}];
    standIn({ sleep: async () => change() });
    const result = await download(request({ sha256: undefined }), options);
    expect(result.sha256).toBe(sha256(other));
    expect((await readFile(path)).equals(other)).toBe(true);
  });

  test("also where the server overlooks If-Range", async () => {
    server.plan = [{ cutAfter: 10_000 }, { overlooksIfRange: true }, {}];
    standIn({ sleep: async () => change() });
    await download(request({ sha256: undefined }), options);
    expect((await readFile(path)).equals(other)).toBe(true);
    expect(notices[1]).toBe("The file there is another one now; trying again in 0.8 s.");
  });

  test("is told where a checksum is wanted: both sums, and nothing is kept", async () => {
    server.plan = [{ cutAfter: 10_000 }, {}];
    standIn({ sleep: async () => change() });
    const { code, message } = await failure(download(request(), options));
    expect(code).toBe("wrong-checksum");
    expect(message).toContain(
      `its SHA-256 is ${sha256(other)}, and ${SUM} is wanted. Either it was changed at its home, or something on the way altered it; it was removed.`,
    );
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test("became shorter than the part: begun anew", async () => {
    server.plan = [{ cutAfter: 10_000 }, {}];
    standIn({
      sleep: async () => {
        change();
        server.content = other.subarray(0, 3000);
      },
    });
    expect(await download(request({ sha256: undefined }), options)).toMatchObject({ bytes: 3000 });
  });
});

describe("checksums", () => {
  test("a part that was damaged on this disk is found out, and the file is read anew", async () => {
    server.plan = [{ cutAfter: 10_000 }, { status: 404 }];
    await failure(download(request(), options));
    await writeFile(`${path}.part`, Buffer.alloc(10_000));
    server.plan = [{}];
    await download(request(), options);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
    expect(notices.at(-1)).toBe("What an earlier run had left does not fit; beginning anew.");
  });

  test("a mirror is asked where the first address has another file", async () => {
    const mirror = await FileServer.start(CONTENT);
    server.content = CONTENT.subarray(1);
    const addresses = [server.address(), mirror.address()];
    const result = await download(request({ addresses }), options);
    await mirror.stop();
    expect(result.address).toBe(addresses[1]);
  });

  test("a mirror goes on with the part of the first address, where the checksum is known", async () => {
    const mirror = await FileServer.start(CONTENT);
    server.plan = [{ cutAfter: 10_000 }, { status: 404 }];
    const result = await download(request({ addresses: [server.address(), mirror.address()] }), options);
    await mirror.stop();
    expect(result.sha256).toBe(SUM);
    expect(mirror.requests[0]?.range).toBe("bytes=10000-");
  });

  test("a file that a check refuses is removed", async () => {
    const check = async (sum: string) => {
      throw new RecurraError("wrong-checksum", `not ${sum}`);
    };
    const { message } = await failure(download(request({ sha256: undefined, check }), options));
    expect(message).toBe(`not ${SUM}`);
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test("another size is found out before the file is read", async () => {
    server.content = CONTENT.subarray(0, 1234);
    const { message } = await failure(download(request({ bytes: CONTENT.length }), options));
    expect(message).toContain("the file there has 1,234 bytes, and 108,890 are wanted");
  });
});

describe("servers in trouble", () => {
  test("503, then fine: as long as it asks to wait", async () => {
    server.plan = [{ status: 503, headers: { "retry-after": "7" } }, { status: 429 }, {}];
    await download(request(), options);
    expect(pauses).toEqual([7000, 750]);
    expect(notices[0]).toBe("The server answers (503 Service Unavailable); trying again in 7 s.");
  });

  test("one that asks for more patience than two minutes is not waited for", async () => {
    server.plan = [{ status: 503, headers: { "retry-after": "3600" } }];
    expect((await failure(download(request(), options))).code).toBe("download-failed");
    expect(server.requests).toHaveLength(1);
  });

  test("404: no second try, the next address is asked", async () => {
    server.plan = [{ status: 404 }, {}];
    const addresses = [server.address("/gone"), server.address("/here")];
    expect(await download(request({ addresses }), options)).toMatchObject({ address: addresses[1] });
    server.plan = [{ status: 404 }];
    const { code, message } = await failure(download(request(), options));
    expect(code).toBe("download-failed");
    expect(message).toBe(
      `Cannot download "${path}":\n  ${server.address()}: there is no such file (404 Not Found).`,
    );
    expect(pauses).toEqual([]);
  });

  test("a web page in the place of the file: by its type, and by its text", async () => {
    const page = "<!DOCTYPE html><title>Sign in</title>";
    server.plan = [{ status: 200, headers: { "content-type": "text/html; charset=utf-8" }, body: page }];
    const { message } = await failure(download(request(), options));
    expect(message).toContain("a web page came instead of the file, as from a sign-in");
    server.plan = [{ status: 200, body: page }];
    expect((await failure(download(request({ sha256: undefined }), options))).message).toBe(message);
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test("redirects in circles end", async () => {
    server.plan = [{ status: 302, headers: { location: "/file.txt" } }];
    expect((await failure(download(request(), options))).message).toContain("it redirects in circles");
  });

  test("no server: the address, and what to do by hand", async () => {
    const gone = createServer();
    await new Promise<void>((resolve) => gone.listen(0, "127.0.0.1", resolve));
    const address = `http://127.0.0.1:${(gone.address() as AddressInfo).port}/file.txt`;
    await new Promise((resolve) => gone.close(resolve));
    const byHand = `Or get the file by other means and put it at "${path}".`;
    const { code, message } = await failure(download(request({ addresses: [address], byHand }), options));
    expect(code).toBe("offline");
    expect(message).toBe(
      `Cannot download "${path}":\n  ${address}: its server refuses connections (ECONNREFUSED).\n${byHand}`,
    );
    expect(pauses).toHaveLength(1);
  });

  test("a server that goes away in the middle is not taken for no network", async () => {
    server.plan = [{ cutAfter: 10_000 }];
    standIn({ sleep: async () => await server.stop().catch(() => {}) });
    expect((await failure(download(request(), options))).code).toBe("download-failed");
    expect((await stat(`${path}.part`)).size).toBe(10_000);
  });
});

describe("a full disk", () => {
  test("is told before a byte is written, where the system says how much is free", async () => {
    standIn({ freeBytes: async () => 1000 });
    const { code, message } = await failure(download(request(), options));
    expect(code).toBe("disk-full");
    expect(message).toBe(
      `There is no room on the disk for "${path}": 109 kB are still to come, and 1.0 kB are free there. Free some space, or choose another folder.`,
    );
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test.skipIf(process.platform !== "linux")("the system's own: nothing is left behind", async () => {
    // /dev/full takes no byte and says that the disk is full.
    const full: typeof appendFile = (target, bytes, more) =>
      appendFile(bytes.length === 0 ? target : "/dev/full", bytes, more);
    standIn({ appendFile: full });
    const { code, message } = await failure(download(request(), options));
    expect(code).toBe("disk-full");
    expect(message).toMatch(/it was full after \d+ kB, which were removed again[.] Free some space/);
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });

  test("in the middle of the file: what was written is removed", async () => {
    let written = 0;
    server.content = Buffer.concat(Array.from({ length: 10 }, () => CONTENT));
    standIn({
      appendFile: async (target, bytes, more) => {
        written += bytes.length;
        if (written > 500_000) {
          throw new RecurraError("disk-full", "the disk is full", { cause: new Error("ENOSPC") });
        }
        return await appendFile(target, bytes, more);
      },
    });
    expect((await failure(download(request(), options))).code).toBe("disk-full");
    expect(written).toBeGreaterThan(500_000);
    expect(await readdir(join(folder, "deep"))).toEqual([]);
  });
});

describe("stopping", () => {
  test("in the middle: the reason is thrown, what came is kept and gone on with", async () => {
    server.plan = [{ slow: 5 }];
    const controller = new AbortController();
    const reason = new Error("enough");
    const work = download(request(), {
      ...options,
      signal: controller.signal,
      onProgress: ({ received }) => received >= 8000 && controller.abort(reason),
    });
    await expect(work).rejects.toBe(reason);
    const kept = (await stat(`${path}.part`)).size;
    expect(kept).toBeGreaterThanOrEqual(8000);
    server.plan = [{}];
    await download(request(), options);
    expect(server.requests.at(-1)?.range).toBe(`bytes=${kept}-`);
    expect((await readFile(path)).equals(CONTENT)).toBe(true);
  });

  test("by force: what came up to a second before is kept", async () => {
    server.content = CONTENT.subarray(0, 40_000);
    server.plan = [{ slow: 50 }];
    const parts: number[] = [];
    const onProgress = async () => {
      parts.push(
        await stat(`${path}.part`).then(
          ({ size }) => size,
          () => 0,
        ),
      );
    };
    await download(request({ sha256: sha256(server.content) }), { ...options, onProgress });
    expect(parts.some((size) => size > 0 && size < 40_000)).toBe(true);
  });

  test("in a pause, and before the beginning", async () => {
    server.plan = [{ status: 503 }];
    const controller = new AbortController();
    standIn({ sleep });
    const work = download(request(), {
      ...options,
      signal: controller.signal,
      onNotice: () => controller.abort(new Error("enough")),
    });
    await expect(work).rejects.toThrow("enough");
    const before = download(request(), { ...options, signal: AbortSignal.abort(new Error("no")) });
    await expect(before).rejects.toThrow("no");
    expect(server.requests).toHaveLength(1);
  });
});
