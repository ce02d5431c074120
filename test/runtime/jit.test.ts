// Tests of jit: what is compiled when, what goes in and comes out, random leaves, and the model as a file.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { afterAll, describe, expect, test } from "vitest";
import {
  add,
  cast,
  dropoutMask,
  grad,
  jit,
  matmul,
  mean,
  mul,
  NdArray,
  ndarray,
  Random,
  RecurraError,
  randomNormal,
  randomUniform,
  scan,
  square,
  stack,
  sub,
  sum,
  type Tensor,
  tanh,
  valueAndGrad,
  zeros,
} from "../../src/entry/graph.ts";
import type { Device } from "../../src/runtime/device.ts";
import { device as cpu } from "../../src/runtime/node/cpu.ts";

/** The CPU device, counting what it loads. */
function counting(): { readonly device: Device; readonly loads: () => number } {
  let loads = 0;
  return {
    device: {
      name: "counting",
      load(model, options) {
        loads++;
        return cpu.load(model, options);
      },
    },
    loads: () => loads,
  };
}

const nested = (result: NdArray) => result.toNested();

describe("compiling", () => {
  test("once for each combination of shapes and dtypes", async () => {
    const { device, loads } = counting();
    let traces = 0;
    const double = jit(
      (x: Tensor) => {
        traces++;
        return add(x, x);
      },
      { device },
    );
    expect(nested(await double(ndarray([1, 2])))).toEqual([2, 4]);
    expect(nested(await double(ndarray([3, 4])))).toEqual([6, 8]);
    expect([traces, loads()]).toEqual([1, 1]);
    expect(nested(await double(ndarray([1, 2, 3])))).toEqual([2, 4, 6]);
    expect([traces, loads()]).toEqual([2, 2]);
    const wide = await double(ndarray([1, 2], { dtype: "float64" }));
    expect([wide.dtype, nested(wide), loads()]).toEqual(["float64", [2, 4], 3]);
    await double(ndarray([5, 6]));
    expect([traces, loads()]).toEqual([3, 3]);
  });

  test("shapes that only look alike are told apart", async () => {
    const { device, loads } = counting();
    const total = jit((x: Tensor) => sum(x), { device });
    await total(ndarray([[1, 2, 3]]));
    await total(ndarray([[1], [2], [3]]));
    await total(ndarray([1, 2, 3]));
    expect(loads()).toBe(3);
  });

  test("once for calls that come while it is under way", async () => {
    const { device, loads } = counting();
    const double = jit((x: Tensor) => mul(x, 2), { device });
    const results = await Promise.all([1, 2, 3].map((x) => double(ndarray([x]))));
    expect(results.map(nested)).toEqual([[2], [4], [6]]);
    expect(loads()).toBe(1);
  });

  test("again after a failure", async () => {
    let broken = true;
    const sometimes = jit((x: Tensor) => (broken ? matmul(x, x) : x));
    await expect(sometimes(ndarray([[1, 2]]))).rejects.toThrow("matmul: float32[1, 2] and float32[1, 2]");
    broken = false;
    expect(nested(await sometimes(ndarray([[1, 2]])))).toEqual([[1, 2]]);
  });

  test("not at all for a function that is not called", () => {
    jit(() => {
      throw new Error("traced");
    });
  });
});

