// Running a model forward with its dropout on: Monte-Carlo dropout.

import { input } from "../../graph/ops/leaf.ts";
import type { Functional } from "../../model/functional.ts";
import { bind } from "../../model/loss-graph.ts";
import { Compiled } from "../../runtime/compile.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";

/** Forward passes with dropout, for batches of one size. Source: Gal & Ghahramani, "Dropout as a Bayesian Approximation", ICML 2016. */
export class StochasticForward {
  readonly #model: Functional;
  readonly #compiled: Promise<Compiled>;

  constructor(model: Functional, rows: number) {
    this.#model = model;
    const inputs = model.inputs.map(({ name, dtype, shape }) =>
      input(name, { dtype, shape: [rows, ...(shape as readonly number[])] }),
    );
    const bound = bind(model, model.weights, { training: true });
    const { outputs } = model.trace(inputs, [], bound.context);
    this.#compiled = Compiled.from(
      [
        ...inputs.map((tensor, i) => [model.inputs[i]?.name ?? "", tensor] as const),
        ...bound.weightInputs.map((tensor, i) => [model.weights[i]?.name ?? "", tensor] as const),
      ],
      outputs.map((tensor, i) => [model.outputNames[i] ?? "", tensor] as const),
      { threads: 1, label: `${model.name} with dropout` },
    );
  }

  /** One pass: what is dropped follows from the seed and the number of the pass. */
  async run(inputs: Readonly<Record<string, NdArray>>, seed: number, pass: number): Promise<Float32Array> {
    const compiled = await this.#compiled;
    const given = this.#model.inputs.map(({ name }) => inputs[name] as NdArray);
    const weights = this.#model.weights.map(({ weight }) => weight.peek());
    const [output] = await compiled.run([...given, ...weights], new Random(seed).fold(4).fold(pass).key);
    return output?.data as Float32Array;
  }

  async release(): Promise<void> {
    await (await this.#compiled).release();
  }
}
