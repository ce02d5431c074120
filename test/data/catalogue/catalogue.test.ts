// The catalogue itself, held to the folder of shared data and its README where they are there.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import { bytesOf, CATALOGUE, downloadOf, entryOf } from "../../../src/data/catalogue/catalogue.ts";
import { DATASET_KINDS } from "../../../src/data/catalogue/entry.ts";
import { sharedData } from "./shared-data.ts";

describe("every entry", () => {
  test("has a name of its own, a title, a licence, a home, and as many originals as files where none is made", () => {
    const names = CATALOGUE.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const { name, title, kind, licence, home, files, originals, prepare } of CATALOGUE) {
      expect(name).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(title.length, name).toBeGreaterThan(10);
      expect(DATASET_KINDS).toContain(kind);
      expect(licence, name).not.toBe("");
      expect(new URL(home).protocol, name).toBe("https:");
      expect(originals.length, name).toBeGreaterThan(0);
      if (prepare === undefined) expect(originals.length, name).toBe(files.length);
      expect(new Set(files.map(({ part }) => part)).size, name).toBe(files.length);
      expect(new Set(originals.map((one) => one.name)).size, name).toBe(originals.length);
      expect(downloadOf({ originals }), name).toBeGreaterThan(1000);
      for (const { addresses } of originals) {
        for (const address of addresses) expect(new URL(address).protocol).toBe("https:");
      }
    }
  });

  test("has paths that no other has, within the folder, and checksums where they must be met", () => {
    const files = CATALOGUE.flatMap((entry) => entry.files);
    const paths = files.flatMap(({ path, excerpt }) => (excerpt === undefined ? [path] : [path, excerpt]));
    expect(new Set(paths).size).toBe(paths.length);
    for (const { path, sha256, isExact, bytes } of files) {
      expect(path).toMatch(/^([a-z]+[/])?[A-Za-z0-9_.-]+$/);
      if (isExact) expect(sha256, path).toBeDefined();
      if (sha256 !== undefined) expect(sha256).toMatch(/^[0-9a-f]{64}$/);
      if (bytes !== undefined) expect(bytes).toBeGreaterThan(0);
    }
  });

  test("is found by its name; another name is told the nearest", () => {
    expect(entryOf("etth1").title).toContain("transformer");
    expect(() => entryOf("nietsche")).toThrow(
      /^There is no data set "nietsche" in the catalogue[.] Did you mean "nietzsche"[?] There are airpassengers, /,
    );
    expect(bytesOf(entryOf("etth1"))).toBe(2_589_657);
    expect(bytesOf(entryOf("forda"))).toBe(27_000_000); // About, since no copy was at hand.
  });
});

describe.skipIf(sharedData === undefined)("the shared data", () => {
  const folder = sharedData ?? "";
  const content = (path: string) =>
    existsSync(join(folder, path))
      ? readFileSync(join(folder, path))
      : gunzipSync(readFileSync(join(folder, `${path}.gz`)));
  const isThere = (path: string) => existsSync(join(folder, path)) || existsSync(join(folder, `${path}.gz`));
  const files = CATALOGUE.flatMap((entry) => entry.files);

  test("are what the catalogue says, byte for byte", () => {
    const found = files.filter(({ path }) => isThere(path));
    expect(found.length).toBeGreaterThan(40);
    for (const { path, bytes, sha256 } of found) {
      const unpacked = content(path);
      expect(unpacked.length, path).toBe(bytes);
      expect(createHash("sha256").update(unpacked).digest("hex"), path).toBe(sha256);
    }
  });

  test("are all in the catalogue: each file that the README lists", () => {
    const readme = readFileSync(join(folder, "README.md"), "utf8");
    const listed = [...readme.matchAll(/^\| `([^`]+)` \|/gm)].map(([, name = ""]) => name);
    expect(listed.length).toBeGreaterThan(40);
    const known = new Set(files.flatMap(({ path, excerpt }) => [path, excerpt]));
    expect(listed.map((name) => name.replace(/[.]gz$/, "")).filter((name) => !known.has(name))).toEqual([]);
  });
});