describe("arguments and results", () => {
  test("nests of arrays, in and out", async () => {
    const step = jit(({ w, b }: { w: readonly [Tensor, Tensor]; b: { c: Tensor } }, x: Tensor) => ({
      sum: add(w[0], w[1]),
      deep: [{ product: mul(b.c, x) }, x] as const,
    }));
    const result = await step({ w: [ndarray([1]), ndarray([2])], b: { c: ndarray([3]) } }, ndarray([4]));
    expect(nested(result.sum)).toEqual([3]);
    expect(nested(result.deep[0].product)).toEqual([12]);
    expect(nested(result.deep[1])).toEqual([4]);
  });

  test("objects whose keys come in another order keep their meaning", async () => {
    const difference = jit(({ a, b }: { a: Tensor; b: Tensor }) => sub(a, b));
    expect(nested(await difference({ a: ndarray([5]), b: ndarray([3]) }))).toEqual([2]);
    expect(nested(await difference({ b: ndarray([3]), a: ndarray([5]) }))).toEqual([2]);
  });

  test("an argument itself, the same tensor twice, and a constant", async () => {
    const echo = jit((x: Tensor) => [x, x, tanh(x), zeros([2])] as const);
    const [first, second, third, fourth] = await echo(ndarray([0, 1]));
    expect([first, second].map(nested)).toEqual([
      [0, 1],
      [0, 1],
    ]);
    expect(third.at(1)).toBeCloseTo(Math.tanh(1), 6);
    expect(nested(fourth)).toEqual([0, 0]);
  });

  test("no arguments, and arguments that nothing reads", async () => {
    expect(nested(await jit(() => add(zeros([1]), 3))())).toEqual([3]);
    expect(nested(await jit((_unread: Tensor, x: Tensor) => x)(ndarray([1]), ndarray([2])))).toEqual([2]);
  });

  test("integers, booleans, and empty arrays", async () => {
    const longs = await jit((x: Tensor) => add(x, 1))(ndarray([1n, 2n]));
    expect([longs.dtype, nested(longs)]).toEqual(["int64", [2, 3]]);
    const truth = await jit((x: Tensor) => cast(x, "bool"))(ndarray([0, 2]));
    expect([truth.dtype, truth.toFloat64()]).toEqual(["bool", Float64Array.of(0, 1)]);
    const none = await jit((x: Tensor) => mul(x, 2))(NdArray.zeros([0, 3]));
    expect(none.shape).toEqual([0, 3]);
  });

  test("results stay when the function runs again", async () => {
    const double = jit((x: Tensor) => mul(x, 2));
    const first = await double(ndarray([1, 2]));
    await double(ndarray([3, 4]));
    expect(nested(first)).toEqual([2, 4]);
  });

  test("float64 is computed as such", async () => {
    const x = ndarray([1e-9], { dtype: "float64" });
    const [value] = (await jit((y: Tensor) => sub(add(y, 1), 1))(x)).toFloat64();
    expect(value).toBeCloseTo(1e-9, 15);
    expect(value).not.toBe(0);
  });
});

describe("errors", () => {
  const identity = jit((x: Tensor) => x);

  test.each<[string, unknown, string]>([
    ["a number", 3, "arguments[0]: wants an NdArray, or arrays and plain objects of them, got number"],
    [
      "nothing",
      undefined,
      "arguments[0]: wants an NdArray, or arrays and plain objects of them, got undefined",
    ],
    [
      "null in a nest",
      { a: [null] },
      "arguments[0].a[0]: wants an NdArray, or arrays and plain objects of them, got null",
    ],
    [
      "a typed array",
      new Float32Array(2),
      "arguments[0]: wants an NdArray, or arrays and plain objects of them, got Float32Array",
    ],
  ])("%s for an argument", async (_, argument, message) => {
    const call = () => identity(argument as NdArray);
    await expect(call()).rejects.toThrow(message);
    await expect(call()).rejects.toMatchObject({ code: "bad-tree" });
    expect(() => identity.graph(argument as NdArray)).toThrow(message);
    expect(() => identity.toOnnx(argument as NdArray)).toThrow(message);
  });

  test("a result that is no tensor", async () => {
    const odd = jit((x: Tensor) => ({ x, shape: x.shape.join() }) as unknown as Tensor);
    await expect(odd(ndarray([1]))).rejects.toThrow(
      "the traced function's result.shape: wants a tensor, or arrays and plain objects of them, got string",
    );
    const nothing = jit(() => undefined as unknown as Tensor);
    await expect(nothing()).rejects.toThrow("the traced function's result: wants a tensor");
  });

  test("a tensor that escaped from another trace", async () => {
    let stolen: Tensor | undefined;
    await jit((x: Tensor) => {
      stolen = x;
      return x;
    })(ndarray([1]));
    const thief = jit((x: Tensor) => add(x, stolen ?? x));
    await expect(thief(ndarray([1]))).rejects.toThrow(
      "lowering: the outputs rest on Tensor(input: float32[1]), which is not among the model's inputs",
    );
  });

  test("an op that refuses its operands speaks when the function is called", async () => {
    const bad = jit((a: Tensor, b: Tensor) => add(a, b));
    await expect(bad(ndarray([1, 2]), ndarray([1, 2, 3]))).rejects.toThrow(RecurraError);
    await expect(bad(ndarray([1, 2]), ndarray([1n]))).rejects.toThrow(
      "add: the operands' dtypes differ: float32[2] and int64[1]",
    );
  });

  test("float16, in which nothing computes", async () => {
    await expect(identity(ndarray([1], { dtype: "float16" }))).rejects.toThrow("float16");
  });
});

