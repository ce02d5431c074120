// Adam and AdamW: momentum, divided by a running root mean square of the gradients.

import { add, div, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { checkDecayRates, checkFlags, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface AdamConfig extends CommonConfig {
  /** Default 0.001. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the running mean of the gradients, in [0, 1). Default 0.9. */
  readonly beta1?: number;
  /** Weight of the past in the running mean of their squares, in [0, 1). Default 0.999. */
  readonly beta2?: number;
  /** Keeps the divisor away from 0; it stands outside the root. Default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the largest mean of squares so far (Reddi et al., ICLR 2018). Default false. */
  readonly amsgrad?: boolean;
}

/**
 * With learning rate α, gradient g and step t, counted from 1:
 *
 *     m ← m + (1 - β₁)·(g - m)
 *     v ← v + (1 - β₂)·(g² - v)
 *     w ← w - α·√(1 - β₂ᵗ) / (1 - β₁ᵗ) · m / (√v + ε)
 *
 * Source: Kingma & Ba, ICLR 2015 (the form before section 2.1's end, with ε̂); Keras' Adam.
 */
export function adam(config: AdamConfig = {}): Optimizer {
  return adamNamed("adam", config);
}

/** Adam with weight decay: 0.004 unless given. Source: Loshchilov & Hutter, ICLR 2019; Keras' AdamW. */
export function adamw(config: AdamConfig = {}): Optimizer {
  return adamNamed("adamw", { weightDecay: 0.004, ...config });
}

function adamNamed(name: string, config: AdamConfig): Optimizer {
  const { beta1 = 0.9, beta2 = 0.999, epsilon = 1e-7, amsgrad = false } = config;
  const what = `optimizer ${name}`;
  checkDecayRates(what, { beta1, beta2 });
  checkPositive(what, { epsilon });
  checkFlags(what, { amsgrad });
  return defineOptimizer(name, config, {
    learningRate: 0.001,
    options: ["beta1", "beta2", "epsilon", "amsgrad"],
    rule: {
      slots: ["momentum", "velocity", ...(amsgrad ? (["velocityHat"] as const) : [])],
      scalars: ["stepSize"],
      hyperparameters: (step, learningRate) => ({
        stepSize: (learningRate * Math.sqrt(1 - beta2 ** step)) / (1 - beta1 ** step),
      }),
      update({ parameter, gradient, momentum, velocity, velocityHat, stepSize }) {
        const m = add(momentum, mul(sub(gradient, momentum), 1 - beta1));
        const v = add(velocity, mul(sub(square(gradient), velocity), 1 - beta2));
        const largest = amsgrad ? maximum(velocityHat, v) : v;
        const move = div(mul(m, stepSize), add(sqrt(largest), epsilon));
        return {
          parameter: sub(parameter, move),
          momentum: m,
          velocity: v,
          ...(amsgrad ? { velocityHat: largest } : {}),
        };
      },
    },
  });
}
