// What the normalising layers share: the learned factor gamma and the learned summand beta, with their options.

import type { Shape } from "../../tensor/shape.ts";
import type { Initializer } from "../initializers.ts";
import type { LayerConfig, Weight, WeightOptions } from "../layer.ts";
import { flag, notNegative, type OptionKinds } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";

export interface ScaleAndOffsetConfig extends LayerConfig, WeightRules<"gamma">, WeightRules<"beta"> {
  /** Is added to the variance. Default 0.001. */
  readonly epsilon?: number;
  /** Add beta. Default true. */
  readonly center?: boolean;
  /** Multiply by gamma. Default true. */
  readonly scale?: boolean;
  /** Default "ones". */
  readonly gammaInitializer?: Initializer;
  /** Default "zeros". */
  readonly betaInitializer?: Initializer;
}

export const scaleAndOffsetKinds: OptionKinds = {
  epsilon: notNegative,
  center: flag,
  scale: flag,
  ...weightKinds("gamma", "beta"),
};

export interface ScaleAndOffset {
  readonly gamma: Weight | undefined;
  readonly beta: Weight | undefined;
}

/** Makes gamma and beta, in this order, each where the config wants it. */
export function makeScaleAndOffset(
  config: ScaleAndOffsetConfig,
  shape: Shape,
  add: (name: string, shape: Shape, initial: Initializer, options: WeightOptions) => Weight,
): ScaleAndOffset {
  const { center = true, scale = true, gammaInitializer = "ones", betaInitializer = "zeros" } = config;
  return {
    gamma: scale ? add("gamma", shape, gammaInitializer, weightRules(config, "gamma")) : undefined,
    beta: center ? add("beta", shape, betaInitializer, weightRules(config, "beta")) : undefined,
  };
}
