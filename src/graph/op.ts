// How ops are made and applied.

import {
  type Emitter,
  type Lifted,
  type Method,
  Node,
  type Op,
  type Tensor,
  type TensorType,
  type Value,
} from "./tensor.ts";

/** Checks the types of an op's inputs and adds a node for it to the graph. */
export function applyAll<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): readonly Tensor[] {
  return new Node(op, inputs, attributes, op.infer(inputs, attributes)).outputs;
}

/** As {@link applyAll}, for an op of one output. */
export function apply<A>(op: Op<A>, inputs: readonly Tensor[], attributes: A): Tensor {
  const [output] = applyAll(op, inputs, attributes);
  if (output === undefined) throw new TypeError(`${op.name} has no output`);
  return output;
}

/** The i-th item of a list that is known to hold it; a miss is a fault of the compiler, not of the user. */
export function item<T>(list: readonly T[], index = 0): T {
  const found = list[index];
  if (found === undefined) throw new RangeError(`no item ${index} in a list of ${list.length}`);
  return found;
}

/** True for a node of the given op; narrows its attributes. */
export function isOp<A>(node: Node, op: Op<A>): node is Node<A> {
  return node.op === (op as unknown);
}

/** A list of known length, so that rules take their operands apart without a check. */
export type Fixed<T, Arity extends number> = Arity extends 1
  ? readonly [T]
  : Arity extends 2
    ? readonly [T, T]
    : Arity extends 3
      ? readonly [T, T, T]
      : readonly T[];

/** The rules of an op that has one output and a known number of inputs: what almost every op is. */
export interface Rules<A, Arity extends number> {
  /** Shape and dtype of the output; throws a RecurraError that names the op and what is wrong. */
  infer(inputs: Fixed<TensorType, Arity>, attributes: A): TensorType;
  /** The gradient of each input, from that of the output; y is the output itself. */
  readonly gradient:
    | Method<
        [dy: Tensor, inputs: Fixed<Tensor, Arity>, attributes: A, y: Tensor],
        Fixed<Tensor | undefined, Arity>
      >
    | "none";
  evaluate(inputs: Fixed<Value, Arity>, attributes: A, type: TensorType): Float64Array;
  lower(
    emitter: Emitter,
    inputs: Fixed<string, Arity>,
    attributes: A,
    type: TensorType,
    inputTypes: Fixed<TensorType, Arity>,
  ): string;
  readonly lift:
    | Method<[inputs: Fixed<Lifted, Arity>, attributes: A, steps: number, type: TensorType], Tensor>
    | "elementwise"
    | "none";
}

/** Makes an op of one output. */
export function op<A, Arity extends number>(name: string, rules: Rules<A, Arity>): Op<A> {
  const { gradient, lift } = rules;
  const output = (node: Node<A>) => item(node.outputs);
  return {
    name,
    infer: (inputs, attributes) => [rules.infer(inputs as Fixed<TensorType, Arity>, attributes)],
    gradient:
      gradient === "none"
        ? gradient
        : (node, [dy]) =>
            dy === undefined
              ? []
              : gradient(dy, node.inputs as Fixed<Tensor, Arity>, node.attributes, output(node)),
    evaluate: (inputs, node) => [
      {
        shape: output(node).shape,
        data: rules.evaluate(inputs as Fixed<Value, Arity>, node.attributes, output(node)),
      },
    ],
    lower: (emitter, inputs, node) => [
      rules.lower(
        emitter,
        inputs as Fixed<string, Arity>,
        node.attributes,
        output(node),
        node.inputs as readonly TensorType[] as Fixed<TensorType, Arity>,
      ),
    ],
    lift:
      typeof lift === "string"
        ? lift
        : (node, inputs, steps) => [
            lift(inputs as Fixed<Lifted, Arity>, node.attributes, steps, output(node)),
          ],
  };
}
