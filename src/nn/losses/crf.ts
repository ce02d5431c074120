// The loss of a conditional random field: what a Markov chain thinks of a sequence of labels.

import { add, cast, mul, select } from "../../graph/ops/arithmetic.ts";
import { pick } from "../../graph/ops/gather.ts";
import { pad, slice, transpose } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, reshape } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { labelsOf } from "./crossentropy.ts";
import type { LossContext } from "./rule.ts";

/**
 * -log p(y_t | y_{t-1}) for each step. Their sum over a sequence is -log p(y), which for the chain of the layer `crf` is
 * log Z - score(y), the negative log-likelihood of Lample et al., NAACL 2016, section 2.2.
 *
 * @param yTrue labels [B, T]
 * @param yPred logarithms of a chain's steps [B, T, K, K]: the label before, then the label
 * @param context.mask the steps that count [B, T]; the label before is that of the last step that does
 * @returns [B, T]
 * @throws RecurraError `loss-shape`
 */
export function crf(yTrue: Tensor, yPred: Tensor, { mask }: LossContext = {}): Tensor {
  const [batch = 0, steps = 0, count = 0] = yPred.shape;
  if (yPred.rank !== 4 || yPred.shape[3] !== count)
    throw new RecurraError(
      "loss-shape",
      `loss crf: wants predictions [B, T, K, K], as the layer crf gives them, got ${formatType(yPred)}`,
    );
  const flat = reshape(yPred, [batch, steps, count * count]);
  const labels = cast(labelsOf(yTrue, flat), "int32");
  const places = add(mul(before(labels, mask), count), labels);
  return mul(pick(flat, places), -1);
}

/** The label before each step [B, T]; 0 before the first, where the chain does not look at it. */
function before(labels: Tensor, mask: Tensor | undefined): Tensor {
  const [batch = 0, steps = 0] = labels.shape;
  if (mask === undefined) return slice(pad(labels, 1, 1, 0), 1, 0, steps);
  const { outputs } = scan(
    (last: Tensor, { label, keep }: { readonly label: Tensor; readonly keep: Tensor }) => ({
      carry: select(keep, label, last),
      output: last,
    }),
    broadcastTo(scalar(0, "int32"), [batch]),
    { label: transpose(labels), keep: transpose(mask) },
  );
  return transpose(outputs);
}
