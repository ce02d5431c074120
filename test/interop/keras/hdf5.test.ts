import { describe, expect, it } from "vitest";
import { type H5Group, readHdf5 } from "../../../src/interop/keras/hdf5.ts";
import { hdf5Library } from "../../../src/interop/keras/hdf5-library.ts";
import { encodeHdf5, H5Tree } from "../../../src/interop/keras/hdf5-write.ts";
import { RecurraError } from "../../../src/platform/error.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { fixture } from "./fixtures.ts";

/** Reads every array of a group and of those inside it. */
function readAll({ groups, datasets }: H5Group): readonly NdArray[] {
  return [
    ...[...datasets.values()].map((dataset) => dataset.read()),
    ...[...groups.values()].flatMap(readAll),
  ];
}

async function filesInMemory(): Promise<readonly string[]> {
  return (await hdf5Library()).module.FS.readdir("/");
}

describe("readHdf5", () => {
  it("reads floats of every kind, compressed and big-endian ones too", async () => {
    // As fixtures/make.py wrote them; all these values are exact in half precision.
    const wanted = [1.5, -2, 0.25, 3];
    await readHdf5(fixture("kinds.h5"), "kinds.h5", ({ datasets }) => {
      for (const name of ["float16", "bfloat16", "float32", "float64", "big"]) {
        const array = datasets.get(name)!.read();
        expect(array.shape, name).toEqual([2, 2]);
        expect(array.toArray(), name).toEqual(wanted);
      }
      expect(datasets.get("bfloat16")!.read().dtype).toBe("float32");
      expect(datasets.get("scalar")!.read()).toEqual(new NdArray(Float32Array.of(2.5), []));
      expect(new Set(datasets.get("packed")!.read().toArray())).toEqual(new Set([1]));
      expect(datasets.get("int8")?.stored).toBe("int8");
      expect(() => datasets.get("int32")?.read()).toThrow("kinds.h5: int32 holds int32, wanted floats");
    });
  });

  it("reads text beside groups, of fixed and of variable length", async () => {
    await readHdf5(fixture("kinds.h5"), "kinds.h5", ({ groups }) => {
      const inner = groups.get("group")?.groups.get("inner");
      expect(inner?.path).toBe("group/inner");
      expect(Object.fromEntries(inner?.attributes ?? [])).toEqual({
        text: "grün",
        bytes: "plain",
        texts: ["a", "é"],
        fixed: ["one", "three"],
        none: [],
      });
    });
  });

  it("names a file that is cut off anywhere, and what is wrong", async () => {
    const bytes = fixture("image.weights.h5");
    const cuts = [9, 100, 600, 2000, bytes.length >> 1, bytes.length - 1];
    for (const cut of cuts) {
      const error = await readHdf5(bytes.subarray(0, cut), "model.h5", readAll).catch((caught) => caught);
      expect(error, `cut at ${cut}`).toBeInstanceOf(RecurraError);
      expect(error.code).toBe("hdf5");
      expect(error.message).toMatch(/^model\.h5 cannot be read: /);
    }
    await expect(readHdf5(bytes.subarray(0, 2000), "model.h5", readAll)).rejects.toThrow(
      `model.h5 cannot be read: it is cut off: 2000 of ${bytes.length} bytes`,
    );
  });

  it("names a file that is none of HDF5", async () => {
    const read = (bytes: Uint8Array) => readHdf5(bytes, "notes.txt", readAll);
    await expect(read(new TextEncoder().encode("layers"))).rejects.toThrow(
      "notes.txt is not an HDF5 file: it begins with bytes 6c 61 79 65 72 73",
    );
    await expect(read(new Uint8Array())).rejects.toThrow(
      "notes.txt is not an HDF5 file: it begins with nothing",
    );
  });

  it("never fails but by a named error, whatever is altered", async () => {
    const whole = fixture("compiled.weights.h5");
    let state = 7;
    const next = (bound: number) => {
      state = (state * 1103515245 + 12345) % 2 ** 31; // a linear congruential generator, C's constants
      return Math.floor((state / 2 ** 31) * bound);
    };
    const codes = new Set<string>();
    for (let i = 0; i < 200; i++) {
      const bytes = whole.slice();
      for (let k = 0; k <= i % 4; k++) bytes[8 + next(bytes.length - 8)] = next(256);
      const error = await readHdf5(bytes, "altered.h5", readAll).catch((caught) => caught);
      if (error instanceof Error) {
        expect(error).toBeInstanceOf(RecurraError);
        codes.add((error as RecurraError).code);
      }
    }
    expect([...codes]).toEqual(["hdf5"]);
    expect(await readHdf5(fixture("image.weights.h5"), "whole.h5", readAll)).toHaveLength(4);
  });

  it("closes the file and leaves none behind, also when it is not used to the end", async () => {
    const before = await filesInMemory();
    const failing = readHdf5(fixture("image.weights.h5"), "a.h5", () => {
      throw new RangeError("stopped");
    });
    await expect(failing).rejects.toThrow(RangeError);
    await readHdf5(fixture("image.weights.h5").subarray(0, 999), "a.h5", readAll).catch(() => {});
    await encodeHdf5(new H5Tree());
    expect(await filesInMemory()).toEqual(before);
  });
});

describe("encodeHdf5", () => {
  it("writes what readHdf5 reads", async () => {
    const tree = new H5Tree();
    const names = Array.from({ length: 6000 }, (_, i) => `layer_${i}`); // more than one attribute of 64 KB holds
    tree.attributes.set("text", "ünïcode".repeat(20_000));
    tree.attributes.set("names", names);
    tree.attributes.set("none", []);
    const vars = tree.at("layers/dense/vars");
    vars.datasets.set("0", ndarray([[1, 2, 3]]));
    vars.datasets.set("1", ndarray([[0.1]], { dtype: "float64" }));
    vars.datasets.set("scalar", new NdArray(Float32Array.of(7), []));
    tree.at("layers/dense/vars/deeper");
    const bytes = await encodeHdf5(tree);
    await readHdf5(bytes, "a.h5", (root) => {
      expect(root.attributes.get("text")).toBe("ünïcode".repeat(20_000));
      expect(root.attributes.get("names")).toEqual(names);
      expect(root.attributes.get("none")).toEqual([]);
      const read = root.groups.get("layers")?.groups.get("dense")?.groups.get("vars");
      expect(read?.datasets.get("0")?.read()).toEqual(ndarray([[1, 2, 3]]));
      expect(read?.datasets.get("1")?.read()).toEqual(ndarray([[0.1]], { dtype: "float64" }));
      expect(read?.datasets.get("scalar")?.read().shape).toEqual([]);
      expect([...(read?.groups.keys() ?? [])]).toEqual(["deeper"]);
    });
  });

  it("copies the arrays of a memory that holds others too", async () => {
    const memory = Float32Array.from([9, 1, 2, 9]);
    const tree = new H5Tree();
    tree.datasets.set("part", new NdArray(memory.subarray(1, 3), [2]));
    await readHdf5(await encodeHdf5(tree), "a.h5", ({ datasets }) =>
      expect(datasets.get("part")?.read().toArray()).toEqual([1, 2]),
    );
  });

  it("names what HDF5 does not take", async () => {
    const tree = new H5Tree();
    tree.at("a/.");
    await expect(encodeHdf5(tree)).rejects.toThrow(/^the HDF5 file cannot be written: /);
  });
});
