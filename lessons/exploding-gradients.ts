// Lesson: gradients that explode, made visible, and what clipping does about it.
//
//     node --conditions=source lessons/exploding-gradients.ts [--out DIR] [--quick]
//
// The task is to count: a network reads 50 zeros and ones and says how many ones there were. A linear recurrent network does it with
// two weights, both 1:
//
//     h_t = w x_t + u h_{t-1},   ∂h_T/∂h_t = u^(T-t)
//
// so the gradient of the loss by an early state grows or shrinks by the factor u at every step. With u = 1.1 it is 100 times larger
// after 50 steps; a step of gradient descent at the learning rate that suits u = 1 then throws u further out, and two steps later
// there are no numbers left: NaN. Scaled down to norm 1 where it is longer (clipnorm; Pascanu, Mikolov & Bengio, ICML 2013), the same
// gradient points the same way, and the network learns to count.

import { GradientNorms, layers, ndarray, Random, type Sequential, sequential, TerminateOnNaN } from "recurra";
import { gradientSpec, gradientTimeSpec } from "recurra/plot";
import { draw, expectFigure, options } from "./support.ts";

const steps = 50;
const rows = 512;
const random = new Random(1);
const x = random.bernoulli([rows, steps, 1], 0.5).astype("float32");
const y = ndarray(
  Array.from({ length: rows }, (_, b) => [
    Array.from({ length: steps }, (_, t) => Number(x.data[b * steps + t])).reduce((a, v) => a + v, 0),
  ]),
);

/** A linear recurrent network with u = 1.1, to be trained at the learning rate 0.001. */
function counter(clipping: { readonly clipnorm?: number }): Sequential {
  const model = sequential([
    layers.simpleRNN({
      units: 1,
      activation: "linear",
      useBias: false,
      recurrentInitializer: { name: "constant", value: 1.1 },
      kernelInitializer: { name: "constant", value: 0.5 },
      inputShape: [steps, 1],
    }),
  ]);
  model.compile({ optimizer: { name: "sgd", learningRate: 0.001, ...clipping }, loss: "mse" });
  return model;
}

async function train(name: string, clipping: { readonly clipnorm?: number }) {
  const model = counter(clipping);
  const norms = new GradientNorms({ timeSteps: true });
  const history = await model.fit(x, y, {
    epochs: options.quick ? 30 : 300,
    batchSize: 32,
    callbacks: [norms, new TerminateOnNaN()],
    verbose: "silent",
  });
  const [w, u] = model.weights.map(({ weight }) => weight.value.item());
  const loss = history.logs.loss?.at(-1) ?? Number.NaN;
  console.log(`${name}: loss ${loss.toPrecision(4)}, w = ${w?.toFixed(4)}, u = ${u?.toFixed(4)}`);
  console.log(`  largest gradient: ${Math.max(...norms.total).toPrecision(4)}`);
  await draw(`gradients-${name}`, gradientSpec({ record: norms, title: `Gradient norms, ${name}` }));
  if (Number.isFinite(loss))
    await draw(`gradients-by-step-${name}`, gradientTimeSpec({ record: norms, title: `‖∂L/∂h_t‖, ${name}` }));
  return { loss, norms };
}

const exploded = await train("without-clipping", {});
const clipped = await train("clipped", { clipnorm: 1 });

const first = Object.values(clipped.norms.timeSteps)[0]?.[0] ?? [];
const growth = Number(first[0]) / Number(first[steps - 1]);
console.log(
  `\nAfter the first step ‖∂L/∂h_t‖ is ${growth.toFixed(0)} times larger at the first time step than at the last (1.1^49 is 107).\n`,
);
const limit = options.quick ? 4 : 1;
expectFigure("without clipping the loss is no number", !Number.isFinite(exploded.loss));
expectFigure(
  `with clipping it counts: MSE ${clipped.loss.toFixed(4)}, at most ${limit}; always saying 25 has 12.5`,
  clipped.loss <= limit,
);
