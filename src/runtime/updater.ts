// Applies an optimiser to the parameters of an arena: clipping by norm, then one fused kernel over each block.

import type { Tensor } from "../graph/tensor.ts";
import type { Arena, ArenaRange } from "./arena.ts";
import { compileKernel, type Kernel } from "./kernel.ts";
import { type VectorKernels, vectorKernels } from "./wasm/vector.ts";

/** An update as elementwise tensor code. Optimisers are such rules. */
export interface UpdateRule {
  /** Arrays of the size of a parameter that live on from step to step. */
  readonly slots: readonly string[];
  /** Numbers that the update takes; "gradientScale" is worked out here, from the norm of the gradients. */
  readonly scalars: readonly string[];
  /** What gradients' norms are held to, each parameter's or that of all together. */
  readonly normLimit: { readonly scope: "each" | "all"; readonly limit: number } | undefined;
  /** New values of "parameter" and the slots, from those, "gradient" and the scalars. */
  update(values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** Runs an update rule in place over an arena's parameters, gradients and slots. */
export class Updater {
  readonly #arena: Arena;
  readonly #rule: UpdateRule;
  readonly #kernel: Kernel;
  readonly #vectors: VectorKernels;
  /** What a kernel call covers: a block, or a single parameter where norms are held one by one. */
  readonly #ranges: readonly ArenaRange[];

  constructor(arena: Arena, rule: UpdateRule, parameters: readonly number[]) {
    this.#arena = arena;
    this.#rule = rule;
    const { slots, scalars, normLimit } = rule;
    this.#kernel = compileKernel(
      { arrays: ["parameter", "gradient", ...slots], scalars, body: (values) => rule.update(values) },
      arena.memory,
    );
    this.#vectors = vectorKernels(arena.memory);
    this.#ranges = normLimit?.scope === "each" ? parameters.map((index) => arena.range(index)) : arena.blocks;
  }

  /** One step, with the scalars of that step. */
  apply(scalars: Readonly<Record<string, number>>): void {
    const { normLimit } = this.#rule;
    const common = normLimit?.scope === "all" ? this.#scale([this.#arena.trainable]) : 1;
    for (const range of this.#ranges) {
      if (range.gradient === undefined) continue;
      const gradientScale = normLimit?.scope === "each" ? this.#scale([range]) : common;
      const values = { ...scalars, gradientScale };
      this.#kernel.run(
        range.length,
        [range.offset, range.gradient, ...range.slots],
        this.#rule.scalars.map((name) => values[name as keyof typeof values] ?? Number.NaN),
      );
    }
  }

  #scale(ranges: readonly ArenaRange[]): number {
    const limit = this.#rule.normLimit?.limit ?? Number.POSITIVE_INFINITY;
    const total = ranges.reduce(
      (sum, { gradient, length }) =>
        sum + (gradient === undefined ? 0 : this.#vectors.sumOfSquares(gradient, length)),
      0,
    );
    return limit / Math.max(Math.sqrt(total), limit);
  }
}
