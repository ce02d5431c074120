// Wrong input: each error names the thing, what came and what is wanted, and nothing has been done yet.

import { describe, expect, test } from "vitest";
import {
  type FitOptions,
  layers,
  loadModel,
  ndarray,
  optimizers,
  RecurraError,
  type Sequential,
  sequential,
} from "../../src/index.ts";
import { filled, normal, weightsOf } from "./support/data.ts";

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;

async function faultOf(work: () => unknown): Promise<RecurraError> {
  try {
    await work();
  } catch (error) {
    if (error instanceof RecurraError) return error;
    throw error;
  }
  return expect.fail("it went through");
}

const line = (compile: Partial<Parameters<Sequential["compile"]>[0]> = {}) => {
  const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
  model.compile({ optimizer: "sgd", loss: "mse", ...compile });
  return model;
};
const x = filled([4, 2], (i) => i);
const y = filled([4, 1], (i) => i);

describe("sequential", () => {
  const dense = () => layers.dense({ units: 1, inputShape: [1] });
  const repeated = dense();

  test.each<[string, () => unknown, string]>([
    ["no layers", () => sequential([]), "sequential: wants at least one layer, got none"],
    [
      "a layer alone",
      () => sequential(wrong(dense())),
      "sequential: wants a list of layers, got an instance of Dense",
    ],
    ["nothing", () => sequential(wrong(undefined)), "sequential: wants a list of layers, got undefined"],
    [
      "a function that makes layers",
      () => sequential([dense(), wrong(layers.lstm)]),
      "sequential: item 1 is not a layer but a function",
    ],
    ["a name", () => sequential([dense(), wrong("lstm")]), 'sequential: item 1 is not a layer but "lstm"'],
    [
      "a list within the list",
      () => sequential([dense(), wrong([dense()])]),
      "sequential: item 1 is not a layer but [",
    ],
    [
      "a layer twice",
      () => sequential([repeated, repeated]),
      "sequential: a layer stands in the stack twice; make a second one",
    ],
    [
      "no input shape",
      () => sequential([layers.lstm({ units: 3 })]),
      "sequential: the first layer (LSTM) needs inputShape, such as [30, 1]",
    ],
    [
      "two layers of one name",
      () =>
        sequential([
          layers.dense({ units: 1, name: "a", inputShape: [1] }),
          layers.dense({ units: 1, name: "a" }),
        ]),
      'sequential: two layers are named "a"',
    ],
    [
      "an unknown option",
      () => sequential([dense()], wrong({ sed: 1 })),
      'model: there is no option "sed". Did you mean "seed"?',
    ],
    [
      "a seed that is none",
      () => sequential([dense()], { seed: 1.5 }),
      "Random: seed 1.5; wanted an integer from 0",
    ],
  ])("refuses %s", async (_, work, message) => {
    expect((await faultOf(work)).message).toContain(message);
  });

  test.each<[string, () => Sequential, string]>([
    [
      "a vector for an LSTM",
      () => sequential([dense(), layers.lstm({ units: 2 })]),
      "layer lstm (LSTM) wants [batch, steps, features], got float32 [batch, 1]",
    ],
    [
      "an LSTM's last output for another",
      () =>
        sequential([layers.lstm({ units: 2, inputShape: [5, 1] }), layers.lstm({ units: 2, name: "upper" })]),
      "layer upper (LSTM) wants [batch, steps, features], got float32 [batch, 2]",
    ],
    [
      "numbers for an embedding",
      () => sequential([dense(), layers.embedding({ inputDim: 3, outputDim: 2 })]),
      "layer embedding (Embedding) wants ids as int32, got float32",
    ],
    [
      "a shape that cannot be had",
      () => sequential([layers.reshape({ targetShape: [2, 4], inputShape: [3] })]),
      "layer reshape (Reshape) cannot give float32 [batch, 3] the shape [2, 4]",
    ],
    [
      "several outputs",
      () => sequential([layers.lstm({ units: 2, returnState: true, inputShape: [5, 1] })]),
      "sequential: layer lstm gives 3 outputs; a stack carries one",
    ],
  ])("names the layer that does not fit: %s", async (_, make, message) => {
    const model = make();
    model.compile({ loss: "mse" });
    for (const work of [
      () => model.summary(),
      () => model.countParams(),
      () => model.predict(x),
      () => model.fit(x, y),
      () => model.save("nowhere"),
    ]) {
      expect((await faultOf(work)).message).toContain(message);
    }
  });
});

