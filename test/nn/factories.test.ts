// Every factory that takes options refuses what is none, and an option that nothing has, by a named error.

import { describe, expect, test } from "vitest";
import {
  constraints,
  layers,
  losses,
  metrics,
  optimizers,
  RecurraError,
  regularizers,
  schedules,
  sequential,
  TerminateOnNaN,
} from "../../src/index.ts";

type Make = (config: unknown) => unknown;

/** What is made is put to use, since configs of losses and the like are checked where they are read. */
const uses: Readonly<Record<string, { readonly makers: object; readonly use: (made: never) => unknown }>> = {
  layers: { makers: layers, use: (made) => made },
  optimizers: { makers: optimizers, use: (made) => made },
  schedules: {
    makers: schedules,
    use: (learningRate) => compile({ optimizer: { name: "sgd", learningRate } }),
  },
  losses: { makers: losses, use: (loss) => compile({ loss }) },
  metrics: { makers: metrics, use: (metric) => compile({ metrics: [metric] }) },
  regularizers: {
    makers: regularizers,
    use: (kernelRegularizer) => layers.dense({ units: 1, kernelRegularizer }),
  },
  constraints: {
    makers: constraints,
    use: (kernelConstraint) => layers.dense({ units: 1, kernelConstraint }),
  },
};

function compile(options: object): void {
  sequential([layers.dense({ units: 1, inputShape: [2] })]).compile({ loss: "mse", ...options });
}

const makers = Object.entries(uses).flatMap(([group, { makers: all, use }]) =>
  Object.entries(all).map(([name, make]) => [`${group}.${name}`, make as Make, use as Make] as const),
);

describe.each(makers)("%s", (_, make, use) => {
  test("refuses an option that nothing has", () => {
    expect(() => use(make({ banana: 1 }))).toThrow(RecurraError);
    expect(() => use(make({ banana: 1 }))).toThrow("banana");
  });

  test.each([[null], [3], ["x"], [[]]])("takes or refuses %j, and does not crash", (config) => {
    try {
      use(make(config));
    } catch (error) {
      expect(error).toBeInstanceOf(RecurraError);
    }
  });
});

test("TerminateOnNaN takes no options", () => {
  expect(() => new TerminateOnNaN({ banana: 1 } as never)).toThrow(
    'TerminateOnNaN: there is no option "banana"',
  );
});
