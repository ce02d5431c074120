// `dataset(name)`: where sets are looked for, in which order, and what comes back.

import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { entryOf } from "../../../src/data/catalogue/catalogue.ts";
import { dataset, datasetOf } from "../../../src/data/catalogue/dataset.ts";
import { cacheFolder } from "../../../src/data/catalogue/folders.ts";
import { entryFor } from "./entry-for.ts";
import { FileServer } from "./file-server.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-dataset-"));
  vi.stubEnv("RECURRA_DATA", "");
  vi.stubEnv("RECURRA_CACHE", join(folder, "cache"));
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true });
});

const put = async (path: string, content: string | Uint8Array) => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
};

describe("where a set is looked for", () => {
  test("dataDir, then RECURRA_DATA, then the cache", async () => {
    await put("cache/data/nietzsche.txt", "cache");
    expect(await (await dataset("nietzsche")).text()).toBe("cache");
    await put("variable/nietzsche.txt", "variable");
    vi.stubEnv("RECURRA_DATA", join(folder, "variable"));
    expect(await (await dataset("nietzsche")).text()).toBe("variable");
    await put("option/nietzsche.txt.gz", gzipSync("option"));
    const set = await dataset("nietzsche", { dataDir: join(folder, "option") });
    expect(await set.text()).toBe("option");
    expect(set.path()).toBe(join(folder, "option/nietzsche.txt.gz"));
    expect(set).toMatchObject({ place: "data folder", kind: "text", source: entryOf("nietzsche").home });
  });

  test("a folder without the set is passed over; one that lacks a file of it, too", async () => {
    await put("cache/data/wikitext2_valid.txt", "validation".padEnd(1_121_681));
    await put("cache/data/wikitext2_test.txt", "test".padEnd(1_256_449));
    await put("data/wikitext2_test.txt", "alone");
    const set = await dataset("wikitext2", { dataDir: join(folder, "data") });
    expect(set.place).toBe("cache");
    expect((await set.text("test")).trimEnd()).toBe("test");
  });

  test("what was cut short in the cache does not count", async () => {
    await put("cache/data/etth1.csv", "date,HUFL\n");
    await expect(dataset("etth1", { download: false })).rejects.toMatchObject({ code: "dataset-not-here" });
  });

  test("the airline passengers come with the package", async () => {
    const set = await dataset("airpassengers", { download: false });
    expect(set.place).toBe("package");
    expect((await set.text()).split("\n")[1]).toBe("1949-01,112");
  });

  test("a data folder that is not there is told, by what named it", async () => {
    const gone = join(folder, "gone");
    await expect(dataset("nietzsche", { dataDir: gone })).rejects.toMatchObject({
      code: "folder-not-found",
      message: `There is no folder "${gone}": the data folder is wanted there.`,
    });
    vi.stubEnv("RECURRA_DATA", gone);
    await expect(dataset("nietzsche")).rejects.toThrow("the folder in RECURRA_DATA is wanted there");
  });

  test("excerpts count, and say that they are", async () => {
    await put("data/ucr/FordA_TRAIN_part.tsv.gz", gzipSync("1\t0.5\n"));
    await put("data/ucr/FordA_TEST_part.tsv.gz", gzipSync("-1\t0.25\n"));
    const set = await dataset("forda", { dataDir: join(folder, "data") });
    expect(set.files.map(({ part, isExcerpt }) => [part, isExcerpt])).toEqual([
      ["train", true],
      ["test", true],
    ]);
    expect(await set.text("train")).toBe("1\t0.5\n");
  });

  test("nowhere, and not to be downloaded: which files are wanted, and where", async () => {
    await expect(dataset("m4-hourly", { download: false })).rejects.toMatchObject({
      code: "dataset-not-here",
      message: `Data set m4-hourly is not on this machine: there is no m4_hourly.csv in "${join(folder, "cache/data")}". Get it: recurra data get m4-hourly. Or name a folder that has it: --data-dir DIR, or RECURRA_DATA=DIR.`,
    });
  });

  test("nowhere: it is downloaded, and the next time it is there", async () => {
    const server = await FileServer.start(Buffer.from("from its home\n"));
    const entry = entryFor(server.address());
    const set = await datasetOf(entry);
    expect(await set.text()).toBe("from its home\n");
    expect(set.path()).toBe(join(folder, "cache/data/sample.txt"));
    await server.stop();
    expect(await (await datasetOf(entry)).text()).toBe("from its home\n");
  });
});

describe("what comes back", () => {
  test("parts are asked for by name", async () => {
    await put("data/ucr/GunPoint_TRAIN.tsv", "1\t0.5\n");
    await put("data/ucr/GunPoint_TEST.tsv", "2\t0.25\n");
    const set = await dataset("gunpoint", { dataDir: join(folder, "data") });
    expect(await set.text("test")).toBe("2\t0.25\n");
    expect([...(await set.bytes("train"))]).toEqual([...Buffer.from("1\t0.5\n")]);
    expect(() => set.path()).toThrow('Data set gunpoint: say which part. Its parts are "train", "test".');
    expect(() => set.path("tset")).toThrow('it has no part "tset"');
  });

  test("a damaged .gz is told", async () => {
    await put("data/nietzsche.txt.gz", gzipSync("some text").subarray(0, 15));
    const set = await dataset("nietzsche", { dataDir: join(folder, "data") });
    await expect(set.text()).rejects.toThrow("it is a damaged gzip file. Get it anew.");
  });

  test("unknown names and options are refused", async () => {
    await expect(dataset("nietsche")).rejects.toMatchObject({ code: "unknown-dataset" });
    await expect(dataset("nietzsche", { datadir: "." } as object)).rejects.toThrow(
      'there is no option "datadir". Did you mean "dataDir"?',
    );
  });
});

// The folders that each system's rules name: XDG Base Directory Specification; Apple's File System Programming Guide; Windows' known folders.
describe("the cache folder", () => {
  const on = (system: NodeJS.Platform, env: Record<string, string>, home = "/home/ada") =>
    cacheFolder({ env, system, home });

  test("on Linux", () => {
    expect(on("linux", {})).toBe("/home/ada/.cache/recurra");
    expect(on("linux", { XDG_CACHE_HOME: "/var/ada" })).toBe("/var/ada/recurra");
    expect(on("linux", { XDG_CACHE_HOME: "relative" })).toBe("/home/ada/.cache/recurra");
  });

  test("on macOS and on Windows", () => {
    expect(on("darwin", { XDG_CACHE_HOME: "/x" })).toBe("/home/ada/Library/Caches/recurra");
    const local = "C:\\Users\\Ada\\AppData\\Local";
    expect(on("win32", { LOCALAPPDATA: local })).toBe(`${local}\\recurra`);
    expect(on("win32", {}, "C:\\Users\\Ada")).toBe(`${local}\\recurra`);
  });

  test("as RECURRA_CACHE says", () => {
    expect(on("darwin", { RECURRA_CACHE: "/data/cache" })).toBe(join("/data/cache"));
  });
});