describe("compile", () => {
  test.each<[string, object, string]>([
    [
      "a loss that there is not",
      { loss: "meanSquareError" },
      'there is no loss "meanSquareError". Did you mean "meanSquaredError"? There are meanSquaredError, mse',
    ],
    ["a loss that is none", { loss: 3 }, "loss: wants a name, a config { name, … } or a function, got 3"],
    [
      "an optimiser that there is not",
      { loss: "mse", optimizer: "Adma" },
      'there is no optimizer "Adma". Did you mean "adam"?',
    ],
    [
      "an optimiser's option that there is not",
      { loss: "mse", optimizer: { name: "adam", lr: 1 } },
      'optimizer adam: there is no option "lr". ',
    ],
    [
      "a learning rate that is none",
      { loss: "mse", optimizer: { name: "sgd", learningRate: -1 } },
      "optimizer sgd: learningRate is to be a number from 0 up, a schedule or a function, got -1",
    ],
    [
      "a metric that there is not",
      { loss: "mse", metrics: ["acc"] },
      'there is no metric "acc". Did you mean "accuracy"?',
    ],
    [
      "a metric that is no list",
      { loss: "mse", metrics: "mae" },
      'compile: metrics is to be a list, such as ["accuracy"], got "mae"',
    ],
    [
      "a metric twice",
      { loss: "mse", metrics: ["mae", "mae"] },
      "compile: two of the logs loss, mae, mae are named mae",
    ],
    [
      "an unknown option",
      { loss: "mse", metric: ["mae"] },
      'compile: there is no option "metric". Did you mean "metrics"? It takes optimizer, loss, lossWeights, metrics',
    ],
    ["no threads", { loss: "mse", threads: 0 }, "compile: threads is to be a positive whole number, got 0"],
    [
      "threads in text",
      { loss: "mse", threads: "2" },
      'compile: threads is to be a positive whole number, got "2"',
    ],
    [
      "the name of a device",
      { loss: "mse", device: "cpu" },
      'compile: device is to be an object that loads models, got "cpu"',
    ],
    [
      "a quantile loss without levels",
      { loss: { name: "quantile" } },
      "loss quantile: levels is to be a list of numbers between 0 and 1, got undefined",
    ],
  ])("refuses %s", async (_, options, message) => {
    const model = line();
    const before = model.compiled;
    expect((await faultOf(() => model.compile(wrong(options)))).message).toContain(message);
    // What was compiled before still stands.
    expect(model.compiled).toBe(before);
    await model.trainOnBatch(x, y);
  });

  test("is needed before training and evaluating, not before predicting", async () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })], { name: "mine" });
    const message = "mine: call compile({ optimizer, loss }) before training or evaluating";
    for (const work of [() => model.fit(x, y), () => model.trainOnBatch(x, y), () => model.evaluate(x, y)]) {
      const fault = await faultOf(work);
      expect([fault.code, fault.message]).toEqual(["not-compiled", message]);
    }
    await model.predict(x);
  });
});

type Data = readonly [x: unknown, y: unknown];

