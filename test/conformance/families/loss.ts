// Losses: before reduction, reduced, and the gradients of both.

import { cast } from "../../../src/graph/ops/arithmetic.ts";
import { type Loss, loss as lossOf, reduceLoss } from "../../../src/nn/losses.ts";
import { lossGradients, upstreamGradients } from "../gradients.ts";
import { camelCase, camelCased } from "../options.ts";
import type { Family } from "../run.ts";
import { understood } from "../understood.ts";

/** Options that Keras lacks go under the file's names. */
const renamed: Readonly<Record<string, string>> = { quantiles: "levels" };

export const loss: Family = (cas) => {
  const options = Object.entries(camelCased(cas.config)).map(([name, value]) => [
    renamed[name] ?? name,
    value,
  ]);
  const chosen = { name: camelCase(cas.subject), ...Object.fromEntries(options) } as Loss;
  const { call, mask: maskOf } = understood(() => lossOf(chosen));
  const [yTrue, yPred] = [cas.input("y_true"), cas.input("y_pred")];
  const y = call(yTrue, yPred);
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
