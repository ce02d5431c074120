// Tests of safetensors files: round trips, golden files, files larger than memory, malformed and corrupted files.

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { RecurraError } from "../../src/platform/error.ts";
import type { ByteSink, ByteSource } from "../../src/platform/types.ts";
import { allocate, DTYPES } from "../../src/tensor/dtype.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import {
  decodeSafetensors,
  encodeSafetensors,
  openSafetensors,
  writeSafetensors,
} from "../../src/tensor/safetensors.ts";
import { sizeOf } from "../../src/tensor/shape.ts";

const MIB = 2 ** 20;

/** A file in memory, whose reads are counted. */
function sourceOf(bytes: Uint8Array): ByteSource & { reads: number[] } {
  const reads: number[] = [];
  return {
    size: bytes.length,
    reads,
    read: async (offset, length) => {
      reads.push(length);
      return bytes.slice(offset, offset + length);
    },
    close: async () => {},
  };
}

/** A safetensors file of a header, given as text or value, and data. */
function fileOf(header: unknown, data: number | Uint8Array = 0): Uint8Array {
  const text = typeof header === "string" ? header : JSON.stringify(header);
  const bytes =
    typeof header === "object" && header instanceof Uint8Array ? header : new TextEncoder().encode(text);
  const body = typeof data === "number" ? new Uint8Array(data) : data;
  const file = new Uint8Array(8 + bytes.length + body.length);
  new DataView(file.buffer).setBigUint64(0, BigInt(bytes.length), true);
  file.set(bytes, 8);
  file.set(body, 8 + bytes.length);
  return file;
}

const ofEachDtype: readonly (readonly [string, NdArray])[] = [
  ["flags", ndarray([true, false, true])],
  ["halves", ndarray([1, -2, 0.5], { dtype: "float16" })],
  [
    "kernel",
    ndarray([
      [1.5, Number.NaN],
      [-Infinity, -0],
    ]),
  ],
  ["ids", ndarray([[1n, -(2n ** 63n)]])],
  ["steps", ndarray(7, { dtype: "int32" })],
  ["precise", ndarray([0.1], { dtype: "float64" })],
  ["none", NdArray.zeros([0, 4])],
];