/** What fit, trainOnBatch and evaluate must all refuse. */
const badData: readonly (readonly [string, () => Sequential, Data, string])[] = [
  ["another number of features", line, [normal([4, 3]), y], "x: layer dense wants [samples, 2], got [4, 3]"],
  ["another rank", line, [normal([4, 2, 1]), y], "x: layer dense wants [samples, 2], got [4, 2, 1]"],
  ["a list of numbers for rows", line, [[1, 2, 3, 4], y], "x: layer dense wants [samples, 2], got [4]"],
  ["a number", line, [3, y], "x: layer dense wants [samples, 2], got []"],
  [
    "ragged rows",
    line,
    [
      [[1, 2], [3]],
      [1, 2],
    ],
    "x: ndarray: the value at [1] has length 1; wanted an array of length 2",
  ],
  ["text", line, [[[1, "2"]], [1]], "x: ndarray: the value at [0][1] is 2; wanted float32"],
  ["a missing value", line, [[[1, null]], [1]], "x: ndarray: the value at [0][1] is null; wanted float32"],
  ["nothing", line, [undefined, y], "x: ndarray: the value at the top is undefined; wanted float32"],
  ["no rows", line, [[], []], "x: there are no rows"],
  [
    "a NaN",
    line,
    [filled([4, 2], (i) => (i === 5 ? Number.NaN : i)), y],
    "x: row 2, at [2, 1], is NaN; training wants finite numbers. Leave the row out, or fill the place in",
  ],
  [
    "an infinite number",
    line,
    [
      [
        [0, 1],
        [Number.NEGATIVE_INFINITY, 1],
      ],
      [1, 2],
    ],
    "x: row 1, at [1, 0], is -Infinity; training wants finite numbers",
  ],
  [
    "a number too large for float32",
    line,
    [ndarray([[1, 1e39]], { dtype: "float64" }), [1]],
    "x: row 0, at [0, 1], is Infinity; training wants finite numbers",
  ],
  [
    "a NaN among the targets",
    line,
    [x, [1, 2, Number.NaN, 4]],
    "y: row 2, at [2], is NaN; training wants finite numbers",
  ],
  ["fewer targets than rows", line, [x, [1, 2, 3]], "y: wants 4 rows, as many as x, got [3]"],
  ["no targets", line, [x, undefined], "y: the targets are missing"],
  [
    "targets wider than the output",
    line,
    [x, normal([4, 2])],
    "y: layer dense gives [samples, 1], for the loss mse the targets are to be [samples, 1], got [4, 2]",
  ],
  [
    "one-hot targets where labels are wanted",
    () => classes("sparseCategoricalCrossentropy"),
    [
      x,
      [
        [1, 0, 0],
        [0, 1, 0],
        [0, 0, 1],
        [0, 0, 1],
      ],
    ],
    "y: layer dense gives [samples, 3], for the loss sparseCategoricalCrossentropy the targets are to be [samples], got [4, 3]",
  ],
  [
    "labels where one-hot targets are wanted",
    () => classes("categoricalCrossentropy"),
    [x, [0, 1, 2, 0]],
    "y: layer dense gives [samples, 3], for the loss categoricalCrossentropy the targets are to be [samples, 3], got [4]",
  ],
  [
    "a label beyond the classes",
    () => classes("sparseCategoricalCrossentropy"),
    [x, [0, 1, 3, 0]],
    "y: label 3 in row 2, at [2], is outside the 3 classes that layer dense gives: labels run from 0 to 2",
  ],
  [
    "a negative label",
    () => classes("sparseCategoricalCrossentropy"),
    [x, [0, -1, 2, 0]],
    "y: label -1 in row 1, at [1], is outside the 3 classes that layer dense gives",
  ],
  [
    "a label between two classes",
    () => classes("sparseCategoricalCrossentropy"),
    [x, Float32Array.of(0, 1.5, 2, 0)],
    "y: row 1, at [1], is 1.5; whole numbers are wanted",
  ],
  [
    "a label that is no number",
    () => classes("sparseCategoricalCrossentropy"),
    [x, Float32Array.of(0, Number.NaN, 2, 0)],
    "y: row 1, at [1], is NaN; whole numbers are wanted",
  ],
  [
    "an id beyond the table",
    words,
    [
      [
        [0, 1, 2],
        [3, 9, 10],
      ],
      [0, 1],
    ],
    "x: id 10 in row 1, at [1, 2], is outside the table of layer embedding: ids run from 0 to 9",
  ],
  [
    "a negative id",
    words,
    [[[0, 1, -1]], [0]],
    "x: id -1 in row 0, at [0, 2], is outside the table of layer embedding",
  ],
  [
    "an id between two words",
    words,
    [ndarray([[0, 1, 2.5]]), [0]],
    "x: row 0, at [0, 2], is 2.5; whole numbers are wanted",
  ],
  [
    "an id beyond the table, at each step",
    timedWords,
    [
      [[[0], [4]]],
      [
        [
          [0, 0],
          [0, 0],
        ],
      ],
    ],
    "x: id 4 in row 0, at [0, 1, 0], is outside the table of layer time_distributed: ids run from 0 to 3",
  ],
  [
    "ids that no int32 holds",
    words,
    [ndarray([[0, 1, 3e9]], { dtype: "float64" }), [0]],
    "x: astype: element 2 is 3000000000, which int32 cannot hold",
  ],
];

