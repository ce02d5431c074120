// From a traced graph to something that runs: passes, lowering, a session on a device, and the random leaves filled at each run.

import { isOp } from "../graph/op.ts";
import { type Draw, randomOp } from "../graph/ops/leaf.ts";
import { optimize } from "../graph/passes/optimize.ts";
import { nodesOf } from "../graph/rewrite.ts";
import type { Tensor } from "../graph/tensor.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { type Device, defaultDevice, type Executable } from "./device.ts";
import { lowerModel, type Named } from "./onnx/lower.ts";
import { type RandomBuffers, randomBuffers } from "./random-buffers.ts";

export interface CompileOptions {
  /** Default: the CPU, through ONNX Runtime. */
  readonly device?: Device;
  /** Threads that one op may use. Default: one for each core. */
  readonly threads?: number;
  /** Run the graph passes. Default true; without them the results are the same, later. */
  readonly optimize?: boolean;
  /** What errors call the graph. */
  readonly label?: string;
}

/** Two numbers from which all random leaves of one run follow. */
export type RunKey = readonly [number, number];

/** A graph as an ONNX model, with the random leaves that the host has to feed. */
export interface LoweredGraph {
  readonly model: Uint8Array;
  /** In the order in which they were traced; they are inputs `random0`, `random1`, … of the model. */
  readonly randomLeaves: readonly { readonly tensor: Tensor; readonly draw: Draw }[];
}

/** Runs the passes over a graph and writes it as an ONNX model. */
export function lowerGraph(
  inputs: readonly Named[],
  outputs: readonly Named[],
  options: {
    readonly optimize?: boolean;
    readonly constants?: "float32" | "float16" | undefined;
    readonly doc?: string;
    readonly metadata?: Readonly<Record<string, string>>;
  } = {},
): LoweredGraph {
  const { optimize: withPasses = true, ...texts } = options;
  const results = outputs.map(([, tensor]) => tensor);
  const randomLeaves = nodesOf(results).flatMap((node) =>
    isOp(node, randomOp) ? node.outputs.map((tensor) => ({ tensor, draw: node.attributes.draw })) : [],
  );
  const better = withPasses ? optimize(results) : results;
  const model = lowerModel({
    inputs: [...inputs, ...randomLeaves.map(({ tensor }, i): Named => [`random${i}`, tensor])],
    outputs: outputs.map(([name, tensor], i): Named => [name, better[i] ?? tensor]),
    ...texts,
  });
  return { model, randomLeaves };
}

/** A graph that is ready to run. */
export class Compiled {
  readonly #executable: Executable;
  readonly #random: RandomBuffers;
  /** Runs with random leaves wait for each other, since they share the arrays that the leaves are drawn into. */
  #lastRun: Promise<unknown> = Promise.resolve();

  private constructor(executable: Executable, random: RandomBuffers) {
    this.#executable = executable;
    this.#random = random;
  }

  static async from(
    inputs: readonly Named[],
    outputs: readonly Named[],
    options: CompileOptions = {},
  ): Promise<Compiled> {
    const { device = defaultDevice, threads, label } = options;
    const { model, randomLeaves } = lowerGraph(inputs, outputs, options);
    const executable = await device.load(model, {
      ...(threads === undefined ? {} : { threads }),
      ...(label === undefined ? {} : { label }),
    });
    return new Compiled(executable, randomBuffers(randomLeaves));
  }

  /** True if some of its values are drawn afresh at each run. */
  get isRandom(): boolean {
    return this.#random.arrays.length > 0;
  }

  /**
   * Runs the graph once.
   *
   * @param arrays one for each input, in order, of the input's dtype and shape
   * @param key from which random leaves are drawn
   */
  async run(arrays: readonly NdArray[], key: RunKey = [0, 0]): Promise<readonly NdArray[]> {
    if (!this.isRandom) return this.#executable.run(arrays);
    const run = this.#lastRun.then(() => {
      this.#random.fill(key);
      return this.#executable.run([...arrays, ...this.#random.arrays]);
    });
    this.#lastRun = run.catch(() => {});
    return run;
  }

  release(): Promise<void> {
    return this.#executable.release();
  }
}
