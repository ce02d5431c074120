// Builds the nodes and constants of one ONNX graph: what the ops' lowering rules speak to.

import { batchFactor } from "../../graph/batch.ts";
import { isOp, item } from "../../graph/op.ts";
import { inputOp, randomOp } from "../../graph/ops/leaf.ts";
import { nodesOf } from "../../graph/rewrite.ts";
import type { AttributeValue, Emitter, Subgraph, Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { NdArray, ndarray } from "../../tensor/nd-array.ts";
import type { Shape } from "../../tensor/shape.ts";
import { ONNX_DTYPE, type OnnxGraph, type OnnxInitializer, type OnnxNode, type ValueInfo } from "./model.ts";
import { ModelScope } from "./model-scope.ts";

/**
 * Constants of at most this many bytes are told apart by what they hold, and each graph that uses them has its own. Larger ones are told
 * apart by their array. Either stands in the graph that uses it: a loop over batch 1 with its weights outside the body took 11 % longer.
 */
const SMALL = 256;

/** One graph in the making: the model's own, or the body of a Scan. */
export class GraphBuilder implements Emitter {
  readonly #model: ModelScope;
  readonly #root: GraphBuilder;
  readonly #nodes: OnnxNode[] = [];
  readonly #initializers: OnnxInitializer[] = [];
  readonly #small = new Map<string, string>();
  /** Shapes promised by {@link dimensions} that hold the batch size, by the name promised. */
  readonly #promised = new Map<string, Shape>();
  /** Targets with a dimension of 0, which a Reshape takes for "as in the input" unless told otherwise. */
  readonly #zeroTargets = new Set<string>();
  /** Values that nodes of this very graph give. */
  readonly #produced = new Set<string>();

  private constructor(model: ModelScope, root?: GraphBuilder) {
    this.#model = model;
    this.#root = root ?? this;
  }

  /** A model's own graph. `inputs` are those that the batch size may be read from. */
  static root(
    inputs: readonly (readonly [name: string, tensor: Tensor])[],
    taken: ReadonlySet<string>,
  ): GraphBuilder {
    return new GraphBuilder(new ModelScope(inputs, taken));
  }

  emit(
    opType: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, AttributeValue>> = {},
    outputCount = 1,
  ): readonly string[] {
    const outputs = Array.from({ length: outputCount }, () => this.#model.name("v"));
    const known = inputs.map((name) => this.#settle(name, opType));
    const holdsZero = opType === "Reshape" && this.#zeroTargets.has(item(known, 1));
    this.#nodes.push({
      opType,
      inputs: known,
      outputs,
      attributes: holdsZero ? { ...attributes, allowzero: 1 } : attributes,
    });
    for (const name of outputs) this.#produced.add(name);
    return outputs;
  }

  one(
    opType: string,
    inputs: readonly string[],
    attributes?: Readonly<Record<string, AttributeValue>>,
  ): string {
    return item(this.emit(opType, inputs, attributes));
  }

  constant(value: NdArray): string {
    if (value.data.byteLength > SMALL) return this.#model.large(value, this, this.#root);
    const key = `${value.dtype}[${value.shape}]${new Uint8Array(value.data.buffer, value.data.byteOffset, value.data.byteLength)}`;
    const name = this.#small.get(key) ?? this.store(value);
    this.#small.set(key, name);
    return name;
  }

  scalar(value: number, dtype: DType): string {
    return this.constant(ndarray(value, { shape: [], dtype }));
  }

  cast(x: string, dtype: DType): string {
    return this.one("Cast", [x], { to: ONNX_DTYPE[dtype] });
  }

  int64s(values: readonly number[]): string {
    return this.constant(new NdArray(BigInt64Array.from(values, BigInt), [values.length]));
  }

  dimensions(shape: Shape): string {
    if (shape.every((dimension) => batchFactor(dimension) === undefined)) {
      const name = this.int64s(shape);
      if (shape.includes(0)) this.#zeroTargets.add(name);
      return name;
    }
    const name = this.#model.name("v");
    this.#promised.set(name, shape);
    return name;
  }

  /** The value of a name that was promised. A Reshape may leave one dimension open, anything else needs the batch size. */
  #settle(name: string, opType: string): string {
    const shape = this.#promised.get(name);
    if (shape === undefined) return name;
    const isOpen = (dimension: number) => batchFactor(dimension) !== undefined;
    if (opType === "Reshape" && shape.filter(isOpen).length === 1 && !shape.includes(0)) {
      return this.int64s(shape.map((dimension) => (isOpen(dimension) ? -1 : dimension)));
    }
    const target = this.#model.target(shape, this.#root);
    if (shape.includes(0)) this.#zeroTargets.add(target);
    return target;
  }

  subgraph(
    parameters: readonly Tensor[],
    outputs: readonly Tensor[],
    bound: ReadonlyMap<Tensor, string>,
  ): Subgraph {
    const builder = new GraphBuilder(this.#model, this.#root);
    const values = new Map(bound);
    const inputs = parameters.map((parameter) => {
      const name = this.#model.name("v");
      values.set(parameter, name);
      return valueInfo(name, parameter);
    });
    return { kind: "subgraph", graph: builder.finish("body", inputs, outputs, values) };
  }

  /** Lowers what the outputs rest on, given the names of the leaves, and closes the graph. */
  finish(
    name: string,
    inputs: readonly ValueInfo[],
    outputs: readonly Tensor[],
    values: Map<Tensor, string>,
  ): OnnxGraph {
    this.#lower(outputs, values);
    const given = new Set<string>();
    const results = outputs.map((tensor) => {
      const value = nameOf(tensor, values);
      // An output is a value of its own, made by a node of this graph.
      const result = this.#produced.has(value) && !given.has(value) ? value : this.one("Identity", [value]);
      given.add(result);
      return valueInfo(result, tensor);
    });
    return { name, nodes: this.#nodes, initializers: this.#initializers, inputs, outputs: results };
  }

  #lower(outputs: readonly Tensor[], values: Map<Tensor, string>): void {
    for (const node of nodesOf(outputs)) {
      if (node.outputs.every((output) => values.has(output))) continue;
      if (isOp(node, inputOp) || isOp(node, randomOp)) {
        throw new RecurraError(
          "unbound-leaf",
          `lowering: the outputs rest on ${node.outputs}, which is not among the model's inputs`,
        );
      }
      const names = node.op.lower(
        this,
        node.inputs.map((tensor) => nameOf(tensor, values)),
        node,
      );
      for (const [i, output] of node.outputs.entries()) values.set(output, item(names, i));
    }
  }

  /** Adds an initializer. */
  store(value: NdArray): string {
    const name = this.#model.name("c");
    this.#initializers.push({ name, value });
    return name;
  }

  /** Gives an initializer to another graph. */
  hand(name: string, to: GraphBuilder): void {
    const place = this.#initializers.findIndex((initializer) => initializer.name === name);
    to.#initializers.push(...this.#initializers.splice(place, 1));
  }
}

function nameOf(tensor: Tensor, values: ReadonlyMap<Tensor, string>): string {
  const name = values.get(tensor);
  if (name === undefined) throw new TypeError(`lowering: ${tensor} is read before it is made`);
  return name;
}

/** The type of an input or output as the file says it; a dimension that is a multiple of the batch size has a name. */
export function valueInfo(name: string, { dtype, shape }: Tensor): ValueInfo {
  const dimension = (size: number) => {
    const factor = batchFactor(size);
    return factor === undefined ? size : factor === 1 ? "batch" : `batch*${factor}`;
  };
  return { name, dtype, shape: shape.map(dimension) };
}
