import { zipSync } from "fflate";
import { describe, expect, it } from "vitest";
import { encodeArchive, isArchive, readArchive } from "../../../src/interop/keras/archive.ts";
import { fixture } from "./fixtures.ts";

const wanted = ["config.json", "metadata.json", "model.weights.h5"];
const text = (value: string) => new TextEncoder().encode(value);

describe("readArchive", () => {
  it("reads what Python's zipfile wrote, and nothing that is not asked for", async () => {
    const files = await readArchive(fixture("image.keras"), "image.keras", wanted);
    expect([...files.keys()].sort()).toEqual(wanted);
    expect(JSON.parse(new TextDecoder().decode(files.get("metadata.json")))).toMatchObject({
      keras_version: "3.15.1",
    });
    expect([...(await readArchive(fixture("image.keras"), "a", ["config.json"])).keys()]).toEqual([
      "config.json",
    ]);
  });

  it("reads compressed entries", async () => {
    const packed = zipSync({ "config.json": text("x".repeat(1000)) }, { level: 9 });
    expect(packed.length).toBeLessThan(300);
    const files = await readArchive(packed, "a", wanted);
    expect(files.get("config.json")).toEqual(text("x".repeat(1000)));
  });

  it("names an archive that is cut off or altered", async () => {
    const bytes = fixture("image.keras");
    await expect(readArchive(bytes.subarray(0, bytes.length - 30), "a.keras", wanted)).rejects.toThrow(
      "a.keras is cut off: the directory that ends an archive is missing",
    );
    const place = bytes.length >> 1; // within the weights, which lie uncompressed
    bytes[place]! ^= 1;
    await expect(readArchive(bytes, "a.keras", wanted)).rejects.toThrow(
      "a.keras: model.weights.h5 does not have the checksum that the archive gives: it was altered",
    );
  });

  it("refuses an entry that is said to be larger than it can be", async () => {
    const bytes = zipSync({ "config.json": text("{}") }, { level: 0 });
    const view = new DataView(bytes.buffer);
    const directory = bytes.length - 22 - 46 - "config.json".length;
    view.setUint32(directory + 24, 2 ** 31, true); // the uncompressed size
    await expect(readArchive(bytes, "a.keras", wanted)).rejects.toThrow(
      "a.keras: config.json is said to have 2147483648 bytes, more than the archive can hold",
    );
  });
});

describe("encodeArchive", () => {
  it("gives the same bytes for the same files, uncompressed", async () => {
    const files = { "config.json": text("{}"), "model.weights.h5": new Uint8Array(5000) };
    const bytes = await encodeArchive(files);
    expect(isArchive(bytes)).toBe(true);
    expect(bytes.length).toBeGreaterThan(5000);
    expect(await encodeArchive(files)).toEqual(bytes);
    expect(await readArchive(bytes, "a", wanted)).toEqual(new Map(Object.entries(files)));
  });
});
