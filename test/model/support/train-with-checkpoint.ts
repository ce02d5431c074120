// A training that is killed again and again: `node train-with-checkpoint.ts CHECKPOINT`. Prints "training" when it has begun, and
// its weights and history at the end.

import { createHash } from "node:crypto";
import { EarlyStopping, layers, Random, ReduceLROnPlateau, sequential } from "../../../src/index.ts";

const [, , checkpoint] = process.argv;
const random = new Random(7);
const x = random.normal([60, 6, 2]);
const y = random.normal([60, 1]);

const model = sequential(
  [
    layers.lstm({ units: 5, dropout: 0.2, recurrentDropout: 0.1, inputShape: [6, 2] }),
    layers.dropout({ rate: 0.3 }),
    layers.dense({ units: 1 }),
  ],
  { seed: 3 },
);
model.compile({
  optimizer: { name: "adam", learningRate: 0.01, useEma: true },
  loss: "mse",
  metrics: ["mae"],
  gradientAccumulationSteps: 2,
});
const history = await model.fit(x, y, {
  epochs: 12,
  batchSize: 8,
  validationSplit: 0.2,
  callbacks: [
    new EarlyStopping({ patience: 6, restoreBestWeights: true }),
    new ReduceLROnPlateau({ patience: 2, factor: 0.5 }),
    {
      onBatchEnd(step) {
        if (step === 0) process.stdout.write("training\n");
      },
    },
  ],
  verbose: "silent",
  ...(checkpoint === undefined ? {} : { checkpoint: { path: checkpoint, everySteps: 1 } }),
});
const hash = createHash("sha256");
for (const { weight } of model.weights) hash.update(weight.value.data as Float32Array);
process.stdout.write(`${JSON.stringify({ weights: hash.digest("hex"), history })}\n`);
