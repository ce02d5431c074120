// Activation functions.

import { type Activation, activation as activationOf } from "../../../src/nn/activations.ts";
import { upstreamGradients } from "../gradients.ts";
import { camelCase, camelCased } from "../options.ts";
import type { Family } from "../run.ts";
import { understood } from "../understood.ts";

export const activation: Family = (cas) => {
  cas.call.strings("inputs");
  const options = camelCased(cas.config);
  const chosen = { name: camelCase(cas.subject), ...options } as Activation;
  const y = understood(() => activationOf(chosen))(cas.input("x"));
  const outputs = new Map([["y", y]]);
  return { graph: new Map([...outputs, ...upstreamGradients(cas, outputs)]) };
};
