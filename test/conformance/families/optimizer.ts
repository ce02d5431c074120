// Optimisers: ten steps in the parameter arena, by the kernel that training uses.

import { type OptimizerChoice, optimizer as optimizerOf } from "../../../src/nn/optimizers/index.ts";
import { learningRateAt } from "../../../src/nn/schedules.ts";
import { Arena } from "../../../src/runtime/arena.ts";
import { Updater } from "../../../src/runtime/updater.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { camelCased } from "../options.ts";
import type { Family } from "../run.ts";
import { understood } from "../understood.ts";

export const optimizer: Family = (cas) => {
  const chosen = { name: cas.subject.toLowerCase(), ...camelCased(cas.config) } as OptimizerChoice;
  const rule = understood(() => optimizerOf(chosen));
  const names = cas.names.filter((name) => name.startsWith("w.")).map((name) => name.slice(2));
  const starts = names.map((name) => cas.array(`w.${name}`));
  const gradients = names.map((name) => cas.array(`g.${name}`));
  const groups = rule.groupsOf(names);
  const arena = new Arena({
    parameters: names.map((name, i) => ({
      name,
      shape: starts[i]?.shape ?? [],
      trainable: true,
      group: groups[i] ?? "",
    })),
    slots: rule.slots.length,
  });
  const updater = new Updater(arena, rule, [...names.keys()]);
  const parameters = names.map((_, i) => arena.parameter(i).data as Float32Array);
  for (const [i, parameter] of parameters.entries()) parameter.set(starts[i]?.data as Float32Array);

  const steps = gradients[0]?.shape[0] ?? 0;
  const trajectories = gradients.map(({ size }) => new Float32Array(size));
  for (let step = 0; step < steps; step++) {
    for (const [i, gradient] of gradients.entries()) {
      (arena.gradient(i).data as Float32Array).set(gradient.rows(step, step + 1).data as Float32Array);
    }
    updater.apply(rule.hyperparameters(step + 1, learningRateAt(rule.learningRate, step)));
    for (const [i, parameter] of parameters.entries()) {
      trajectories[i]?.set(parameter, step * parameter.length);
    }
  }
  const values = trajectories.map((data, i) => {
    const { shape } = gradients[i] ?? { shape: [] };
    return [`w_steps.${names[i]}`, new NdArray(data, shape)] as const;
  });
  return { values: new Map(values) };
};
