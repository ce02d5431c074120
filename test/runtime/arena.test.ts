// Tests of the arena: where arrays lie, views, blocks, snapshots, and its errors.

import fc from "fast-check";
import { afterEach, describe, expect, test, vi } from "vitest";
import { Arena, type ArenaLayout, type ArenaParameter } from "../../src/runtime/arena.ts";
import { bytesPerElement } from "../../src/tensor/dtype.ts";
import type { NdArray } from "../../src/tensor/nd-array.ts";

const layout: ArenaLayout = {
  parameters: [
    { name: "kernel", shape: [5, 7], trainable: true },
    { name: "embedding", shape: [3, 3], trainable: false },
    { name: "bias", shape: [3], trainable: true, group: "no decay" },
    { name: "recurrent", shape: [20], trainable: true },
    { name: "gain", shape: [], trainable: true, group: "no decay" },
  ],
  slots: 2,
  scratch: [
    { name: "mask", shape: [3, 5], dtype: "float32" },
    { name: "ids", shape: [5], dtype: "int64" },
    { name: "flags", shape: [3], dtype: "bool" },
  ],
};

afterEach(() => vi.restoreAllMocks());

describe("layout", () => {
  const arena = new Arena(layout);

  test("views have the parameters' shapes, lie in the one memory and start as zeros", () => {
    const views = [arena.parameter(0), arena.gradient(0), arena.slot(0, 0), arena.slot(1, 0)];
    for (const view of views) {
      expect(view.shape).toEqual([5, 7]);
      expect(view.data.buffer).toBe(arena.memory.buffer);
      expect(view.toArray()).toEqual(new Array(35).fill(0));
    }
    expect(arena.parameter(4).shape).toEqual([]);
    expect(arena.scratch("ids")).toMatchObject({ dtype: "int64", shape: [5] });
    expect(arena.scratch("flags")).toMatchObject({ dtype: "bool", shape: [3] });
    expect(arena.parameter(0)).toBe(arena.parameter(0));
    expect(arena.scratch("ids").data.byteOffset).toBe(arena.scratchOffset("ids"));
    expect(arena.byteLength).toBe(65536);
  });

  test("blocks: a run of parameters for each group, the same for gradients and slots", () => {
    // kernel takes 36 floats with padding, 48 up to the next cache line; recurrent 20, 32 with the line's rest.
    const frozen = 64;
    const region = 4 * (48 + 32 + 16);
    const block = (start: number, length: number) => ({
      offset: frozen + start,
      length,
      gradient: frozen + region + start,
      slots: [frozen + 2 * region + start, frozen + 3 * region + start],
    });
    expect(arena.blocks).toEqual([
      { group: "", parameters: [0, 3], ...block(0, 80) },
      { group: "no decay", parameters: [2, 4], ...block(320, 16) },
    ]);
    expect(arena.trainable).toEqual(block(0, 96));
    expect(arena.range(1)).toEqual({ offset: 0, length: 12, gradient: undefined, slots: [] });
    expect(arena.range(3)).toEqual(block(192, 20));
    expect(arena.range(4)).toEqual(block(336, 4));
  });

  test("any layout: nothing overlaps, all is aligned, and blocks cover their parameters", () => {
    const shape = fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 3 });
    const parameter = fc.record({ shape, trainable: fc.boolean(), group: fc.constantFrom("a", "b", "") });
    const scratch = fc.record({
      shape,
      dtype: fc.constantFrom("float32" as const, "int64" as const, "bool" as const),
    });
    const named = <T>(items: readonly T[]) => items.map((item, i) => ({ ...item, name: `${i}` }));
    fc.assert(
      fc.property(
        fc.array(parameter, { maxLength: 8 }),
        fc.nat(3),
        fc.array(scratch, { maxLength: 3 }),
        (some, slots, areas) => {
          const parameters: ArenaParameter[] = named(some);
          const arena = new Arena({ parameters, slots, scratch: named(areas) });
          const views: NdArray[] = named(areas).map(({ name }) => arena.scratch(name));
          for (const [i, { trainable }] of parameters.entries()) {
            views.push(arena.parameter(i));
            if (!trainable) continue;
            views.push(arena.gradient(i), ...Array.from({ length: slots }, (_, k) => arena.slot(k, i)));
            const { offset, length, gradient, slots: addresses } = arena.range(i);
            const block = arena.blocks.find((block) => block.parameters.includes(i))!;
            expect(block.group).toBe(parameters[i]!.group ?? "");
            expect(offset).toBeGreaterThanOrEqual(block.offset);
            expect(offset + 4 * length).toBeLessThanOrEqual(block.offset + 4 * block.length);
            expect(gradient! - offset).toBe(block.gradient - block.offset);
            expect(addresses.map((address) => address - offset)).toEqual(
              block.slots.map((at) => at - block.offset),
            );
            expect(block.length % 4).toBe(0);
          }
          const used = new Uint8Array(arena.byteLength);
          for (const { data, size, dtype } of views) {
            expect(data.byteOffset % 16).toBe(0);
            const bytes = used.subarray(data.byteOffset, data.byteOffset + size * bytesPerElement(dtype));
            expect(bytes.every((byte) => byte === 0)).toBe(true);
            bytes.fill(1);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  test("clearSlots sets each slot to a number, or to 0", () => {
    const arena = new Arena(layout);
    const slots = () => [arena.slot(0, 2).toArray(), arena.slot(1, 2).toArray()];
    arena.parameter(2).data.fill(3 as never);
    arena.gradient(2).data.fill(4 as never);
    arena.clearSlots([0.5, -1]);
    expect(slots()).toEqual([
      [0.5, 0.5, 0.5],
      [-1, -1, -1],
    ]);
    arena.clearSlots([2]);
    expect(slots()).toEqual([
      [2, 2, 2],
      [0, 0, 0],
    ]);
    expect([arena.parameter(2).at(2), arena.gradient(2).at(0)]).toEqual([3, 4]);
  });

  test("nothing at all", () => {
    const arena = new Arena({ parameters: [], slots: 2 });
    expect(arena.blocks).toEqual([]);
    expect(arena.trainable.length).toBe(0);
  });
});

describe("snapshots", () => {
  const values = (arena: Arena) =>
    layout.parameters.map(({ trainable }, i) => [
      arena.parameter(i).toArray(),
      trainable ? [arena.slot(0, i).toArray(), arena.slot(1, i).toArray()] : [],
    ]);

  test("a snapshot is a copy of parameters and slots, and goes into another arena of the layout", () => {
    const arena = new Arena(layout);
    const floats = new Float32Array(arena.memory.buffer);
    for (let i = 0; i < floats.length; i++) floats[i] = i;
    const before = values(arena);
    const snapshot = arena.snapshot();
    floats.fill(-1);
    arena.restore(snapshot);
    expect(values(arena)).toEqual(before);
    expect(arena.gradient(0).at(0, 0)).toBe(-1);
    expect(arena.scratch("mask").at(0, 0)).toBe(-1);

    const other = new Arena({ ...layout, scratch: [] });
    other.restore(snapshot);
    expect(values(other)).toEqual(before);
  });

  test("a snapshot of another layout is refused, and nothing is changed", () => {
    const arena = new Arena(layout);
    arena.parameter(0).data.fill(3 as never);
    const { parameters, slots } = arena.snapshot();
    expect(() => arena.restore({ parameters: parameters.map(() => 0), slots: slots.slice(1) })).toThrow(
      expect.objectContaining({
        code: "arena-snapshot",
        message:
          "arena: the snapshot is of another layout: it holds arrays of [112, 96] floats, this arena [112, 96, 96]",
      }),
    );
    expect(arena.parameter(0).at(0, 0)).toBe(3);
  });
});

describe("errors", () => {
  const arena = new Arena(layout);

  test("a frozen parameter has no gradient and no slots", () => {
    const message = "arena: embedding is not trainable, so it has no gradient and no slots";
    expect(() => arena.gradient(1)).toThrow(expect.objectContaining({ code: "arena-frozen", message }));
    expect(() => arena.slot(0, 1)).toThrow(expect.objectContaining({ code: "arena-frozen", message }));
  });

  test.each([
    [() => arena.parameter(5), "arena: there is no parameter 5"],
    [() => arena.gradient(5), "arena: there is no parameter 5"],
    [() => arena.slot(2, 0), "arena: there is no slot 2"],
    [() => arena.scratch("masks"), "arena: there is no scratch array masks"],
    [() => arena.scratchOffset("masks"), "arena: there is no scratch array masks"],
    [() => arena.range(-1), "arena: there is no parameter -1"],
  ])("names that are none, case %#", (ask, message) => {
    expect(ask).toThrow(expect.objectContaining({ code: "arena-name", message }));
  });

  test.each([
    [{ parameters: [], slots: -1 }, "arena: the number of slots is whole and not negative, got -1"],
    [
      { ...layout, parameters: [...layout.parameters, ...layout.parameters] },
      "arena: two parameters are named kernel",
    ],
    [
      { ...layout, scratch: [...layout.scratch!, ...layout.scratch!] },
      "arena: two scratch arrays are named mask",
    ],
  ])("layouts that are none, case %#", (bad, message) => {
    expect(() => new Arena(bad)).toThrow(expect.objectContaining({ code: "arena-layout", message }));
  });

  test("more than 4 GB: says what would fit", () => {
    const large: ArenaLayout = {
      parameters: [
        { name: "w", shape: [500, 1_000_000], trainable: true },
        { name: "f", shape: [2 ** 28], trainable: false },
      ],
      slots: 2,
      scratch: [{ name: "s", shape: [2 ** 27], dtype: "int32" }],
    };
    expect(() => new Arena(large)).toThrow(
      expect.objectContaining({
        code: "arena-size",
        message:
          "arena: the model wants 8.95 GB for training: 1.86 GB of trainable parameters, as much for their gradients and for " +
          "each of the optimiser's 2 slots, 1 GB of frozen parameters and 0.5 GB of working arrays. One arena holds 4 GB, here " +
          "167.8 million trainable parameters where there are 500.0 million: freeze some, take an optimiser with fewer slots, " +
          "or make the model smaller",
      }),
    );
  });

  test("a machine that has not as much", () => {
    vi.spyOn(WebAssembly, "Memory").mockImplementation(function refuse() {
      throw new RangeError("could not allocate memory");
    });
    const half: ArenaLayout = { parameters: [{ name: "w", shape: [2 ** 28], trainable: true }], slots: 0 };
    expect(() => new Arena(half)).toThrow(
      expect.objectContaining({
        code: "out-of-memory",
        message: "arena: the machine does not give 2 GB of memory",
      }),
    );
  });
});