describe("writing and reading", () => {
  test("every dtype, in memory", () => {
    const { tensors, metadata } = decodeSafetensors(
      encodeSafetensors(ofEachDtype, { format: "pt", ü: "\n" }),
      "a",
    );
    expect([...tensors]).toEqual(ofEachDtype);
    expect(metadata).toEqual({ format: "pt", ü: "\n" });
  });

  test("the stream is the same bytes, and an open file reads one tensor at a time", async () => {
    const parts: Uint8Array[] = [];
    const sink: ByteSink = { write: async (bytes) => void parts.push(bytes.slice()) };
    await writeSafetensors(sink, new Map(ofEachDtype), { a: "b" });
    const bytes = new Uint8Array(Buffer.concat(parts));
    expect(bytes).toEqual(encodeSafetensors(ofEachDtype, { a: "b" }));

    const source = sourceOf(bytes);
    const file = await openSafetensors(source, "weights.safetensors");
    expect(file.names).toEqual(ofEachDtype.map(([name]) => name));
    expect(file.metadata).toEqual({ a: "b" });
    expect(source.reads).toHaveLength(2); // the header's length and the header
    for (const [name, array] of ofEachDtype) expect(await file.read(name)).toEqual(array);
    const target = new Float32Array(4);
    await file.readInto("kernel", target);
    expect(target).toEqual(ofEachDtype[2]?.[1].data);
  });

  test("the layout: header padded to 8 bytes, every tensor aligned, widest first, no holes", async () => {
    const bytes = encodeSafetensors(ofEachDtype);
    const headerBytes = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    expect(headerBytes % 8).toBe(0);
    const file = await openSafetensors(sourceOf(bytes), "a");
    const infos = file.names.map((name) => file.info(name));
    for (const { begin, dtype } of infos) expect(begin % allocate(dtype, 0).BYTES_PER_ELEMENT).toBe(0);
    expect(file.info("ids")).toEqual({
      dtype: "int64",
      stored: "I64",
      shape: [1, 2],
      begin: 8 + headerBytes,
      end: 8 + headerBytes + 16,
    });
    expect(Math.max(...infos.map((info) => info.end))).toBe(bytes.length);
  });

  test("a file without tensors", () => {
    expect(decodeSafetensors(encodeSafetensors([]), "a")).toEqual({ tensors: new Map(), metadata: {} });
  });

  test("names that look like numbers keep their place, and any Unicode is a name", () => {
    const names = ["b", "10", "9", "__proto__", "naïve 🌦", '"\\'];
    const { tensors } = decodeSafetensors(encodeSafetensors(names.map((name, i) => [name, ndarray(i)])), "a");
    expect([...tensors].map(([name, array]) => [name, array.item()])).toEqual(
      names.map((name, i) => [name, i]),
    );
  });

  test("one array under two names is stored twice", () => {
    const shared = ndarray([1, 2]);
    const { tensors } = decodeSafetensors(
      encodeSafetensors([
        ["a", shared],
        ["b", shared],
      ]),
      "a",
    );
    expect(tensors.get("a")).toEqual(shared);
    expect(tensors.get("b")).toEqual(shared);
  });

  test("a view is stored without what lies around it", () => {
    const view = ndarray([
      [1, 2],
      [3, 4],
      [5, 6],
    ]).rows(1, 2);
    expect(
      decodeSafetensors(encodeSafetensors([["v", view]]), "a")
        .tensors.get("v")
        ?.toArray(),
    ).toEqual([3, 4]);
  });

  test("round trips over dtypes, shapes, names and metadata", () => {
    const name = fc.string({ unit: "binary", maxLength: 8 }).filter((text) => text !== "__metadata__");
    const shape = fc.array(fc.integer({ min: 0, max: 5 }), { maxLength: 4 });
    const tensor = fc.record({ name, shape, dtype: fc.constantFrom(...DTYPES), seed: fc.nat() });
    const metadata = fc.dictionary(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), {
      noNullPrototype: true,
    });
    const tensors = fc.uniqueArray(tensor, { selector: (entry) => entry.name, maxLength: 6 });
    fc.assert(
      fc.property(tensors, metadata, (entries, metadata) => {
        const named = entries.map(({ name, shape, dtype, seed }) => {
          const data = allocate(dtype, sizeOf(shape));
          const bits = new Uint8Array(data.buffer);
          bits.set(new Uint8Array(new Random(seed).bits(Math.ceil(bits.length / 4)).buffer, 0, bits.length));
          if (dtype === "bool") for (const [i, byte] of bits.entries()) bits[i] = byte & 1;
          return [name, new NdArray(data, shape, dtype)] as const;
        });
        const decoded = decodeSafetensors(encodeSafetensors(named, metadata), "a");
        expect([...decoded.tensors.keys()]).toEqual(named.map(([name]) => name));
        for (const [name, array] of named) {
          const found = decoded.tensors.get(name);
          expect([found?.dtype, found?.shape]).toEqual([array.dtype, array.shape]);
          expect(found && Buffer.from(found.data.buffer)).toEqual(Buffer.from(array.data.buffer)); // also NaNs, bit by bit
        }
        expect(Object.entries(decoded.metadata)).toEqual(Object.entries(metadata));
      }),
      { numRuns: 200 },
    );
  });

  test("bfloat16 is read as float32, and unaligned data is no hindrance", () => {
    const header = {
      flag: { dtype: "BOOL", shape: [1], data_offsets: [0, 1] },
      brain: { dtype: "BF16", shape: [4], data_offsets: [1, 9] },
      whole: { dtype: "I32", shape: [], data_offsets: [9, 13] },
    };
    // 1, -2, 3.140625 and NaN: the upper halves of 3f800000, c0000000, 40490000, 7fc00000.
    const data = Uint8Array.of(1, 0x80, 0x3f, 0x00, 0xc0, 0x49, 0x40, 0xc0, 0x7f, 5, 0, 0, 0);
    const { tensors } = decodeSafetensors(fileOf(header, data), "a");
    expect(tensors.get("brain")).toEqual(ndarray([1, -2, 3.140625, Number.NaN]));
    expect(tensors.get("whole")?.item()).toBe(5);
  });
});

