// SGD: gradient descent, with momentum if asked for.

import { add, mul, sub } from "../../graph/ops/arithmetic.ts";
import { checkDecayRates, checkFlags } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface SgdConfig extends CommonConfig {
  /** Default 0.01. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** How much of the last step is taken again, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Look ahead along the momentum (Nesterov, 1983). Default false. */
  readonly nesterov?: boolean;
}

/**
 * With learning rate α, momentum μ and gradient g:
 *
 *     w ← w - α·g                           without momentum
 *     m ← μ·m - α·g,  w ← w + m             with momentum
 *     m ← μ·m - α·g,  w ← w + μ·m - α·g     Nesterov
 *
 * Source: Keras' SGD; Sutskever et al., ICML 2013.
 */
export function sgd(config: SgdConfig = {}): Optimizer {
  const { momentum: mu = 0, nesterov = false } = config;
  checkDecayRates("optimizer sgd", { momentum: mu });
  checkFlags("optimizer sgd", { nesterov });
  return defineOptimizer("sgd", config, {
    learningRate: 0.01,
    options: ["momentum", "nesterov"],
    rule: {
      slots: mu === 0 ? [] : ["momentum"],
      scalars: ["learningRate"],
      hyperparameters: (_step, learningRate) => ({ learningRate }),
      update({ parameter, gradient, momentum, learningRate }) {
        const step = mul(gradient, learningRate);
        if (mu === 0) return { parameter: sub(parameter, step) };
        const next = sub(mul(momentum, mu), step);
        const move = nesterov ? sub(mul(next, mu), step) : next;
        return { parameter: add(parameter, move), momentum: next };
      },
    },
  });
}
