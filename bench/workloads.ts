// The workloads of shared/peers/workloads.json, and a few of our own.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { jit, matmul, type Tensor } from "../src/entry/graph.ts";
import { type Model, NdArray, Random } from "../src/index.ts";
import { optimizer as optimizerOf } from "../src/nn/optimizers/index.ts";
import { Arena } from "../src/runtime/arena.ts";
import { Updater } from "../src/runtime/updater.ts";
import { vectorKernels } from "../src/runtime/wasm/vector.ts";
import { medianMs } from "./measure.ts";
import {
  airlineGru,
  bert2Layer,
  bilstmTagger,
  imdbLstm,
  nietzscheLstm,
  stockLstm,
  tsTransformer,
  yelpConvRnn,
} from "./networks.ts";

export interface Timing {
  readonly ms: number;
  /** Achieved rate of the matrix products, 10⁹ floating-point operations a second. */
  readonly gflops?: number;
  /** A figure that says more than the time: what it is, and its value. */
  readonly note?: string;
}

export type Workload = () => Promise<Timing>;

const random = new Random(1);

function ids(shape: readonly number[], vocabulary: number): NdArray {
  return random.integers(shape, 0, vocabulary);
}

function oneHot(shape: readonly number[], depth: number): NdArray {
  const picks = ids(shape, depth);
  const data = new Float32Array(picks.size * depth);
  for (const [i, pick] of picks.data.entries()) data[i * depth + Number(pick)] = 1;
  return new NdArray(data, [...shape, depth]);
}

function bits(shape: readonly number[]): NdArray {
  return ids(shape, 2).astype("float32");
}

/** Floating-point operations of the products in a training step of an LSTM: x·W and h·U forward, and their gradients. */
export function lstmFlops({
  batch,
  steps,
  features,
  units,
  inputGradient,
}: Record<"batch" | "steps" | "features" | "units", number> & { readonly inputGradient: boolean }): number {
  const inputProducts = inputGradient ? 3 : 2;
  return 2 * batch * steps * 4 * units * (inputProducts * features + 3 * units);
}

async function train(model: Model, x: NdArray, y: NdArray, flops?: number): Promise<Timing> {
  const ms = await medianMs(() => model.trainOnBatch(x, y));
  return flops === undefined ? { ms } : { ms, gflops: flops / ms / 1e6 };
}

async function infer(model: Model, x: NdArray): Promise<Timing> {
  return { ms: await medianMs(() => model.predict(x)) };
}

const root = fileURLToPath(new URL("..", import.meta.url));

/** Runs a script in a fresh process, on the sources or on what is published, and reads the number that it prints. */
function inFreshProcess(script: string, on: "sources" | "dist"): number {
  const { stdout, stderr, status } = spawnSync(
    process.execPath,
    [...(on === "sources" ? ["--conditions=source"] : []), "--input-type=module", "-e", script],
    { encoding: "utf8", cwd: root },
  );
  if (status !== 0) throw new Error(stderr);
  return Number(stdout.trim());
}

function medianOf(times: readonly number[]): number {
  return times.toSorted((a, b) => a - b)[times.length >> 1] ?? Number.NaN;
}

export const workloads: Readonly<Record<string, Workload>> = {
  "stock-lstm": () => train(stockLstm(), random.normal([32, 30, 1]), random.normal([32, 1])),

  "imdb-lstm": () => train(imdbLstm(), ids([32, 80], 20000), bits([32, 1])),

  "nietzsche-lstm": () =>
    train(
      nietzscheLstm(),
      oneHot([128, 40], 57),
      oneHot([128], 57),
      lstmFlops({ batch: 128, steps: 40, features: 57, units: 128, inputGradient: false }) +
        6 * 128 * 128 * 57,
    ),

  "airline-gru": () => train(airlineGru(), random.normal([16, 12, 1]), random.normal([16, 1])),

  "yelp-conv-rnn": () => train(yelpConvRnn(), ids([30, 100], 10001), bits([30, 1])),

  "bilstm-tagger": () => train(bilstmTagger(), random.normal([32, 50, 100]), ids([32, 50], 9)),

  "ts-transformer": () => train(tsTransformer(), random.normal([64, 30, 1]), random.normal([64, 1])),

  "bert-2-layer": () => train(bert2Layer(), ids([8, 128], 30522), ids([8], 2)),

  "bert-2-layer-infer-1": () => infer(bert2Layer(), ids([1, 128], 30522)),

  "nietzsche-lstm-infer-1": () => infer(nietzscheLstm(), oneHot([1, 40], 57)),

  "gemm-1024": async () => {
    const product = jit((a: Tensor, b: Tensor) => matmul(a, b));
    const [a, b] = [random.normal([1024, 1024]), random.normal([1024, 1024])];
    const ms = await medianMs(() => product(a, b));
    return { ms, gflops: (2 * 1024 ** 3) / ms / 1e6 };
  },

  /** Adam over 2.7 million parameters, against copying the same bytes: 4 arrays are read and 3 written, so a copy of 3½ arrays. */
  "adam-update": async () => {
    const size = 2_700_000;
    const arena = new Arena({
      parameters: [{ name: "w", shape: [size], trainable: true }],
      slots: 2,
      scratch: [
        { name: "copy", shape: [7 * (size / 4)], dtype: "float32" },
        { name: "target", shape: [7 * (size / 4)], dtype: "float32" },
      ],
    });
    (arena.gradient(0).data as Float32Array).set(random.normal([size]).data as Float32Array);
    const adam = optimizerOf("adam");
    const updater = new Updater(arena, adam, [0]);
    const scalars = adam.hyperparameters(1, 0.001);
    const vectors = vectorKernels(arena.memory);
    // The source is twice half of 3½ arrays, so that neither side stays in the cache.
    const half = (7 * size) / 4;
    const copy = () => {
      vectors.copy(arena.scratchOffset("target"), arena.scratchOffset("copy"), half);
      vectors.copy(arena.scratchOffset("copy"), arena.scratchOffset("target"), half);
    };
    const ms = await medianMs(() => updater.apply(scalars), { budgetMs: 1500 });
    const copyMs = await medianMs(copy, { budgetMs: 1500 });
    return { ms, note: `${(ms / copyMs).toFixed(2)} × copying the same bytes (${copyMs.toFixed(2)} ms)` };
  },

  /** `import "recurra"` in a fresh process, as a user of the published package does it: from dist/, which is built first. */
  import: async () => {
    const { status, stderr } = spawnSync(process.execPath, ["scripts/build.ts"], {
      encoding: "utf8",
      cwd: root,
    });
    if (status !== 0) throw new Error(`the build failed: ${stderr}`);
    const script = `const start = performance.now(); await import("recurra"); console.log(performance.now() - start);`;
    return { ms: medianOf(Array.from({ length: 5 }, () => inFreshProcess(script, "dist"))) };
  },

  /** From the call of fit to the end of the first training step of stock-lstm, in a fresh process. */
  "first-step": async () => {
    const script = `
      const { stockLstm } = await import("./bench/networks.ts");
      const { Random } = await import("./src/index.ts");
      const random = new Random(1);
      const [x, y, model] = [random.normal([320, 30, 1]), random.normal([320, 1]), stockLstm()];
      const start = performance.now();
      await model.fit(x, y, { verbose: "silent", callbacks: [{ onBatchEnd(step) { if (step === 0) console.log(performance.now() - start); } }] });`;
    return { ms: medianOf(Array.from({ length: 5 }, () => inFreshProcess(script, "sources"))) };
  },
};
