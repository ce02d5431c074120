// RMSprop: gradients divided by a running root mean square of theirs.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { checkDecayRates, checkFlags, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface RmspropConfig extends CommonConfig {
  /** Default 0.001. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the running means, in [0, 1). Default 0.9. */
  readonly rho?: number;
  /** How much of the last step is taken again, in [0, 1). Default 0. */
  readonly momentum?: number;
  /** Keeps the divisor away from 0; it stands inside the root. Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the standard deviation of the gradient, not by its root mean square. Default false. */
  readonly centered?: boolean;
}

/**
 * With learning rate α, gradient g and momentum μ:
 *
 *     v ← ρ·v + (1 - ρ)·g²
 *     a ← ρ·a + (1 - ρ)·g                     centered, else a = 0
 *     d = α·g / √(v - a² + ε)
 *     w ← w - d,  or  m ← μ·m + d,  w ← w - m
 *
 * Source: Tieleman & Hinton, Coursera lecture 6e, 2012; Keras' RMSprop.
 */
export function rmsprop(config: RmspropConfig = {}): Optimizer {
  const { rho = 0.9, momentum: mu = 0, epsilon = 1e-7, centered = false } = config;
  const what = "optimizer rmsprop";
  checkDecayRates(what, { rho, momentum: mu });
  checkPositive(what, { epsilon });
  checkFlags(what, { centered });
  return defineOptimizer("rmsprop", config, {
    learningRate: 0.001,
    options: ["rho", "momentum", "epsilon", "centered"],
    rule: {
      slots: [
        "velocity",
        ...(mu > 0 ? (["momentum"] as const) : []),
        ...(centered ? (["averageGradient"] as const) : []),
      ],
      scalars: ["learningRate"],
      hyperparameters: (_step, learningRate) => ({ learningRate }),
      update({ parameter, gradient, velocity, momentum, averageGradient, learningRate }) {
        const v = add(mul(velocity, rho), mul(square(gradient), 1 - rho));
        const a = centered ? add(mul(averageGradient, rho), mul(gradient, 1 - rho)) : undefined;
        const spread = a === undefined ? v : sub(v, square(a));
        const step = div(mul(gradient, learningRate), sqrt(add(spread, epsilon)));
        const move = mu > 0 ? add(mul(momentum, mu), step) : step;
        return {
          parameter: sub(parameter, move),
          velocity: v,
          ...(mu > 0 ? { momentum: move } : {}),
          ...(a === undefined ? {} : { averageGradient: a }),
        };
      },
    },
  });
}
