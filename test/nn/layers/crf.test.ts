// CRF, its loss and its marginals: against the sum over all sequences of labels, with masks, and with steps that are forbidden.

import { describe, expect, test } from "vitest";
import { cast, mul } from "../../../src/graph/ops/arithmetic.ts";
import { input } from "../../../src/graph/ops/leaf.ts";
import { sum } from "../../../src/graph/ops/sum.ts";
import type { Tensor, Value } from "../../../src/graph/tensor.ts";
import { callContext, type Weight } from "../../../src/nn/layer.ts";
import { chainMarginals } from "../../../src/nn/layers/chain-marginals.ts";
import type { CRFConfig } from "../../../src/nn/layers/crf.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { loss } from "../../../src/nn/losses.ts";
import { bestPath } from "../../../src/numeric/viterbi.ts";
import { type NdArray, ndarray } from "../../../src/tensor/nd-array.ts";
import { Random } from "../../../src/tensor/random.ts";
import { checkGradient, expectClose, graphOf, run, toValue } from "../../support/check-op.ts";
import { build } from "../../support/naive.ts";

/** What a field is asked about: scores [B, T, K], transitions [K, K], start [K], end [K]. */
interface Field {
  readonly scores: NdArray;
  readonly transitions: NdArray;
  readonly start: NdArray;
  readonly end: NdArray;
}

function drawField(seed: string, batch: number, steps: number, count: number): Field {
  const random = new Random(seed);
  const draw = (shape: readonly number[]) => random.uniform(shape, -2, 2, "float64");
  return {
    scores: draw([batch, steps, count]),
    transitions: draw([count, count]),
    start: draw([count]),
    end: draw([count]),
  };
}

/** Every sequence of so many labels. */
function* sequences(count: number, length: number): Generator<readonly number[]> {
  if (length === 0) return yield [];
  for (const rest of sequences(count, length - 1)) for (let k = 0; k < count; k++) yield [...rest, k];
}

const isAllowed = ({ forbidden = [], notFirst = [], notLast = [] }: CRFConfig, path: readonly number[]) =>
  !notFirst.includes(path[0] ?? -1) &&
  !notLast.includes(path.at(-1) ?? -1) &&
  path.every((label, t) => !forbidden.some(([a, b]) => t > 0 && path[t - 1] === a && label === b));

/** The probabilities of all sequences of a row, by the definition; `steps` are those that count. */
function pathsOf(field: Field, row: number, steps: readonly number[], rules: CRFConfig) {
  const { scores, transitions, start, end } = field;
  const [count = 0] = start.shape;
  const paths = [...sequences(count, steps.length)]
    .filter((path) => isAllowed(rules, path))
    .map((path) => {
      const inner = path.map((label, t) => {
        const from = t === 0 ? start.at(label) : transitions.at(path[t - 1] ?? 0, label);
        return from + scores.at(row, steps[t] ?? 0, label);
      });
      const score = inner.reduce((total, part) => total + part, end.at(path.at(-1) ?? 0));
      return { path, weight: Math.exp(score) };
    });
  const total = paths.reduce((all, { weight }) => all + weight, 0);
  return paths.map(({ path, weight }) => ({ path, p: weight / total }));
}

/** The chain of the layer, and more of it, as a graph of the field's four arrays, in float64. */
function graphOfChain(
  field: Field,
  config: CRFConfig,
  mask: NdArray | undefined,
  then: (chain: Tensor, mask: Tensor | undefined) => Tensor,
) {
  const layer = layers.crf(config);
  const arrays = [field.scores, field.transitions, field.start, field.end];
  const value = ({ name, shape }: Weight) => input(name, { dtype: "float64", shape });
  layer.trace([input("scores", field.scores)], [undefined], callContext({ training: false, value }));
  const given = mask === undefined ? arrays : [...arrays, mask];
  const graph = graphOf((...tensors) => {
    const [scores, , , , isReal] = tensors;
    const bound = new Map(layer.weights.map((weight, i) => [weight, tensors[i + 1] as Tensor]));
    const context = callContext({ training: true, value: (weight) => bound.get(weight) as Tensor });
    const { outputs } = layer.trace([scores as Tensor], [isReal], context);
    return then(outputs[0] as Tensor, isReal);
  }, given);
  return { graph, point: given.map(toValue) };
}

const resultOf = (built: ReturnType<typeof graphOfChain>): Value =>
  run(built.graph, built.point)[0] ?? { shape: [], data: new Float64Array() };

