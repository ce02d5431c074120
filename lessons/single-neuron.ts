// Lesson: one neuron that reads its own last output, trained by gradient descent. No layer, no model, no optimiser: jit, valueAndGrad
// and scan alone.
//
//     node --conditions=source lessons/single-neuron.ts [--data DIR] [--quick]
//
// The smallest recurrent network has one unit and three weights:
//
//     y_t = tanh(w0 + w1 x_t + w2 y_{t-1}),   y_0 = 0
//
// It reads 100 daily prices of a stock, and its last output is its forecast of day 101. How well it does over all stocks is the mean
// squared error; how that changes with the weights is what backpropagation through time says (Werbos 1990), which here is `grad` of
// a `scan`. Each step of gradient descent moves the weights a hundredth of the way downhill.
//
// DIR holds fortune500_100_days.csv: a company a row, its name and 101 prices, scaled to [-1, 1]. By default it is what RECURRA_DATA
// says, or ../shared/data beside this project. With --quick there are 100 steps instead of 1000.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import {
  jit,
  mean,
  mul,
  type NdArray,
  ndarray,
  scan,
  square,
  sub,
  type Tensor,
  tanh,
  valueAndGrad,
  zeros,
} from "recurra/graph";

const { values: options } = parseArgs({
  options: { data: { type: "string" }, quick: { type: "boolean", default: false } },
});

// ---- The data: X [T, B], time first, since a loop over time takes its steps from the first axis; y [B] is the day after. ----

const folder = options.data ?? process.env.RECURRA_DATA ?? join(import.meta.dirname, "../../shared/data");
const file = join(folder, "fortune500_100_days.csv");
if (!existsSync(file)) {
  console.error(`There is no ${file}. Say where it lies: --data DIR, or RECURRA_DATA=DIR.`);
  process.exit(2);
}
const [, ...lines] = readFileSync(file, "utf8").trim().split("\n");
const prices = lines.map((line) => line.split(",").slice(1).map(Number)); // [B, 101]
const days = 100;
const X = ndarray(
  Array.from({ length: days }, (_, t) => prices.map((row) => row[t] ?? Number.NaN)),
  { dtype: "float64" },
);
const Y = ndarray(
  prices.map((row) => row[days] ?? Number.NaN),
  { dtype: "float64" },
);

// ---- The network, its loss, and a step of gradient descent: tensor code, compiled to one graph. ----

/** The last output of the neuron: w [3], x [T, B] -> [B]. */
function neuron(w: Tensor, x: Tensor): Tensor {
  const start = zeros([prices.length], "float64");
  return scan(
    (y, xt) =>
      tanh(
        w
          .at(0)
          .add(mul(w.at(1), xt))
          .add(mul(w.at(2), y)),
      ),
    start,
    x,
  ).last;
}

const loss = (w: Tensor, x: Tensor, y: Tensor) => mean(square(sub(y, neuron(w, x))));

const rate = 0.01;
const descend = jit((w: Tensor, x: Tensor, y: Tensor) => {
  const { value, gradient } = valueAndGrad(loss)(w, x, y);
  return { mse: value, next: w.sub(gradient.mul(rate)) };
});

// ---- Training. ----

const steps = options.quick ? 100 : 1000;
let w: NdArray = ndarray([1, 1, 1], { dtype: "float64" });
let mse = Number.NaN;
console.log(
  `${prices.length} companies, ${days} days\n\n step         w0          w1          w2         MSE`,
);
for (let step = 0; step <= steps; step++) {
  const result = await descend(w, X, Y);
  mse = result.mse.item();
  if (step % 100 === 0) {
    const columns = [...w.toFloat64(), mse].map((value) => value.toFixed(8).padStart(12));
    console.log(`${String(step).padStart(5)}${columns.join("")}`);
  }
  if (step < steps) w = result.next;
}

// ---- What it must come to: the lecture's figures; after 100 steps, those of the same loop in NumPy, float64. ----

const expected = options.quick
  ? { w: [0.55797371, 1.22898303, 0.76625952], mse: 0.258732013 }
  : { w: [-0.07161043, 1.15476269, 0.25800392], mse: 0.03900926 };

console.log(`
The neuron has learned to lean on the last price (w1) and to hold on to a little of what it said before (w2).
For comparison: always saying the mean of day ${days + 1} has an MSE of 0.3516, repeating day ${days} one of 0.0333.`);

const isNear = (a: number | undefined, b: number) => Math.abs((a ?? Number.NaN) - b) <= 1e-6;
const reached = isNear(mse, expected.mse) && expected.w.every((value, i) => isNear(w.toFloat64()[i], value));
if (!reached) {
  console.error(`Expected the weights ${expected.w.join(", ")} and an MSE of ${expected.mse}, to 1e-6.`);
  process.exitCode = 1;
}
