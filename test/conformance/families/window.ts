// Convolution and pooling over time, as graph functions.

import { add } from "../../../src/graph/ops/arithmetic.ts";
import { max, mean } from "../../../src/graph/ops/reduce.ts";
import {
  averagePool1d,
  conv1d,
  maxPool1d,
  type Padding,
  type WindowOptions,
} from "../../../src/graph/ops/window.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type Activation, activation } from "../../../src/nn/activations.ts";
import type { Case } from "../case.ts";
import { upstreamGradients } from "../gradients.ts";
import { camelCase, Unsupported } from "../options.ts";
import type { Family } from "../run.ts";
import { understood } from "../understood.ts";

const functions: Readonly<Record<string, (cas: Case, x: Tensor) => Tensor>> = {
  Conv1D(cas, x) {
    const { config } = cas;
    const applied = understood(() =>
      activation(camelCase(config.string("activation", "linear")) as Activation),
    );
    const kernel = cas.input("kernel");
    if (kernel.shape[0] !== config.number("kernel_size") || kernel.shape[2] !== config.number("filters")) {
      throw new TypeError(`the kernel is [${kernel.shape.join(", ")}]`);
    }
    const y = conv1d(x, kernel, {
      stride: config.number("strides", 1),
      dilation: config.number("dilation_rate", 1),
      padding: paddingOf(cas),
    });
    return applied(config.boolean("use_bias", true) ? add(y, cas.input("bias")) : y);
  },
  MaxPooling1D: (cas, x) => maxPool1d(x, ...poolOf(cas)),
  AveragePooling1D: (cas, x) => averagePool1d(x, ...poolOf(cas)),
  GlobalMaxPooling1D: (cas, x) => max(x, 1, { keepDims: cas.config.boolean("keepdims", false) }),
  GlobalAveragePooling1D: (cas, x) => mean(x, 1, { keepDims: cas.config.boolean("keepdims", false) }),
};

export const windowNames: readonly string[] = Object.keys(functions);

export const window: Family = (cas) => {
  const compute = functions[cas.layer];
  if (compute === undefined) throw new Unsupported(`there is no ${cas.layer} yet`);
  const [x = ""] = cas.call.strings("inputs");
  const outputs = new Map([["y", compute(cas, cas.input(x))]]);
  return { graph: new Map([...outputs, ...upstreamGradients(cas, outputs)]) };
};

function poolOf(cas: Case): [size: number, options: WindowOptions] {
  const size = cas.config.number("pool_size", 2);
  return [size, { stride: cas.config.number("strides", size), padding: paddingOf(cas) }];
}

function paddingOf(cas: Case): Padding {
  const padding = cas.config.string("padding", "valid");
  if (padding === "valid" || padding === "same" || padding === "causal") return padding;
  throw new Unsupported(`padding "${padding}" is not supported yet`);
}
