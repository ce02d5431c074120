// node --conditions=source bench/checkpointing.ts [workload …]: what gradient checkpointing saves and costs, with each case in fresh
// processes. Memory is the peak of a process over what it held before the first step; time is the processor time of the best step of
// all rounds, on one thread, for which it does not matter what else the machine does.

import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import {
  add,
  dropoutMask,
  jit,
  matmul,
  mean,
  mul,
  type NdArray,
  ndarray,
  Random,
  relu,
  reshape,
  scan,
  sigmoid,
  softmax,
  split,
  square,
  type Tensor,
  tanh,
  transpose,
  valueAndGrad,
  variance,
  zeros,
} from "../src/entry/graph.ts";
import { checkpoint } from "../src/graph/ops/checkpoint.ts";

const rounds = 2;
const stepsTimed = 5;
const MiB = 2 ** 20;

interface Problem {
  readonly loss: (weights: readonly Tensor[], ...data: Tensor[]) => Tensor;
  readonly weights: readonly NdArray[];
  readonly data: readonly NdArray[];
}

const random = new Random(1);
const matrix = (rows: number, columns: number) => random.normal([rows, columns], 0, 1 / Math.sqrt(rows));

type Some = readonly Tensor[] & readonly [Tensor, Tensor, Tensor, Tensor];

/** LSTM layers over 2,000 steps of a batch of 32, and a loss of the last step or of every one. */
function lstm(layers: number, loss: "last" | "all", recompute: boolean): Problem {
  const [steps, batch, features, units] = [2000, 32, 16, 128];
  const layer = (x: Tensor, w: Tensor, u: Tensor, b: Tensor) =>
    scan(
      ({ h, c }, xt: Tensor) => {
        const z = add(add(matmul(xt, w), b), matmul(h, u));
        const [i, f, g, o] = split(z, 4, -1) as readonly Tensor[] as Some;
        const cell = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)));
        const hidden = mul(sigmoid(o), tanh(cell));
        return { carry: { h: hidden, c: cell }, output: hidden };
      },
      { h: zeros([batch, units]), c: zeros([batch, units]) },
      x,
      { checkpoint: recompute },
    );
  return {
    loss: ([head, ...weights], x, target) => {
      let [outputs, last] = [x, x] as [Tensor, Tensor];
      for (let i = 0; i < weights.length; i += 3) {
        const [w, u, b] = weights.slice(i, i + 3) as readonly Tensor[] as Some;
        const result = layer(outputs, w, u, b);
        [outputs, last] = [result.outputs, result.last.h];
      }
      return mean(square(add(matmul(loss === "all" ? outputs : last, head as Tensor), target as Tensor)));
    },
    weights: [
      matrix(units, 1),
      ...Array.from({ length: layers }, (_, i) => [
        matrix(i === 0 ? features : units, 4 * units),
        matrix(units, 4 * units),
        random.normal([4 * units]),
      ]).flat(),
    ],
    data: [
      random.normal([steps, batch, features]),
      random.normal(loss === "all" ? [steps, batch, 1] : [batch, 1]),
    ],
  };
}

/** Pre-norm transformer blocks with dropout: width 256, 4 heads, 256 positions, a batch of 8. */
function transformer(blocks: number, recompute: boolean): Problem {
  const [batch, positions, width, inner, heads] = [8, 256, 256, 1024, 4];
  const dense = (x: Tensor, w: Tensor) =>
    reshape(matmul(reshape(x, [-1, x.shape.at(-1) ?? 0]), w), [...x.shape.slice(0, -1), -1]);
  const norm = (x: Tensor) => {
    const centred = x.add(mul(mean(x, -1, { keepDims: true }), -1));
    return centred.div(variance(x, -1, { keepDims: true }).add(1e-5).sqrt());
  };
  const block = (x: Tensor, weights: readonly Tensor[]) => {
    const [wq, wk, wv, wo] = weights as Some;
    const [w1, w2] = weights.slice(4) as readonly Tensor[] as Some;
    const normed = norm(x);
    const split4 = (w: Tensor) =>
      transpose(reshape(dense(normed, w), [batch, positions, heads, -1]), [0, 2, 1, 3]);
    const scores = mul(matmul(split4(wq), split4(wk), { transposeB: true }), 1 / 8);
    const attended = transpose(matmul(softmax(scores), split4(wv)), [0, 2, 1, 3]);
    const h = add(x, mul(dense(reshape(attended, x.shape), wo), dropoutMask(x.shape, 0.1)));
    return add(h, dense(relu(dense(norm(h), w1)), w2));
  };
  const step = recompute ? checkpoint(block) : block;
  return {
    loss: (weights, x) => {
      let h = x as Tensor;
      for (let i = 0; i < weights.length; i += 6) h = step(h, weights.slice(i, i + 6));
      return mean(square(h));
    },
    weights: Array.from({ length: blocks }, () => [
      ...Array.from({ length: 4 }, () => matrix(width, width)),
      matrix(width, inner),
      matrix(inner, width),
    ]).flat(),
    data: [random.normal([batch, positions, width])],
  };
}

