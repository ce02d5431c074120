// Adding to the end of a file through the platform: what stands there afterwards, and what is said where it cannot be done.

import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { appendFile } from "#platform";
import * as browser from "../../src/platform/browser.ts";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-append-"));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const bytes = (content: string) => new TextEncoder().encode(content);

describe("appendFile", () => {
  test("makes the file and the folders above it, then adds to its end, and tells the length", async () => {
    const path = join(folder, "runs", "first", "log.csv");
    expect(await appendFile(path, bytes("grün\n"))).toBe(6);
    expect(await appendFile(path, bytes("two\n"), { sync: true })).toBe(10);
    expect(await appendFile(path, bytes(""))).toBe(10);
    expect(await readFile(path, "utf8")).toBe("grün\ntwo\n");
    expect(await readdir(join(folder, "runs", "first"))).toEqual(["log.csv"]);
  });

  test("cuts off what stands after the bytes to keep, and never lengthens a file", async () => {
    const path = join(folder, "log.csv");
    await writeFile(path, "0123456789");
    expect(await appendFile(path, bytes("ab"), { keep: 4 })).toBe(6);
    expect(await readFile(path, "utf8")).toBe("0123ab");
    expect(await appendFile(path, bytes("!"), { keep: 100 })).toBe(7);
    expect(await readFile(path, "utf8")).toBe("0123ab!");
    expect(await appendFile(path, bytes("new"), { keep: 0 })).toBe(3);
    expect(await readFile(path, "utf8")).toBe("new");
  });

  test("writes through a link", async () => {
    await writeFile(join(folder, "real.txt"), "old ");
    await symlink(join(folder, "real.txt"), join(folder, "link.txt"));
    await appendFile(join(folder, "link.txt"), bytes("new"));
    expect(await readFile(join(folder, "real.txt"), "utf8")).toBe("old new");
  });

  test("names a folder in the file's place, and a file in the middle of the path", async () => {
    await expect(appendFile(folder, bytes("x"))).rejects.toMatchObject({
      code: "not-a-file",
      message: `Cannot write "${folder}": it is a folder, and a file is to be written. Choose another name.`,
    });
    await writeFile(join(folder, "file"), "");
    await expect(appendFile(join(folder, "file", "log.csv"), bytes("x"))).rejects.toMatchObject({
      name: "RecurraError",
      code: "not-a-folder",
    });
  });

  test("in a browser says what to do instead", async () => {
    await expect(browser.appendFile("log.csv", bytes("x"))).rejects.toMatchObject({
      code: "no-file-system",
      message: expect.stringContaining('Cannot write "log.csv"'),
    });
  });
});
