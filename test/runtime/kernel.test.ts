// Tests of compiled elementwise kernels: against the interpreter, against float32 arithmetic done by hand, and their errors.

import fc from "fast-check";
import { describe, expect, test, vi } from "vitest";
import { interpret } from "../../src/graph/interpret.ts";
import { item } from "../../src/graph/op.ts";
import * as arithmetic from "../../src/graph/ops/arithmetic.ts";
import { add, div, mul, pow, sub } from "../../src/graph/ops/arithmetic.ts";
import * as functions from "../../src/graph/ops/functions.ts";
import { exp, sqrt, square } from "../../src/graph/ops/functions.ts";
import { constant, input, scalar } from "../../src/graph/ops/leaf.ts";
import { broadcastTo, reshape, sum } from "../../src/graph/ops/sum.ts";
import { dependents, nodesOf } from "../../src/graph/rewrite.ts";
import type { Tensor, Value } from "../../src/graph/tensor.ts";
import { compileKernel, type KernelSource } from "../../src/runtime/kernel.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

type Named<T> = Readonly<Record<string, T>>;

/** Runs a kernel on arrays that lie one after the other in a fresh memory, and returns them afterwards. */
function run(
  source: KernelSource,
  arrays: Named<readonly number[]>,
  scalars: Named<number> = {},
): Named<number[]> {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const floats = new Float32Array(memory.buffer);
  const length = arrays[source.arrays[0]!]!.length;
  for (const [i, name] of source.arrays.entries()) floats.set(arrays[name]!, i * length);
  compileKernel(source, memory).run(
    length,
    source.arrays.map((_, i) => 4 * i * length),
    source.scalars.map((name) => scalars[name]!),
  );
  const beyond = floats.subarray(source.arrays.length * length);
  expect(beyond.every((value) => value === 0)).toBe(true);
  return Object.fromEntries(
    source.arrays.map((name, i) => [name, Array.from(floats.subarray(i * length, (i + 1) * length))]),
  );
}

/** The same by the interpreter; with `float32`, all that depends on the arrays is rounded after each op. */
function reference(
  { arrays, scalars, body }: KernelSource,
  arrayValues: Named<readonly number[]>,
  scalarValues: Named<number> = {},
  { float32 }: { float32: boolean } = { float32: true },
): Named<number[]> {
  const values = new Map<Tensor, Value>();
  const tensors: Record<string, Tensor> = {};
  for (const name of arrays) {
    const data = Float64Array.from(arrayValues[name]!, Math.fround);
    tensors[name] = input(name, { dtype: "float32", shape: [data.length] });
    values.set(tensors[name], { shape: [data.length], data });
  }
  const varying = arrays.map((name) => tensors[name]!);
  for (const name of scalars) {
    tensors[name] = input(name, { dtype: "float32", shape: [] });
    values.set(tensors[name], { shape: [], data: Float64Array.of(scalarValues[name]!) });
  }
  const results = body(tensors);
  const outputs = Object.values(results);
  if (float32) {
    const round = ({ shape, data }: Value): Value => ({ shape, data: data.map(Math.fround) });
    const rounded = dependents(outputs, varying);
    for (const node of nodesOf(outputs)) {
      const output = item(node.outputs);
      if (values.has(output)) continue;
      const operands = node.inputs.map((tensor) => values.get(tensor)!);
      const [value] = rounded.has(node)
        ? node.op.evaluate(operands.map(round), node).map(round)
        : node.op.evaluate(operands, node);
      values.set(output, value!);
    }
  }
  const found = interpret(outputs, values);
  return Object.fromEntries(
    arrays.map((name) => {
      const at = Object.keys(results).indexOf(name);
      const old = arrayValues[name]!.map(Math.fround);
      return [
        name,
        at < 0 ? old : old.map((_, i) => Math.fround(found[at]!.data[found[at]!.data.length === 1 ? 0 : i]!)),
      ];
    }),
  );
}