describe("wrong use", () => {
  test.each([
    [
      "a name twice",
      [
        ["a", ndarray(1)],
        ["a", ndarray(2)],
      ],
      'safetensors: the tensor name "a" comes twice',
    ],
    [
      "the metadata's name",
      [["__metadata__", ndarray(1)]],
      'safetensors: the tensor name "__metadata__" is reserved for metadata',
    ],
    [
      "half a character",
      [["\ud800", ndarray(1)]],
      'safetensors: the tensor name "\\ud800" is not valid Unicode (a surrogate stands alone)',
    ],
  ] as const)("%s is rejected before anything is written", async (_, tensors, message) => {
    const written: Uint8Array[] = [];
    const sink: ByteSink = { write: async (bytes) => void written.push(bytes) };
    await expect(writeSafetensors(sink, tensors)).rejects.toThrow(
      expect.objectContaining({ code: "safetensors-name", message }),
    );
    expect(written).toEqual([]);
  });

  test("an unknown name lists the names there are", async () => {
    const file = await openSafetensors(
      sourceOf(encodeSafetensors(ofEachDtype.slice(0, 2))),
      "weights.safetensors",
    );
    await expect(file.read("bias")).rejects.toThrow(
      expect.objectContaining({
        code: "no-tensor",
        message: 'weights.safetensors: there is no tensor "bias"; it has "flags", "halves"',
      }),
    );
    const many = Array.from({ length: 12 }, (_, i) => [`t${i}`, ndarray(i)] as const);
    const large = await openSafetensors(sourceOf(encodeSafetensors(many)), "a");
    expect(() => large.info("t")).toThrow('"t8", "t9", 2 more');
    const empty = await openSafetensors(sourceOf(encodeSafetensors([])), "a");
    expect(() => empty.info("t")).toThrow('a: there is no tensor "t"; it has none');
  });

  test("a target that does not fit", async () => {
    const file = await openSafetensors(sourceOf(encodeSafetensors([["a", ndarray([1, 2])]])), "w");
    await expect(file.readInto("a", new Float64Array(2))).rejects.toThrow(
      'w: tensor "a" is float32, which a Float64Array does not hold',
    );
    await expect(file.readInto("a", new Float32Array(3))).rejects.toThrow(
      'w: tensor "a" of shape [2] has 2 elements; the target array has 3',
    );
  });

  test("a source that gives fewer bytes than it has", async () => {
    const bytes = encodeSafetensors([["a", ndarray([1, 2])]]);
    const file = await openSafetensors(
      { ...sourceOf(bytes.subarray(0, bytes.length - 3)), size: bytes.length },
      "w",
    );
    await expect(file.read("a")).rejects.toThrow(
      `w: reading 8 bytes from byte ${bytes.length - 8} gave 5; the file has changed or cannot be read`,
    );
  });
});

