// The CPU device: what it takes and gives, memory that is shared and memory that has moved, and what its errors say.

import { afterAll, describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { gather } from "../../src/graph/ops/gather.ts";
import { input } from "../../src/graph/ops/leaf.ts";
import { defaultDevice } from "../../src/runtime/device.ts";
import { device } from "../../src/runtime/node/cpu.ts";
import { lowerModel } from "../../src/runtime/onnx/lower.ts";
import { NdArray, ndarray } from "../../src/tensor/nd-array.ts";

const table = input("table", { dtype: "float32", shape: [4, 2] });
const ids = input("ids", { dtype: "int32", shape: [3] });
const rows = gather(table, ids);
const model = lowerModel({
  inputs: [
    ["table", table],
    ["ids", ids],
  ],
  outputs: [
    ["rows", rows],
    ["positive", rows.greater(0)],
  ],
});
const executable = await device.load(model, { threads: 1, label: "the lookup" });
afterAll(() => executable.release());

const values = ndarray([
  [0, 1],
  [2, 3],
  [4, 5],
  [6, -7],
]);
const places = ndarray([3, 0, 1], { dtype: "int32" });

describe("a run", () => {
  it("is what the platform's default device does", () => expect(defaultDevice).toBe(device));

  it("takes and gives arrays in the order of the names", async () => {
    expect([executable.inputNames, executable.outputNames]).toEqual([
      ["table", "ids"],
      ["rows", "positive"],
    ]);
    const [found, positive] = await executable.run([values, places]);
    expect(found).toEqual(
      ndarray([
        [6, -7],
        [0, 1],
        [2, 3],
      ]),
    );
    expect(positive).toEqual(
      ndarray([
        [true, false],
        [false, true],
        [true, true],
      ]),
    );
  });

  it("gives arrays that no later run touches", async () => {
    const [first] = await executable.run([values, places]);
    await executable.run([values, ndarray([2, 2, 2], { dtype: "int32" })]);
    expect(first?.toArray()).toEqual([6, -7, 0, 1, 2, 3]);
  });

  it("sees what is written into an array between runs", async () => {
    const own = new NdArray(Float32Array.from(values.toArray()), [4, 2]);
    await executable.run([own, places]);
    own.data[6] = 60;
    const [found] = await executable.run([own, places]);
    expect(found?.at(0, 0)).toBe(60);
  });
});

describe("arrays over a WebAssembly memory", () => {
  const memory = new WebAssembly.Memory({ initial: 1, maximum: 4 });
  const view = () => new NdArray(new Float32Array(memory.buffer, 64, 8), [4, 2]);

  it("are read in place, and refused once the memory has grown", async () => {
    const before = view();
    (before.data as Float32Array).set(Float32Array.from(values.toArray()));
    expect((await executable.run([before, places]))[0]?.toArray()).toEqual([6, -7, 0, 1, 2, 3]);
    before.data[0] = 10;
    expect((await executable.run([before, places]))[0]?.toArray()).toEqual([6, -7, 10, 1, 2, 3]);
    memory.grow(1);
    await expect(executable.run([before, places])).rejects.toThrow(
      'cpu: the array for "table" lost its memory, which has grown or moved: make it anew',
    );
    expect((await executable.run([view(), places]))[0]?.toArray()).toEqual([6, -7, 10, 1, 2, 3]);
  });
});

describe("errors name the model and what was wrong", () => {
  it("a model that is none", async () => {
    const load = device.load(new Uint8Array(10), { label: "the broken model" });
    await expect(load).rejects.toMatchObject({ name: "RecurraError", code: "device" });
    await expect(load).rejects.toThrow("cpu: the broken model could not be loaded: ");
  });

  it("too few feeds", () =>
    expect(executable.run([values])).rejects.toThrow("cpu: the lookup wants 2 inputs, got 1"));

  it("feeds of another shape or dtype", async () => {
    await expect(executable.run([ndarray([1]), places])).rejects.toThrow(
      /^cpu: the lookup failed on table float32\[1\], ids int32\[3\]: .*rank/i,
    );
    await expect(executable.run([values, values])).rejects.toThrow(
      /^cpu: the lookup failed on table float32\[4, 2\], ids float32\[4, 2\]: .*data type/i,
    );
  });

  it("an id outside the table", () =>
    expect(executable.run([values, ndarray([0, 4, 0], { dtype: "int32" })])).rejects.toThrow(
      /^cpu: the lookup failed on .*out of data bounds/s,
    ));

  it("float16, in which nothing computes", () =>
    expect(executable.run([values.astype("float16"), places])).rejects.toThrow(
      'cpu: "table" is float16, in which nothing computes: convert it to float32',
    ));

  it("a model that has been released", async () => {
    const gone = await device.load(model, { threads: 1, label: "the lookup" });
    await gone.release();
    await gone.release();
    await expect(gone.run([values, places])).rejects.toThrow("cpu: the lookup has been released");
  });
});

it("keeps its memory over many runs", async () => {
  for (let i = 0; i < 500; i++) await executable.run([values, places]);
  const before = process.memoryUsage.rss();
  for (let i = 0; i < 5000; i++) await executable.run([values, places]);
  expect(process.memoryUsage.rss() - before).toBeLessThan(16 * 2 ** 20);
});
