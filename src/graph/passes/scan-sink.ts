// Moves out of a scan's loop, to after it, what no later step needs: above all the gradients of matrices, which become one product
// over all steps instead of a sum that is carried along.

import { applyAll, isOp, item } from "../op.ts";
import { add, addOp } from "../ops/arithmetic.ts";
import { stackedTensor, transpose } from "../ops/layout.ts";
import { matmul, matmulOp } from "../ops/matmul.ts";
import { partsOf, type ScanAttributes, scanOp } from "../ops/scan.ts";
import { at, reshape, reshapeOp, sum, sumOp } from "../ops/sum.ts";
import type { Lifted, Node, Tensor } from "../tensor.ts";
import { nodeByNode, useCounts } from "./pass.ts";
import { lift } from "./scan-hoist.ts";
import { carriedWork, placesOf } from "./scan-loop.ts";

/** What a scan that recomputes would hand out of its loop is what it is there not to keep. */
export const sinkFromScans = nodeByNode((node) =>
  isOp(node, scanOp) && !node.attributes.recompute ? (sinkTotals(node) ?? sinkOutputs(node)) : undefined,
);

/** Collects the values of the loop that the world after it wants, as stacked outputs. */
class Stacking {
  readonly steps: Tensor[] = [];
  readonly #node: Node<ScanAttributes>;
  readonly #place: ReturnType<typeof placesOf>;
  /** Computes what stands for each stacked value once the new scan is there. */
  #outputs: readonly Tensor[] = [];

  constructor(node: Node<ScanAttributes>) {
    this.#node = node;
    this.#place = placesOf(node);
  }

