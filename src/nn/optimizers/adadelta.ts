// Adadelta: steps as large as the last ones were, measured against the gradients.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { checkDecayRates, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface AdadeltaConfig extends CommonConfig {
  /** Default 0.001; the paper's form has 1. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the running means, in [0, 1). Default 0.95. */
  readonly rho?: number;
  /** Keeps the roots away from 0, and sets the size of the first steps. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * With learning rate α and gradient g:
 *
 *     a ← ρ·a + (1 - ρ)·g²
 *     Δ = g·√(d + ε) / √(a + ε)
 *     d ← ρ·d + (1 - ρ)·Δ²
 *     w ← w - α·Δ
 *
 * Source: Zeiler, 2012; Keras' Adadelta.
 */
export function adadelta(config: AdadeltaConfig = {}): Optimizer {
  const { rho = 0.95, epsilon = 1e-7 } = config;
  checkDecayRates("optimizer adadelta", { rho });
  checkPositive("optimizer adadelta", { epsilon });
  return defineOptimizer("adadelta", config, {
    learningRate: 0.001,
    options: ["rho", "epsilon"],
    rule: {
      slots: ["accumulatedGradient", "accumulatedChange"],
      scalars: ["learningRate"],
      hyperparameters: (_step, learningRate) => ({ learningRate }),
      update({ parameter, gradient, accumulatedGradient, accumulatedChange, learningRate }) {
        const a = add(mul(accumulatedGradient, rho), mul(square(gradient), 1 - rho));
        const change = div(mul(gradient, sqrt(add(accumulatedChange, epsilon))), sqrt(add(a, epsilon)));
        return {
          parameter: sub(parameter, mul(change, learningRate)),
          accumulatedGradient: a,
          accumulatedChange: add(mul(accumulatedChange, rho), mul(square(change), 1 - rho)),
        };
      },
    },
  });
}
