// 2,000 generated models, options, data and calls, most of them wrong: each works with the shapes it promises, or says by name what is
// wrong; none crashes, hangs, or goes on in silence.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { model as functional, input, type LayerTensor, RecurraError, sequential } from "../../src/index.ts";
import type { Model } from "../../src/model/model.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { layerClasses } from "../../src/nn/layers/index.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { Random } from "../../src/tensor/random.ts";
import { examples, type LayerExample } from "../nn/layers/examples.ts";

const nonsense: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  null,
  -1,
  0,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  "",
  "tanh",
  "no such thing",
  true,
  [],
  [0],
  [-1, 2],
  [[1]],
  {},
  { name: "no such thing" },
  { name: "l2", strength: 3 },
  () => undefined,
  7n,
  Symbol.iterator,
);

/** Options that some layers have and others do not, and those that none has. */
const optionNames = [
  ...new Set(
    Object.values(examples).flatMap((list) => list.flatMap(({ make }) => Object.keys(make().config))),
  ),
  "name",
  "inputShape",
  "trainable",
  "unit",
  "Units",
  "",
];

const classNames = Object.keys(layerClasses).filter((name) => (examples[name] ?? []).length > 0);

/** A layer of a class with an example's options, one or two of which may be changed to something else. */
interface LayerPlan {
  readonly className: string;
  readonly example: number;
  readonly changes: readonly (readonly [option: string, value: unknown])[];
}

const small = fc.constantFrom<unknown>(1, 2, 3, 4);
const layerPlan: fc.Arbitrary<LayerPlan> = fc.record({
  className: fc.constantFrom(...classNames),
  example: fc.nat(3),
  changes: fc.array(fc.tuple(fc.constantFrom(...optionNames), fc.oneof(nonsense, small)), { maxLength: 2 }),
});

function exampleOf({ className, example }: LayerPlan): LayerExample {
  const list = examples[className] ?? [];
  return list[example % list.length] as LayerExample;
}

function makeLayer(plan: LayerPlan, more: Readonly<Record<string, unknown>> = {}): Layer {
  const LayerClass = layerClasses[plan.className] as new (config: unknown) => Layer;
  return new LayerClass({ ...exampleOf(plan).make().config, ...Object.fromEntries(plan.changes), ...more });
}

const random = new Random(1);

/** Data that fit an example's inputs, or do not. */
const dataOf = (example: LayerExample): readonly NdArray[] =>
  example.inputs.map((shape) =>
    example.ids === undefined
      ? random.normal([4, ...shape])
      : random.integers([4, ...shape], 0, example.ids).astype("int32"),
  );

const oddData: fc.Arbitrary<unknown> = fc.constantFrom<unknown>(
  undefined,
  null,
  3,
  "data",
  [],
  [[]],
  [[1, 2], [3]],
  [["a"]],
  [[Number.NaN, 1]],
  {},
  { x: [[1]] },
  NdArray.zeros([4]),
  NdArray.zeros([4, 2]),
  NdArray.zeros([4, 5, 3]),
  NdArray.zeros([4, 5, 2]),
  NdArray.zeros([3, 5, 3]),
  NdArray.zeros([0, 5, 3]),
  new Float32Array(4),
  NdArray.full([4, 5, 3], Number.NaN),
);

/** Runs something that may be wrong. True where it worked; fails the test where it goes wrong without a name. */
async function worksOrSaysWhy(work: () => Promise<void>): Promise<boolean> {
  try {
    await work();
    return true;
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    expect(error.code).toMatch(/^[a-z0-9-]+$/);
    expect(error.message.length).toBeGreaterThan(15);
    expect(error.message).not.toMatch(/\[object Object\]/);
    return false;
  }
}

/** What every model that can be made must do. */
async function checkModel(model: Model, x: readonly NdArray[], trains: boolean): Promise<void> {
  const given = x.length === 1 ? (x[0] as NdArray) : x;
  const outputs = await model.predictAll(given);
  for (const { name, shape } of model.outputs) expect(outputs[name]?.shape).toEqual([4, ...shape]);
  if (model.outputs.length > 1 || !trains) return;
  model.compile({ loss: "mse", optimizer: "sgd" });
  const y = NdArray.zeros([4, ...(model.outputShape as readonly number[])]);
  const { loss } = await model.trainOnBatch(given, y);
  expect(typeof loss).toBe("number");
}

const seeded = (numRuns: number) => ({ numRuns, seed: 20_261_121, endOnFailure: true });

