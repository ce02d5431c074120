// Tests of the WebAssembly writer: modules that engines accept, numbers of any length, control flow.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  encodeModule,
  f32,
  f64,
  giveBack,
  i32,
  i32x4,
  i64,
  instantiate,
  load,
  op,
  repeat,
  shuffle,
  shuffleLanes,
  store,
  storeLane,
  wasmFunction,
  when,
  whilst,
} from "../../../src/runtime/wasm/module.ts";

const memory = new WebAssembly.Memory({ initial: 2 });
const words = new Int32Array(memory.buffer);
const bytes = new Uint8Array(memory.buffer);

describe("constants and operands", () => {
  test("integers of any size, as signed LEB128", () => {
    const check = (value: number) => {
      const { run } = instantiate([wasmFunction("run", [], "i32", () => [i32(value)])], memory);
      expect(run()).toBe(value);
    };
    for (const value of [0, 1, -1, 63, 64, -64, -65, 127, 128, 8191, 8192, 2 ** 31 - 1, -(2 ** 31)])
      check(value);
    fc.assert(fc.property(fc.integer(), check), { numRuns: 30 });
  });

  test("64-bit integers", () => {
    for (const value of [0n, -1n, 63n, 64n, -65n, 25214903917n, 2n ** 63n - 1n, -(2n ** 63n)]) {
      const { run } = instantiate(
        [wasmFunction("run", [], undefined, () => [store("i64.store", i32(8), i64(value))])],
        memory,
      );
      run();
      expect(new DataView(memory.buffer).getBigInt64(8, true)).toBe(value);
    }
  });

  test("floats", () => {
    const { single, double } = instantiate(
      [
        wasmFunction("single", [], "f32", () => [f32(0.1)]),
        wasmFunction("double", [], "f64", () => [f64(-Number.MIN_VALUE)]),
      ],
      memory,
    );
    expect([single(), double()]).toEqual([Math.fround(0.1), -Number.MIN_VALUE]);
  });

  test("operands come in order, of any number of parameters and locals", () => {
    const types = Array.from({ length: 200 }, () => "i32" as const);
    const { run } = instantiate(
      [
        wasmFunction("run", types, "i32", (parameters, local) => {
          const locals = types.map(() => local("i32"));
          const last = [parameters.at(-1)!, locals.at(-1)!] as const;
          return [last[1].set(last[0].get), op("i32.sub", last[1].get, parameters[130]!.get)];
        }),
      ],
      memory,
    );
    expect(run(...types.map((_, i) => i * i))).toBe(199 ** 2 - 130 ** 2);
  });
});

describe("memory", () => {
  test("that threads share", () => {
    const shared = new WebAssembly.Memory({ initial: 1, maximum: 3, shared: true });
    const { run } = instantiate(
      [wasmFunction("run", ["i32"], undefined, ([value]) => [store("i32.store", i32(12), value.get)])],
      shared,
    );
    run(42);
    expect(new Int32Array(shared.buffer)[3]).toBe(42);
  });

  test("offsets beyond 127", () => {
    words.fill(0);
    words[5000] = 42;
    const { run } = instantiate(
      [
        wasmFunction("run", ["i32"], undefined, ([at]) => [
          store("v128.store", at.get, load("v128.load", at.get, 20_000), 70_000),
        ]),
      ],
      memory,
    );
    run(16);
    expect(words[(70_000 + 16) / 4]).toBe(words[(20_000 + 16) / 4]);
    run(0);
    expect(words[17_500]).toBe(42);
  });

  test("shuffles and single lanes", () => {
    words.fill(0);
    const a = i32x4(10, 11, 12, 13);
    const b = i32x4(20, 21, 22, 23);
    const { run } = instantiate(
      [
        wasmFunction("run", [], undefined, () => [
          store("v128.store", i32(0), shuffleLanes([0, 4, 3, 7], a, b)),
          store(
            "v128.store",
            i32(16),
            shuffle([16, 0, 1, 2, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15], a, b),
          ),
          storeLane("v128.store32_lane", 2, i32(32), b),
          storeLane("v128.store64_lane", 1, i32(40), a),
        ]),
      ],
      memory,
    );
    run();
    expect(Array.from(words.subarray(0, 4))).toEqual([10, 20, 13, 23]);
    expect(Array.from(bytes.subarray(16, 21))).toEqual([20, 10, 0, 0, 11]);
    expect(Array.from(words.subarray(8, 13))).toEqual([22, 0, 12, 13, 0]);
  });
});

describe("control flow", () => {
  test("repeat, when and giveBack", () => {
    // Sums n + (n - 1) + … until the sum passes 100, and returns then.
    const { run } = instantiate(
      [
        wasmFunction("run", ["i32"], "i32", ([n], local) => {
          const sum = local("i32");
          return [
            repeat(
              n,
              sum.set(op("i32.add", sum.get, n.get)),
              when(op("i32.ge_u", sum.get, i32(100)), giveBack(sum.get)),
            ),
            sum.get,
          ];
        }),
      ],
      memory,
    );
    expect([run(0), run(1), run(4), run(60)]).toEqual([0, 1, 10, 119]);
  });
});

test("whilst looks at its condition before each time, and nests", () => {
  // The triangle of n: for i < n, for j <= i, one more.
  const { run } = instantiate(
    [
      wasmFunction("run", ["i32"], "i32", ([n], local) => {
        const [i, j, sum] = [local("i32"), local("i32"), local("i32")];
        return [
          whilst(
            op("i32.lt_s", i.get, n.get),
            i.advance(1),
            j.set(i32(0)),
            whilst(op("i32.lt_s", j.get, i.get), j.advance(1), sum.advance(1)),
          ),
          sum.get,
        ];
      }),
    ],
    memory,
  );
  expect([run(-1), run(0), run(1), run(10)]).toEqual([0, 0, 1, 55]);
});

test("a module is what the specification says", () => {
  const empty = wasmFunction("f", [], undefined, () => []);
  expect(Array.from(encodeModule([empty]))).toEqual([
    ...[0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00], // magic, version
    ...[0x01, 0x04, 0x01, 0x60, 0x00, 0x00], // one type: no parameters, no results
    ...[0x02, 0x10, 0x01, 0x04, ...Buffer.from("host"), 0x06, ...Buffer.from("memory"), 0x02, 0x00, 0x00], // the memory
    ...[0x03, 0x02, 0x01, 0x00], // one function, of type 0
    ...[0x07, 0x05, 0x01, 0x01, ...Buffer.from("f"), 0x00, 0x00], // exported as f
    ...[0x0a, 0x04, 0x01, 0x02, 0x00, 0x0b], // its body: no locals, end
  ]);
});