  /** Names a value of the body; returns how to get it after the loop. */
  want(tensor: Tensor): () => Lifted {
    const { inputs, parameters } = partsOf(this.#node);
    const sequence = parameters.sequences.indexOf(tensor);
    if (sequence >= 0) return () => ({ tensor: item(inputs.sequences, sequence), stacked: true });
    const capture = parameters.captures.indexOf(tensor);
    if (capture >= 0) return () => ({ tensor: item(inputs.captures, capture), stacked: false });
    if (this.#place(tensor) === "constant") return () => ({ tensor, stacked: false });
    if (!this.steps.includes(tensor)) this.steps.push(tensor);
    const position = this.steps.indexOf(tensor);
    return () => ({ tensor: item(this.#outputs, position), stacked: true });
  }

  /** True if the value is at hand after the loop without a new output. */
  has(tensor: Tensor): boolean {
    const { parameters } = partsOf(this.#node);
    const given = [...parameters.sequences, ...parameters.captures, ...this.steps];
    return given.includes(tensor) || this.#place(tensor) === "constant";
  }

  /** Makes the scan with the wanted outputs; keeps those of its carries that are not dropped. */
  finish(dropped: ReadonlySet<number>): readonly Tensor[] {
    const { inputs, parameters, nextCarries } = partsOf(this.#node);
    const keep = <T>(list: readonly T[]) => list.filter((_, i) => !dropped.has(i));
    const carries = keep(inputs.carries);
    const results = applyAll(scanOp, [...carries, ...inputs.sequences, ...inputs.captures], {
      ...this.#node.attributes,
      carries: carries.length,
      body: {
        parameters: [...keep(parameters.carries), ...parameters.sequences, ...parameters.captures],
        outputs: [...keep(nextCarries), ...this.steps],
      },
    });
    this.#outputs = results.slice(carries.length);
    return results.slice(0, carries.length);
  }
}

/**
 * A carry that only adds up, total' = total + f, leaves the loop where f is a product or a sum: the sum over the steps is taken after
 * the loop from the operands of f.
 */
function sinkTotals(node: Node<ScanAttributes>): readonly Tensor[] | undefined {
  const { inputs, parameters, nextCarries, steps } = partsOf(node);
  const uses = useCounts(node.attributes.body.outputs);
  const stacking = new Stacking(node);
  const stepValues = steps.map((step) => stacking.want(step));
  const totals = new Map<number, () => Tensor>();
  for (const [i, next] of nextCarries.entries()) {
    const carry = item(parameters.carries, i);
    // A total that is read before the end, by the addition or what follows it, stays.
    const onlyAddsUp = uses.get(carry) === 1 && uses.get(next) === 1;
    if (!isOp(next.node, addOp) || !onlyAddsUp || !next.node.inputs.includes(carry)) continue;
    const [a, b] = next.node.inputs;
    const added = a === carry ? b : a;
    if (added === undefined || added.rank !== carry.rank || added.size !== carry.size) continue;
    const total = totalOver(added, stacking, node.attributes.length);
    if (total !== undefined) totals.set(i, total);
  }
  if (totals.size === 0) return undefined;
  const finals = stacking.finish(new Set(totals.keys()));
  const keptBefore = (i: number) => nextCarries.slice(0, i).filter((_, j) => !totals.has(j)).length;
  return [
    ...nextCarries.map((_, i) => {
      const total = totals.get(i);
      return total === undefined ? item(finals, keptBefore(i)) : add(item(inputs.carries, i), total());
    }),
    ...stepValues.map((value) => stackedTensor(value(), node.attributes.length)),
  ];
}

/** Σ over the steps of a value of the body, computed after the loop; `undefined` where that would gain nothing. */
function totalOver(tensor: Tensor, stacking: Stacking, steps: number): (() => Tensor) | undefined {
  const { node, shape } = tensor;
  const stacked = (operand: Tensor) => {
    const value = stacking.want(operand);
    return () => stackedTensor(value(), steps);
  };
  if (isOp(node, reshapeOp)) {
    const inner = totalOver(item(node.inputs), stacking, steps);
    return inner && (() => reshape(inner(), shape));
  }
  if (isOp(node, sumOp)) {
    const x = stacked(item(node.inputs));
    const { axes, keepDims } = node.attributes;
    const all = [0, ...axes.map((axis) => axis + 1)];
    return () => reshape(sum(x(), all, { keepDims }), shape);
  }
  if (isOp(node, addOp)) {
    const [a, b] = node.inputs.map((operand) =>
      operand.size === tensor.size ? totalOver(operand, stacking, steps) : undefined,
    );
    return a && b && (() => add(a(), b()));
  }
  if (isOp(node, matmulOp) && tensor.rank === 2) {
    const { transposeA, transposeB } = node.attributes;
    const [a, b] = [stacked(item(node.inputs)), stacked(item(node.inputs, 1))];
    // Σ_t A_t·B_t is one product whose inner axis is time and the inner axis together.
    const rows = (x: Tensor) => reshape(x, [-1, at(x.shape, 2)]); // [T, k, m] -> [T·k, m]
    const columns = (x: Tensor) => reshape(transpose(x, [1, 0, 2]), [at(x.shape, 1), -1]); // [T, m, k] -> [m, T·k]
    return () =>
      matmul(transposeA ? rows(a()) : columns(a()), transposeB ? columns(b()) : rows(b()), node.attributes);
  }
  return undefined;
}

/** A stacked output that the loop itself does not need is computed after it, for all steps at once. */
function sinkOutputs(node: Node<ScanAttributes>): readonly Tensor[] | undefined {
  const { steps } = partsOf(node);
  const needed = carriedWork(node);
  const stacking = new Stacking(node);
  for (const step of steps) if (!sinks(step)) stacking.want(step);

  function sinks(step: Tensor): boolean {
    const { op, inputs } = step.node;
    if (needed.has(step.node) || op.lift === "none" || inputs.length === 0) return false;
    if (isOp(step.node, matmulOp) || isOp(step.node, sumOp)) return true;
    const fresh = inputs.filter((operand) => !stacking.has(operand) && !steps.includes(operand));
    return fresh.reduce((total, operand) => total + operand.size, 0) <= step.size;
  }

  let moved = false;
  const values = steps.map((step) => {
    if (!sinks(step)) return stacking.want(step);
    moved = true;
    const operands = step.node.inputs.map((operand) => stacking.want(operand));
    return (): Lifted => {
      const inputs = operands.map((operand) => operand());
      const results = lift(step.node, inputs, node.attributes.length);
      return { tensor: item(results ?? [], step.index), stacked: inputs.some((operand) => operand.stacked) };
    };
  });
  if (!moved) return undefined;
  const finals = stacking.finish(new Set());
  return [...finals, ...values.map((value) => stackedTensor(value(), node.attributes.length))];
}
