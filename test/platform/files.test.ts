// Reading and writing files through the platform: what comes back, and what is left when something fails.

import {
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  stat,
  symlink,
  truncate,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openBytes, pathExists, readTextFile, writeFileAtomic, writeFolderAtomic } from "#platform";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-files-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const text = (content: string) => new TextEncoder().encode(content);
/** Permissions do not bind the superuser, and Windows has others. */
const permissionsBind = process.platform !== "win32" && process.getuid?.() !== 0;

describe("openBytes", () => {
  test("reads any part of a file", async () => {
    const path = join(folder, "digits.bin");
    await writeFile(path, "0123456789");
    const source = await openBytes(path);
    expect(source.size).toBe(10);
    expect(await source.read(7, 3)).toEqual(text("789"));
    expect(await source.read(0, 2)).toEqual(text("01"));
    expect(await source.read(10, 0)).toEqual(new Uint8Array(0));
    await source.close();
  });

  test("refuses to read past the end, and ranges that are none", async () => {
    const path = join(folder, "digits.bin");
    await writeFile(path, "0123456789");
    const source = await openBytes(path);
    await expect(source.read(8, 3)).rejects.toMatchObject({
      code: "read-past-end",
      message: `Cannot read "${path}": 3 bytes are wanted from byte 8 on, but the file ends at byte 10. It may have been cut short.`,
    });
    await expect(source.read(-1, 3)).rejects.toMatchObject({
      code: "invalid-range",
      message: expect.stringContaining("offset -1 and length 3 were asked for"),
    });
    await source.close();
  });

  test("notices a file that is cut while it is open", async () => {
    const path = join(folder, "digits.bin");
    await writeFile(path, "0123456789");
    const source = await openBytes(path);
    await truncate(path, 4);
    await expect(source.read(2, 6)).rejects.toMatchObject({
      code: "read-past-end",
      message: expect.stringContaining("the file ends at byte 4"),
    });
    await source.close();
  });

  test("names a missing file", async () => {
    const path = join(folder, "missing.bin");
    await expect(openBytes(path)).rejects.toMatchObject({
      name: "RecurraError",
      code: "file-not-found",
      message: `Cannot read "${path}": there is no such file. Check the path.`,
    });
  });

  test("names a folder given in place of a file", async () => {
    await expect(openBytes(folder)).rejects.toMatchObject({
      code: "not-a-file",
      message: `Cannot read "${folder}": it is a folder, and a file is wanted. Name a file in it.`,
    });
  });

  test("names a file in the middle of a path", async () => {
    await writeFile(join(folder, "file"), "");
    await expect(openBytes(join(folder, "file", "x.bin"))).rejects.toMatchObject({
      code: "file-not-found",
      message: expect.stringContaining("a part of this path is a file, not a folder"),
    });
  });

  test.runIf(permissionsBind)("names a file that may not be read", async () => {
    const path = join(folder, "secret.bin");
    await writeFile(path, "x", { mode: 0o000 });
    await expect(openBytes(path)).rejects.toMatchObject({ code: "permission-denied" });
  });
});

describe("readTextFile", () => {
  test("reads UTF-8 and drops the byte order mark", async () => {
    const path = join(folder, "text.txt");
    await writeFile(path, "\uFEFFgrün");
    expect(await readTextFile(path)).toBe("grün");
  });

  test("refuses other encodings", async () => {
    const path = join(folder, "latin1.txt");
    await writeFile(path, Uint8Array.of(0x67, 0x72, 0xfc, 0x6e));
    await expect(readTextFile(path)).rejects.toMatchObject({
      code: "not-utf8",
      message: `Cannot read "${path}": its bytes are not UTF-8 text. Convert the file to UTF-8.`,
    });
  });

  test("names a folder given in place of a file", async () => {
    await expect(readTextFile(folder)).rejects.toMatchObject({ code: "not-a-file" });
  });
});

test("pathExists tells files and folders from nothing", async () => {
  await writeFile(join(folder, "file"), "");
  expect(await pathExists(folder)).toBe(true);
  expect(await pathExists(join(folder, "file"))).toBe(true);
  expect(await pathExists(join(folder, "nothing"))).toBe(false);
  expect(await pathExists(join(folder, "file", "below"))).toBe(false);
});

