// Small whole models, and a few steps of their training.

import { item } from "../../../src/graph/op.ts";
import { add, mul, sub } from "../../../src/graph/ops/arithmetic.ts";
import { square, tanh } from "../../../src/graph/ops/functions.ts";
import { take, transpose } from "../../../src/graph/ops/layout.ts";
import { scalar } from "../../../src/graph/ops/leaf.ts";
import { mean } from "../../../src/graph/ops/reduce.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { broadcastTo } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { model as functional } from "../../../src/model/functional.ts";
import type { Model } from "../../../src/model/model.ts";
import { type Sequential, sequential } from "../../../src/model/sequential.ts";
import { input } from "../../../src/nn/input.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { losses, loss as lossOf, reduceLoss } from "../../../src/nn/losses.ts";
import type { OptimizerChoice } from "../../../src/nn/optimizers/index.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { sameShape } from "../../../src/tensor/shape.ts";
import type { Case } from "../case.ts";
import { lossGradients, type Results } from "../gradients.ts";
import { contextOf } from "../layers.ts";
import { camelCased, Options, Unsupported } from "../options.ts";
import { type Family, onCpu, type Values } from "../run.ts";
import { seq2seq } from "./seq2seq.ts";

const models: Readonly<Record<string, Family>> = {
  async stacked_lstm_regression(cas) {
    const { config } = cas;
    const units = config.number("units");
    const count = config.number("layers");
    const [, ...inputShape] = cas.array("x").shape;
    const lstm = (i: number) =>
      layers.lstm({ units, returnSequences: i < count - 1, ...(i === 0 ? { inputShape } : {}) });
    const model = sequential([
      ...Array.from({ length: count }, (_, i) => lstm(i)),
      layers.dense({ units: 1 }),
    ]);
    const graph = trained(cas, model, (yPred) => reduceLoss(lossOf("mse").call(cas.input("y_true"), yPred)));
    return { graph, values: await adamSteps(cas, model) };
  },
  char_lm_gru(cas) {
    const { config } = cas;
    const [, ...inputShape] = cas.array("x").shape;
    const inputDim = config.number("input_dim");
    const model = sequential([
      layers.embedding({ inputDim, outputDim: config.number("output_dim"), inputShape }),
      layers.gru({ units: config.number("units"), returnSequences: true }),
      layers.dense({ units: inputDim }),
    ]);
    const loss = lossOf(losses.sparseCategoricalCrossentropy({ fromLogits: true }));
    return { graph: trained(cas, model, (yPred) => reduceLoss(loss.call(cas.input("y_true"), yPred))) };
  },
  embedding_bilstm_classifier(cas) {
    const { config } = cas;
    const [, ...inputShape] = cas.array("x").shape;
    const model = sequential([
      layers.embedding({
        inputDim: config.number("input_dim"),
        outputDim: config.number("output_dim"),
        maskZero: config.boolean("mask_zero"),
        inputShape,
      }),
      layers.bidirectional({ layer: layers.lstm({ units: config.number("units") }) }),
      layers.dense({ units: 1, activation: "sigmoid" }),
    ]);
    const loss = lossOf("binaryCrossentropy");
    return { graph: trained(cas, model, (yPred) => reduceLoss(loss.call(cas.input("y_true"), yPred))) };
  },
  timeseries_transformer(cas) {
    const { config } = cas;
    const [, ...shape] = cas.array("x").shape;
    const features = shape.at(-1) ?? 1;
    const epsilon = config.number("epsilon");
    const start = input({ shape });
    let x = start;
    for (let i = 0; i < config.number("num_blocks"); i++) {
      const attention = layers.multiHeadAttention({
        numHeads: config.number("num_heads"),
        keyDim: config.number("head_size"),
      });
      const attended = layers.layerNormalization({ epsilon }).apply(attention.apply([x, x]));
      const residual = layers.add().apply([attended, x]);
      const wide = layers
        .conv1D({ filters: config.number("ff_dim"), kernelSize: 1, activation: "relu" })
        .apply(residual);
      const narrow = layers.conv1D({ filters: features, kernelSize: 1 }).apply(wide);
      x = layers.add().apply([layers.layerNormalization({ epsilon }).apply(narrow), residual]);
    }
    x = layers.globalAveragePooling1D().apply(x);
    for (const units of config.numbers("mlp_units")) x = layers.dense({ units, activation: "relu" }).apply(x);
    const net = functional({
      inputs: start,
      outputs: layers.dense({ units: config.number("classes"), activation: "softmax" }).apply(x),
    });
    const loss = lossOf("sparseCategoricalCrossentropy");
    return { graph: trained(cas, net, (yPred) => reduceLoss(loss.call(cas.input("y_true"), yPred))) };
  },
  seq2seq_lstm_bahdanau: seq2seq,
  async single_neuron_rnn(cas) {
    const w = cas.input("w");
    const x = transpose(cas.input("x")); // [B, T] -> [T, B]
    const [w0, w1, w2] = [take(w, 0), take(w, 1), take(w, 2)];
    const { last, outputs } = scan(
      (y: Tensor, xt: Tensor) => tanh(add(add(w0, mul(w1, xt)), mul(w2, y))),
      broadcastTo(scalar(0), [x.shape[1] ?? 0]),
      x,
    );
    const loss = mean(square(sub(last, cas.input("y_true"))));
    const graph: Results = new Map([["y", transpose(outputs)], ["loss", loss], ...lossGradients(cas, loss)]);
    return { graph, values: await descent(cas, graph) };
  },
};

