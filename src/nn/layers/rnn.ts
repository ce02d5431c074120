// RNN: the loop over any cell, a user's own included, and cells stacked to one.

import { input as leaf } from "../../graph/ops/leaf.ts";
import type { TensorType } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { describe } from "../choice.ts";
import { type CallContext, callContext, type LayerConfig } from "../layer.ts";
import { anything, checkConfig } from "../layer-options.ts";
import { Cell, type Step } from "./cell.ts";
import { type LoopConfig, loopKinds, Recurrent } from "./recurrent.ts";

export interface RNNConfig extends LoopConfig {
  /** What computes a step; a list of cells stands for those cells stacked. */
  readonly cell: Cell | readonly Cell[];
}

/** A loop over a cell: [B, T, ...] -> [B, H], or [B, T, H] with `returnSequences`; the cell reads [B, ...] at a step. */
export class RNN extends Recurrent {
  readonly className = "RNN";
  override readonly config: RNNConfig;

  constructor(config: RNNConfig) {
    super("RNN", config, { cell: anything }, () => cellOf(config), "cell");
    this.config = config;
  }

  protected override checkSequence(input: TensorType): void {
    if (input.shape.length < 3) super.checkSequence(input);
  }
}

function cellOf({ cell }: RNNConfig): Cell {
  if (Array.isArray(cell)) return new StackedRNNCells({ cells: cell as readonly Cell[] });
  if (cell instanceof Cell) return cell;
  throw new RecurraError("layer-option", `RNN: cell is a cell or a list of cells, got ${describe(cell)}`);
}

export interface StackedRNNCellsConfig extends LayerConfig {
  readonly cells: readonly Cell[];
}

/** Cells one upon the other as one cell: each reads the output of the one before. The state is the list of their states. */
export class StackedRNNCells extends Cell<readonly unknown[]> {
  readonly className = "StackedRNNCells";
  override readonly config: StackedRNNCellsConfig;
  readonly #cells: readonly Cell[];

  constructor(config: StackedRNNCellsConfig) {
    super(config);
    checkConfig("StackedRNNCells", config, { cells: anything }, ["cells"]);
    const { cells } = config;
    if (!Array.isArray(cells) || cells.length === 0 || !cells.every((cell) => cell instanceof Cell))
      throw new RecurraError(
        "layer-option",
        `StackedRNNCells: cells is a list of cells, got ${describe(cells)}`,
      );
    this.config = config;
    this.#cells = cells.map((cell, i) => this.child(`cell_${i}`, cell));
  }

  override zeroState(batch: number, dtype: DType): readonly unknown[] {
    return this.#cells.map((cell) => cell.zeroState(batch, dtype));
  }

  override steps(context: CallContext, x: TensorType): Step<readonly unknown[]> {
    let type = x;
    const steps = this.#cells.map((cell) => {
      cell.ensureBuilt(type);
      const step = cell.steps(context, type);
      type = cell.call(leaf("x", type), shapeContext(type));
      return step;
    });
    return (input, states) => {
      let output = input;
      const next = steps.map((step, i) => {
        const result = step(output, states[i]);
        output = result.output;
        return result.state;
      });
      return { output, state: next };
    };
  }

  protected override build(input: TensorType): void {
    let type = input;
    for (const cell of this.#cells) {
      cell.ensureBuilt(type);
      type = cell.call(leaf("x", type), shapeContext(type));
    }
  }
}

/** A context where only shapes matter. */
function shapeContext({ dtype }: TensorType): CallContext {
  return callContext({ training: false, value: ({ name, shape }) => leaf(name, { dtype, shape }) });
}

/** The options of a layer that are its cell's: all but those of the loop and of the layer itself. */
export function cellConfig<C extends LoopConfig>(config: C): Omit<C, keyof LoopConfig> {
  const names = [...Object.keys(loopKinds), "name", "inputShape", "trainable"];
  return Object.fromEntries(Object.entries(config).filter(([name]) => !names.includes(name))) as Omit<
    C,
    keyof LoopConfig
  >;
}