/** Equal numbers, NaN to NaN; zeros of either sign are equal. */
function expectSame(actual: Named<number[]>, wanted: Named<number[]>): void {
  const plain = (arrays: Named<number[]>) =>
    Object.fromEntries(
      Object.entries(arrays).map(([name, values]) => [name, values.map((value) => value + 0)]),
    );
  expect(plain(actual)).toEqual(plain(wanted));
}

const adam: KernelSource = {
  arrays: ["w", "g", "m", "v"],
  scalars: ["rate", "step"],
  body({ w, g, m, v, rate, step }) {
    const m1 = add(m!, mul(sub(g!, m!), 1 - 0.9));
    const v1 = add(v!, mul(sub(square(g!), v!), 1 - 0.999));
    const correction = div(sqrt(sub(1, pow(scalar(0.999), step!))), sub(1, pow(scalar(0.9), step!)));
    return { w: sub(w!, div(mul(mul(rate!, correction), m1), add(sqrt(v1), 1e-7))), m: m1, v: v1 };
  },
};

describe("optimisers", () => {
  const values = (seed: number, scale: number) =>
    Array.from({ length: 20 }, (_, i) => scale * Math.sin(seed + 7 * i));
  const state = { w: values(1, 1), g: values(2, 0.3), m: values(3, 0.1), v: values(4, 0.1).map(Math.abs) };

  test("Adam in float32, op by op", () => {
    const { fround, sqrt: root } = Math;
    const [b1, b2] = [fround(0.9), fround(0.999)]; // as the graph's constants hold them
    const alpha = fround((0.001 * root(1 - b2 ** 5)) / (1 - b1 ** 5));
    const wanted = { w: [] as number[], g: state.g.map(fround), m: [] as number[], v: [] as number[] };
    for (const [i, g] of wanted.g.entries()) {
      const [w, m, v] = [fround(state.w[i]!), fround(state.m[i]!), fround(state.v[i]!)];
      const m1 = fround(m + fround(fround(g - m) * fround(1 - 0.9)));
      const v1 = fround(v + fround(fround(fround(g * g) - v) * fround(1 - 0.999)));
      const change = fround(fround(alpha * m1) / fround(fround(root(v1)) + fround(1e-7)));
      wanted.w.push(fround(w - change));
      wanted.m.push(m1);
      wanted.v.push(v1);
    }
    expect(run(adam, state, { rate: 0.001, step: 5 })).toEqual(wanted);
  });

  const nesterov: KernelSource = {
    arrays: ["w", "g", "velocity"],
    scalars: ["rate", "momentum", "decay"],
    body({ w, g, velocity, rate, momentum, decay }) {
      const gradient = add(g!, mul(decay!, w!));
      const next = sub(mul(momentum!, velocity!), mul(rate!, gradient));
      return { w: add(w!, sub(mul(momentum!, next), mul(rate!, gradient))), velocity: next };
    },
  };
  const rmsprop: KernelSource = {
    arrays: ["w", "g", "v"],
    scalars: ["rate"],
    body({ w, g, v, rate }) {
      const next = add(mul(v!, 0.9), mul(square(g!), 0.1));
      return { w: sub(w!, div(mul(rate!, g!), sqrt(add(next, 1e-7)))), v: next };
    },
  };
  test.each([
    ["Adam", adam, { rate: 0.01, step: 3 }],
    ["SGD with Nesterov momentum and weight decay", nesterov, { rate: 0.1, momentum: 0.9, decay: 0.01 }],
    ["RMSprop", rmsprop, { rate: 0.01 }],
  ])("%s as the float64 interpreter has it", (_, source, scalars) => {
    const arrays: Named<number[]> = { ...state, velocity: state.m };
    const found = run(source, arrays, scalars);
    const wanted = reference(source, arrays, scalars, { float32: false });
    for (const name of source.arrays) {
      for (const [i, value] of wanted[name]!.entries()) expect(found[name]![i]).toBeCloseTo(value, 6);
    }
  });
});

