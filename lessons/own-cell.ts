// Lesson: a recurrent cell of one's own. An LSTM that looks at its cell through peepholes, beside the built-in LSTM, learns to time.
//
//     node --conditions=source lessons/own-cell.ts [--out DIR] [--quick]
//
// A network hears spikes that come every p steps, p between 5 and 12, and says after each step how likely a spike comes next. Once two
// spikes have come it can know, if it counts. The gates of an LSTM see only h, what the cell shows; Gers and Schmidhuber ("Recurrent nets
// that time and count", IJCNN 2000) let them see the cell itself:
//
//     i = σ(x_t·W_i + h_{t-1}·U_i + p_i ∘ c_{t-1} + b_i),   f likewise
//     c_t = f ∘ c_{t-1} + i ∘ tanh(x_t·W_c + h_{t-1}·U_c + b_c)
//     o = σ(x_t·W_o + h_{t-1}·U_o + p_o ∘ c_t + b_o),   h_t = o ∘ tanh(c_t)
//
// A cell says what weights it has, what its state is before the first step, and what a step is, in tensor code. The loop, its gradient
// and what is faster outside the loop are the library's: x_t·W is computed for all steps at once, as it is for the built-in layers.

import {
  type CallContext,
  Cell,
  type DType,
  type Layer,
  type LayerConfig,
  layers,
  NdArray,
  ndarray,
  Random,
  type Step,
  sequential,
  type Weight,
} from "recurra";
import { type Tensor, type TensorType, zeros } from "recurra/graph";
import { draw, expectFigure, options } from "./support.ts";

interface PeepholeLSTMConfig extends LayerConfig {
  readonly units: number;
}

/** The state: any list or object of tensors [B, ...]. */
interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

class PeepholeLSTMCell extends Cell<LSTMState> {
  readonly className = "PeepholeLSTMCell";
  override readonly config: PeepholeLSTMConfig;
  kernel!: Weight;
  recurrentKernel!: Weight;
  bias!: Weight;
  peepholes!: Weight;

  constructor(config: PeepholeLSTMConfig) {
    super(config);
    this.config = config;
  }

  /** Makes the weights, once the input of a step, [B, F], is known. */
  protected override build({ shape: [, features = 0] }: TensorType): void {
    const { units } = this.config;
    const openForgetGate = () =>
      ndarray(Array.from({ length: 4 * units }, (_, i) => (i >= units && i < 2 * units ? 1 : 0)));
    this.kernel = this.addWeight("kernel", [features, 4 * units], "glorotUniform");
    this.recurrentKernel = this.addWeight("recurrent_kernel", [units, 4 * units], "orthogonal");
    this.bias = this.addWeight("bias", [4 * units], openForgetGate);
    this.peepholes = this.addWeight("peepholes", [3, units], "zeros");
  }

  override zeroState(batch: number, dtype: DType): LSTMState {
    const { units } = this.config;
    return { h: zeros([batch, units], dtype), c: zeros([batch, units], dtype) };
  }

