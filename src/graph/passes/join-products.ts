// In the body of a scan, x·W + h·U + b becomes [x | h | 1]·[W; U; b]: one product, whose right side is put together before the loop.

import { sameShape } from "../../tensor/shape.ts";
import { isOp, item } from "../op.ts";
import { addOp } from "../ops/arithmetic.ts";
import { concat } from "../ops/layout.ts";
import { matmul, matmulOp } from "../ops/matmul.ts";
import { type ScanAttributes, scanOp } from "../ops/scan.ts";
import { at, expandDims, ones } from "../ops/sum.ts";
import { rewrite } from "../rewrite.ts";
import { Node, type Tensor } from "../tensor.ts";
import { nodeByNode, useCounts } from "./pass.ts";
import { placesOf } from "./scan-loop.ts";

export const joinProducts = nodeByNode((node) => (isOp(node, scanOp) ? join(node) : undefined));

function join(node: Node<ScanAttributes>): readonly Tensor[] | undefined {
  const { body } = node.attributes;
  const place = placesOf(node);
  const uses = useCounts(body.outputs);
  const isLoopBound = (tensor: Tensor) => place(tensor) === "carried" || place(tensor) === "sliced";
  const outputs = rewrite(body.outputs, (inner, original) => {
    if (!isOp(inner, addOp) || place(item(original.outputs)) !== "carried") return undefined;
    const sum = item(inner.outputs);
    const terms = termsOf(inner, original, uses);
    const isProduct = (term: Term) =>
      isPlainProduct(term.now) &&
      sameShape(term.now.shape, sum.shape) &&
      !isLoopBound(item(term.before.node.inputs, 1));
    const isBias = ({ now, before }: Term) =>
      now.rank === 1 && now.size === sum.shape[1] && !isLoopBound(before);
    const [products, biases] = [terms.filter(isProduct), terms.filter(isBias)];
    if (sum.rank !== 2 || products.length < 2 || products.length + biases.length < terms.length)
      return undefined;
    const operands = (i: number) => products.map(({ now }) => item(now.node.inputs, i));
    const column = ones([at(sum.shape, 0), 1], sum.dtype);
    return [
      matmul(
        concat([...operands(0), ...biases.map(() => column)], 1),
        concat([...operands(1), ...biases.map(({ now }) => expandDims(now, 0))], 0),
      ),
    ];
  });
  if (outputs.every((output, i) => output === body.outputs[i])) return undefined;
  return new Node(node.op, node.inputs, { ...node.attributes, body: { ...body, outputs } }, node.outputs)
    .outputs;
}

/** A term as the pass has rewritten it, and as it was when places and uses were counted. */
interface Term {
  readonly now: Tensor;
  readonly before: Tensor;
}

/** The terms of a sum whose partial sums nothing else reads. */
function termsOf(now: Node, before: Node, uses: ReadonlyMap<Tensor, number>): readonly Term[] {
  return now.inputs.flatMap((term, i) => {
    const was = item(before.inputs, i);
    const opens = isOp(term.node, addOp) && isOp(was.node, addOp) && uses.get(was) === 1;
    return opens ? termsOf(term.node, was.node, uses) : [{ now: term, before: was }];
  });
}

function isPlainProduct({ node, rank }: Tensor): boolean {
  return isOp(node, matmulOp) && rank === 2 && !node.attributes.transposeA && !node.attributes.transposeB;
}