const UNARY: readonly ((x: Tensor) => Tensor)[] = [
  arithmetic.neg,
  functions.abs,
  functions.sqrt,
  functions.sign,
  functions.floor,
  functions.round,
  functions.relu,
  functions.square,
  arithmetic.stopGradient,
];
const BINARY = [add, sub, mul, div, arithmetic.maximum, arithmetic.minimum];
const COMPARE = [
  arithmetic.equal,
  arithmetic.notEqual,
  arithmetic.greater,
  arithmetic.greaterEqual,
  arithmetic.less,
  arithmetic.lessEqual,
];
const LOGIC = [arithmetic.logicalAnd, arithmetic.logicalOr, arithmetic.equal];

const SPECIAL = [
  0,
  -0,
  1,
  -1,
  0.5,
  1.5,
  2.5,
  -2.5,
  1e-40,
  -1e-40,
  3e38,
  -3e38,
  Infinity,
  -Infinity,
  Number.NaN,
  7,
];

describe("each op, on special values", () => {
  test.each(
    UNARY.map((rule) => [rule(input("x", { dtype: "float32", shape: [8] })).node.op.name, rule] as const),
  )("%s", (_, rule) => {
    const source: KernelSource = { arrays: ["x"], scalars: [], body: ({ x }) => ({ x: rule(x!) }) };
    expectSame(run(source, { x: SPECIAL }), reference(source, { x: SPECIAL }));
  });

  const pairs = SPECIAL.flatMap((a) => SPECIAL.map((b) => [a, b] as const));
  const two = { x: pairs.map(([a]) => a), y: pairs.map(([, b]) => b) };
  const asNumber = (condition: Tensor) => arithmetic.cast(condition, "float32");
  test.each([
    ...BINARY,
    ...COMPARE.map((rule) => (x: Tensor, y: Tensor) => asNumber(rule(x, y))),
    ...LOGIC.map(
      (rule) => (x: Tensor, y: Tensor) =>
        asNumber(rule(arithmetic.cast(x, "bool"), arithmetic.greater(y, 0))),
    ),
    (x: Tensor, y: Tensor) => arithmetic.select(arithmetic.less(x, y), mul(y, 3), x),
  ])("two operands, case %#", (rule) => {
    const source: KernelSource = {
      arrays: ["x", "y"],
      scalars: [],
      body: ({ x, y }) => ({ x: rule(x!, y!) }),
    };
    expectSame(run(source, two), reference(source, two));
  });

  test.each([0, 1, 2, 3, 4, 7, 0.5, 1.5, 2.5, -1, -2, -0.5])("pow to %d", (exponent) => {
    const x = [0.25, 0.5, 1, 1.25, 2, 3, 10, 0.1];
    const source: KernelSource = { arrays: ["x"], scalars: [], body: ({ x }) => ({ x: pow(x!, exponent) }) };
    const found = run(source, { x }).x!;
    for (const [i, value] of x.entries()) {
      expect(Math.abs(found[i]! / Math.fround(value) ** exponent - 1)).toBeLessThan(1e-6);
    }
  });
});

test("random expressions equal the interpreter's, rounded to float32 at each op", () => {
  // A program is a list of steps, each an op on values made before it, counted from the latest.
  const back = fc.nat(6);
  const step = fc.record({ kind: fc.nat(3), rule: fc.nat(20), a: back, b: back, c: back });
  // All but neg, of which the interpreter makes no negative zero.
  const unary = UNARY.filter((rule) => rule !== arithmetic.neg);
  const number = fc.oneof(fc.float({ noNaN: true, min: -10, max: 10 }), fc.constantFrom(0, 1, -1, 0.5));
  const eight = fc.array(number, { minLength: 8, maxLength: 8 });
  const pick = <T>(list: readonly T[], index: number) => item(list, list.length - 1 - (index % list.length));
  fc.assert(
    fc.property(fc.array(step, { minLength: 1, maxLength: 25 }), eight, eight, number, (program, x, y, s) => {
      const source: KernelSource = {
        arrays: ["x", "y"],
        scalars: ["s"],
        body({ x, y, s }) {
          const values = [x!, y!, s!, scalar(0.75), constant(ndarray([2, 2, 2, 2, 2, 2, 2, 2]))];
          for (const { kind, rule, a, b, c } of program) {
            const [left, right, other] = [pick(values, a), pick(values, b), pick(values, c)];
            if (kind === 0) values.push(pick(unary, rule)(left));
            if (kind === 1) values.push(pick(BINARY, rule)(left, right));
            if (kind === 2) values.push(arithmetic.select(pick(COMPARE, rule)(left, right), other, right));
            if (kind === 3) {
              const condition = pick(LOGIC, rule)(
                pick(COMPARE, a)(left, other),
                pick(COMPARE, b)(right, left),
              );
              values.push(arithmetic.cast(arithmetic.logicalNot(condition), "float32"));
            }
          }
          return { x: pick(values, 0), y: pick(values, program[0]!.c) };
        },
      };
      expectSame(run(source, { x, y }, { s }), reference(source, { x, y }, { s }));
    }),
    { numRuns: 200 },
  );
});