function classes(loss: "sparseCategoricalCrossentropy" | "categoricalCrossentropy"): Sequential {
  const model = sequential([layers.dense({ units: 3, activation: "softmax", inputShape: [2] })]);
  model.compile({ loss });
  return model;
}

function words(): Sequential {
  const model = sequential([
    layers.embedding({ inputDim: 10, outputDim: 2, inputShape: [3] }),
    layers.flatten(),
    layers.dense({ units: 1 }),
  ]);
  model.compile({ loss: "mse" });
  return model;
}

/** An embedding of the one word of each step. */
function timedWords(): Sequential {
  const model = sequential([
    layers.timeDistributed({ layer: layers.embedding({ inputDim: 4, outputDim: 2 }), inputShape: [2, 1] }),
    layers.reshape({ targetShape: [2, 2] }),
  ]);
  model.compile({ loss: "mse" });
  return model;
}

describe("data", () => {
  test.each(badData)("%s", async (_, make, [badX, badY], message) => {
    const model = make();
    const before = weightsOf(model);
    for (const work of [
      () => model.fit(wrong(badX), wrong(badY)),
      () => model.trainOnBatch(wrong(badX), wrong(badY)),
      () => model.evaluate(wrong(badX), wrong(badY)),
    ]) {
      expect((await faultOf(work)).message).toContain(message);
    }
    expect(weightsOf(model)).toEqual(before);
    expect(model.history).toBeUndefined();
  });

  test.each(
    badData.filter(
      ([name]) =>
        /features|rank|rows$|ragged|text|missing|nothing|id/.test(name) &&
        !/targets|label|no rows/.test(name),
    ),
  )("predict refuses %s", async (_, make, [badX], message) => {
    expect((await faultOf(() => make().predict(wrong(badX)))).message).toContain(message);
  });

  test("held out is checked as the rest, under its own name, before the first step", async () => {
    const cases: readonly (readonly [FitOptions["validationData"], string])[] = [
      [[normal([2, 3]), [1, 2]], "validationData[0]: layer dense wants [samples, 2], got [2, 3]"],
      [[normal([2, 2]), [1]], "validationData[1]: wants 2 rows, as many as validationData[0], got [1]"],
      [[[[1, Number.NaN]], [1]], "validationData[0]: row 0, at [0, 1], is NaN"],
      [
        [normal([2, 2]), [1, 2], [1]],
        "validationData[2]: wants 2 rows, as many as validationData[0], got [1]",
      ],
      [[[], []], "validationData[0]: there are no rows"],
      [wrong(x), "fit: validationData is to be [x, y] or [x, y, sampleWeight]"],
      [wrong([x]), "fit: validationData is to be [x, y] or [x, y, sampleWeight]"],
    ];
    for (const [validationData, message] of cases) {
      const model = line();
      const before = weightsOf(model);
      expect((await faultOf(() => model.fit(x, y, wrong({ validationData })))).message).toContain(message);
      expect(weightsOf(model)).toEqual(before);
    }
  });

  test("weights of rows", async () => {
    for (const [sampleWeight, message] of [
      [[1, 2, 3], "sampleWeight: wants 4 rows, as many as x, got [3]"],
      [[1, 2, 3, Number.NaN], "sampleWeight: row 3, at [3], is NaN"],
      [["a"], "sampleWeight: ndarray: the value at [0] is a"],
      [normal([4, 7]), "sample weight"],
    ] as const) {
      const model = line();
      const before = weightsOf(model);
      for (const work of [
        () => model.fit(x, y, wrong({ sampleWeight, verbose: "silent" })),
        () => model.trainOnBatch(x, y, wrong(sampleWeight)),
        () => model.evaluate(x, y, wrong({ sampleWeight })),
      ]) {
        expect((await faultOf(work)).message).toContain(message);
      }
      expect(weightsOf(model)).toEqual(before);
    }
  });
});

