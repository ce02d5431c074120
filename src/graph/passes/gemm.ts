// a·b + c as one node: the last pass, for the executor's sake.

import { isFloat } from "../../tensor/dtype.ts";
import { broadcastShapes, sameShape } from "../../tensor/shape.ts";
import { apply, isOp, item } from "../op.ts";
import { addOp } from "../ops/arithmetic.ts";
import { gemmOp, matmulOp } from "../ops/matmul.ts";
import { rewrite } from "../rewrite.ts";
import type { Tensor } from "../tensor.ts";
import { everywhere, useCounts } from "./pass.ts";

export const fuseGemm = everywhere((outputs) => {
  const uses = useCounts(outputs);
  const once = new Set<Tensor>();
  return rewrite(outputs, (node, original) => {
    if (isOp(node, matmulOp) && uses.get(item(original.outputs)) === 1) once.add(item(node.outputs));
    if (!isOp(node, addOp)) return undefined;
    const sum = item(node.outputs);
    for (const [i, product] of node.inputs.entries()) {
      const added = item(node.inputs, 1 - i);
      if (!isOp(product.node, matmulOp) || !once.has(product) || product.rank !== 2 || !isFloat(sum.dtype))
        continue;
      const fits =
        added.rank <= 2 && sameShape(broadcastShapes("gemm", product.shape, added.shape), product.shape);
      if (fits) return [apply(gemmOp, [...product.node.inputs, added], product.node.attributes)];
    }
    return undefined;
  });
});
