// The baseline that knows the classes' shares alone: the most frequent class, whatever the series.

import { checkOptionNames } from "../../nn/choice.ts";
import type { FittedMethod, Method } from "./method.ts";
import { numbersOf } from "./saved.ts";

/** Every series by the shares of the classes in the training data. @throws RecurraError `unknown-option` */
export function majority(config: object = {}): Method {
  checkOptionNames("majority", config, []);
  return {
    name: "majority",
    async fit({ labels, classes }) {
      const shares = new Float64Array(classes);
      for (const label of labels) shares[label] = (shares[label] ?? 0) + 1 / labels.length;
      return fitted(shares);
    },
    async restore({ json }) {
      return fitted(Float64Array.from(numbersOf(json, "shares")));
    },
  };
}

function fitted(shares: Float64Array): FittedMethod {
  return {
    async probabilities(x) {
      const result = new Float64Array(x.length * shares.length);
      for (let n = 0; n < x.length; n++) result.set(shares, n * shares.length);
      return result;
    },
    describe: () => ({ share: Math.max(...shares) }),
    state: () => ({ json: { shares: [...shares] }, arrays: {} }),
  };
}
