// Products in the body of a scan that have two factors in common multiply the two once: in the backward loop of an LSTM, three
// multiplications of eleven are saved.

import { isOp, item } from "../op.ts";
import { mul, mulOp } from "../ops/arithmetic.ts";
import { type ScanAttributes, scanOp } from "../ops/scan.ts";
import { broadcastTo } from "../ops/sum.ts";
import { nodesOf, rewrite } from "../rewrite.ts";
import { Node, type Tensor } from "../tensor.ts";
import { nodeByNode, useCounts } from "./pass.ts";

export const shareFactors = nodeByNode((node) => (isOp(node, scanOp) ? share(node) : undefined));

/** A factor of a product: a value of the body, or the product of two factors that others share. */
type Factor = { readonly tensor: Tensor } | { readonly pair: readonly [Factor, Factor]; made?: Tensor };

function share(node: Node<ScanAttributes>): readonly Tensor[] | undefined {
  const { body } = node.attributes;
  const products = productsOf(body.outputs);
  let found = false;
  for (
    let pair = commonPair([...products.values()]);
    pair !== undefined;
    pair = commonPair([...products.values()])
  ) {
    found = true;
    const [a, b] = pair;
    const shared: Factor = { pair };
    for (const [product, factors] of products) {
      if (!factors.includes(a) || !factors.includes(b)) continue;
      products.set(product, [shared, ...without(without(factors, a), b)]);
    }
  }
  if (!found) return undefined;

  const now = new Map<Tensor, Tensor>();
  const made = (factor: Factor): Tensor => {
    if ("tensor" in factor) return now.get(factor.tensor) ?? factor.tensor;
    factor.made ??= mul(made(factor.pair[0]), made(factor.pair[1]));
    return factor.made;
  };
  const outputs = rewrite(
    body.outputs,
    (_, original) => {
      const product = item(original.outputs);
      const factors = products.get(product);
      return (
        factors && [
          broadcastTo(
            factors.map(made).reduce((a, b) => mul(a, b)),
            product.shape,
          ),
        ]
      );
    },
    now,
  );
  return new Node(node.op, node.inputs, { ...node.attributes, body: { ...body, outputs } }, node.outputs)
    .outputs;
}

/** The products of a body with all their factors; products that only another product reads are part of that. */
function productsOf(outputs: readonly Tensor[]): Map<Tensor, readonly Factor[]> {
  const uses = useCounts(outputs);
  const muls = nodesOf(outputs).filter((node) => isOp(node, mulOp));
  const isInner = (tensor: Tensor) => isOp(tensor.node, mulOp) && uses.get(tensor) === 1;
  const inner = new Set(muls.flatMap((node) => node.inputs.filter(isInner)));
  const known = new Map<Tensor, Factor>();
  const factorsOf = (tensor: Tensor): readonly Factor[] =>
    tensor.node.inputs.flatMap((input) => {
      if (inner.has(input)) return factorsOf(input);
      const factor = known.get(input) ?? { tensor: input };
      known.set(input, factor);
      return [factor];
    });
  const roots = muls.map((node) => item(node.outputs)).filter((tensor) => !inner.has(tensor));
  return new Map(roots.map((root) => [root, factorsOf(root)]));
}

/** Two factors of one size that most products have in common; `undefined` where no two products do. */
function commonPair(products: readonly (readonly Factor[])[]): readonly [Factor, Factor] | undefined {
  const numbers = new Map<Factor, number>();
  for (const factor of products.flat()) if (!numbers.has(factor)) numbers.set(factor, numbers.size);
  const number = (factor: Factor) => numbers.get(factor) ?? 0;
  const counts = new Map<string, number>();
  let most = 1;
  let best: readonly [Factor, Factor] | undefined;
  for (const factors of products) {
    const large = [...new Set(factors)]
      .filter((factor) => sizeOf(factor) > 1)
      .sort((a, b) => number(a) - number(b));
    for (const pair of pairsOf(large)) {
      const [a, b] = pair;
      if (sizeOf(a) !== sizeOf(b)) continue;
      const key = `${number(a)} ${number(b)}`;
      const count = (counts.get(key) ?? 0) + 1;
      counts.set(key, count);
      if (count > most) [most, best] = [count, pair];
    }
  }
  return best;
}

/** A list less one occurrence of a factor. */
function without(factors: readonly Factor[], factor: Factor): readonly Factor[] {
  return factors.toSpliced(factors.indexOf(factor), 1);
}

function sizeOf(factor: Factor): number {
  return "tensor" in factor ? factor.tensor.size : sizeOf(factor.pair[0]);
}

function pairsOf(factors: readonly Factor[]): readonly (readonly [Factor, Factor])[] {
  return factors.flatMap((a, i) => factors.slice(i + 1).map((b) => [a, b] as const));
}
