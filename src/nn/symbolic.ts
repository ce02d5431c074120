// What stands for a value while a model is put together: the inputs of a functional model, and what layers make of them.

import type { Tensor } from "../graph/tensor.ts";
import type { DType } from "../tensor/dtype.ts";
import { commonShape, formatDimensions, type InputShape, standIns } from "./open-length.ts";

/** One call of a layer on symbolic tensors. L is the layer's type. */
export interface Application<L> {
  readonly layer: L;
  readonly inputs: readonly SymbolicTensor<L>[];
  /** Options of the call: symbolic tensors, lists and objects of them, and what is JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly outputs: readonly SymbolicTensor<L>[];
}

/** An input of a model that is being put together. */
export interface SymbolicInput {
  readonly name: string | undefined;
}

/** A traced value with its mask. */
export interface SymbolicValue {
  readonly tensor: Tensor;
  readonly mask: Tensor | undefined;
}

/** The output of a layer, or an input, while a model is put together: a type without numbers. */
export class SymbolicTensor<L = unknown> {
  /** The traced value on a batch of unknown size. */
  readonly tensor: Tensor;
  readonly mask: Tensor | undefined;
  /** What gave it; set once by who makes it. */
  readonly source: Application<L> | SymbolicInput;
  /** Where the number of steps is open: the value for each number that stands for it; see `standIns`. */
  readonly #open: ReadonlyMap<number, SymbolicValue> | undefined;

  /** @param value the traced value, or one for each number of steps that stands for an open one */
  constructor(
    value: SymbolicValue | ReadonlyMap<number, SymbolicValue>,
    source: Application<L> | SymbolicInput,
  ) {
    this.#open = value instanceof Map ? value : undefined;
    const { tensor, mask } = this.#open?.values().next().value ?? (value as SymbolicValue);
    this.tensor = tensor;
    this.mask = mask;
    this.source = source;
  }

  /** Shape of one sample: without the batch axis. `null` is open. */
  get shape(): InputShape {
    const values =
      this.#open === undefined ? [this.tensor] : [...this.#open.values()].map((value) => value.tensor);
    return commonShape(values.map(({ shape }) => shape.slice(1)));
  }

  /** The numbers of steps that may stand for an open one; `undefined` where none is open. */
  get steps(): readonly number[] | undefined {
    return this.#open === undefined ? undefined : [...this.#open.keys()];
  }

  /** The value, where a number of steps stands for the open one. */
  at(steps: number | undefined): SymbolicValue {
    return (steps === undefined ? undefined : this.#open?.get(steps)) ?? this;
  }

  get dtype(): DType {
    return this.tensor.dtype;
  }

  toString(): string {
    const dimensions = this.shape.length === 0 ? "" : `, ${formatDimensions(this.shape)}`;
    return `SymbolicTensor(${this.dtype} [batch${dimensions}])`;
  }
}

/** The numbers of steps that may stand for those that are open in some tensors; `undefined` where none is. */
export function commonSteps(tensors: readonly SymbolicTensor[]): readonly number[] | undefined {
  const open = tensors.flatMap(({ steps }) => (steps === undefined ? [] : [steps]));
  return open.length === 0
    ? undefined
    : standIns.filter((steps) => open.every((some) => some.includes(steps)));
}

/** Puts other values in the place of the symbolic tensors among call options. */
export function mapOptions<L>(
  options: Readonly<Record<string, unknown>>,
  change: (tensor: SymbolicTensor<L>) => unknown,
): Record<string, unknown> {
  const changed = (value: unknown): unknown => {
    if (value instanceof SymbolicTensor) return change(value as SymbolicTensor<L>);
    if (Array.isArray(value)) return value.map(changed);
    const isPlain = Object(value) === value && Object.getPrototypeOf(value) === Object.prototype;
    return isPlain ? mapOptions(value as Readonly<Record<string, unknown>>, change) : value;
  };
  return Object.fromEntries(Object.entries(options).map(([name, value]) => [name, changed(value)]));
}

/** The symbolic tensors among call options. */
export function tensorsOf<L>(options: Readonly<Record<string, unknown>>): readonly SymbolicTensor<L>[] {
  const found: SymbolicTensor<L>[] = [];
  mapOptions<L>(options, (tensor) => found.push(tensor));
  return found;
}