export const model: Family = (cas) => {
  const compute = models[cas.subject];
  if (compute === undefined) throw new Unsupported(`there is no model ${cas.subject} yet`);
  return compute(cas);
};

/** The output of a model with the weights of the file, its loss, and the gradients of the loss. */
function trained(cas: Case, model: Model, lossFrom: (yPred: Tensor) => Tensor): Results {
  const given = cas.weights.map((name) => cas.input(name));
  const { weights } = model;
  if (
    weights.length !== given.length ||
    !weights.every(({ weight }, i) => sameShape(weight.shape, given[i]?.shape ?? []))
  ) {
    throw new TypeError(
      `the model's weights ${weights.map(({ name }) => name)} are not those of the file, ${cas.weights}`,
    );
  }
  const values = new Map(weights.map(({ weight }, i) => [weight, given[i] as Tensor]));
  const y = item(model.trace([cas.input("x")], [], contextOf(values)).outputs);
  const loss = lossFrom(y);
  return new Map([["y", y], ["loss", loss], ...lossGradients(cas, loss)]);
}

/** Trains a model on the case's batch: the losses before each step, and the weights after the last. */
async function adamSteps(cas: Case, model: Sequential): Promise<Values> {
  const options = new Options("optimizer", cas.config.value("optimizer") as Record<string, unknown>);
  const optimizer = {
    name: options.string("class_name").toLowerCase(),
    ...camelCased(options, ["class_name"]),
  };
  options.finish();
  model.compile({ optimizer: optimizer as OptimizerChoice, loss: "mse", threads: 1 });
  for (const [i, { weight }] of model.weights.entries()) weight.assign(cas.array(cas.weights[i] ?? ""));
  const steps = cas.array("loss_steps").size;
  const measured = new Float32Array(steps);
  for (let step = 0; step < steps; step++) {
    const { loss } = await model.trainOnBatch(cas.array("x"), cas.array("y_true"));
    measured[step] = loss ?? Number.NaN;
  }
  return new Map([
    ["loss_steps", ndarray(measured)],
    ...model.weights.map(({ weight }, i) => [`step${steps}.${cas.weights[i]}`, weight.value] as const),
  ]);
}

/** Plain gradient descent on `w`: `w` and the loss before each step and after the last. */
async function descent(cas: Case, graph: Results): Promise<Values> {
  const alpha = cas.config.number("alpha");
  const steps = cas.config.number("steps");
  const start = cas.config.numbers("w0");
  const width = start.length;
  const w = Float32Array.from(start);
  const [path, measured] = [NdArray.zeros([steps + 1, width]), NdArray.zeros([steps + 1])];
  for (let step = 0; step <= steps; step++) {
    const values = await onCpu(cas, graph, new Map([["w", ndarray(w)]]));
    (path.data as Float32Array).set(w, step * width);
    (measured.data as Float32Array)[step] = values.get("loss")?.item() ?? Number.NaN;
    const gradient = values.get("d_w")?.toFloat64() ?? [];
    for (const [i, value] of gradient.entries()) w[i] = (w[i] ?? 0) - alpha * value;
  }
  return new Map([
    ["w_steps", path],
    ["loss_steps", measured],
  ]);
}
