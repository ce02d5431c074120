// What the graphs of one ONNX model share while they are built.

import { batchFactor } from "../../graph/batch.ts";
import { item } from "../../graph/op.ts";
import type { Emitter, Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";

/** A graph of the model while it is built. */
export interface GraphInProgress extends Emitter {
  /** Keeps a large constant; returns its name. */
  store(value: NdArray): string;
  /** Gives a large constant to another graph. */
  hand(name: string, to: GraphInProgress): void;
}

/** A tensor of the model's inputs, from which the batch size can be read. */
interface BatchSource {
  readonly name: string;
  readonly axis: number;
  readonly factor: number;
}

/** What the graphs of one model share: names, large constants, and how the batch size is found. */
export class ModelScope {
  readonly #taken: ReadonlySet<string>;
  readonly #source: BatchSource | undefined;
  readonly #targets = new Map<string, string>();
  readonly #large = new Map<NdArray, { readonly name: string; readonly holder: GraphInProgress }>();
  #count = 0;

  /**
   * @param inputs those that the batch size may be read from
   * @param taken names that are no longer free
   */
  constructor(inputs: readonly (readonly [name: string, tensor: Tensor])[], taken: ReadonlySet<string>) {
    this.#taken = taken;
    const sources = inputs.flatMap(([name, { shape }]) =>
      shape.flatMap((dimension, axis) => {
        const factor = batchFactor(dimension);
        return factor === undefined ? [] : [{ name, axis, factor }];
      }),
    );
    this.#source = sources.find(({ factor }) => factor === 1) ?? sources[0];
  }

  /** A name that no other value of the model has, also not in another graph. */
  name(kind: "v" | "c"): string {
    for (;;) {
      const name = `${kind}${this.#count++}`;
      if (!this.#taken.has(name)) return name;
    }
  }

  /** A large constant, which is stored once: by the graph that uses it, or by the model's own graph where several do. */
  large(value: NdArray, user: GraphInProgress, root: GraphInProgress): string {
    const known = this.#large.get(value);
    if (known === undefined) {
      const name = user.store(value);
      this.#large.set(value, { name, holder: user });
      return name;
    }
    if (known.holder !== user && known.holder !== root) {
      known.holder.hand(known.name, root);
      this.#large.set(value, { name: known.name, holder: root });
    }
    return known.name;
  }

  /** An int64 vector of dimensions, computed once for the model from the batch size that an input has. */
  target(shape: Shape, root: GraphInProgress): string {
    const key = shape.join();
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const parts = shape.map((dimension) => {
      const factor = batchFactor(dimension);
      return factor === undefined ? root.int64s([dimension]) : this.#multiple(factor, root);
    });
    const name = parts.length === 1 ? item(parts) : root.one("Concat", parts, { axis: 0 });
    this.#targets.set(key, name);
    return name;
  }

  /** An int64 vector of one element: the batch size, `factor` times. */
  #multiple(factor: number, root: GraphInProgress): string {
    const key = `batch*${factor}`;
    const known = this.#targets.get(key);
    if (known !== undefined) return known;
    const source = this.#source;
    if (source === undefined) {
      throw new RecurraError(
        "onnx-batch",
        "lowering: the graph speaks of any batch size, but no input has one to take it from",
      );
    }
    let name: string;
    if (factor === source.factor) {
      name = root.one("Shape", [source.name], { start: source.axis, end: source.axis + 1 });
    } else if (factor === 1) {
      name = root.one("Div", [this.#multiple(source.factor, root), root.int64s([source.factor])]);
    } else {
      name = root.one("Mul", [this.#multiple(1, root), root.int64s([factor])]);
    }
    this.#targets.set(key, name);
    return name;
  }
}
