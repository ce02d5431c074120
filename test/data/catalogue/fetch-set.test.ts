// Sets from a server on this machine: what is checked against what, what is kept, and what is done by hand.

import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { CatalogueEntry } from "../../../src/data/catalogue/entry.ts";
import { type FetchOptions, type FetchProgress, fetchSet } from "../../../src/data/catalogue/fetch-set.ts";
import { expectFormat } from "../../../src/data/catalogue/prepare/text.ts";
import { entryFor } from "./entry-for.ts";
import { FileServer } from "./file-server.ts";

const CONTENT = Buffer.from("Supposing that Truth is a woman: what then?\n");
const SUM = sha256(CONTENT);

function sha256(bytes: Uint8Array | string): string {
  return createHash("sha256").update(bytes).digest("hex");
}

let cache: string;
let server: FileServer;
let notices: string[];
let options: FetchOptions;
beforeEach(async () => {
  cache = await mkdtemp(join(tmpdir(), "recurra-fetch-"));
  server = await FileServer.start(CONTENT);
  notices = [];
  options = { cache, onNotice: (text) => notices.push(text), machine: { sleep: async () => {} } };
});
afterEach(async () => {
  await server.stop();
  await rm(cache, { recursive: true, force: true });
});

const put = async (path: string, content: Uint8Array | string) => {
  await mkdir(dirname(join(cache, path)), { recursive: true });
  await writeFile(join(cache, path), content);
};
const textAt = (path: string) => readFile(join(cache, path), "utf8");
/** All files below the cache folder. */
const allFiles = async () =>
  (await readdir(cache, { recursive: true, withFileTypes: true }))
    .filter((one) => one.isFile())
    .map((one) => join(one.parentPath, one.name).slice(cache.length + 1))
    .sort();

describe("a file as it is", () => {
  const exact = (more: object = {}) =>
    entryFor(server.address(), { sha256: SUM, bytes: CONTENT.length, isExact: true, ...more });

  test("is downloaded, checked against the catalogue, and not again", async () => {
    const seen: FetchProgress[] = [];
    const [file] = await fetchSet(exact(), { ...options, onProgress: (one) => seen.push(one) });
    expect(file).toMatchObject({ path: join(cache, "data/sample.txt"), sha256: SUM, check: "catalogue" });
    expect(seen.at(-1)).toMatchObject({ file: "original.txt", number: 1, of: 1, received: CONTENT.length });
    expect(await allFiles()).toEqual(["data/sample.txt"]);
    expect(await fetchSet(exact(), options)).toEqual([file]);
    expect(server.requests).toHaveLength(1);
  });

  test("is gotten anew where the copy in the cache is damaged", async () => {
    await put("data/sample.txt", "damaged");
    await fetchSet(exact(), options);
    expect(await textAt("data/sample.txt")).toBe(CONTENT.toString());
    expect(notices).toEqual([
      `"${join(cache, "data/sample.txt")}" is not what it should be; getting it anew.`,
    ]);
  });

  test("with another checksum is refused, with both", async () => {
    const wrong = fetchSet(exact({ sha256: "0".repeat(64) }), options);
    await expect(wrong).rejects.toMatchObject({
      code: "wrong-checksum",
      message: expect.stringMatching(new RegExp(`SHA-256 is ${SUM}, and 0{64} is wanted`)),
    });
    expect(await allFiles()).toEqual([]);
  });

  test("put there by hand, packed or not, needs no network", async () => {
    await server.stop();
    await put("data/sample.txt.gz", gzipSync(CONTENT));
    const [file] = await fetchSet(exact(), options);
    expect(file).toMatchObject({ path: join(cache, "data/sample.txt.gz"), check: "catalogue" });
  });

  test("offline: the message has the address and where to put the file", async () => {
    const address = server.address();
    await server.stop();
    await expect(fetchSet(entryFor(address), options)).rejects.toMatchObject({
      code: "offline",
      message: `Cannot download "${join(cache, "data/sample.txt")}":\n  ${address}: its server refuses connections (ECONNREFUSED).\nOr get the file by other means and put it at "${join(cache, "data/sample.txt")}". A folder with copies is used when it is named: --data-dir DIR, or RECURRA_DATA=DIR.`,
    });
  });

  test("goes into another folder where one is named", async () => {
    const folder = join(cache, "elsewhere");
    const [file] = await fetchSet(exact(), { ...options, folder });
    expect(file?.path).toBe(join(folder, "sample.txt"));
    expect(await allFiles()).toEqual(["elsewhere/sample.txt"]);
  });
});