describe("what a kernel does", () => {
  test("all old values are read before new ones are written", () => {
    const swap: KernelSource = { arrays: ["x", "y"], scalars: [], body: ({ x, y }) => ({ x: y!, y: x! }) };
    expect(run(swap, { x: [1, 2, 3, 4], y: [5, 6, 7, 8] })).toEqual({ x: [5, 6, 7, 8], y: [1, 2, 3, 4] });
  });

  test("what depends on scalars alone may use any op, and is computed in float64", () => {
    const source: KernelSource = {
      arrays: ["x"],
      scalars: ["beta", "step"],
      body: ({ x, beta, step }) => ({
        x: arithmetic.select(
          arithmetic.greater(step!, 2),
          mul(x!, sub(1, pow(beta!, step!))),
          broadcastTo(exp(step!), x!.shape),
        ),
      }),
    };
    const x = [1, 1, 1, 1];
    expect(run(source, { x }, { beta: 0.999, step: 3 }).x![0]).toBe(Math.fround(1 - 0.999 ** 3));
    expect(run(source, { x }, { beta: 0.999, step: 1 }).x![0]).toBe(Math.fround(Math.E));
  });

  test("reshape and broadcast change nothing", () => {
    const source: KernelSource = {
      arrays: ["x", "y"],
      scalars: [],
      body: ({ x, y }) => ({
        y: reshape(add(reshape(x!, [-1, 2]), broadcastTo(scalar(1), [4, 2])), y!.shape),
      }),
    };
    expect(run(source, { x: [1, 2, 3, 4], y: [0, 0, 0, 0] }).y).toEqual([2, 3, 4, 5]);
  });

  test("equal expressions are computed once", () => {
    const compile = vi.spyOn(WebAssembly, "Module");
    const source: KernelSource = {
      arrays: ["x", "y", "z"],
      scalars: [],
      body: ({ x, y }) => ({ x: add(sqrt(add(x!, y!)), 5), z: mul(sqrt(add(x!, y!)), sqrt(add(x!, y!))) }),
    };
    compileKernel(source, new WebAssembly.Memory({ initial: 1 }));
    const bytes = Array.from(compile.mock.calls[0]![0] as Uint8Array, (byte) => byte.toString(16)).join(" ");
    compile.mockRestore();
    expect(bytes.split("fd e3 1 ").length - 1).toBe(1); // f32x4.sqrt
  });

  test("a kernel that is compiled again, for another memory, reuses the module", () => {
    compileKernel(adam, new WebAssembly.Memory({ initial: 1 }));
    const compile = vi.spyOn(WebAssembly, "Module");
    compileKernel(adam, new WebAssembly.Memory({ initial: 1 }));
    expect(compile).not.toHaveBeenCalled();
    compile.mockRestore();
  });

  test("no elements, and a range in the middle", () => {
    const memory = new WebAssembly.Memory({ initial: 1 });
    const floats = new Float32Array(memory.buffer).fill(1);
    const kernel = compileKernel(
      { arrays: ["x"], scalars: ["by"], body: ({ x, by }) => ({ x: add(x!, by!) }) },
      memory,
    );
    kernel.run(0, [0], [1]);
    kernel.run(8, [16], [1]);
    expect(Array.from(floats.subarray(0, 16))).toEqual([1, 1, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1, 1, 1]);
    kernel.run(4, [65536 - 16], [2]);
    expect(floats.at(-1)).toBe(3);
  });
});

