// The numbers that a layer holds: weights, which are learned or kept, and the state that a layer carries from batch to batch.

import type { Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { Random } from "../tensor/random.ts";
import { formatShape, type Shape, sameShape, sizeOf } from "../tensor/shape.ts";
import { type Initializer, initializer } from "./initializers.ts";

/** What a weight is held to beside the loss. */
export interface WeightOptions {
  /** False for numbers that are kept rather than learned, such as a running mean. Default true. */
  readonly trainable?: boolean;
  /** A penalty that is added to the loss: a scalar of the weight's values. */
  readonly penalty?: ((value: Tensor) => Tensor) | undefined;
  /** Puts the values, in place, back to where they may be; called after each step. */
  readonly constrain?: ((value: NdArray) => void) | undefined;
}

/** Numbers that a weight may have: what one WebAssembly memory holds. */
const largest = 2 ** 30;

/** An array of numbers that a layer learns, or keeps. */
export class Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  readonly penalty: WeightOptions["penalty"];
  readonly constrain: WeightOptions["constrain"];
  readonly #initial: Initializer;
  #value: NdArray | undefined;
  #version = 0;

  constructor(name: string, shape: Shape, initial: Initializer, options: WeightOptions = {}) {
    if (sizeOf(shape) > largest) {
      throw new RecurraError(
        "weight-size",
        `weight ${name} ${formatShape(shape)} would hold ${sizeOf(shape).toLocaleString("en-US")} numbers; ${largest.toLocaleString("en-US")} are the most`,
      );
    }
    this.name = name;
    this.shape = shape;
    this.#initial = initial;
    this.trainable = options.trainable ?? true;
    this.penalty = options.penalty;
    this.constrain = options.constrain;
  }

  /** The numbers, float32. They may lie in a model's parameter arena, and change as it trains. */
  get value(): NdArray {
    this.#version++; // who holds the array may write into it
    return this.peek();
  }

  /** @internal As `value`, for those who do not write. */
  peek(): NdArray {
    if (this.#value === undefined) {
      throw new RecurraError(
        "weight-unset",
        `weight ${this.name} ${formatShape(this.shape)} has not been initialised yet`,
      );
    }
    return this.#value;
  }

  /** Counts the times that the numbers may have changed. */
  get version(): number {
    return this.#version;
  }

  /** @internal Says that the numbers have changed where they lie. */
  touch(): void {
    this.#version++;
  }

  /** Whether it has been given numbers yet. */
  get isSet(): boolean {
    return this.#value !== undefined;
  }

  /** Draws the value from the initialiser, in place if there was one before. */
  initialize(random: Random): void {
    const drawn = initializer(this.#initial)(this.shape, random);
    if (this.#value === undefined) this.#value = drawn;
    else this.assign(drawn);
  }

  /** Copies numbers in, of the same shape. */
  assign(value: NdArray): void {
    if (!sameShape(value.shape, this.shape)) {
      throw new RecurraError(
        "weight-shape",
        `weight ${this.name} wants shape ${formatShape(this.shape)}, got ${formatShape(value.shape)}`,
      );
    }
    const numbers = value.dtype === "float32" ? value : value.astype("float32");
    if (this.#value === undefined) this.#value = NdArray.zeros(this.shape);
    (this.#value.data as Float32Array).set(numbers.data as Float32Array);
    this.#version++;
  }

  /** Moves the numbers to another place in memory. */
  moveTo(place: NdArray): void {
    (place.data as Float32Array).set(this.peek().data as Float32Array);
    this.#value = place;
  }
}

/** What a stateful layer carries from one batch to the next: [B, ...shape], zeros until it has read a batch. */
export class LayerState {
  readonly name: string;
  /** Shape for one sequence. */
  readonly shape: Shape;
  /** The numbers, once a batch has been read. */
  value: NdArray | undefined;

  constructor(name: string, shape: Shape) {
    this.name = name;
    this.shape = shape;
  }

  /** The numbers for a batch of so many sequences. @throws RecurraError `state-batch` for another number than before */
  valueFor(batch: number, owner: string): NdArray {
    const value = this.value ?? NdArray.zeros([batch, ...this.shape]);
    if (value.shape[0] === batch) return value;
    throw new RecurraError(
      "state-batch",
      `${owner}: the state ${this.name} was left by a batch of ${value.shape[0]} sequences, this batch has ${batch}. ` +
        "A stateful model reads batches of one size; call resetStates() to begin anew",
    );
  }
}
