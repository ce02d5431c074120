// A model as a graph that can be differentiated on the way from a baseline to its inputs: at the inputs themselves, and where it reads
// ids, at the rows of the embedding that they stand for.

import { isOp, item } from "../../graph/op.ts";
import { add, mul, sub } from "../../graph/ops/arithmetic.ts";
import { gatherOp } from "../../graph/ops/gather.ts";
import { slice } from "../../graph/ops/layout.ts";
import { input as leaf } from "../../graph/ops/leaf.ts";
import { reshape, sum, zeros } from "../../graph/ops/sum.ts";
import { dependents, nodesOf, substitute } from "../../graph/rewrite.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { grad } from "../../graph/trace.ts";
import type { Network } from "../../model/network.ts";
import { callContext } from "../../nn/layer.ts";
import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { sizeOf } from "../../tensor/shape.ts";

/** A function in tensor code from inputs [B, ...] to outputs [B] or [B, ...], each row by itself. */
export type TensorFunction = (...inputs: readonly Tensor[]) => Tensor;

/** What of a model is differentiated. */
export interface PathTarget {
  /** Outputs [B, ...] for inputs, with these values of the model's weights, in its order. */
  trace(inputs: readonly Tensor[], weights: readonly Tensor[]): Tensor;
  /** Who is at fault, for messages. */
  readonly name: string;
}

/** The target that a model is; `head` is the place of the output. */
export function modelTarget(model: Network, head: number): PathTarget {
  return {
    name: model.name,
    trace(inputs, weights) {
      const values = new Map(model.weights.map(({ weight }, i) => [weight, weights[i]]));
      const context = callContext({
        training: false,
        value: (weight) => values.get(weight) ?? leaf(weight.name, { dtype: "float32", shape: weight.shape }),
      });
      return item(model.trace(inputs, [], context).outputs, head);
    },
  };
}

/** The target that a function is. */
export function functionTarget(fn: TensorFunction): PathTarget {
  return { name: "function", trace: (inputs) => fn(...inputs) };
}

/** Where the way starts: the inputs of a baseline, or for ids zeros in place of the embedding's rows. */
export type PathStart = "inputs" | "zeros";

/** One point of the way, for each row. */
export interface PathPoint {
  /** [B, outputs] */
  readonly outputs: Tensor;
  /** For each input, of its shape: ∂output/∂x · (x - x′), summed over the width of an embedding. */
  readonly products: readonly Tensor[];
}

/**
 * The outputs at x′ + α(x - x′), and the gradient there of one of them, times x - x′. What follows from ids in other ways than through an
 * embedding, such as the mask of padding, stays as it is at x.
 *
 * @param inputs x: [B, ...] each
 * @param baselines x′, of the same types
 * @param alphas [B]
 * @param unit which of a row's outputs is differentiated
 * @throws RecurraError `no-embedding` where ids are read in another way
 */
export function pathPoint(
  target: PathTarget,
  { inputs, baselines, starts, alphas, weights, unit }: PathInputs,
): PathPoint {
  const output = target.trace(inputs, weights);
  const width = sizeOf(output.shape.slice(1));
  if (unit >= width)
    throw new RecurraError(
      "unknown-name",
      `${target.name}: there is no output ${unit} among the ${width} of a row; they are 0 to ${width - 1}`,
    );
  const points = pointsOf(target, inputs, output);
  // Where all ways start at zeros, the baselines are not read.
  const begins = starts.includes("inputs")
    ? pointsOf(target, baselines, target.trace(baselines, weights))
    : points;
  const from = points.map(({ input, tensor }, j) =>
    starts[input] === "zeros" ? zeros(tensor.shape) : item(begins, j).tensor,
  );
  const between = points.map(({ tensor }, j) => sub(tensor, item(from, j)));
  const batch = alphas.shape[0] ?? 0;
  const places = between.map((way, j) => {
    const scaled = mul(reshape(way, [batch, -1]), reshape(alphas, [batch, 1]));
    return add(item(from, j), reshape(scaled, way.shape));
  });
  const outputAt = (moved: readonly Tensor[]) => {
    const replaced = new Map(points.map(({ tensor }, j) => [tensor, item(moved, j)]));
    return reshape(item(substitute([output], replaced)), [batch, -1]);
  };
  const gradients = grad((moved: readonly Tensor[]) => sum(slice(outputAt(moved), 1, unit, unit + 1)))(
    places,
  );
  return {
    outputs: outputAt(places),
    products: inputs.map((x, i) => {
      const parts = points.flatMap(({ input }, j) => {
        if (input !== i) return [];
        const product = mul(item(gradients, j), item(between, j));
        return [isFloat(x.dtype) ? product : reshape(sum(product, product.rank - 1), x.shape)];
      });
      return parts.reduce((one, other) => add(one, other));
    }),
  };
}

export interface PathInputs {
  readonly inputs: readonly Tensor[];
  readonly baselines: readonly Tensor[];
  /** For each input. */
  readonly starts: readonly PathStart[];
  readonly alphas: Tensor;
  readonly weights: readonly Tensor[];
  readonly unit: number;
}

/** A tensor of a graph at which a gradient is taken, with the place of the input that it stands for. */
interface GradientPoint {
  readonly input: number;
  readonly tensor: Tensor;
}

/** Where gradients are taken: of numbers at the inputs themselves, of ids at the rows that tables hold for them. */
function pointsOf(target: PathTarget, inputs: readonly Tensor[], output: Tensor): readonly GradientPoint[] {
  return inputs.flatMap((x, input) => {
    if (isFloat(x.dtype)) return [{ input, tensor: x }];
    const nodes = dependents([output], [x]);
    const lookups = nodesOf([output]).filter((node) => {
      if (!isOp(node, gatherOp) || !nodes.has(node)) return false;
      const table = item(node.inputs);
      return isFloat(table.dtype) && !nodes.has(table.node);
    });
    if (lookups.length === 0)
      throw new RecurraError(
        "no-embedding",
        `${target.name}: its ids are not read by an embedding, so there is nothing to differentiate; explain it with kernelExplainer`,
      );
    return lookups.map((node) => ({ input, tensor: item(node.outputs) }));
  });
}
