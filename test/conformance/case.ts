// A conformance case: a safetensors file with inputs, weights, expected outputs and gradients, and how the numbers were made.

import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { input } from "../../src/graph/ops/leaf.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import type { NdArray } from "../../src/tensor/nd-array.ts";
import { decodeSafetensors } from "../../src/tensor/safetensors.ts";
import { Options } from "./options.ts";

/** `|a - b| <= atol + rtol·|b|`, b being the expected number. */
export interface Tolerance {
  readonly rtol: number;
  readonly atol: number;
}

export class Case {
  readonly name: string;
  /** Keras' class name, or `activation:NAME`, `loss:NAME`, `optimizer:NAME`, `model:NAME`. */
  readonly layer: string;
  /** Constructor arguments. */
  readonly config: Options;
  /** Call arguments. */
  readonly call: Options;
  /** Names of the weights, in Keras' order. */
  readonly weights: readonly string[];
  readonly outputs: readonly string[];
  readonly tolerance: { readonly forward: Tolerance; readonly gradient: Tolerance };
  readonly #tensors: ReadonlyMap<string, NdArray>;
  readonly #inputs = new Map<string, Tensor>();
  readonly #read = new Set<string>();

  constructor(name: string, bytes: Uint8Array) {
    const { tensors, metadata } = decodeSafetensors(bytes, name);
    this.name = name;
    this.#tensors = tensors;
    const json = (key: string, missing: string): unknown => JSON.parse(metadata[key] ?? missing);
    this.layer = metadata.layer ?? "";
    this.config = new Options("config", json("config", "{}") as Record<string, unknown>);
    this.call = new Options("call", json("call", "{}") as Record<string, unknown>);
    this.weights = json("weights", "[]") as string[];
    this.outputs = json("outputs", "[]") as string[];
    const { forward, gradient = forward } = json("tolerance", "{}") as {
      forward?: Tolerance;
      gradient?: Tolerance;
    };
    if (forward === undefined || gradient === undefined)
      throw new TypeError(`${name}: the file states no tolerance`);
    this.tolerance = { forward, gradient };
  }

  static async read(path: string): Promise<Case> {
    return new Case(basename(path, ".safetensors"), await readFile(path));
  }

  /** What stands after the colon of `layer`: the NAME of `loss:NAME`. */
  get subject(): string {
    return this.layer.slice(this.layer.indexOf(":") + 1);
  }

  /** Names of all tensors in the file. */
  get names(): readonly string[] {
    return [...this.#tensors.keys()];
  }

  has(name: string): boolean {
    return this.#tensors.has(name);
  }

  /** A tensor of the file. */
  array(name: string): NdArray {
    const array = this.#tensors.get(name);
    if (array === undefined) throw new TypeError(`${this.name}: the file has no tensor "${name}"`);
    this.#read.add(name);
    return array;
  }

  /** A tensor of the file as an input of the graph. */
  input(name: string): Tensor {
    let tensor = this.#inputs.get(name);
    if (tensor === undefined) {
      tensor = input(name, this.array(name));
      this.#inputs.set(name, tensor);
    }
    return tensor;
  }

  /** Inputs of the graph so far. */
  get inputs(): ReadonlyMap<string, Tensor> {
    return this.#inputs;
  }

  /** Tensors that nothing has read. */
  get unread(): readonly string[] {
    return this.names.filter((name) => !this.#read.has(name));
  }
}