describe("malformed files", () => {
  const f32 = (begin: number, end: number, shape: unknown = [(end - begin) / 4]) => ({
    dtype: "F32",
    shape,
    data_offsets: [begin, end],
  });
  const lengthOnly = (length: bigint) => new Uint8Array(BigUint64Array.of(length).buffer);
  const start = `{"a":{"dtype":"F32","shape":[],"data_offsets":[0,4]}`; // 52 characters, to be continued

  test.each<[string, Uint8Array, string]>([
    [
      "an empty file",
      new Uint8Array(0),
      "the file has 0 bytes; the header's length alone takes 8, at byte 0",
    ],
    ["seven bytes", new Uint8Array(7), "the file has 7 bytes; the header's length alone takes 8, at byte 0"],
    [
      "a header longer than the file",
      lengthOnly(9n),
      "byte 0 gives the header's length as 9 bytes, but only 0 follow; the file is truncated or no safetensors file",
    ],
    [
      "a header over the cap",
      lengthOnly(100_000_001n),
      "byte 0 gives the header's length as 100000001 bytes; at most 100000000 are accepted",
    ],
    [
      "an absurd header",
      lengthOnly(2n ** 64n - 1n),
      "byte 0 gives the header's length as 18446744073709552000 bytes; at most 100000000 are accepted",
    ],
    ["an empty header", fileOf(""), 'the header, at byte 8, does not begin with "{"'],
    ["a byte order mark", fileOf("\ufeff{}"), 'the header, at byte 8, does not begin with "{"'],
    ["a header that is an array", fileOf("[]"), 'the header, at byte 8, does not begin with "{"'],
    [
      "invalid UTF-8",
      fileOf(Uint8Array.of(0x7b, 0xff, 0x7d)),
      "the header, 3 bytes from byte 8, is not valid UTF-8",
    ],
    ["no JSON", fileOf("{,}"), "the header, at byte 8, is no JSON: "],
    ["something after the JSON", fileOf("{} x"), "the header, at byte 8, is no JSON: "],
    [
      "the same tensor twice",
      fileOf(`${start},"\\u0061":{"dtype":"F32","shape":[],"data_offsets":[4,8]}}`, 8),
      'the header has the name "a" twice in one object, the second time at byte 61',
    ],
    [
      "the same field twice",
      fileOf('{"é":{"dtype":"F32","dtype":"I32","shape":[],"data_offsets":[0,4]}}', 4),
      'the header has the name "dtype" twice in one object, the second time at byte 29',
    ],
    [
      "deep nesting",
      fileOf(`{"a":${"[".repeat(200_000)}${"]".repeat(200_000)}}`),
      "the header is nested more than 100 deep at byte 113",
    ],
    [
      "an entry that is no object",
      fileOf({ a: 1 }),
      'tensor "a", at byte 9, is 1; wanted an object with dtype, shape and data_offsets',
    ],
    [
      "a missing dtype",
      fileOf({ a: { shape: [], data_offsets: [0, 4] } }, 4),
      'tensor "a", at byte 9, has dtype missing; supported are F64, F32, F16, BF16, I64, I32, BOOL',
    ],
    [
      "an unsupported dtype",
      fileOf({ a: { ...f32(0, 4), dtype: "U8" } }, 4),
      'tensor "a", at byte 9, has dtype "U8"; supported are F64, F32, F16, BF16, I64, I32, BOOL',
    ],
    [
      "a dtype that objects have",
      fileOf({ a: { ...f32(0, 4), dtype: "toString" } }, 4),
      'tensor "a", at byte 9, has dtype "toString"; supported',
    ],
    [
      "a missing shape",
      fileOf({ a: { dtype: "F32", data_offsets: [0, 4] } }, 4),
      'tensor "a", at byte 9, has shape missing; wanted an array of whole numbers from 0 up',
    ],
    [
      "a negative extent",
      fileOf({ a: f32(0, 4, [-1, -1]) }, 4),
      'tensor "a", at byte 9, has shape [-1,-1]; wanted an array of whole numbers from 0 up',
    ],
    [
      "a fractional extent",
      fileOf({ a: f32(0, 4, [0.5, 2]) }, 4),
      'tensor "a", at byte 9, has shape [0.5,2]; wanted',
    ],
    [
      "an extent beyond 2^53",
      fileOf('{"a":{"dtype":"F32","shape":[9007199254740993],"data_offsets":[0,4]}}', 4),
      'tensor "a", at byte 9, has shape [9007199254740992]; wanted',
    ],
    [
      "a size beyond 2^53",
      fileOf({ a: f32(0, 4, [2 ** 27, 2 ** 27]) }, 4),
      'tensor "a", at byte 9, has shape [134217728, 134217728], which takes more than 2^53 bytes',
    ],
    [
      "an overflow hidden by a zero",
      fileOf({ a: f32(0, 0, [2 ** 52, 2 ** 52, 0]) }),
      "which takes more than 2^53 bytes",
    ],
    [
      "missing offsets",
      fileOf({ a: { dtype: "F32", shape: [] } }, 4),
      'tensor "a", at byte 9, has data_offsets missing; wanted [begin, end], whole numbers from 0 up',
    ],
    [
      "three offsets",
      fileOf({ a: { ...f32(0, 4), data_offsets: [0, 4, 8] } }, 4),
      'tensor "a", at byte 9, has data_offsets [0,4,8]; wanted [begin, end]',
    ],
    [
      "a negative offset",
      fileOf({ a: { ...f32(0, 4), data_offsets: [-4, 0] } }, 4),
      'tensor "a", at byte 9, has data_offsets [-4,0]; wanted [begin, end]',
    ],
    [
      "an end before the begin",
      fileOf({ a: { ...f32(0, 4), data_offsets: [4, 0] } }, 4),
      'tensor "a", at byte 9, has data_offsets [4, 0], -4 bytes; F32 of shape [1] takes 4',
    ],
    [
      "a range of another size",
      fileOf({ a: f32(0, 8, [3]) }, 8),
      'tensor "a", at byte 9, has data_offsets [0, 8], 8 bytes; F32 of shape [3] takes 12',
    ],
    [
      "missing data",
      fileOf({ a: f32(0, 8) }, 7),
      'tensor "a", at byte 9, ends at byte 70, but the file has 69 bytes; it is truncated',
    ],
    [
      "a huge tensor in a small file",
      fileOf({ a: f32(0, 2 ** 45) }, 4),
      'tensor "a", at byte 9, ends at byte 35184372088919, but the file has 91 bytes; it is truncated',
    ],
    [
      "two tensors in one place",
      fileOf({ a: f32(0, 8), b: f32(4, 12) }, 12),
      'tensor "b" begins at byte 120, but tensor "a" ends at byte 124; they overlap',
    ],
    [
      "a hole before the first",
      fileOf({ a: f32(4, 8) }, 8),
      'tensor "a" begins at byte 66, but the header ends at byte 62; 4 bytes between them belong to no tensor',
    ],
    [
      "a hole between two",
      fileOf({ b: f32(8, 12), a: f32(0, 4) }, 12),
      'tensor "b" begins at byte 124, but tensor "a" ends at byte 120; 4 bytes between them belong to no tensor',
    ],
    [
      "bytes after the last",
      fileOf({ a: f32(0, 4) }, 7),
      'tensor "a" ends at byte 66, but the file has 69 bytes; 3 belong to no tensor',
    ],
    [
      "data and no tensor",
      fileOf({}, 1),
      "the header ends at byte 10, but the file has 11 bytes; 1 belong to no tensor",
    ],
    [
      "metadata that is no object",
      fileOf({ __metadata__: ["a"] }),
      '__metadata__, at byte 9, is ["a"]; wanted an object of texts',
    ],
    [
      "metadata that is null",
      fileOf({ __metadata__: null }),
      "__metadata__, at byte 9, is null; wanted an object of texts",
    ],
    [
      "metadata that is no text",
      fileOf({ __metadata__: { step: 3 } }),
      '__metadata__, at byte 9, has 3 for "step"; wanted text',
    ],
    [
      "a bool that is neither",
      fileOf({ a: { dtype: "BOOL", shape: [3], data_offsets: [0, 3] } }, Uint8Array.of(0, 1, 2)),
      'tensor "a" has the value 2 at byte 65; a BOOL is 0 or 1',
    ],
  ])("%s", async (_, bytes, message) => {
    const expected = expect.objectContaining({
      name: "RecurraError",
      code: "safetensors",
      message: expect.stringMatching(/^weights\.safetensors: /),
    });
    const inMemory = () => decodeSafetensors(bytes, "weights.safetensors");
    const opened = async () => {
      const file = await openSafetensors(sourceOf(bytes), "weights.safetensors");
      for (const name of file.names) await file.read(name);
    };
    expect(inMemory).toThrow(expected);
    expect(inMemory).toThrow(message);
    await expect(opened()).rejects.toThrow(expected);
    await expect(opened()).rejects.toThrow(message);
  });

  test("a position in the header counts bytes, not characters", () => {
    expect(() => decodeSafetensors(fileOf({ __metadata__: { "🌦": "ü" }, a: 1 }), "w")).toThrow(
      'w: tensor "a", at byte 38, is 1',
    );
  });

  test("2,000 corruptions are read or rejected, and nothing large is allocated", async () => {
    const random = new Random(2024);
    const pick = (bound: number) => random.integers([], 0, Math.max(1, bound)).item();
    const original = encodeSafetensors(ofEachDtype, { note: "as written" });
    const before = process.memoryUsage().arrayBuffers;
    let rejected = 0;
    for (let round = 0; round < 2000; round++) {
      const bytes = corrupt(original, pick);
      const source = sourceOf(bytes);
      try {
        const file = await openSafetensors(source, "w");
        for (const name of file.names) {
          expect((await file.read(name)).data.byteLength).toBeLessThanOrEqual(2 * bytes.length); // BF16 doubles
        }
        expect([...decodeSafetensors(bytes, "w").tensors.keys()]).toEqual(file.names);
      } catch (error) {
        if (!(error instanceof RecurraError)) throw error;
        expect(error.code).toBe("safetensors");
        expect(() => decodeSafetensors(bytes, "w")).toThrow(RecurraError);
        rejected++;
      }
      for (const length of source.reads) expect(length).toBeLessThanOrEqual(bytes.length);
    }
    expect(rejected).toBeGreaterThan(1000);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(64 * MIB);
  });
});

