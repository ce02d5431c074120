// Losses: before reduction, reduced, and the gradients of both.

import { cast, greater, select } from "../../../src/graph/ops/arithmetic.ts";
import { stack } from "../../../src/graph/ops/layout.ts";
import { constant, scalar } from "../../../src/graph/ops/leaf.ts";
import { expandDims } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type Loss, loss as lossOf, reduceLoss } from "../../../src/nn/losses.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";
import type { Case } from "../case.ts";
import { lossGradients, upstreamGradients } from "../gradients.ts";
import { camelCase, camelCased } from "../options.ts";
import type { Family } from "../run.ts";
import { understood } from "../understood.ts";

/** Options and values that Keras lacks go under the file's names. */
const renamed: Readonly<Record<string, string>> = { quantiles: "levels", ctcBatchCost: "ctc" };
const renamedValues: Readonly<Record<string, string>> = { var: "variance" };

export const loss: Family = (cas) => {
  const chosen = configOf(cas);
  const { call, mask: maskOf } = understood(() => lossOf(chosen));
  const { yTrue, yPred, steps } = operandsOf(cas);
  const y = call(yTrue, yPred, { mask: steps });
  const ignored = maskOf?.(yTrue, yPred);
  const mask = cas.has("mask") ? cast(cas.input("mask"), "bool") : ignored;
  const sampleWeight = cas.has("sample_weight") ? cas.input("sample_weight") : undefined;
  const reduced = reduceLoss(y, { sampleWeight, mask });
  return {
    graph: new Map([
      ["y", y],
      ["loss", reduced],
      ...upstreamGradients(cas, new Map([["y", y]])),
      ...lossGradients(cas, reduced, "d_loss."),
    ]),
  };
};

function configOf(cas: Case): Loss {
  const options = Object.entries(camelCased(cas.config)).map(([name, value]) => [
    renamed[name] ?? name,
    renamedValues[String(value)] ?? value,
  ]);
  const name = camelCase(cas.subject);
  return { name: renamed[name] ?? name, ...Object.fromEntries(options) } as Loss;
}

/** Targets and predictions, and the steps of the predictions that count. */
function operandsOf(cas: Case): {
  readonly yTrue: Tensor;
  readonly yPred: Tensor;
  readonly steps?: Tensor;
} {
  const yTrue = cas.input("y_true");
  if (cas.has("mu")) {
    const spread = cas.has("var") ? "var" : "sigma";
    return { yTrue, yPred: stack([cas.input("mu"), cas.input(spread)], -1) };
  }
  const yPred = cas.input("y_pred");
  if (!cas.has("label_length")) return { yTrue, yPred };
  return {
    yTrue: select(within(cas.input("label_length"), yTrue.shape[1] ?? 0), yTrue, scalar(-1, yTrue.dtype)),
    yPred,
    steps: within(cas.input("input_length"), yPred.shape[1] ?? 0),
  };
}

/** Whether each of so many places lies within a row's length: lengths [B] -> bool [B, places]. */
function within(lengths: Tensor, places: number): Tensor {
  const numbers = Array.from({ length: places }, (_, place) => place);
  return greater(expandDims(lengths, -1), constant(ndarray(numbers, { dtype: lengths.dtype })));
}
