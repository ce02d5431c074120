// What a recurrent cell is to the ops for whole layers: its weights, its options and its step, as tensor code and as numbers.

import type { AttributeValue, Tensor } from "../tensor.ts";
import { add } from "./arithmetic.ts";
import type { CellActivation } from "./cell-activation.ts";
import { matmul } from "./matmul.ts";
import type { GateOrder } from "./recurrent-weights.ts";

/** The weights of a recurrent layer in Keras' layout; G is the number of its gates. */
export interface RecurrentLayerWeights {
  /** [F, G·H] */
  readonly kernel: Tensor;
  /** [H, G·H] */
  readonly recurrentKernel: Tensor;
  /** [G·H]; of a GRU that resets after the product [2, G·H]. None: zeros. */
  readonly bias?: Tensor | undefined;
}

/** One step of a cell: from the input [B, F] and the state to the next state, whose first tensor is the output. */
export type RecurrentStep = (x: Tensor, state: readonly Tensor[]) => readonly Tensor[];

/** What the step of a cell computes with. */
export interface StepFunctions {
  /** Of the candidate, and of an LSTM's cell. */
  readonly activation: (x: Tensor) => Tensor;
  /** Applied to the state before it meets the recurrent kernel: recurrent dropout. Default: nothing. */
  readonly drop?: ((state: Tensor) => Tensor) | undefined;
}

/** What the step of a cell with gates computes with. */
export interface GatedStepFunctions extends StepFunctions {
  /** Of the gates. */
  readonly gate: (x: Tensor) => Tensor;
}

export interface RecurrentOptions {
  /** A name or a config that `cellActivation` knows. Default "tanh". */
  readonly activation?: unknown;
  /** From the last step to the first; the outputs keep the order of the sequence. Default false. */
  readonly reverse?: boolean;
  /** The state before the first step, each tensor [B, H]. Default: zeros. */
  readonly initialState?: readonly Tensor[] | undefined;
}

export interface GatedOptions extends RecurrentOptions {
  /** Of the gates: a name or a config that `cellActivation` knows. Default "sigmoid". */
  readonly recurrentActivation?: unknown;
}

/** The attributes of an op for a whole layer. */
export interface RecurrentAttributes {
  readonly activation: CellActivation;
  readonly reverse: boolean;
  readonly hasBias: boolean;
  readonly hasState: boolean;
}

export interface GatedAttributes extends RecurrentAttributes {
  readonly gate: CellActivation;
}

/** The products of one sequence at one step, with the biases. A row is the place of a gate in ONNX's order, times H, plus the unit. */
export interface Products {
  input(row: number): number;
  recurrent(row: number, h: Float64Array): number;
}

/** One kind of cell. */
export interface Cell<A extends RecurrentAttributes> {
  readonly name: string;
  /** The name of the ONNX operator. */
  readonly onnx: string;
  readonly order: GateOrder;
  /** Tensors in the state. */
  readonly states: number;
  /** What the operator's activations are, in its order. */
  activations(attributes: A): readonly CellActivation[];
  /** What they are where it is told none. */
  readonly defaults: readonly string[];
  /** Attributes of the operator beside those that all have. */
  onnxAttributes(attributes: A): Readonly<Record<string, AttributeValue>>;
  /** Whether the bias has a row of its own for the recurrent product. */
  hasRecurrentBias(attributes: A): boolean;
  /** The cell as tensor code. */
  step(weights: RecurrentLayerWeights, attributes: A): RecurrentStep;
  /** The cell as numbers: the next state of one sequence. */
  next(products: Products, state: readonly Float64Array[], attributes: A): readonly Float64Array[];
}

/** x·W + b, or x·W without a bias. */
export function affine(x: Tensor, kernel: Tensor, bias: Tensor | undefined): Tensor {
  const product = matmul(x, kernel);
  return bias === undefined ? product : add(product, bias);
}
