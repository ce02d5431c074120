// Adagrad: each number has a rate of its own, which falls as its gradients add up.

import { add, div, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sqrt, square } from "../../graph/ops/functions.ts";
import { checkNotNegative, checkPositive } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface AdagradConfig extends CommonConfig {
  /** Default 0.001; the paper's form has 1. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** What the sums of squares start at, from 0 up. Default 0.1. */
  readonly initialAccumulatorValue?: number;
  /** Keeps the divisor away from 0; it stands inside the root. Default 1e-7. */
  readonly epsilon?: number;
}

/**
 * With learning rate α and gradient g:
 *
 *     a ← a + g²
 *     w ← w - α·g / √(a + ε)
 *
 * Source: Duchi et al., JMLR 2011; Keras' Adagrad.
 */
export function adagrad(config: AdagradConfig = {}): Optimizer {
  const { initialAccumulatorValue = 0.1, epsilon = 1e-7 } = config;
  checkNotNegative("optimizer adagrad", { initialAccumulatorValue });
  checkPositive("optimizer adagrad", { epsilon });
  return defineOptimizer("adagrad", config, {
    learningRate: 0.001,
    options: ["initialAccumulatorValue", "epsilon"],
    rule: {
      slots: ["accumulator"],
      slotStarts: { accumulator: initialAccumulatorValue },
      scalars: ["learningRate"],
      hyperparameters: (_step, learningRate) => ({ learningRate }),
      update({ parameter, gradient, accumulator, learningRate }) {
        const a = add(accumulator, square(gradient));
        return {
          parameter: sub(parameter, div(mul(gradient, learningRate), sqrt(add(a, epsilon)))),
          accumulator: a,
        };
      },
    },
  });
}
