// Lion: every number moves by the same amount, up or down.

import { add, mul, sub } from "../../graph/ops/arithmetic.ts";
import { sign } from "../../graph/ops/functions.ts";
import { checkedNumber } from "../choice.ts";
import { checkDecayRates } from "../option-checks.ts";
import { type CommonConfig, defineOptimizer, type Optimizer } from "./optimizer.ts";

export interface LionConfig extends CommonConfig {
  /** Default 0.001. What suits Adam is best divided by 3 to 10, and its weight decay multiplied by as much. */
  readonly learningRate?: CommonConfig["learningRate"];
  /** Weight of the past in the direction of a step, in (0, 1]. Default 0.9. */
  readonly beta1?: number;
  /** Weight of the past in the running mean of the gradients, in [0, 1). Default 0.99. */
  readonly beta2?: number;
}

/**
 * With learning rate α and gradient g:
 *
 *     w ← w - α·sign(β₁·m + (1 - β₁)·g)
 *     m ← β₂·m + (1 - β₂)·g
 *
 * Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", 2023; Keras' Lion.
 */
export function lion(config: LionConfig = {}): Optimizer {
  const { beta1 = 0.9, beta2 = 0.99 } = config;
  checkedNumber("optimizer lion: beta1", beta1, (x) => x > 0 && x <= 1, "a number in (0, 1]");
  checkDecayRates("optimizer lion", { beta2 });
  return defineOptimizer("lion", config, {
    learningRate: 0.001,
    options: ["beta1", "beta2"],
    rule: {
      slots: ["momentum"],
      scalars: ["learningRate"],
      hyperparameters: (_step, learningRate) => ({ learningRate }),
      update({ parameter, gradient, momentum, learningRate }) {
        const direction = sign(add(mul(momentum, beta1), mul(gradient, 1 - beta1)));
        return {
          parameter: sub(parameter, mul(direction, learningRate)),
          momentum: add(mul(momentum, beta2), mul(gradient, 1 - beta2)),
        };
      },
    },
  });
}
