// A cell of a user's own whose state is nested and of several ranks: a controller beside a memory that it reads and writes.

import { concat, softmax, type Tensor, type TensorType, zeros } from "../../../../src/entry/graph.ts";
import {
  type CallContext,
  Cell,
  type DType,
  type LayerConfig,
  type Step,
  type Weight,
} from "../../../../src/index.ts";

export interface MemoryCellConfig extends LayerConfig {
  readonly units: number;
  /** Places of the memory. */
  readonly slots: number;
  /** Numbers in a place. */
  readonly width: number;
}

export interface MemoryState {
  readonly memory: Tensor; // [B, N, M]
  readonly controller: { readonly h: Tensor; readonly usage: readonly [Tensor] }; // [B, H], [B]
}

/**
 * The controller reads a place of the memory that is like a key, and writes there. With N places of M numbers:
 *
 *     a = softmax_n(memory_{t-1}·(h_{t-1}·K))          where: [B, N]
 *     r = Σ_n a_n memory_{t-1,n}                       what is there: [B, M]
 *     h_t = tanh([x_t | r | h_{t-1}]·W + b)
 *     memory_t = memory_{t-1} + a ⊗ (tanh(h_t·V) - r)
 *     usage_t = usage_{t-1} + max_n a_n
 *
 * A small form of Graves, Wayne & Danihelka, "Neural Turing Machines" (2014). The output is [h_t | r].
 */
export class MemoryCell extends Cell<MemoryState> {
  readonly className = "MemoryCell";
  override readonly config: MemoryCellConfig;
  kernel!: Weight;
  bias!: Weight;
  key!: Weight;
  written!: Weight;

  constructor(config: MemoryCellConfig) {
    super(config);
    this.config = config;
  }

  protected override build({ shape: [, features = 0] }: TensorType): void {
    const { units, width } = this.config;
    this.kernel = this.addWeight("kernel", [features + width + units, units], "glorotUniform");
    this.bias = this.addWeight("bias", [units], "zeros");
    this.key = this.addWeight("key", [units, width], "glorotUniform");
    this.written = this.addWeight("written", [units, width], "glorotUniform");
  }

  override zeroState(batch: number, dtype: DType): MemoryState {
    const { units, slots, width } = this.config;
    return {
      memory: zeros([batch, slots, width], dtype),
      controller: { h: zeros([batch, units], dtype), usage: [zeros([batch], dtype)] },
    };
  }

  override steps({ value }: CallContext): Step<MemoryState> {
    const kernel = value(this.kernel);
    const bias = value(this.bias);
    const key = value(this.key);
    const written = value(this.written);
    return (x, { memory, controller: { h, usage } }) => {
      const wanted = h.matmul(key).expandDims(2); // [B, M, 1]
      const where = softmax(memory.matmul(wanted).squeeze(2)); // [B, N]
      const read = where.expandDims(1).matmul(memory).squeeze(1); // [B, M]
      const next = concat([x, read, h], -1).matmul(kernel).add(bias).tanh();
      const change = next.matmul(written).tanh().sub(read); // [B, M]
      const used = usage[0].add(where.max(-1));
      return {
        output: concat([next, read], -1),
        state: {
          // The names stand in another order than in zeroState, which makes no difference.
          controller: { usage: [used], h: next },
          memory: memory.add(where.expandDims(2).mul(change.expandDims(1))),
        },
      };
    };
  }
}
