// The gradients of one training step, of any model, against differences of its loss in float64.

import { expect } from "vitest";
import { interpret } from "../../../src/graph/interpret.ts";
import type { Tensor, Value } from "../../../src/graph/tensor.ts";
import { optimizers } from "../../../src/index.ts";
import { traceLoss } from "../../../src/model/loss-graph.ts";
import type { Model } from "../../../src/model/model.ts";
import type { GivenRows } from "../../../src/model/rows.ts";
import type { CompileModelOptions } from "../../../src/model/setup.ts";
import type { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

const exact = (array: NdArray): Value => ({ shape: array.shape, data: array.toFloat64() });

/**
 * Takes a step of size 1 along the gradients, so that what each weight lost is its gradient, and holds it against differences of the loss,
 * which the interpreter computes. The model draws no random numbers. A weight whose gradient is 0 everywhere fails, unless `still` names it.
 *
 * @returns the logs of the step
 */
export async function checkGradients(
  model: Model,
  given: GivenRows,
  compile: CompileModelOptions,
  { still = [] as readonly string[] } = {},
): Promise<Readonly<Record<string, number>>> {
  for (const [i, { weight }] of model.weights.entries())
    weight.assign(new Random(i + 1).uniform(weight.shape, -0.4, 0.4)); // away from the zeros of a fresh bias
  model.compile({ ...compile, optimizer: optimizers.sgd({ learningRate: 1 }) });
  const trainer = model.trainer();
  const rows = trainer.checkRows(given);
  const { weights } = model;
  const graph = traceLoss(model, trainer.setup.heads, weights, rows, { training: true });
  const fed = [...rows.x, ...rows.y, ...rows.weights.filter((array) => array !== undefined)];
  const leaves = graph.inputs.map(([, tensor]) => tensor);
  const batch = new Map<Tensor, Value>(fed.map((array, i) => [leaves[i] as Tensor, exact(array)]));
  const before = weights.map(({ weight }) => weight.value.toFloat64());
  const lossAt = (values: readonly Float64Array[]): number => {
    const bound = graph.weightInputs.map(
      (tensor, i) => [tensor, { shape: tensor.shape, data: values[i] ?? new Float64Array() }] as const,
    );
    return interpret([graph.total], new Map([...batch, ...bound]))[0]?.data[0] ?? Number.NaN;
  };

  const logs = await model.trainOnBatch(...given);
  expect(logs.loss).toBeCloseTo(lossAt(before), 5);
  for (const [i, { name, weight, trainable }] of weights.entries()) {
    const start = before[i] ?? new Float64Array();
    const after = weight.value.toFloat64();
    if (!trainable) {
      expect([...after], name).toEqual([...start]);
      continue;
    }
    const wanted = start.map((value, k) => {
      const moved = (by: number) => lossAt(before.with(i, start.with(k, value + by)));
      const central = (h: number) => (moved(h) - moved(-h)) / (2 * h);
      return (4 * central(2e-3) - central(4e-3)) / 3; // Richardson: the error is of order h⁴
    });
    const largest = Math.max(...wanted.map(Math.abs));
    if (!still.includes(name)) expect(largest, `${name}: the largest element`).toBeGreaterThan(1e-4);
    for (const [k, value] of wanted.entries()) {
      const off = Math.abs((start[k] ?? 0) - (after[k] ?? 0) - value);
      if (!(off < 1e-6 + 2e-5 * largest))
        expect.fail(
          `${name}, element ${k}: the step takes ${(start[k] ?? 0) - (after[k] ?? 0)}, differences say ${value}`,
        );
    }
  }
  return logs;
}

/** The numbers of an array, to be compared bit by bit. */
export function bits(array: NdArray): readonly number[] {
  return [...new Uint32Array((array.data as Float32Array).slice().buffer)];
}
