// npm run bench:memory: trains a small model for 20,000 steps and says whether memory grew.

import { layers, Random, sequential } from "../src/index.ts";
import { excess, growth, memoryNow } from "./growth.ts";

const warmUp = 2000;
const steps = 20_000;

const model = sequential([
  layers.embedding({ inputDim: 1000, outputDim: 8, inputShape: [10] }),
  layers.lstm({ units: 8, dropout: 0.1, recurrentDropout: 0.1 }),
  layers.dropout({ rate: 0.2 }),
  layers.dense({ units: 1 }),
]);
model.compile({ loss: "mse", metrics: ["mae"], threads: 1 });
const random = new Random(1);
const x = random.integers([32, 10], 0, 1000);
const y = random.normal([32, 1]);

const train = async (count: number) => {
  for (let step = 0; step < count; step++) await model.trainOnBatch(x, y);
};
const show = (label: string, memory: object) =>
  console.log(
    label.padEnd(14) +
      Object.values(memory)
        .map((value: number) => value.toFixed(2).padStart(14))
        .join(""),
  );

await train(warmUp);
const first = await memoryNow();
console.log(["MiB after step".padEnd(14), ...Object.keys(first).map((kind) => kind.padStart(14))].join(""));
show(`${warmUp}`, first);
let last = first;
for (let done = 0; done < steps; done += steps / 5) {
  await train(steps / 5);
  last = await memoryNow();
  show(`${warmUp + done + steps / 5}`, last);
}
const grown = growth(first, last);
show("growth", grown);
const faults = excess(grown);
console.log(
  faults.length === 0 ? `\nSteady: ${steps} steps keep nothing.` : `\nMemory grew: ${faults.join("; ")}.`,
);
process.exitCode = faults.length === 0 ? 0 : 1;
