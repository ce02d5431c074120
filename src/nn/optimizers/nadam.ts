// Nadam: Adam that looks ahead along its momentum, as Nesterov's does.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { checkDecayRates, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface NadamConfig extends CommonConfig {
  /** Default 0.001. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the running mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Weight of the past in the running mean of their squares, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0; it stands outside the root. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * With learning rate α, gradient g, step t, counted from 1, and the momentum's schedule μₜ = β₁·(1 - ½·0.96ᵗ), Πₜ = μ₁·μ₂·…·μₜ:
 *
 *     m ← m + (1 - β₁)·(g - m)
 *     v ← v + (1 - β₂)·(g² - v)
 *     w ← w - α·(μₜ₊₁·m / (1 - Πₜ₊₁) + (1 - μₜ)·g / (1 - Πₜ)) / (√(v / (1 - β₂ᵗ)) + ε)
 *
 * Source: Dozat, ICLR 2016 workshop; Keras' Nadam.
 */
export function nadam(config: NadamConfig = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7 } = config;
  checkDecayRates("optimizer nadam", { beta1, beta2 });
  checkPositive("optimizer nadam", { epsilon });
  const momentumAt = (step: number) => beta1 * (1 - 0.5 * 0.96 ** step);
  const productUpTo = products(momentumAt);
  return defineOptimizer("nadam", config, {
    learningRate: 0.001,
    options: ["beta1", "beta2", "epsilon"],
    rule: {
      slots: ["momentum", "velocity"],
      scalars: ["momentumStep", "gradientStep", "velocityScale"],
      hyperparameters(step, learningRate) {
        const product = productUpTo(step);
        const [now, next] = [momentumAt(step), momentumAt(step + 1)];
        return {
          momentumStep: (learningRate * next) / (1 - product * next),
          gradientStep: (learningRate * (1 - now)) / (1 - product),
          velocityScale: 1 / Math.sqrt(1 - beta2 ** step),
        };
      },
      update({ parameter, gradient, momentum, velocity, momentumStep, gradientStep, velocityScale }) {
        const m = add(momentum, mul(sub(gradient, momentum), 1 - beta1));
        const v = add(velocity, mul(sub(square(gradient), velocity), 1 - beta2));
        const ahead = add(mul(m, momentumStep), mul(gradient, gradientStep));
        return {
          parameter: sub(parameter, div(ahead, add(mul(sqrt(v), velocityScale), epsilon))),
          momentum: m,
          velocity: v,
        };
      },
    },
  });
}

/**
 * Gives f(1)·f(2)·…·f(n). What was worked out for the last n is kept, so that step after step costs one product; the numbers are the same
 * whatever was asked before.
 */
function products(factor: (i: number) => number): (n: number) => number {
  let [done, product] = [0, 1];
  return (n) => {
    if (n < done) [done, product] = [0, 1];
    while (done < n && product > 0) product *= factor(++done);
    return product;
  };
}