describe("wrong models", () => {
  test("800 layers with changed options, alone in a model", { timeout: 300_000 }, async () => {
    let worked = 0;
    await fc.assert(
      fc.asyncProperty(layerPlan, async (plan) => {
        const example = exampleOf(plan);
        const works = await worksOrSaysWhy(async () => {
          const starts = example.inputs.map((shape) =>
            input({ shape, dtype: example.ids === undefined ? "float32" : "int32" }),
          );
          const layer = makeLayer(plan);
          await checkModel(
            functional({ inputs: starts, outputs: layer.applyAll(starts, example.options) }),
            dataOf(example),
            worked % 4 === 0,
          );
        });
        if (works) worked++;
      }),
      seeded(800),
    );
    expect(worked).toBeGreaterThan(100);
    expect(worked).toBeLessThan(700);
  });

  test("500 stacks of layers that may not fit each other", { timeout: 300_000 }, async () => {
    let worked = 0;
    const valid = layerPlan.map((plan) => ({ ...plan, changes: [] }));
    await fc.assert(
      fc.asyncProperty(fc.array(valid, { minLength: 1, maxLength: 4 }), async (plans) => {
        const first = plans[0] as LayerPlan;
        const example = exampleOf(first);
        const works = await worksOrSaysWhy(async () => {
          const stack = plans.map((plan, i) =>
            makeLayer(plan, i === 0 ? { inputShape: example.inputs[0] } : {}),
          );
          await checkModel(sequential(stack), dataOf(example).slice(0, 1), worked % 4 === 0);
        });
        if (works) worked++;
      }),
      seeded(500),
    );
    expect(worked).toBeGreaterThan(50);
    expect(worked).toBeLessThan(450);
  });

  test("200 graphs with wires that may lead anywhere", { timeout: 300_000 }, async () => {
    const valid = layerPlan.map((plan) => ({ ...plan, changes: [] }));
    const wired = fc.record({
      plans: fc.array(fc.tuple(valid, fc.array(fc.nat(5), { maxLength: 3 })), { minLength: 1, maxLength: 4 }),
      inputs: fc.array(fc.nat(5), { maxLength: 3 }),
      outputs: fc.array(fc.nat(5), { maxLength: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(wired, async ({ plans, inputs, outputs }) => {
        await worksOrSaysWhy(async () => {
          const known: LayerTensor[] = [input({ shape: [5, 3] }), input({ shape: [4] })];
          const pick = (places: readonly number[]) =>
            places.map((place) => known[place % known.length] as LayerTensor);
          for (const [plan, wires] of plans) known.push(...makeLayer(plan).applyAll(pick(wires)));
          const model = functional({ inputs: pick(inputs), outputs: pick(outputs) });
          await checkModel(
            model,
            model.inputs.map(({ shape }) => random.normal([4, ...(shape as readonly number[])])),
            true,
          );
        });
      }),
      seeded(200),
    );
  });
});

describe("wrong calls", () => {
  const make = () =>
    sequential(
      [
        makeLayer({ className: "LSTM", example: 1, changes: [] }, { inputShape: [5, 3] }),
        makeLayer({ className: "Dense", example: 0, changes: [] }),
      ],
      { name: "net" },
    );
  const good = { x: random.normal([4, 5, 3]), y: random.uniform([4, 3], 0, 1) };

  test("300 arrays that may be of any shape and kind", { timeout: 300_000 }, async () => {
    const model = make();
    model.compile({ loss: "mse", optimizer: "sgd" });
    const array = (right: unknown) => fc.oneof(oddData, fc.constant(right));
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom("fit", "evaluate", "predict", "trainOnBatch"),
        array(good.x),
        array(good.y),
        fc.option(array(NdArray.full([4], 1)), { nil: undefined }),
        async (method, x, y, sampleWeight) => {
          await worksOrSaysWhy(async () => {
            if (method === "predict") {
              const result = await model.predict(x as never);
              expect(result.shape.slice(1)).toEqual([3]);
            } else if (method === "trainOnBatch") {
              expect(
                Number.isFinite(
                  (await model.trainOnBatch(x as never, y as never, sampleWeight as never)).loss,
                ),
              ).toBe(true);
            } else {
              const options = {
                ...(method === "fit" ? { verbose: "silent" } : {}),
                ...(sampleWeight === undefined ? {} : { sampleWeight }),
              };
              await model[method as "fit"](x as never, y as never, options as never);
            }
          });
        },
      ),
      seeded(300),
    );
  });

  test("200 sets of options of compile and fit", { timeout: 300_000 }, async () => {
    const compileNames = [
      "optimizer",
      "loss",
      "lossWeights",
      "metrics",
      "threads",
      "gradientAccumulationSteps",
      "device",
      "banana",
    ];
    const fitNames = [
      "batchSize",
      "epochs",
      "initialEpoch",
      "validationSplit",
      "validationData",
      "shuffle",
      "callbacks",
      "classWeight",
      "stepsPerEpoch",
      "checkpoint",
      "banana",
    ];
    const options = (names: readonly string[]) =>
      fc.array(
        fc.tuple(
          fc.constantFrom(...names),
          fc.oneof(nonsense, small, fc.constantFrom<unknown>("adam", "mse", ["mae"], 0.5)),
        ),
        { maxLength: 2 },
      );
    await fc.assert(
      fc.asyncProperty(options(compileNames), options(fitNames), async (compile, fit) => {
        const wanted = fit.filter(([name, value]) => name !== "checkpoint" || typeof value !== "string");
        await worksOrSaysWhy(async () => {
          const model = make();
          model.compile({ loss: "mse", optimizer: "sgd", ...Object.fromEntries(compile) } as never);
          const history = await model.fit(good.x, good.y, {
            verbose: "silent",
            ...Object.fromEntries(wanted),
          } as never);
          expect(history.epochs.length).toBeGreaterThanOrEqual(0);
        });
      }),
      seeded(200),
    );
  });
});