/** A copy with one to three faults: a byte changed, a digit changed, a byte lost or added, the end lost. */
function corrupt(original: Uint8Array, pick: (bound: number) => number): Uint8Array {
  let bytes = [...original];
  for (let faults = 1 + pick(3); faults > 0; faults--) {
    const at = pick(bytes.length);
    const digits = [...bytes.keys()].filter((i) => (bytes[i] ?? 0) >= 48 && (bytes[i] ?? 0) <= 57);
    switch (pick(6)) {
      case 0:
        bytes[at] = pick(256);
        break;
      case 1:
        bytes[digits[pick(digits.length)] ?? 0] = 48 + pick(10);
        break;
      case 2:
        bytes.splice(at, 1);
        break;
      case 3:
        bytes.splice(at, 0, pick(256));
        break;
      case 4:
        bytes[pick(16)] = pick(256); // the header's length and its first bytes
        break;
      default:
        bytes = bytes.slice(0, Math.max(1, at));
    }
  }
  return Uint8Array.from(bytes);
}

describe("files larger than 2 GiB", () => {
  const GIB = 2 ** 30;

  test("tensors beyond 4 GiB are read where they lie, large ones 64 MiB at a time", async () => {
    const last = 5 * GIB + 130 * MIB;
    const header = fileOf({
      huge: { dtype: "F32", shape: [5 * 2 ** 28], data_offsets: [0, 5 * GIB] },
      large: { dtype: "F16", shape: [65, MIB], data_offsets: [5 * GIB, last] },
      small: { dtype: "F64", shape: [2], data_offsets: [last, last + 16] },
    });
    const reads: number[] = [];
    const source: ByteSource = {
      size: header.length + last + 16,
      read: async (offset, length) => {
        if (offset < header.length) return header.slice(offset, offset + length);
        reads.push(length);
        // Each 8 bytes hold their own position in the data.
        const words = new Float64Array(length / 8);
        for (let i = 0; i < words.length; i++) words[i] = offset - header.length + 8 * i;
        return new Uint8Array(words.buffer);
      },
      close: async () => {},
    };
    const file = await openSafetensors(source, "w");
    expect((await file.read("small")).toArray()).toEqual([last, last + 8]);
    reads.length = 0;
    const large = new Float64Array((await file.read("large")).data.buffer);
    expect(large.every((position, i) => position === 5 * GIB + 8 * i)).toBe(true);
    expect(reads).toEqual([64 * MIB, 64 * MIB, 2 * MIB]);
  });

  test("are written in pieces of at most 64 MiB", async () => {
    const block = NdArray.zeros([33, MIB]); // 132 MiB
    const names = Array.from({ length: 20 }, (_, i) => `block.${i}`);
    let [written, longest] = [0, 0];
    let header = new Uint8Array(0);
    await writeSafetensors(
      {
        write: async (bytes) => {
          if (written === 0) header = bytes.slice();
          written += bytes.length;
          longest = Math.max(longest, bytes.length);
        },
      },
      names.map((name) => [name, block]),
    );
    expect(written).toBe(header.length + 20 * 132 * MIB);
    expect(longest).toBe(64 * MIB);
    const file = await openSafetensors({ ...sourceOf(header), size: written }, "w");
    expect(file.names).toEqual(names);
    expect(file.info("block.19").end).toBe(written);
  });
});

