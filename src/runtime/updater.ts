// Applies an optimiser to the parameters of an arena: clipping by norm, then one fused kernel over each block.

import { item } from "../graph/op.ts";
import type { Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import type { Arena, ArenaRange } from "./arena.ts";
import { compileKernel, type Kernel } from "./kernel.ts";
import { type VectorKernels, vectorKernels } from "./wasm/vector.ts";

/** An update as elementwise tensor code. Optimisers are such rules. */
export interface UpdateRule {
  /** Arrays of the size of a parameter that live on from step to step. */
  readonly slots: readonly string[];
  /** What a slot starts at, where that is not 0. */
  readonly slotStarts: Readonly<Record<string, number>>;
  /** Numbers that the update takes; "gradientScale" is worked out here, from the norm of the gradients. */
  readonly scalars: readonly string[];
  /** What gradients' norms are held to, each parameter's or that of all together. */
  readonly normLimit: { readonly scope: "each" | "all"; readonly limit: number } | undefined;
  /** The arena's group of each parameter, given the names of all. */
  groupsOf(names: readonly string[]): readonly string[];
  /** New values of "parameter" and the slots, from those, "gradient" and the scalars. */
  update(values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** The scalars of a step, by the arena's groups and then by name. */
export type GroupScalars = Readonly<Record<string, Readonly<Record<string, number>>>>;

/** What a kernel call covers: a block, or a single parameter where norms are held one by one. */
interface Part {
  readonly group: string;
  readonly range: ArenaRange;
}

/**
 * Runs an update rule in place over an arena's parameters, gradients and slots.
 *
 * A step on one batch: write the gradients into the arena, `apply`. On several batches together: add their gradients up in the arena,
 * `scaleGradients(1 / count)`, `apply`.
 */
export class Updater {
  readonly #arena: Arena;
  readonly #rule: UpdateRule;
  readonly #kernel: Kernel;
  readonly #vectors: VectorKernels;
  readonly #parts: readonly Part[];
  #swap: Kernel | undefined;

  /**
   * Sets the arena's slots to what the rule starts from.
   *
   * @param arena holds the parameters in the groups that `rule.groupsOf` says, and as many slots as the rule has
   * @param parameters indices of the trainable parameters
   * @throws RecurraError `optimizer-group` for a parameter that lies in another group than the rule says
   */
  constructor(arena: Arena, rule: UpdateRule, parameters: readonly number[]) {
    this.#arena = arena;
    this.#rule = rule;
    const { slots, scalars, normLimit } = rule;
    const groups = checkedGroups(arena, rule, parameters);
    this.#kernel = compileKernel(
      { arrays: ["parameter", "gradient", ...slots], scalars, body: (values) => rule.update(values) },
      arena.memory,
    );
    this.#vectors = vectorKernels(arena.memory);
    this.#parts =
      normLimit?.scope === "each"
        ? parameters.map((index) => ({ group: item(groups, index), range: arena.range(index) }))
        : arena.blocks.map((block) => ({ group: block.group, range: block }));
    this.reset();
  }

  /** Forgets all steps: sets the slots to what the rule starts from. */
  reset(): void {
    const { slots, slotStarts } = this.#rule;
    this.#arena.clearSlots(slots.map((slot) => slotStarts[slot] ?? 0));
  }

  /**
   * One step, with the scalars of that step.
   *
   * @throws RecurraError `optimizer-group` where those of a group are missing; nothing has changed then
   */
  apply(scalars: GroupScalars): void {
    const { normLimit, scalars: names } = this.#rule;
    const ready = this.#parts.map((part) => ({ ...part, given: scalarsFor(part.group, scalars) }));
    const common = normLimit?.scope === "all" ? this.#scale(this.#arena.trainable) : 1;
    for (const { range, given } of ready) {
      if (range.gradient === undefined) continue;
      const gradientScale = normLimit?.scope === "each" ? this.#scale(range) : common;
      this.#kernel.run(
        range.length,
        [range.offset, range.gradient, ...range.slots],
        names.map((name) => (name === "gradientScale" ? gradientScale : (given[name] ?? Number.NaN))),
      );
    }
  }

  /** Multiplies all gradients by a number. */
  scaleGradients(factor: number): void {
    const { gradient, length } = this.#arena.trainable;
    if (gradient !== undefined) this.#vectors.scale(gradient, length, factor);
  }

  /**
   * Exchanges the trainable parameters and their moving average, the slot "average": to evaluate or to save with the average, and again
   * to train on. Only after a step: before the first the average is 0.
   *
   * @throws RecurraError `optimizer-average` where the rule keeps no average
   */
  swapAverages(): void {
    const { offset, length, average } = this.#averages();
    this.#swap ??= compileKernel(
      {
        arrays: ["parameter", "average"],
        scalars: [],
        body: ({ parameter, average }) => ({ parameter: average as Tensor, average: parameter as Tensor }),
      },
      this.#arena.memory,
    );
    this.#swap.run(length, [offset, average], []);
  }

  /**
   * Sets the trainable parameters to their moving average, as Keras does at the end of a fit. Only after a step.
   *
   * @throws RecurraError `optimizer-average` where the rule keeps no average
   */
  takeAverages(): void {
    const { offset, length, average } = this.#averages();
    this.#vectors.copy(offset, average, length);
  }

  #averages(): { readonly offset: number; readonly length: number; readonly average: number } {
    const { offset, length, slots } = this.#arena.trainable;
    const average = slots[this.#rule.slots.indexOf("average")];
    if (average === undefined) {
      throw new RecurraError(
        "optimizer-average",
        "the optimiser keeps no average of the weights: make it with useEma: true",
      );
    }
    return { offset, length, average };
  }

  /** What gradients are multiplied by so that their norm keeps to the limit. */
  #scale({ gradient, length }: ArenaRange): number {
    const limit = this.#rule.normLimit?.limit ?? Number.POSITIVE_INFINITY;
    const squares = gradient === undefined ? 0 : this.#vectors.sumOfSquares(gradient, length);
    return limit / Math.max(Math.sqrt(squares), limit);
  }
}

/** The groups of an arena's parameters, as the rule says and the arena has them. */
function checkedGroups(
  { names, blocks }: Arena,
  rule: UpdateRule,
  parameters: readonly number[],
): readonly string[] {
  const groups = rule.groupsOf(names);
  for (const index of parameters) {
    const lies = blocks.find((block) => block.parameters.includes(index))?.group;
    if (lies !== groups[index]) {
      throw new RecurraError(
        "optimizer-group",
        `updater: ${names[index]} lies in the arena's group "${lies}", but the optimiser has it in "${groups[index]}"`,
      );
    }
  }
  return groups;
}

function scalarsFor(group: string, scalars: GroupScalars): Readonly<Record<string, number>> {
  const found = scalars[group];
  if (found !== undefined) return found;
  const known = Object.keys(scalars).map((name) => `"${name}"`);
  throw new RecurraError(
    "optimizer-group",
    `updater: there are no scalars for the group "${group}", only for ${known.join(", ") || "none"}`,
  );
}
