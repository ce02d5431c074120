// The updater: blocks with scalars of their own, where slots start, and sums of gradients.

import { describe, expect, test } from "vitest";
import { add, mul, sub } from "../../src/graph/ops/arithmetic.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { Arena, type ArenaParameter } from "../../src/runtime/arena.ts";
import { type UpdateRule, Updater } from "../../src/runtime/updater.ts";

/** w ← w - rate·g, slot ← slot + g; what is named "slow/…" is in the group "slow". */
const descent: UpdateRule = {
  slots: ["sum"],
  slotStarts: {},
  scalars: ["rate"],
  normLimit: undefined,
  groupsOf: (names) => names.map((name) => (name.startsWith("slow/") ? "slow" : "")),
  update: ({ parameter, gradient, sum, rate }) => ({
    parameter: sub(parameter as Tensor, mul(gradient as Tensor, rate as Tensor)),
    sum: add(sum as Tensor, gradient as Tensor),
  }),
};

const names = ["a", "slow/b", "frozen", "c", "slow/d"];
const parameters: readonly ArenaParameter[] = names.map((name) => ({
  name,
  shape: [3],
  trainable: name !== "frozen",
  group: name.startsWith("slow/") ? "slow" : "",
}));
const trainable = [0, 1, 3, 4];

function make(rule: UpdateRule = descent) {
  const arena = new Arena({ parameters, slots: rule.slots.length });
  const updater = new Updater(arena, rule, trainable);
  for (const i of trainable) arena.gradient(i).data.fill((i + 1) as never);
  return { arena, updater };
}

const scalars = { "": { rate: 1 }, slow: { rate: 0.25 } };

describe("apply", () => {
  test("gives each block the scalars of its group, and leaves frozen parameters alone", () => {
    const { arena, updater } = make();
    updater.apply(scalars);
    expect(names.map((_, i) => arena.parameter(i).toArray()[0])).toEqual([-1, -0.5, 0, -4, -1.25]);
    expect(trainable.map((i) => arena.slot(0, i).toArray()[2])).toEqual([1, 2, 4, 5]);
  });

  test("holds the norm of each gradient with the scalars of its group", () => {
    const limit = Math.sqrt(3) * 2; // the norms are √3 times 1, 2, 4 and 5
    const { arena, updater } = make({
      ...descent,
      normLimit: { scope: "each", limit },
      scalars: ["rate", "gradientScale"],
      update: ({ parameter, gradient, rate, gradientScale }) => ({
        parameter: sub(
          parameter as Tensor,
          mul(mul(gradient as Tensor, gradientScale as Tensor), rate as Tensor),
        ),
      }),
    });
    updater.apply(scalars);
    for (const [i, wanted] of [-1, -0.5, 0, -2, -0.5].entries())
      expect(arena.parameter(i).toArray()[0]).toBeCloseTo(wanted, 6);
  });

  test("fails before anything has changed where a group has no scalars", () => {
    const { arena, updater } = make();
    expect(() => updater.apply({ "": { rate: 1 } })).toThrow(
      expect.objectContaining({
        code: "optimizer-group",
        message: 'updater: there are no scalars for the group "slow", only for ""',
      }),
    );
    expect(arena.parameter(0).toArray()).toEqual([0, 0, 0]);
  });
});

describe("construction", () => {
  test("fails where the arena has a parameter in another group than the rule", () => {
    const flat = parameters.map(({ name, shape, trainable }) => ({ name, shape, trainable }));
    const arena = new Arena({ parameters: flat, slots: 1 });
    expect(() => new Updater(arena, descent, trainable)).toThrow(
      expect.objectContaining({
        code: "optimizer-group",
        message: 'updater: slow/b lies in the arena\'s group "", but the optimiser has it in "slow"',
      }),
    );
  });

  test("sets the slots to what they start at, and so does reset", () => {
    const { arena, updater } = make({ ...descent, slotStarts: { sum: 0.5 } });
    const slots = () => trainable.map((i) => arena.slot(0, i).toArray());
    const start = trainable.map(() => [0.5, 0.5, 0.5]);
    expect(slots()).toEqual(start);
    updater.apply(scalars);
    expect(slots()[1]).toEqual([2.5, 2.5, 2.5]);
    updater.reset();
    expect(slots()).toEqual(start);
  });
});

describe("gradients of several batches", () => {
  test("scaleGradients makes a mean of their sum", () => {
    const { arena, updater } = make();
    updater.scaleGradients(0.5);
    expect(trainable.map((i) => arena.gradient(i).toArray()[1])).toEqual([0.5, 1, 2, 2.5]);
    updater.apply(scalars);
    expect(arena.parameter(3).toArray()).toEqual([-2, -2, -2]);
  });
});