const bools = (rows: readonly (readonly number[])[]) => ndarray(rows, { dtype: "bool" });
const labels = ndarray(
  [
    [0, 1, 1, 2],
    [2, 0, 2, 1],
    [1, 1, 0, 0],
  ],
  { dtype: "int32" },
);

/** Which steps are real. */
const masks: readonly (readonly [name: string, mask: readonly (readonly number[])[] | undefined])[] = [
  ["no mask", undefined],
  [
    "short rows",
    [
      [1, 1, 1, 1],
      [1, 0, 0, 0],
      [1, 1, 1, 0],
    ],
  ],
  [
    "rows filled up in front, and with holes",
    [
      [0, 0, 1, 1],
      [0, 1, 0, 1],
      [1, 0, 0, 1],
    ],
  ],
];
const stepsOf = (mask: readonly (readonly number[])[] | undefined, row: number) =>
  [0, 1, 2, 3].filter((t) => mask === undefined || mask[row]?.[t] === 1);

const rules: readonly (readonly [name: string, config: CRFConfig])[] = [
  ["everything allowed", {}],
  [
    "rules",
    {
      forbidden: [
        [0, 0],
        [2, 2],
        [1, 0],
      ],
      notFirst: [],
      notLast: [],
    },
  ],
];

describe.each(masks)("%s", (_, mask) => {
  test.each(rules)("%s: -log p(y) and its gradient", (name, config) => {
    const field = drawField(name, 3, 4, 3);
    const wanted = build([3], (row = 0) => {
      const steps = stepsOf(mask, row);
      const right = steps.map((t) => labels.at(row, t)).join();
      const found = pathsOf(field, row, steps, config).find(({ path }) => path.join() === right);
      return found === undefined ? Number.POSITIVE_INFINITY : -Math.log(found.p);
    });
    const target = input("labels", labels);
    const built = graphOfChain(field, config, mask && bools(mask), (chain, isReal) => {
      const losses = loss("crf").call(target, chain, { mask: isReal });
      return sum(isReal === undefined ? losses : mul(losses, cast(isReal, "float64")), 1);
    });
    const graph = { ...built.graph, inputs: [...built.graph.inputs, target] };
    const point = [...built.point, toValue(labels)];
    const [got] = run(graph, point);
    for (let row = 0; row < 3; row++) {
      const nats = wanted.at(row);
      // What is forbidden costs 10,000 nats a time.
      if (nats === Number.POSITIVE_INFINITY) expect(got?.data[row]).toBeGreaterThan(9000);
      else expect(got?.data[row]).toBeCloseTo(nats, 10);
    }
    if (wanted.toFloat64().every(Number.isFinite)) checkGradient(graph, point, name);
  });

  test.each(rules)("%s: the probability of each label at each step", (name, config) => {
    const field = drawField(name, 3, 4, 3);
    const got = resultOf(graphOfChain(field, config, mask && bools(mask), chainMarginals));
    for (let row = 0; row < 3; row++) {
      const steps = stepsOf(mask, row);
      const paths = pathsOf(field, row, steps, config);
      for (const [place, t] of steps.entries()) {
        let total = 0;
        for (let label = 0; label < 3; label++) {
          const here = paths.filter(({ path }) => path[place] === label);
          const p = got.data[(row * 4 + t) * 3 + label] ?? Number.NaN;
          expect(p).toBeCloseTo(
            here.reduce((all, one) => all + one.p, 0),
            10,
          );
          total += p;
        }
        expect(total).toBeCloseTo(1, 12);
      }
    }
  });
});

test.each(rules)("%s: the best path of the chain is the most probable sequence", (name, config) => {
  const field = drawField(name, 3, 4, 3);
  const { data } = resultOf(graphOfChain(field, config, undefined, (chain) => chain));
  for (let row = 0; row < 3; row++) {
    const most = pathsOf(field, row, [0, 1, 2, 3], config).reduce((a, b) => (b.p > a.p ? b : a));
    const { path, score } = bestPath(data.subarray(row * 36, (row + 1) * 36), 4, 3);
    expect(Array.from(path)).toEqual(most.path);
    expect(score).toBeCloseTo(Math.log(most.p), 10);
  }
});

test("labels that nothing may begin or end with, and pairs that may not be", () => {
  const config: CRFConfig = { forbidden: [[1, 2]], notFirst: [2], notLast: [0, 1] };
  const field = drawField("edges", 2, 4, 3);
  const mask = bools([
    [1, 1, 1, 1],
    [1, 1, 0, 0],
  ]);
  const { data } = resultOf(graphOfChain(field, config, mask, chainMarginals));
  // A row of two steps: 2 at the end, and before it 0 alone, since 1 may not come before 2 and 2 not first.
  expect(Array.from(data.subarray(12, 18))).toEqual([1, 0, 0, 0, 0, 1].map((p) => expect.closeTo(p, 12)));
  expect(data[2]).toBe(0);
  expect(Array.from(data.subarray(9, 12))).toEqual([0, 0, 1].map((p) => expect.closeTo(p, 12)));
});

