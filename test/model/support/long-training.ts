// A program that trains for hours unless it is interrupted; the tests of Ctrl-C start it. Its argument says what happens meanwhile.

import { type Callback, EarlyStopping, layers, sequential } from "../../../src/index.ts";
import { linearData, weightsOf } from "./data.ts";

const interruptMyself = () => process.kill(process.pid, "SIGINT");
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

let steps = 0;
let stepsWhenInterrupted = 0;
const calls: string[] = [];

const scenarios: Readonly<Record<string, Callback>> = {
  /** Waits to be interrupted from outside. */
  outside: {
    async onBatchEnd() {
      if (steps === 3) process.stdout.write("training\n");
      await pause(2);
    },
  },
  /** Hangs in a callback, so that the current step never ends. */
  stuck: {
    async onBatchEnd() {
      process.stdout.write("training\n");
      await pause(60_000);
    },
  },
  /** Is interrupted in the second epoch of four steps, after the second of them. */
  midway: {
    async onBatchEnd() {
      if (steps !== 6) return;
      interruptMyself();
      await pause(50);
    },
  },
  /** Is interrupted after the last step of an epoch, before validation. */
  lastStep: {
    async onBatchEnd() {
      if (steps !== 8) return;
      interruptMyself();
      await pause(50);
    },
  },
  /** Is interrupted between two epochs. */
  between: {
    async onEpochEnd(epoch) {
      if (epoch !== 1) return;
      interruptMyself();
      await pause(50);
    },
  },
};

const scenario = scenarios[process.argv[2] ?? ""];
if (scenario === undefined) throw new TypeError(`no scenario ${process.argv[2]}`);

const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
model.compile({ loss: "mse" });
const before = weightsOf(model);
const watcher: Callback = {
  onBatchEnd() {
    steps++;
  },
  onEpochEnd: (epoch) => void calls.push(`epoch ${epoch}`),
  onTrainEnd: () => void calls.push("end"),
};
if (process.argv[2] !== "stuck") {
  process.on("SIGINT", () => {
    stepsWhenInterrupted = steps;
  });
}
const { x, y } = linearData(100);
const history = await model.fit(x, y, {
  epochs: 1_000_000,
  batchSize: 20,
  validationSplit: 0.2,
  callbacks: [watcher, scenario, new EarlyStopping({ patience: 1_000_000, restoreBestWeights: false })],
  verbose: "lines",
});
const trained = JSON.stringify(weightsOf(model)) !== JSON.stringify(before);
const predicted = (await model.predict(x)).shape;
process.stdout.write(
  JSON.stringify({ history, calls, trained, predicted, stepsSince: steps - stepsWhenInterrupted }),
);
// Nothing keeps the program alive any more, and Ctrl-C would end it at once.
