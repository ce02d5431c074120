// Adamax: Adam with the largest of the past gradients, slowly forgotten, in place of their root mean square.

import { add, div, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { abs } from "../../graph/ops/functions.ts";
import { checkDecayRates, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface AdamaxConfig extends CommonConfig {
  /** Default 0.001. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the running mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** What is left of the largest gradient after a step, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * With learning rate α, gradient g and step t, counted from 1:
 *
 *     m ← m + (1 - β₁)·(g - m)
 *     u ← max(β₂·u, |g|)
 *     w ← w - α / (1 - β₁ᵗ) · m / (u + ε)
 *
 * Source: Kingma & Ba, ICLR 2015, section 7.1; Keras' Adamax.
 */
export function adamax(config: AdamaxConfig = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = config;
  checkDecayRates("optimizer adamax", { beta1, beta2 });
  checkPositive("optimizer adamax", { epsilon });
  return defineOptimizer("adamax", config, {
    learningRate: 0.001,
    options: ["beta1", "beta2", "epsilon"],
    rule: {
      slots: ["momentum", "norm"],
      scalars: ["stepSize"],
      hyperparameters: (step, learningRate) => ({ stepSize: learningRate / (1 - beta1 ** step) }),
      update({ parameter, gradient, momentum, norm, stepSize }) {
        const m = add(momentum, mul(sub(gradient, momentum), 1 - beta1));
        const u = maximum(mul(norm, beta2), abs(gradient));
        return {
          parameter: sub(parameter, div(mul(m, stepSize), add(u, epsilon))),
          momentum: m,
          norm: u,
        };
      },
    },
  });
}