describe("options", () => {
  test.each<[object, string]>([
    [
      { batch_size: 3 },
      'fit: there is no option "batch_size". Did you mean "batchSize"? It takes batchSize, epochs',
    ],
    [{ batchSize: 0 }, "fit: batchSize is to be a positive whole number, got 0"],
    [{ batchSize: 2.5 }, "fit: batchSize is to be a positive whole number, got 2.5"],
    [{ batchSize: "32" }, 'fit: batchSize is to be a positive whole number, got "32"'],
    [{ epochs: 0 }, "fit: epochs is to be a positive whole number, got 0"],
    [{ epochs: Number.POSITIVE_INFINITY }, "fit: epochs is to be a positive whole number, got Infinity"],
    [{ initialEpoch: -1 }, "fit: initialEpoch is to be a whole number from 0 up, got -1"],
    [{ validationSplit: 1 }, "fit: validationSplit is to be in [0, 1), got 1"],
    [{ validationSplit: -0.1 }, "fit: validationSplit is to be in [0, 1), got -0.1"],
    [{ validationSplit: 20 }, "fit: validationSplit is to be in [0, 1), got 20"],
    [{ validationSplit: 0.9 }, "fit: validationSplit 0.9 of 4 rows leaves one part empty"],
    [{ callbacks: {} }, "fit: callbacks is to be a list of objects, such as [new EarlyStopping()]"],
    [
      { callbacks: [class {}] },
      "callbacks[0]: is to be an object, such as new EarlyStopping(), got a function",
    ],
    [{ verbose: 0 }, "fit: verbose is to be one of auto, bar, lines, silent, got 0"],
    [{ verbose: "quiet" }, 'fit: verbose is to be one of auto, bar, lines, silent, got "quiet"'],
  ])("fit refuses %o", async (options, message) => {
    const model = line();
    const before = weightsOf(model);
    expect((await faultOf(() => model.fit(x, y, options))).message).toContain(message);
    expect(weightsOf(model)).toEqual(before);
  });

  test.each<[object, string]>([
    [
      { batchsize: 3 },
      'evaluate: there is no option "batchsize". Did you mean "batchSize"? It takes batchSize, sampleWeight',
    ],
    [{ batchSize: -2 }, "evaluate: batchSize is to be a positive whole number, got -2"],
  ])("evaluate refuses %o", async (options, message) => {
    expect((await faultOf(() => line().evaluate(x, y, options))).message).toContain(message);
  });

  test.each<[object, string]>([
    [{ batch: 3 }, 'predict: there is no option "batch". Did you mean "batchSize"? It takes batchSize'],
    [{ batchSize: 0 }, "predict: batchSize is to be a positive whole number, got 0"],
  ])("predict refuses %o", async (options, message) => {
    expect((await faultOf(() => line().predict(x, options))).message).toContain(message);
  });
});

test("a loss that does not fit the output says so before a step is taken", async () => {
  const model = sequential([layers.dense({ units: 2, inputShape: [2] })]);
  model.compile({ optimizer: optimizers.sgd(), loss: { name: "quantile", levels: [0.1, 0.5, 0.9] } });
  const before = weightsOf(model);
  expect((await faultOf(() => model.fit(x, y, { verbose: "silent" }))).message).toContain("loss quantile");
  expect(weightsOf(model)).toEqual(before);
});

test("weights of another model are not put back", async () => {
  const [one, other] = [line(), classes("categoricalCrossentropy")];
  const before = weightsOf(one);
  const fault = await faultOf(() => one.restoreWeights(other.snapshotWeights()));
  expect(fault.message).toBe("sequential: the weights to restore hold [6, 3] numbers, the model's [2, 1]");
  expect(weightsOf(one)).toEqual(before);
});

test("errors are RecurraErrors with a code", async () => {
  const fault = await faultOf(() => loadModel("no such folder"));
  expect(fault).toBeInstanceOf(RecurraError);
  expect(fault.name).toBe("RecurraError");
  expect(fault.code).toBe("file-not-found");
});