describe("random leaves", () => {
  const draw = (options: Parameters<typeof jit>[1] = {}) =>
    jit(
      (x: Tensor) => ({ u: add(randomUniform([4]), x), n: randomNormal([4]), keep: dropoutMask([64], 0.5) }),
      options,
    );
  const zero = ndarray([0]);
  const numbers = async (fn: ReturnType<typeof draw>) => {
    const { u, n, keep } = await fn(zero);
    return [u, n, keep].map(nested);
  };

  test("are drawn anew at each call", async () => {
    const fn = draw();
    const [first, second] = [await numbers(fn), await numbers(fn)];
    for (const i of [0, 1, 2]) expect(first[i]).not.toEqual(second[i]);
  });

  test("of one seed are the same sequence, of another seed another", async () => {
    const [a, b, c] = [draw({ seed: 7 }), draw({ seed: 7 }), draw({ seed: 8 })];
    const sequence = [await numbers(a), await numbers(a), await numbers(a)];
    expect([await numbers(b), await numbers(b), await numbers(b)]).toEqual(sequence);
    expect(await numbers(c)).not.toEqual(sequence[0]);
    expect(await numbers(draw())).toEqual(await numbers(draw({ seed: 0 })));
  });

  test("differ between calls that run at the same time, as they do one after another", async () => {
    const [together, alone] = [draw({ seed: 3 }), draw({ seed: 3 })];
    const parallel = await Promise.all([numbers(together), numbers(together), numbers(together)]);
    expect(parallel).toEqual([await numbers(alone), await numbers(alone), await numbers(alone)]);
  });

  test("do not depend on how long a call's graph took to compile", async () => {
    const noise = () => jit((x: Tensor) => add(x, randomUniform([2])), { seed: 5 });
    const [a, b] = [noise(), noise()];
    const [small, large] = [NdArray.zeros([2]), NdArray.zeros([3, 2])];
    await a(small);
    await b(small);
    const [first, second] = await Promise.all([a(large), a(small)]);
    expect([nested(first), nested(second)]).toEqual([nested(await b(large)), nested(await b(small))]);
  });

  test("are the same with and without passes", async () => {
    expect(await numbers(draw({ optimize: false }))).toEqual(await numbers(draw({ optimize: true })));
  });

  test("are one for value and gradient", async () => {
    const loss = (w: Tensor) => sum(mul(w, dropoutMask([32], 0.5)));
    const both = jit((w: Tensor) => valueAndGrad(loss)(w));
    const { value, gradient } = await both(NdArray.full([32], 1));
    const kept = gradient.toFloat64();
    expect(new Set(kept)).toEqual(new Set([0, 2]));
    expect(value.item()).toBe(kept.reduce((a, b) => a + b, 0));
  });

  test("within a loop are drawn once for all steps", async () => {
    const masked = jit(
      (x: Tensor) => scan((h, xt) => add(h, mul(xt, dropoutMask([16], 0.5))), zeros([16]), x).outputs,
    );
    const rows = (await masked(NdArray.full([3, 16], 1))).toNested() as number[][];
    const [first = []] = rows;
    expect(new Set(first)).toEqual(new Set([0, 2]));
    expect(rows).toEqual([1, 2, 3].map((steps) => first.map((x) => x * steps)));
  });

  test("are float32: for another dtype one casts", async () => {
    const wide = jit((x: Tensor) => add(x, randomUniform([1], 0, 1, "float64")));
    await expect(wide(ndarray([1], { dtype: "float64" }))).rejects.toThrow(
      "random numbers are drawn as float32, the graph asks for float64: cast them",
    );
    const fine = jit((x: Tensor) => add(x, cast(randomUniform([1]), "float64")));
    expect((await fine(ndarray([1], { dtype: "float64" }))).at(0)).toBeGreaterThanOrEqual(1);
  });
});

