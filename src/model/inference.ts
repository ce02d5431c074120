// Running a model forward: one graph for any batch size, with the weights as inputs, or inside it where they stay as they are.

import { anyBatch } from "../graph/batch.ts";
import { constant, input } from "../graph/ops/leaf.ts";
import { callContext, LayerState, type Weight } from "../nn/layer.ts";
import { RecurraError } from "../platform/error.ts";
import { Compiled, type CompileOptions, lowerGraph } from "../runtime/compile.ts";
import type { Named } from "../runtime/onnx/lower.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import type { Shape } from "../tensor/shape.ts";
import { bind } from "./loss-graph.ts";
import type { Network } from "./network.ts";
import { StepCache } from "./step-cache.ts";
import { allFinite } from "./values.ts";

export interface PredictOptions {
  /** Rows computed at once. Default 256. */
  readonly batchSize?: number;
  /** Threads of a run; one is best where a run takes less than a millisecond. Default: those that the model was compiled with. */
  readonly threads?: number | undefined;
}

/** Numbers in the weights up to which a graph with the weights inside is made: it holds them a second time. */
const frozenLimit = 64e6;

/** The inputs of a model as inputs of a graph, for samples of these shapes and any batch size. */
function leavesOf({ inputs }: Network, shapes: readonly Shape[]): readonly Named[] {
  return inputs.map(({ name, dtype }, i) => [
    name,
    input(name, { dtype, shape: [anyBatch, ...(shapes[i] ?? [])] }),
  ]);
}

/** Forward passes that are kept: of a model whose number of steps is open, for some of its lengths. */
const keptForwards = (model: Network): number => (model.isOpen ? 16 : 2);

/** A compiled forward pass. Its inputs are those of the model, the weights unless they are inside, and the states. */
interface Forward {
  readonly compiled: Compiled;
  readonly states: readonly LayerState[];
  readonly kept: readonly LayerState[];
}

/** Runs a model forward in batches, with the weights as they are at each call. */
export class Inference {
  readonly #model: Network;
  readonly #options: CompileOptions;
  /** With the weights as inputs, and with the weights inside as they were at some version of theirs. */
  readonly #forwards: StepCache<Forward>;
  #seen = -1;

  constructor(model: Network, options: CompileOptions) {
    this.#model = model;
    this.#options = options;
    this.#forwards = new StepCache<Forward>(keptForwards(model), ({ compiled }) => compiled.release());
  }

  /** Inputs [n, ...] to outputs [n, ...]. */
  run(x: readonly NdArray[], threads = this.#options.threads): Promise<readonly NdArray[]> {
    // Weights that have not changed since the call before go into the graph: ONNX Runtime lays them out for its products once.
    const version = this.#model.weights.reduce((sum, { weight }) => sum + weight.version, 0);
    // A NaN would not get through ONNX Runtime's LSTM, which has its place in the graph with the weights inside.
    const areFinite = x.every(({ dtype, data }) => dtype !== "float32" || allFinite(data as Float32Array));
    const isFrozen = version === this.#seen && areFinite && this.#model.countParams() <= frozenLimit;
    this.#seen = version;
    const shapes = x.map(({ shape }) => shape.slice(1));
    return this.#forwards.use(
      [isFrozen ? version : "open", threads, ...(this.#model.isOpen ? shapes : [])].join(" "),
      () => this.#compile(isFrozen, shapes, threads),
      (forward) => this.#run(forward, isFrozen, x),
    );
  }

  async #run(
    { compiled, states, kept }: Forward,
    isFrozen: boolean,
    x: readonly NdArray[],
  ): Promise<readonly NdArray[]> {
    const weights = isFrozen ? [] : this.#model.weights.map(({ weight }) => weight.peek());
    const batch = x[0]?.shape[0] ?? 0;
    const results = await compiled.run([
      ...x,
      ...weights,
      ...states.map((state) => state.valueFor(batch, this.#model.name)),
    ]);
    const count = results.length - kept.length;
    for (const [i, state] of kept.entries()) state.value = results[count + i];
    return results.slice(0, count);
  }

  async #compile(isFrozen: boolean, shapes: readonly Shape[], threads: number | undefined): Promise<Forward> {
    const model = this.#model;
    const x = leavesOf(model, shapes);
    const bound = bind(model, model.weights, { training: false });
    const context = isFrozen
      ? { ...bound.context, value: (weight: Weight) => constant(weight.peek()) }
      : bound.context;
    const { outputs } = model.trace(
      x.map(([, tensor]) => tensor),
      [],
      context,
    );
    const updates = [...bound.updates].flatMap(([target, tensor]) =>
      target instanceof LayerState ? [{ target, tensor }] : [],
    );
    const states = [...bound.stateInputs.keys()];
    const compiled = await Compiled.from(
      [
        ...x,
        ...(isFrozen
          ? []
          : bound.weightInputs.map((tensor, i): Named => [model.weights[i]?.name ?? `w${i}`, tensor])),
        ...[...bound.stateInputs.values()].map((tensor, i): Named => [`state${i}`, tensor]),
      ],
      [
        ...outputs.map((tensor, i): Named => [model.outputNames[i] ?? `y${i}`, tensor]),
        ...updates.map(({ tensor }, i): Named => [`state_out${i}`, tensor]),
      ],
      { label: model.name, ...this.#options, threads },
    );
    return { compiled, states, kept: updates.map(({ target }) => target) };
  }
}

/**
 * The model as an ONNX file: inputs and outputs under the model's names, any batch size, the weights inside, states of zeros.
 *
 * @throws RecurraError `open-length` where the number of steps of an input is open: the graph is written for one number of them
 */
export function inferenceModel(model: Network, constants: "float32" | "float16" = "float32"): Uint8Array {
  const shapes = model.inputs.map(({ name, shape }) => {
    const open = shape.indexOf(null);
    if (open >= 0)
      throw new RecurraError(
        "open-length",
        `${model.name}: the input ${name} leaves its number of steps open (null), and an ONNX file is written for one number of ` +
          "them: make the model with that number in its shape, and give it the weights with restoreWeights(snapshotWeights())",
      );
    return shape as Shape;
  });
  const x = leavesOf(model, shapes);
  model.weights; // made, if they were not
  const context = callContext({ training: false, value: (weight) => constant(weight.peek()) });
  const { outputs } = model.trace(
    x.map(([, tensor]) => tensor),
    [],
    context,
  );
  const y = outputs.map((tensor, i): Named => [model.outputNames[i] ?? `y${i}`, tensor]);
  return lowerGraph(x, y, { constants, doc: `${model.name}, trained with Recurra` }).model;
}