  override steps({ value }: CallContext): Step<LSTMState> {
    const [w, u, b] = [value(this.kernel), value(this.recurrentKernel), value(this.bias)];
    const [pi, pf, po] = [0, 1, 2].map((gate) => value(this.peepholes).at(gate)) as [Tensor, Tensor, Tensor];
    return (x, { h, c }) => {
      const z = x.matmul(w).add(h.matmul(u)).add(b); // [B, 4H]
      const [zi, zf, zc, zo] = z.split(4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const i = zi.add(c.mul(pi)).sigmoid();
      const f = zf.add(c.mul(pf)).sigmoid();
      const next = f.mul(c).add(i.mul(zc.tanh()));
      const o = zo.add(next.mul(po)).sigmoid();
      const output = o.mul(next.tanh());
      return { output, state: { h: output, c: next } };
    };
  }
}

// ---- the task ----

const [shortest, longest] = [5, 12];
const steps = 4 * longest;

/** Spikes [B, T, 1]; whether one comes at the next step; the step of the second spike of each sequence. */
function spikes(rows: number, random: Random) {
  const periods = random.integers([rows], shortest, longest + 1).toFloat64();
  const phases = random.fold(1).uniform([rows], 0, 1).toFloat64();
  const x = NdArray.zeros([rows, steps, 1]);
  const y = NdArray.zeros([rows, steps, 1]);
  const second = Array.from(periods, (period, b) => {
    const first = Math.floor((phases[b] ?? 0) * period);
    for (let t = first; t <= steps; t += period) {
      if (t < steps) x.data[b * steps + t] = 1;
      if (t > 0) y.data[b * steps + t - 1] = 1;
    }
    return first + period;
  });
  return { x, y, second };
}

const random = new Random(7);
const train = spikes(512, random.fold(0));
const test = spikes(256, random.fold(1));

// ---- both layers, trained alike ----

const units = 8;
const epochs = options.quick ? 16 : 60;

async function trained(name: string, layer: Layer) {
  const model = sequential([layer, layers.dense({ units: 1, activation: "sigmoid" })], { seed: 1 });
  model.compile({
    optimizer: { name: "adam", learningRate: 0.02, clipnorm: 1 },
    loss: "binaryCrossentropy",
  });
  const history = await model.fit(train.x, train.y, {
    epochs,
    batchSize: 32,
    validationData: [test.x, test.y],
    verbose: "silent",
  });
  const said = await model.predict(test.x);
  const wrong = test.second.map((from, b) => {
    let count = 0;
    for (let t = from; t < steps; t++)
      count += Number(said.at(b, t, 0) >= 0.5) === test.y.at(b, t, 0) ? 0 : 1;
    return count;
  });
  const faultless = wrong.filter((count) => count === 0).length / wrong.length;
  const losses = history.logs.val_loss ?? [];
  console.log(
    `${name}: ${model.countParams()} weights, test loss ${losses.at(-1)?.toFixed(4)}, without one fault after the second spike: ${(100 * faultless).toFixed(1)} % of the sequences`,
  );
  return { name, losses, faultless };
}

const shape = { returnSequences: true, inputShape: [steps, 1] };
const own = await trained("peephole LSTM", layers.rnn({ cell: new PeepholeLSTMCell({ units }), ...shape }));
const builtIn = await trained("built-in LSTM", layers.lstm({ units, ...shape }));

await draw("own-cell", {
  $schema: "https://vega.github.io/schema/vega-lite/v6.json",
  title: { text: "Foretelling spikes", subtitle: "binary cross-entropy of the test sequences" },
  width: 640,
  height: 280,
  data: {
    values: [own, builtIn].flatMap(({ name, losses }) =>
      losses.map((loss, i) => ({ epoch: i + 1, loss, layer: name })),
    ),
  },
  mark: { type: "line" },
  encoding: {
    x: { field: "epoch", type: "quantitative" },
    y: { field: "loss", type: "quantitative", scale: { type: "log", nice: false }, title: null },
    color: { field: "layer", type: "nominal", title: null },
  },
});

// ---- with the peepholes shut it is the LSTM ----

const sequence = { returnSequences: true, inputShape: [steps, 1] };
const shut = sequential([layers.rnn({ cell: new PeepholeLSTMCell({ units }), ...sequence })]);
const plain = sequential([layers.lstm({ units, ...sequence })]);
for (const [i, { weight }] of plain.weights.entries()) shut.weights[i]?.weight.assign(weight.value);
const [a, b] = [await shut.predict(test.x), await plain.predict(test.x)];
const difference = Math.max(...a.toFloat64().map((value, i) => Math.abs(value - Number(b.data[i]))));

console.log("");
expectFigure(
  `peepholes of 0: the built-in LSTM's numbers, to ${difference.toExponential(1)}`,
  difference < 1e-5,
);
const usual = test.y.toFloat64().reduce((sum, value) => sum + value, 0) / test.y.size;
const entropy = -usual * Math.log(usual) - (1 - usual) * Math.log(1 - usual);
const [limit, share] = options.quick ? [0.2, 0.5] : [0.1, 0.95];
for (const { name, losses, faultless } of [own, builtIn]) {
  const loss = losses.at(-1) ?? Number.NaN;
  expectFigure(
    `${name}: test loss ${loss.toFixed(4)}, at most ${limit}; always saying the share of spikes has ${entropy.toFixed(2)}`,
    loss <= limit,
  );
  expectFigure(
    `${name}: ${(100 * faultless).toFixed(1)} % without a fault, at least ${100 * share} %`,
    faultless >= share,
  );
}