describe("a file of which the catalogue has no checksum that it must have", () => {
  const open = (more: object = {}) => entryFor(server.address(), more);
  const change = async () => {
    server.content = Buffer.from("Another text.\n");
    server.etag = '"second"';
    await rm(join(cache, "data/sample.txt"));
  };

  test("is remembered by its first download, and held to that", async () => {
    expect((await fetchSet(open(), options))[0]?.check).toBe("first time");
    expect(JSON.parse(await textAt("checksums/sample.json"))).toEqual({
      "sample.txt": {
        sha256: SUM,
        address: server.address(),
        date: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      },
    });
    expect((await fetchSet(open(), options))[0]?.check).toBe("as before");
    await rm(join(cache, "data/sample.txt"));
    expect((await fetchSet(open(), options))[0]?.check).toBe("as before");
    await change();
    await expect(fetchSet(open(), options)).rejects.toMatchObject({
      code: "wrong-checksum",
      message: expect.stringMatching(
        new RegExp(`SHA-256 is ${sha256(server.content)}, and on \\d{4}-\\d\\d-\\d\\d it was ${SUM}`),
      ),
    });
    expect(await allFiles()).toEqual(["checksums/sample.json"]);
  });

  test("is taken when the user accepts the change, and remembered anew", async () => {
    await fetchSet(open(), options);
    await change();
    const [file] = await fetchSet(open(), { ...options, acceptChange: true });
    expect(file?.check).toBe("first time");
    expect((await fetchSet(open(), options))[0]?.check).toBe("as before");
  });

  test("counts as checked where it is the catalogue's copy after all", async () => {
    const [file] = await fetchSet(open({ sha256: SUM }), options);
    expect(file?.check).toBe("catalogue");
    expect(await allFiles()).toEqual(["data/sample.txt"]);
  });

  test("put there by hand is remembered as it is", async () => {
    await put("data/sample.txt", "mine\n");
    expect((await fetchSet(open(), options))[0]?.check).toBe("first time");
    expect(await textAt("data/sample.txt")).toBe("mine\n");
    expect(server.requests).toHaveLength(0);
  });
});

