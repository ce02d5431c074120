// Lesson: how an LSTM remembers. Its gates are set by hand, and it holds the number 4.2 until it is asked for it.
//
//     node --conditions=source lessons/lstm-memory.ts [--out DIR]
//
// At each step the network reads three numbers: a value, whether to write it down, and whether to say what is written. The gates are
// σ of large numbers, so each is open (1) or shut (0):
//
//     input gate   i = σ(100·write − 50)       lets the value in
//     forget gate  f = σ(50 − 100·write)       keeps the cell unless it is written to
//     output gate  o = σ(100·say − 50)         shows the cell
//     c_t = f·c_{t-1} + i·value,   h_t = o·c_t
//
// (the activation is linear, so that the cell's number is shown as it is). What is written at step 3 is still there at step 18, to the
// last digit, whatever is read in between: this is what the cell of an LSTM is for (Hochreiter & Schmidhuber 1997). A simple recurrent
// network mixes its state with every input.

import { layers, ndarray, sequential } from "recurra";
import { draw, expectFigure } from "./support.ts";

const steps = 20;
const [written, said] = [3, 18];
const values = Array.from({ length: steps }, (_, t) => (t === written ? 4.2 : Math.sin(t)));
const x = ndarray([values.map((value, t) => [value, t === written ? 1 : 0, t === said ? 1 : 0])]); // [1, T, 3]

const model = sequential([
  layers.lstm({ units: 1, activation: "linear", returnSequences: true, inputShape: [steps, 3] }),
]);
const [kernel, recurrentKernel, bias] = model.weights.map(({ weight }) => weight);
kernel?.assign(
  ndarray([
    // i, f, c, o
    [0, 0, 1, 0], // value
    [100, -100, 0, 0], // write
    [0, 0, 0, 100], // say
  ]),
);
recurrentKernel?.assign(ndarray([[0, 0, 0, 0]]));
bias?.assign(ndarray([-50, 50, 0, -50]));

const output = Array.from((await model.predict(x)).toFloat64());
console.log("step    value  write  say   output");
for (const [t, value] of values.entries()) {
  const flags = `${t === written ? "write" : "     "}  ${t === said ? "say" : "   "}`;
  console.log(
    `${String(t).padStart(4)} ${value.toFixed(3).padStart(8)}  ${flags}  ${(output[t] ?? Number.NaN).toFixed(6).padStart(9)}`,
  );
}

const rows = values.flatMap((value, t) => [
  { step: t, number: value, what: "read" },
  { step: t, number: output[t] ?? Number.NaN, what: "said" },
]);
await draw("lstm-memory", {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  title: "4.2 is written at step 3 and said at step 18",
  width: 640,
  height: 240,
  data: { values: rows },
  mark: { type: "line", point: true, interpolate: "step-after" },
  encoding: {
    x: { field: "step", type: "quantitative" },
    y: { field: "number", type: "quantitative", title: null },
    color: { field: "what", type: "nominal", title: null },
  },
});

const held = output[said] ?? Number.NaN;
const silent = output.every((value, t) => t === said || Math.abs(value) < 1e-6);
expectFigure(`what is said at step ${said} is ${held}, 4.2 to float32`, Math.abs(held - 4.2) < 1e-6);
expectFigure("nothing is said at any other step", silent);