describe("errors", () => {
  const memory = new WebAssembly.Memory({ initial: 1 });
  const source = (body: KernelSource["body"]): KernelSource => ({ arrays: ["x", "y"], scalars: ["s"], body });

  test.each([
    [
      ({ x }: Named<Tensor>) => ({ x: exp(x!) }),
      "kernel: exp of float32[8] to float32[8] has no kernel form",
    ],
    [({ x, s }: Named<Tensor>) => ({ x: pow(x!, s!) }), "got one that is not constant"],
    [({ x }: Named<Tensor>) => ({ x: pow(x!, 0.3) }), "multiple of 0.5 from -16 to 16, got 0.3"],
    [
      ({ x }: Named<Tensor>) => ({ x: mul(x!, sum(x!)) }),
      "kernel: sum of float32[8] to float32[] has no kernel form",
    ],
    [
      ({ x }: Named<Tensor>) => ({ x: arithmetic.cast(arithmetic.cast(x!, "float64"), "float32") }),
      "kernel: cast of float32[8] to float64[8] has no kernel form",
    ],
    [
      ({ x, y }: Named<Tensor>) => ({ x: sum(mul(reshape(x!, [8, 1]), y!), 0) }),
      "kernel: mul of float32[8, 1], float32[8] to float32[8, 8] has no kernel form",
    ],
    [
      ({ x }: Named<Tensor>) => ({ x: add(x!, constant(ndarray([1, 2, 3, 4, 5, 6, 7, 8]))) }),
      "kernel: Tensor(constant: float32[8]) differs from element to element",
    ],
  ])("no kernel form, case %#", (body, message) => {
    expect(() => compileKernel(source(body), memory)).toThrow(
      expect.objectContaining({ code: "kernel-op", message: expect.stringContaining(message) }),
    );
  });

  test.each([
    [({ x }: Named<Tensor>) => ({ z: x! }), "kernel: the body returns a new z, but the arrays are [x, y]"],
    [
      ({ x, y }: Named<Tensor>) => ({ x: arithmetic.greater(x!, y!) }),
      "kernel: the new x is to be float32[8] like the old one, got bool[8]",
    ],
  ])("no kernel source, case %#", (body, message) => {
    expect(() => compileKernel(source(body as KernelSource["body"]), memory)).toThrow(
      expect.objectContaining({ code: "kernel-source", message }),
    );
  });

  test("names", () => {
    expect(() => compileKernel({ arrays: ["x", "y"], scalars: ["x"], body: () => ({}) }, memory)).toThrow(
      "kernel: a name stands twice in [x, y, x]",
    );
  });

  test.each([
    [6, [0, 64], [1], "kernel: the length is a multiple of 4, got 6"],
    [-4, [0, 64], [1], "kernel: the length is a multiple of 4, got -4"],
    [4, [0], [1], "kernel: wants offsets of [x, y] and values of [s], got 1 and 1 numbers"],
    [4, [0, 64], [], "kernel: wants offsets of [x, y] and values of [s], got 2 and 0 numbers"],
    [
      8,
      [0, 65536 - 16],
      [1],
      "kernel: 8 elements of y from byte 65520 on do not lie in a memory of 65536 bytes",
    ],
    [8, [-4, 64], [1], "kernel: 8 elements of x from byte -4 on do not lie in a memory of 65536 bytes"],
  ])("arguments, case %#", (length, offsets, scalars, message) => {
    const kernel = compileKernel(
      source(({ x, y, s }) => ({ x: add(x!, mul(y!, s!)) })),
      memory,
    );
    expect(() => kernel.run(length, offsets, scalars)).toThrow(
      expect.objectContaining({ code: "kernel-argument", message }),
    );
  });
});