/** A loss of an LSTM over x [T, B, F], with all of its gradients. */
const training = ({ w, u, b }: { w: Tensor; u: Tensor; b: Tensor }, x: Tensor) => {
  const loss = (weights: { w: Tensor; u: Tensor; b: Tensor }) => {
    const units = weights.u.shape[0] ?? 0;
    const start = zeros([x.shape[1] ?? 0, units], x.dtype);
    const { last } = scan(
      ({ h, c }: { h: Tensor; c: Tensor }, xt: Tensor) => {
        const z = xt.matmul(weights.w).add(h.matmul(weights.u)).add(weights.b);
        const [i, f, g, o] = z.split(4, 1) as [Tensor, Tensor, Tensor, Tensor];
        const cell = f.sigmoid().mul(c).add(i.sigmoid().mul(g.tanh()));
        return { carry: { h: o.sigmoid().mul(cell.tanh()), c: cell }, output: [] };
      },
      { h: start, c: start },
      x,
    );
    return mean(square(last.h));
  };
  return valueAndGrad(loss)({ w, u, b });
};

function trainingArguments(dtype: "float32" | "float64") {
  const random = new Random(1);
  const draw = (...shape: number[]) => random.uniform(shape, -1, 1, "float64").astype(dtype);
  return [{ w: draw(3, 16), u: draw(4, 16), b: draw(16) }, draw(5, 2, 3)] as const;
}

describe("passes", () => {
  test.each([
    ["float32", 1e-6],
    ["float64", 1e-14],
  ] as const)("all on or all off, the results are the same: %s", async (dtype, tolerance) => {
    const [on, off] = [jit(training), jit(training, { optimize: false })];
    const args = trainingArguments(dtype);
    const [a, b] = [await on(...args), await off(...args)];
    const pairs = [
      [a.value, b.value],
      [a.gradient.w, b.gradient.w],
      [a.gradient.u, b.gradient.u],
      [a.gradient.b, b.gradient.b],
    ] as const;
    for (const [left, right] of pairs) {
      expect(left.dtype).toBe(dtype);
      const wanted = right.toFloat64();
      for (const [i, value] of left.toFloat64().entries()) {
        expect(Math.abs(value - (wanted[i] ?? Number.NaN))).toBeLessThanOrEqual(tolerance);
      }
    }
  });

  test("the gradient is that of finite differences", async () => {
    const step = jit(training);
    const [weights, x] = trainingArguments("float64");
    const { gradient } = await step(weights, x);
    const moved = async (by: number) => {
      const w = weights.w.toFloat64();
      w[5] = (w[5] ?? 0) + by;
      return (await step({ ...weights, w: new NdArray(w, [3, 16]) }, x)).value.item();
    };
    const slope = ((await moved(1e-5)) - (await moved(-1e-5))) / 2e-5;
    expect(Math.abs(gradient.w.at(0, 5) - slope)).toBeLessThan(1e-9);
  });
});