describe("golden files", () => {
  const folder = join(process.env.RECURRA_SHARED ?? join(import.meta.dirname, "../../../shared"), "golden");
  const files = listFiles(folder);
  const missing = `no golden files in ${folder}; set RECURRA_SHARED to the folder that holds golden/`;

  test("all are read, and written again as they were", ({ skip }) => {
    skip(files.length === 0, missing);
    for (const path of files) {
      const bytes = new Uint8Array(readFileSync(join(folder, path)));
      const { tensors, metadata } = decodeSafetensors(bytes, path);
      expect(metadata.name).toBe(path.replace(".safetensors", ""));
      for (const name of JSON.parse(metadata.outputs ?? "[]")) expect(tensors.has(name)).toBe(true);
      const again = decodeSafetensors(encodeSafetensors(tensors, metadata), path);
      expect(again).toEqual({ tensors, metadata });
    }
  });

  test("a value from a file: x and y of activation_relu_2d", ({ skip }) => {
    skip(files.length === 0, missing);
    const name = "activation_relu_2d.safetensors";
    const { tensors } = decodeSafetensors(new Uint8Array(readFileSync(join(folder, name))), name);
    const x = tensors.get("x");
    expect(x?.dtype).toBe("float32");
    expect(tensors.get("y")?.toArray()).toEqual(x?.toArray().map((value) => Math.max(0, value)));
  });
});

function listFiles(folder: string): string[] {
  try {
    return readdirSync(folder).filter((file) => file.endsWith(".safetensors"));
  } catch {
    return [];
  }
}
