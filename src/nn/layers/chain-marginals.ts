// ChainMarginals: from the steps of a Markov chain to the probability of each label at each step.

import { exp } from "../../graph/ops/functions.ts";
import { transpose } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { matmul } from "../../graph/ops/matmul.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, squeeze } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { Layer, type LayerConfig } from "../layer.ts";
import { checkConfig, formatInput } from "../layer-options.ts";

/**
 * p(y_t = j) = Σ_i p(y_{t-1} = i)·p(y_t = j | y_{t-1} = i), from the logarithms of a chain's steps, as the layer `crf` gives them:
 * [B, T, K, K] -> [B, T, K]. After `crf` these are the marginals of the forward-backward algorithm.
 */
export class ChainMarginals extends Layer {
  readonly className = "ChainMarginals";

  constructor(config: LayerConfig = {}) {
    super(config);
    checkConfig("ChainMarginals", config, {});
  }

  override call(x: Tensor): Tensor {
    if (x.rank !== 4 || x.shape[2] !== x.shape[3])
      throw this.fault(`wants steps of a chain [batch, steps, labels, labels], got ${formatInput(x)}`);
    return chainMarginals(x);
  }
}

/** See {@link ChainMarginals}. */
export function chainMarginals(chain: Tensor): Tensor {
  const [batch = 0, , count = 0] = chain.shape;
  const steps = exp(transpose(chain, [1, 0, 2, 3])); // [T, B, K, K]
  // At the first step all rows are the same, so that nothing hangs on what is before it.
  const before = broadcastTo(scalar(1 / count, chain.dtype), [batch, 1, count]);
  const { outputs } = scan((now: Tensor, step: Tensor) => matmul(now, step), before, steps);
  return transpose(squeeze(outputs, 2), [1, 0, 2]); // [T, B, 1, K] -> [B, T, K]
}