test("without transitions each step is a softmax", () => {
  const zero = (shape: readonly number[]) => build(shape, () => 0);
  const { scores } = drawField("alone", 2, 5, 4);
  const field = { scores, transitions: zero([4, 4]), start: zero([4]), end: zero([4]) };
  const got = resultOf(graphOfChain(field, {}, undefined, chainMarginals));
  const wanted = build([2, 5, 4], (b = 0, t = 0, k = 0) => {
    const powers = [0, 1, 2, 3].map((j) => Math.exp(scores.at(b, t, j)));
    return (powers[k] ?? 0) / powers.reduce((a, p) => a + p, 0);
  });
  expectClose(got, wanted, "marginals", 1e-10);
});

test("sequences of one step", () => {
  const field = drawField("one", 2, 1, 3);
  const got = resultOf(graphOfChain(field, {}, undefined, chainMarginals));
  const wanted = build([2, 1, 3], (b = 0, _ = 0, k = 0) => {
    const powers = [0, 1, 2].map((j) =>
      Math.exp(field.start.at(j) + field.scores.at(b, 0, j) + field.end.at(j)),
    );
    return (powers[k] ?? 0) / powers.reduce((a, p) => a + p, 0);
  });
  expectClose(got, wanted, "marginals", 1e-10);
});

test("where everything is forbidden, the best of what breaks the rules least often", () => {
  const field = drawField("dead end", 2, 4, 3);
  const without = resultOf(graphOfChain(field, {}, undefined, (chain) => chain));
  const all = resultOf(graphOfChain(field, { notFirst: [0, 1, 2] }, undefined, (chain) => chain));
  for (let i = 0; i < without.data.length; i++) expect(all.data[i]).toBeCloseTo(without.data[i] ?? 0, 8);
});

test("a long sequence with large scores", () => {
  const field = drawField("long", 1, 400, 3);
  const scores = build([1, 400, 3], (b = 0, t = 0, k = 0) => 500 + 50 * field.scores.at(b, t, k));
  const { data } = resultOf(graphOfChain({ ...field, scores }, {}, undefined, chainMarginals));
  expect(data.every((p) => p >= 0 && p <= 1 + 1e-9)).toBe(true);
  expect(data.reduce((all, p) => all + p, 0)).toBeCloseTo(400, 6);
});

describe("bad input", () => {
  test.each<[string, object, string]>([
    ["an unknown option", { forbid: [] }, 'CRF: there is no option "forbid". Did you mean "forbidden"?'],
    ["no pairs", { forbidden: [[1]] }, "forbidden is a list of pairs of labels from 0 up"],
    ["no labels", { notFirst: [0.5] }, "notFirst is a list of numbers of labels from 0 up"],
  ])("%s", (_, config, message) => {
    expect(() => layers.crf(config)).toThrow(message);
  });

  test("rules for labels that there are not, and inputs of another kind", () => {
    const value = ({ name, shape }: Weight) => input(name, { dtype: "float32", shape });
    const trace = (layer: ReturnType<typeof layers.crf | typeof layers.chainMarginals>, shape: number[]) =>
      layer.trace(
        [input("x", { dtype: "float32", shape })],
        [undefined],
        callContext({ training: false, value }),
      );
    expect(() => trace(layers.crf({ notLast: [3] }), [2, 4, 3])).toThrow(
      "has a rule for label 3, which float32 [batch, 4, 3] lacks",
    );
    expect(() => trace(layers.crf(), [2, 3])).toThrow("wants scores [batch, steps, labels], got");
    expect(() => trace(layers.chainMarginals(), [2, 4, 3])).toThrow("wants steps of a chain");
    const chain = input("chain", { dtype: "float32", shape: [2, 4, 3, 3] });
    const odd = input("labels", { dtype: "int32", shape: [2, 5] });
    expect(() => loss("crf").call(odd, chain)).toThrow("do not fit predictions");
    expect(() => loss("crf").call(odd, input("x", { dtype: "float32", shape: [2, 4, 3] }))).toThrow(
      "loss crf: wants predictions [B, T, K, K], as the layer crf gives them",
    );
  });
});