describe("graph", () => {
  const x = ndarray([[1, 2]]);

  test("shows the optimised graph", () => {
    const fn = jit((y: Tensor) => add(mul(y, 1), 2));
    expect(fn.graph(x).toString()).toBe(`\
(%0: float32[1, 2]) => {
  %1: float32[] = constant [2]
  %2: float32[1, 2] = add(%0, %1)
  return %2
}`);
  });

  test("or the graph as it was traced, where passes are off", () => {
    expect(
      jit((y: Tensor) => mul(y, 1), { optimize: false })
        .graph(x)
        .toString(),
    ).toContain("= mul(%0, %1)");
  });

  test("does not compile", () => {
    const { device, loads } = counting();
    jit((y: Tensor) => y, { device })
      .graph(x)
      .toString();
    expect(loads()).toBe(0);
  });
});

describe("toOnnx", () => {
  const folder = mkdtemp(join(tmpdir(), "jit-"));
  afterAll(async () => rm(await folder, { recursive: true }));

  /** Writes a model to a file and opens it with ONNX Runtime alone. */
  async function open(model: Uint8Array): Promise<InferenceSession> {
    const path = join(await folder, "model.onnx");
    await writeFile(path, model);
    return InferenceSession.create(path);
  }

  test("is a model that ONNX Runtime opens by itself, with the same numbers", async () => {
    const fn = jit(training);
    const args = trainingArguments("float32");
    const wanted = await fn(...args);
    const session = await open(fn.toOnnx(...args));
    const arrays = [args[0].w, args[0].u, args[0].b, args[1]];
    expect(session.inputNames).toEqual(arrays.map((_, i) => `input${i}`));
    expect(session.outputNames).toEqual(["output0", "output1", "output2", "output3"]);
    const feeds = Object.fromEntries(
      arrays.map(({ data, shape }, i) => [
        `input${i}`,
        new OrtTensor("float32", data as Float32Array, shape),
      ]),
    );
    const results = await session.run(feeds);
    const { value, gradient } = wanted;
    for (const [i, array] of [value, gradient.w, gradient.u, gradient.b].entries()) {
      expect(results[`output${i}`]?.dims).toEqual(array.shape);
      expect(results[`output${i}`]?.data).toEqual(array.data);
    }
    await session.release();
  });

  test("takes what is drawn at random as further inputs", async () => {
    const fn = jit((x: Tensor) => mul(x, dropoutMask([2], 0.5)));
    const session = await open(fn.toOnnx(ndarray([3, 4])));
    expect(session.inputNames).toEqual(["input0", "random0"]);
    const results = await session.run({
      input0: new OrtTensor("float32", Float32Array.of(3, 4), [2]),
      random0: new OrtTensor("float32", Float32Array.of(0, 2), [2]),
    });
    expect(results.output0?.data).toEqual(Float32Array.of(0, 8));
    await session.release();
  });

  test("is the same bytes each time", () => {
    const args = trainingArguments("float32");
    expect(jit(training).toOnnx(...args)).toEqual(jit(training).toOnnx(...args));
  });

  test("is smaller with passes than without", () => {
    const args = trainingArguments("float32");
    const bare = jit(training, { optimize: false }).toOnnx(...args);
    expect(jit(training).toOnnx(...args).length).toBeLessThan(bare.length);
  });
});

test("gradients of gradients", async () => {
  const cube = (x: Tensor) => sum(mul(x, mul(x, x)));
  const second = jit(grad((x: Tensor) => sum(grad(cube)(x))));
  expect(nested(await second(ndarray([1, 2, 3])))).toEqual([6, 12, 18]);
});

test("a function that is jitted twice compiles for each", async () => {
  const { device, loads } = counting();
  const fn = (x: Tensor) => stack([x, x]);
  await jit(fn, { device })(ndarray([1]));
  await jit(fn, { device })(ndarray([1]));
  expect(loads()).toBe(2);
});