describe("writeFileAtomic", () => {
  test("writes what the sink is given, in order, and leaves nothing else", async () => {
    const path = join(folder, "out.txt");
    await writeFileAtomic(path, async (sink) => {
      await sink.write(text("one "));
      await sink.write(new Uint8Array(0));
      await sink.write(text("two"));
    });
    expect(await readFile(path, "utf8")).toBe("one two");
    expect(await readdir(folder)).toEqual(["out.txt"]);
  });

  test("replaces a file, keeps its permissions, and writes through a link", async () => {
    const path = join(folder, "real.txt");
    await writeFile(path, "old");
    await chmod(path, 0o600);
    await symlink(path, join(folder, "link.txt"));
    await writeFileAtomic(join(folder, "link.txt"), (sink) => sink.write(text("new")));
    expect(await readFile(path, "utf8")).toBe("new");
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readdir(folder)).sort()).toEqual(["link.txt", "real.txt"]);
  });

  test("keeps the old file when writing fails", async () => {
    const path = join(folder, "out.txt");
    await writeFile(path, "old");
    const failure = new Error("the source broke");
    const writing = writeFileAtomic(path, async (sink) => {
      await sink.write(text("half of the ne"));
      throw failure;
    });
    await expect(writing).rejects.toBe(failure);
    expect(await readFile(path, "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["out.txt"]);
  });

  test("names a missing folder and a folder in the file's place", async () => {
    const path = join(folder, "missing", "out.txt");
    await expect(writeFileAtomic(path, async () => {})).rejects.toMatchObject({
      code: "folder-not-found",
      message: `Cannot write "${path}": its folder does not exist. Create the folder first.`,
    });
    await expect(writeFileAtomic(folder, async () => {})).rejects.toMatchObject({
      code: "not-a-file",
      message: `Cannot write "${folder}": it is a folder, and a file is to be written. Choose another name.`,
    });
  });

  test.runIf(permissionsBind)("names a folder that may not be written to", async () => {
    await chmod(folder, 0o500);
    await expect(writeFileAtomic(join(folder, "out.txt"), async () => {})).rejects.toMatchObject({
      code: "permission-denied",
    });
    await chmod(folder, 0o700);
  });
});

describe("writeFolderAtomic", () => {
  const fillWith = (files: Record<string, string>) => async (temporary: string) => {
    for (const [name, content] of Object.entries(files)) await writeFile(join(temporary, name), content);
  };

  test("makes a folder, and those above it, with all that fill wrote", async () => {
    const path = join(folder, "runs", "first", "model");
    await writeFolderAtomic(path, async (temporary) => {
      await mkdir(join(temporary, "inner"));
      await writeFile(join(temporary, "inner", "a.txt"), "a");
    });
    expect(await readFile(join(path, "inner", "a.txt"), "utf8")).toBe("a");
    expect(await readdir(join(folder, "runs", "first"))).toEqual(["model"]);
  });

  test("replaces a folder", async () => {
    const path = join(folder, "model");
    await writeFolderAtomic(path, fillWith({ "a.txt": "old" }));
    await writeFolderAtomic(path, fillWith({ "a.txt": "new", "b.txt": "b" }));
    expect(await readFile(join(path, "a.txt"), "utf8")).toBe("new");
    expect((await readdir(path)).sort()).toEqual(["a.txt", "b.txt"]);
    expect(await readdir(folder)).toEqual(["model"]);
  });

  test("replaces entries that are owned, though the new folder lacks them", async () => {
    const path = join(folder, "model");
    await writeFolderAtomic(path, fillWith({ "a.txt": "old", "optimizer.bin": "o" }));
    const owned = (name: string) => ["a.txt", "optimizer.bin"].includes(name);
    await writeFolderAtomic(path, fillWith({ "a.txt": "new" }), { owned });
    expect(await readdir(path)).toEqual(["a.txt"]);
  });

  test.each([
    ["by default", undefined],
    ["by the caller's word", { owned: (name: string) => name === "a.txt" }],
  ])("does not replace a folder with other files in it, %s", async (_, options) => {
    const path = join(folder, "home");
    await mkdir(path);
    for (const name of ["a.txt", "thesis.tex", "photo.png"]) await writeFile(join(path, name), "precious");
    await expect(writeFolderAtomic(path, fillWith({ "a.txt": "new" }), options)).rejects.toMatchObject({
      code: "folder-has-other-files",
      message: `Cannot write "${path}": the folder would be replaced, and it holds other files (photo.png, thesis.tex). Choose another folder, or move them away.`,
    });
    expect(await readFile(join(path, "a.txt"), "utf8")).toBe("precious");
    expect(await readdir(folder)).toEqual(["home"]);
  });

  test("keeps the old folder, and makes none above, when filling fails", async () => {
    const failure = new Error("the model broke");
    const breakHalfway = async (temporary: string) => {
      await writeFile(join(temporary, "a.txt"), "half");
      throw failure;
    };
    const path = join(folder, "model");
    await writeFolderAtomic(path, fillWith({ "a.txt": "old" }));
    await expect(writeFolderAtomic(path, breakHalfway)).rejects.toBe(failure);
    await expect(writeFolderAtomic(join(folder, "x", "y", "z"), breakHalfway)).rejects.toBe(failure);
    expect(await readFile(join(path, "a.txt"), "utf8")).toBe("old");
    expect(await readdir(folder)).toEqual(["model"]);
  });

  test("names a file in the folder's place, and one in the middle of its path", async () => {
    const path = join(folder, "model");
    await writeFile(path, "a file");
    await expect(writeFolderAtomic(path, async () => {})).rejects.toMatchObject({
      code: "not-a-folder",
      message: `Cannot write "${path}": it is a file, and a folder is to be written. Choose another name.`,
    });
    await expect(writeFolderAtomic(join(path, "below"), async () => {})).rejects.toMatchObject({
      code: "not-a-folder",
    });
  });

  test.runIf(permissionsBind)("names a folder that may not be written to", async () => {
    await chmod(folder, 0o500);
    await expect(writeFolderAtomic(join(folder, "model"), async () => {})).rejects.toMatchObject({
      code: "permission-denied",
      message: expect.stringContaining("this user may not write there"),
    });
    await chmod(folder, 0o700);
  });
});