describe("files that are made of originals", () => {
  const upper = CONTENT.toString().toUpperCase();
  const made = (more: Partial<CatalogueEntry> = {}): CatalogueEntry =>
    entryFor(
      "",
      {},
      {
        files: [
          { path: "a/upper.txt", part: "train", isExact: true, sha256: sha256(upper) },
          { path: "a/length.txt", part: "test", isExact: false },
        ],
        originals: [
          { name: "one", addresses: [server.address("/one")], about: 1 },
          { name: "two", addresses: [server.address("/two")], about: 1 },
        ],
        prepare: ([one = new Uint8Array(0), two = new Uint8Array(0)]) => {
          expectFormat(one.length > 20, "it is too short");
          const text = new TextDecoder().decode(one).toUpperCase();
          return [new TextEncoder().encode(text), new TextEncoder().encode(`${one.length + two.length}\n`)];
        },
        ...more,
      },
    );

  test("are written, checked, and the originals removed", async () => {
    const files = await fetchSet(made(), options);
    expect(files.map(({ check }) => check)).toEqual(["catalogue", "first time"]);
    expect(await textAt("data/a/upper.txt")).toBe(upper);
    expect(await textAt("data/a/length.txt")).toBe("88\n");
    expect(await allFiles()).toEqual(["checksums/sample.json", "data/a/length.txt", "data/a/upper.txt"]);
    await fetchSet(made(), options);
    expect(server.requests.map(({ path }) => path)).toEqual(["/one", "/two"]);
  });

  test("an original that was downloaded before a failure is not downloaded again", async () => {
    server.plan = [{}, { status: 404 }];
    await expect(fetchSet(made(), options)).rejects.toMatchObject({ code: "download-failed" });
    expect(await allFiles()).toEqual(["downloads/sample/one"]);
    server.plan = [{}];
    await fetchSet(made(), options);
    expect(server.requests.map(({ path }) => path)).toEqual(["/one", "/two", "/two"]);
    expect(await allFiles()).not.toContain("downloads/sample/one");
  });

  test("originals put there by hand are used, and stay", async () => {
    const address = server.address("/one");
    await server.stop();
    await expect(fetchSet(made({}), options)).rejects.toMatchObject({
      code: "offline",
      message: expect.stringContaining(
        `${address}: its server refuses connections (ECONNREFUSED).\nOr get it by other means, put it at "${join(cache, "originals/sample/one")}", and say this again.`,
      ),
    });
    await put("originals/sample/one", CONTENT);
    await put("originals/sample/two", CONTENT);
    await fetchSet(made(), options);
    expect(await textAt("data/a/upper.txt")).toBe(upper);
    expect(await allFiles()).toContain("originals/sample/one");
  });

  test("one put there by hand with another checksum is refused", async () => {
    await put("originals/sample/one", "wrong");
    const entry = made({
      originals: [{ name: "one", addresses: [server.address()], sha256: SUM, about: 1 }],
    });
    await expect(fetchSet(entry, options)).rejects.toMatchObject({
      code: "wrong-checksum",
      message: expect.stringContaining(`its SHA-256 is ${sha256("wrong")}`),
    });
  });

  test("an original of another form is told, and not kept", async () => {
    server.content = Buffer.from("short");
    await expect(fetchSet(made(), options)).rejects.toMatchObject({
      code: "original-format",
      message:
        "The original of this data set is not as it was: it is too short. It was changed at its home, or it is another file.",
    });
    expect(await allFiles()).toEqual([]);
  });

  test("what is made and is not exactly what it must be is refused", async () => {
    server.content = Buffer.from("Another text, of which something else comes.\n");
    await expect(fetchSet(made(), options)).rejects.toMatchObject({ code: "wrong-checksum" });
    expect(await allFiles()).toEqual([]);
  });
});

describe("several at once", () => {
  test("two in one process: one downloads, the other waits", async () => {
    server.plan = [{ slow: 60 }];
    const entry = entryFor(server.address(), { sha256: SUM, isExact: true });
    const both = await Promise.all([fetchSet(entry, options), fetchSet(entry, options)]);
    expect(both.map(([file]) => file?.check)).toEqual(["catalogue", "catalogue"]);
    expect(server.requests).toHaveLength(1);
    expect(notices).toEqual(["Another process is getting sample; waiting for it."]);
  });

  test("three processes: one downloads, the others wait", async () => {
    server.content = Buffer.alloc(20_000, "recurra ");
    server.plan = [{ slow: 30 }];
    const program = fileURLToPath(new URL("fetch-process.ts", import.meta.url));
    const argv = ["--conditions=source", program, server.address(), sha256(server.content), cache];
    const runs = await Promise.all(
      Array.from({ length: 3 }, () => promisify(execFile)(process.execPath, argv)),
    );
    const told = runs.map(({ stdout }) => JSON.parse(stdout));
    expect(told.map(({ check }) => check)).toEqual(["catalogue", "catalogue", "catalogue"]);
    expect(server.requests).toHaveLength(1);
    expect(await allFiles()).toEqual(["data/sample.txt"]);
  });
});
