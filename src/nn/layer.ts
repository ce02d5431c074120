// What a layer is: a config, weights that are made when the input's shape is known, and a call in tensor code.

import type { Tensor, TensorType } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import type { DType } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { Random } from "../tensor/random.ts";
import { formatShape, type Shape, sameShape } from "../tensor/shape.ts";
import { type Initializer, initializer } from "./initializers.ts";

/** Options that every layer takes. */
export interface LayerConfig {
  /** Its name, unique within a model. Default: the class name with a number, as `lstm_1`. */
  readonly name?: string;
  /** Shape of one input without the batch axis; needed on the first layer of a model. */
  readonly inputShape?: Shape;
  /** A frozen layer keeps its weights in training and costs no gradient. Default true. */
  readonly trainable?: boolean;
}

/** An array of numbers that a layer learns, or keeps. */
export class Weight {
  readonly name: string;
  readonly shape: Shape;
  readonly trainable: boolean;
  readonly #initial: Initializer;
  #value: NdArray | undefined;

  constructor(name: string, shape: Shape, initial: Initializer, trainable: boolean) {
    this.name = name;
    this.shape = shape;
    this.trainable = trainable;
    this.#initial = initial;
  }

  /** The numbers, float32. They may lie in a model's parameter arena, and change as it trains. */
  get value(): NdArray {
    if (this.#value === undefined) {
      throw new RecurraError(
        "weight-unset",
        `weight ${this.name} ${formatShape(this.shape)} has not been initialised yet`,
      );
    }
    return this.#value;
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
  }

  /** Moves the numbers to another place in memory. */
  moveTo(place: NdArray): void {
    (place.data as Float32Array).set(this.value.data as Float32Array);
    this.#value = place;
  }
}

/** What a call is told beside its input. */
export interface CallContext {
  /** True while training: dropout is on. */
  readonly training: boolean;
  /** The traced value of a weight. */
  readonly value: (weight: Weight) => Tensor;
  /** Which steps are real: bool [B, T]. */
  readonly mask?: Tensor | undefined;
  /** The state that a recurrent layer starts from, each [B, H]. Default zeros. */
  readonly initialState?: readonly Tensor[] | undefined;
}

/**
 * A layer. Subclasses make their weights in `build`, once, when the type of the input is known, and say in `call` how the output is
 * computed from the input, in tensor code.
 */
export abstract class Layer {
  /** The class name under which a saved model finds the layer again. */
  abstract readonly className: string;
  /** The options it was made with, without defaults; what a saved model holds. */
  readonly config: LayerConfig;
  name: string;
  trainable: boolean;
  readonly #weights: Weight[] = [];
  #input: TensorType | undefined;

  constructor(config: LayerConfig = {}) {
    this.config = config;
    this.name = config.name ?? "";
    this.trainable = config.trainable ?? true;
    if (config.inputShape?.some((dimension) => !Number.isInteger(dimension) || dimension < 1)) {
      throw new RecurraError(
        "layer-option",
        `inputShape: wants positive whole numbers without the batch axis, got ${formatShape(config.inputShape)}`,
      );
    }
  }

  /** The dtype that the layer reads. Default float32. */
  get inputDtype(): DType {
    return "float32";
  }

  /** Weights in Keras' order. */
  get weights(): readonly Weight[] {
    return this.#weights;
  }

  get trainableWeights(): readonly Weight[] {
    return this.trainable ? this.#weights.filter((weight) => weight.trainable) : [];
  }

  /** Makes the weights for an input of this type; a second call checks that the type still fits. */
  ensureBuilt(input: TensorType): void {
    if (this.#input === undefined) {
      this.build(input);
      this.#input = input;
    } else if (this.#weights.length > 0 && !this.fits(this.#input, input)) {
      throw this.fault(`was built for ${formatInput(this.#input)}, got ${formatInput(input)}`);
    }
  }

  /** Whether weights that were made for one type of input serve another. Default: where it has as many features. */
  protected fits(built: TensorType, input: TensorType): boolean {
    return sameShape(built.shape.slice(-1), input.shape.slice(-1));
  }

  /** Makes the layer's weights. Default: none. */
  protected build(_input: TensorType): void {}

  /** The output, in tensor code; a recurrent layer that returns its state gives a list. */
  abstract call(x: Tensor, context: CallContext): Tensor | readonly Tensor[];

  /** The mask of the output. Default: that of the input. */
  computeMask(_x: Tensor, mask: Tensor | undefined): Tensor | undefined {
    return mask;
  }

  protected addWeight(name: string, shape: Shape, initial: Initializer, { trainable = true } = {}): Weight {
    const weight = new Weight(name, shape, initial, trainable);
    this.#weights.push(weight);
    return weight;
  }

  /** Takes over the weights of a layer inside this one. */
  protected adoptWeights(inner: Layer): void {
    this.#weights.push(...inner.weights);
  }

  /** An error that names the layer. */
  protected fault(why: string): RecurraError {
    return new RecurraError("layer-input", `layer ${this.name || this.className} (${this.className}) ${why}`);
  }

  /** Fails unless the input has the given number of axes, batch included. */
  protected expectRank(input: TensorType, rank: number, wanted: string): void {
    if (input.shape.length !== rank) {
      throw this.fault(`wants ${wanted}, got ${formatInput(input)}`);
    }
  }
}

/** A type with the unknown batch size shown as B. */
export function formatInput(type: TensorType): string {
  const [, ...rest] = type.shape;
  return `${type.dtype} [batch${rest.map((dimension) => `, ${dimension}`).join("")}]`;
}

/** Fails for an option that a layer does not have, or that is out of range. */
export function checkOptions(className: string, config: object, known: readonly string[]): void {
  const odd = Object.keys(config).find((key) => !known.includes(key));
  if (odd !== undefined) {
    throw new RecurraError(
      "layer-option",
      `${className}: there is no option "${odd}"; it takes ${known.join(", ")}`,
    );
  }
}

/** Checks a count such as `units`. */
export function positiveInteger(className: string, option: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value;
  throw new RecurraError(
    "layer-option",
    `${className}: ${option} is a positive whole number, got ${String(value)}`,
  );
}

/** Checks a share such as a dropout rate. */
export function rateOf(className: string, option: string, value: unknown): number {
  if (typeof value === "number" && value >= 0 && value < 1) return value;
  throw new RecurraError("layer-option", `${className}: ${option} is in [0, 1), got ${String(value)}`);
}

/** Names of the options that every layer takes. */
export const commonOptions: readonly string[] = ["name", "inputShape", "trainable"];
