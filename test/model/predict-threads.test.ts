// predict with threads of its own: the same numbers, and what is no number of threads.

import { expect, test } from "vitest";
import { sequential } from "../../src/model/sequential.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { Random } from "../../src/tensor/random.ts";

const model = sequential([layers.dense({ units: 3, inputShape: [4] })], { seed: 1 });
const x = new Random(2).normal([5, 4]);

test("the same predictions, also with the weights inside", async () => {
  const all = await model.predict(x);
  for (let call = 0; call < 3; call++)
    expect([...(await model.predict(x, { threads: 1 })).data]).toEqual([...all.data]);
});

test("what is no number of threads", async () => {
  await expect(model.predict(x, { threads: 0 })).rejects.toThrow(
    "predict: threads is to be a positive whole number, got 0",
  );
});