const problems: Readonly<Record<string, (recompute: boolean) => Problem>> = {
  "lstm, last step": (recompute) => lstm(1, "last", recompute),
  "lstm, every step": (recompute) => lstm(1, "all", recompute),
  "2 lstms, last step": (recompute) => lstm(2, "last", recompute),
  "2 lstms, every step": (recompute) => lstm(2, "all", recompute),
  "12 transformer blocks": (recompute) => transformer(12, recompute),
};

interface Figures {
  /** Peak of the first step, and of all steps, over what the process held before. */
  readonly firstMiB: number;
  readonly peakMiB: number;
  readonly ms: number;
  readonly loss: number;
}

/** Runs steps of a problem in this process. */
async function measure({ loss, weights, data }: Problem): Promise<Figures> {
  const step = jit(valueAndGrad(loss), { threads: 1 });
  await jit((x: Tensor) => tanh(x))(ndarray([1])); // The executor and its threads are there before the count begins.
  const before = process.memoryUsage.rss();
  const peak = () => (1024 * process.resourceUsage().maxRSS - before) / MiB;
  const { value } = await step(weights, ...data);
  const firstMiB = peak();
  const times: number[] = [];
  for (let i = 0; i < stepsTimed; i++) {
    const start = process.cpuUsage();
    await step(weights, ...data);
    const { user, system } = process.cpuUsage(start);
    times.push((user + system) / 1000);
  }
  return { firstMiB, peakMiB: peak(), ms: Math.min(...times), loss: Number(value.data[0]) };
}

/** The same in a fresh process. */
function measureApart(name: string, recompute: boolean): Figures {
  const args = ["--conditions=source", fileURLToPath(import.meta.url), "child", name, String(recompute)];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Figures;
}

function report(name: string): void {
  const all = Array.from({ length: rounds }, () => [measureApart(name, false), measureApart(name, true)]);
  const of = (which: number, figure: keyof Figures) =>
    Math.min(...all.map((pair) => pair[which]?.[figure] ?? Number.NaN));
  const cells = (["firstMiB", "peakMiB", "ms"] as const).flatMap((figure) => {
    const [without, within] = [of(0, figure), of(1, figure)];
    const ratio = figure === "ms" ? within / without : without / within;
    return [without.toFixed(0), within.toFixed(0), `${ratio.toFixed(2)}×`];
  });
  console.log(name.padEnd(24) + cells.map((cell) => cell.padStart(9)).join(""));
  if (Math.abs(of(0, "loss") / of(1, "loss") - 1) > 1e-5) throw new Error(`${name}: the losses differ`);
}

const [mode, ...rest] = process.argv.slice(2);
if (mode === "child") {
  const [name = "", recompute] = rest;
  const problem = problems[name];
  if (problem === undefined) throw new Error(`there is no workload "${name}"`);
  console.log(JSON.stringify(await measure(problem(recompute === "true"))));
} else {
  const names = mode === undefined ? Object.keys(problems) : [mode, ...rest];
  console.log(
    `${"".padEnd(24)}${"first step, MiB".padStart(27)}${"all steps, MiB".padStart(27)}${"ms a step".padStart(27)}`,
  );
  console.log(
    "".padEnd(24) +
      Array(3)
        .fill(["without", "with", "ratio"])
        .flat()
        .map((title) => title.padStart(9))
        .join(""),
  );
  for (const name of names) report(name);
}
