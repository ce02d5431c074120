// Scans and their gradients, lowered to ONNX and run on the CPU, give what the reference interpreter gives.

import { describe, expect, it } from "vitest";
import "../../src/graph/chain.ts";
import { sigmoid, tanh } from "../../src/graph/ops/functions.ts";
import { concat, split } from "../../src/graph/ops/layout.ts";
import { constant, dropoutMask, input, scalar } from "../../src/graph/ops/leaf.ts";
import { scan } from "../../src/graph/ops/scan.ts";
import { broadcastTo } from "../../src/graph/ops/sum.ts";
import type { Tensor } from "../../src/graph/tensor.ts";
import { grad, valueAndGrad } from "../../src/graph/trace.ts";
import type { DType } from "../../src/tensor/dtype.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";
import { asValue, differential, draw, expectNear, model, runModel } from "./differential.ts";

const zeros = (shape: readonly number[], dtype: DType) => broadcastTo(scalar(0, dtype), shape);

/** An LSTM over x [T, B, F]: kernel [F, 4H], recurrent kernel [H, 4H], bias [4H]. */
function lstm(x: Tensor, kernel: Tensor, recurrent: Tensor, bias: Tensor, reverse = false) {
  const [, batch = 0] = x.shape;
  const [units = 0] = recurrent.shape;
  const body = ({ h, c }: { h: Tensor; c: Tensor }, xt: Tensor) => {
    const z = xt.matmul(kernel).add(h.matmul(recurrent)).add(bias);
    const [i, f, g, o] = split(z, 4, 1) as [Tensor, Tensor, Tensor, Tensor];
    const next = sigmoid(f)
      .mul(c)
      .add(sigmoid(i).mul(tanh(g)));
    const output = sigmoid(o).mul(tanh(next));
    return { carry: { h: output, c: next }, output };
  };
  return scan(body, { h: zeros([batch, units], x.dtype), c: zeros([batch, units], x.dtype) }, x, { reverse });
}

for (const dtype of ["float32", "float64"] as const) {
  const weights = [draw([3, 8], dtype), draw([2, 8], dtype, { seed: 3 }), draw([8], dtype, { seed: 4 })];

  describe(`scan in ${dtype}`, () => {
    it("stacks outputs and gives the last carry", () =>
      differential([draw([4, 2], dtype), draw([2], dtype)], (x, y) => {
        const { last, outputs } = scan((carry, xt) => tanh(carry.mul(0.5).add(xt)), y!, x!);
        return [last, outputs];
      }));

    it("takes several carries, sequences and outputs, and captures", () =>
      differential(
        [draw([4, 2, 3], dtype), draw([4, 2], "int64"), draw([3], dtype), draw([4, 3], dtype)],
        (x, n, w, s) => {
          const result = scan(
            ({ total, count }, step: { x: Tensor; n: Tensor; s: Tensor }) => {
              const value = step.x.mul(w!).add(step.s);
              return {
                carry: { total: total.add(value), count: count.add(step.n) },
                output: [value, step.n.greater(0), total, w!] as const,
              };
            },
            { total: zeros([2, 3], dtype), count: constant(ndarray([1, 2], { dtype: "int64" })) },
            { x: x!, n: n!, s: s! },
          );
          return [result.last.total, result.last.count, ...result.outputs];
        },
      ));

    it("runs an LSTM forwards and backwards in time", () =>
      differential([draw([5, 2, 3], dtype), ...weights], (x, ...w) => {
        const [kernel, recurrent, bias] = w as [Tensor, Tensor, Tensor];
        return [false, true].flatMap((reverse) => {
          const { last, outputs } = lstm(x!, kernel, recurrent, bias, reverse);
          return [last.h, last.c, outputs];
        });
      }));

    it("has the gradient of an LSTM", () =>
      differential([draw([5, 2, 3], dtype), ...weights], (x, ...w) => {
        const loss = (p: Tensor[]) => {
          const [input, kernel, recurrent, bias] = p as [Tensor, Tensor, Tensor, Tensor];
          const { last, outputs } = lstm(input, kernel, recurrent, bias);
          return outputs.square().sum().add(last.c.sum());
        };
        const { value, gradient } = valueAndGrad(loss)([x!, ...(w as Tensor[])]);
        return [value, ...gradient];
      }));

    it("has a second gradient", () =>
      differential([draw([3, 2], dtype), draw([2], dtype)], (x, w) => {
        const loss = (v: Tensor) =>
          scan((y, xt: Tensor) => tanh(y.mul(v).add(xt)), zeros([2], dtype), x!).last.sum();
        return grad((v: Tensor) => grad(loss)(v).square().sum())(w!);
      }));

    it("nests", () =>
      differential([draw([3, 4, 2], dtype), draw([2], dtype)], (x, w) => {
        const inner = (rows: Tensor, v: Tensor) =>
          scan((y, row: Tensor) => tanh(y.mul(v).add(row)), zeros([2], dtype), rows).last;
        const outer = (v: Tensor) =>
          scan((y, rows: Tensor) => y.mul(0.5).add(inner(rows, v.mul(y))), zeros([2], dtype), x!, {
            reverse: true,
          }).outputs;
        const { value, gradient } = valueAndGrad((v: Tensor) => outer(v).square().sum())(w!);
        return [outer(w!), value, gradient];
      }));

    it("counts steps without a sequence", () =>
      differential([draw([3], dtype)], (x) => {
        const result = scan((y: Tensor) => ({ carry: y.mul(0.5), output: { y } }), x!, [] as Tensor[], {
          length: 4,
        });
        return [result.last, result.outputs.y];
      }));

    it("may hand through what it is given", () =>
      differential([draw([3, 2], dtype), draw([2], dtype), draw([], dtype)], (x, y, w) => {
        const result = scan(
          ({ a, b }, xt: Tensor) => ({
            carry: { a: b, b: a },
            output: [xt, xt, a, w!, scalar(2, dtype), concat([xt, a])] as const,
          }),
          { a: y!, b: zeros([2], dtype) },
          x!,
        );
        return [result.last.a, result.last.b, ...result.outputs];
      }));
  });
}

it("takes random numbers as inputs, also those drawn within a body", async () => {
  const x = input("x", { dtype: "float32", shape: [3, 4] });
  const masks: Tensor[] = [];
  const { outputs } = scan(
    (y, xt: Tensor) => {
      const mask = dropoutMask([4], 0.5);
      masks.push(mask);
      return y.add(xt).mul(mask);
    },
    zeros([4], "float32"),
    x,
  );
  const feeds = [draw([3, 4], "float32"), draw([4], "float32")];
  const leaves = [x, masks[0]!];
  const results = await runModel(model(leaves, [outputs]), feeds);
  expectNear(results, [outputs], new Map(leaves.map((leaf, i) => [leaf, asValue(feeds[i]!)])));
  expect(masks).toHaveLength(1);
});
