// Networks: what they give before they have learned anything, what they read, and the linear maps inside them.

import { describe, expect, test } from "vitest";
import { model } from "../../../src/model/functional.ts";
import { input } from "../../../src/nn/input.ts";
import { Interpolation, MovingAverage } from "../../../src/series/neural/networks/fixed-matrix.ts";
import {
  buildNetwork,
  type InputSizes,
  type NetworkKind,
} from "../../../src/series/neural/networks/network.ts";
import { networkNames, networks } from "../../../src/series/neural/networks/table.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";

const task = { lookback: 12, steps: 5, outputs: 3, start: [0, 0, 0], dropout: 0.1 };

const noSizes: InputSizes = { past: 0, future: 0, numbers: 0, categories: [] };

function build(name: keyof typeof networks, sizes = noSizes) {
  const kind = networks[name] as NetworkKind<object>;
  return buildNetwork(kind, task, sizes, kind.defaults(task));
}

const random = (...shape: number[]) => new Random(shape.length).normal(shape);

describe.each(networkNames)("%s", (name) => {
  test("gives [H, Q] zeros before it has learned anything", async () => {
    const y = await build(name).predict({ values: random(2, 12) });
    expect(y.shape).toEqual([2, 5, 3]);
    expect(Array.from(y.data, Number).every((value) => value === 0)).toBe(true);
  });

  test("reads covariates of all kinds", async () => {
    const net = build(name, { past: 2, future: 1, numbers: 2, categories: [4] });
    net.compile({ loss: "mse", optimizer: "adam", threads: 1 });
    const inputs = {
      values: random(2, 12),
      past: random(2, 12, 2),
      future: random(2, 5, 1),
      numbers: random(2, 2),
      category_0: new NdArray(Int32Array.of(1, 3), [2, 1]),
    };
    for (let step = 0; step < 3; step++) await net.trainOnBatch(inputs, random(2, 5, 3));
    const before = Array.from((await net.predict(inputs)).data, Number);
    for (const part of ["past", "future", "numbers"] as const) {
      const moved = Float32Array.from(inputs[part].toFloat64(), (value) => value + 1);
      const after = await net.predict({ ...inputs, [part]: new NdArray(moved, inputs[part].shape) });
      expect(Array.from(after.data, Number)).not.toEqual(before);
    }
    const other = await net.predict({ ...inputs, category_0: new NdArray(Int32Array.of(2, 3), [2, 1]) });
    expect(Array.from(other.data, Number).slice(0, 15)).not.toEqual(before.slice(0, 15));
  });
});

test("a head's numbers start where it says", async () => {
  const net = buildNetwork(networks.nlinear, { ...task, start: [-1, 0, 2] }, noSizes, {});
  const y = await net.predict({ values: random(1, 12) });
  expect(Array.from(y.data, Number).slice(0, 6)).toEqual([-1, 0, 2, -1, 0, 2]);
});

async function apply(layer: MovingAverage | Interpolation, values: readonly number[]): Promise<number[]> {
  const x = input({ shape: [values.length] });
  const net = model({ inputs: x, outputs: layer.apply(x) });
  const y = await net.predict(new NdArray(Float32Array.from(values), [1, values.length]));
  return Array.from(y.toFloat64(), (value) => Number(value.toFixed(4)));
}

test("a moving average repeats the ends", async () => {
  expect(await apply(new MovingAverage({ kernelSize: 3 }), [3, 6, 0, 9])).toEqual([4, 3, 5, 6]);
  expect(await apply(new MovingAverage({ kernelSize: 5 }), [5, 0, 10])).toEqual([5, 6, 7]);
  expect(await apply(new MovingAverage({ kernelSize: 1 }), [1, 2])).toEqual([1, 2]);
});

test("an interpolation is a polygon through points in the middle of their shares", async () => {
  expect(await apply(new Interpolation({ steps: 4 }), [0, 1])).toEqual([0, 0.25, 0.75, 1]);
  expect(await apply(new Interpolation({ steps: 3 }), [7])).toEqual([7, 7, 7]);
  expect(await apply(new Interpolation({ steps: 3 }), [1, 2, 4])).toEqual([1, 2, 4]);
});
