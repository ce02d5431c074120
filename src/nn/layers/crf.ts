// CRF: a linear-chain conditional random field over scores of labels, as the Markov chain that it is.

import { add, cast, equal, logicalAnd, select, sub } from "../../graph/ops/arithmetic.ts";
import { transpose } from "../../graph/ops/layout.ts";
import { constant, scalar } from "../../graph/ops/leaf.ts";
import { cumsum, logSoftmax, logSumExp } from "../../graph/ops/reduce.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, expandDims } from "../../graph/ops/sum.ts";
import type { Tensor, TensorType } from "../../graph/tensor.ts";
import type { DType } from "../../tensor/dtype.ts";
import { ndarray } from "../../tensor/nd-array.ts";
import type { Initializer } from "../initializers.ts";
import { type CallContext, Layer, type LayerConfig, type Weight } from "../layer.ts";
import { checkConfig, formatInput, kind, wholeList } from "../layer-options.ts";
import { type WeightRules, weightKinds, weightRules } from "../weight-options.ts";

export interface CRFConfig extends LayerConfig, WeightRules<"transitions"> {
  /** Default "zeros". */
  readonly transitionsInitializer?: Initializer;
  /** Labels that may not follow one another, [before, after]: they get a probability of 0. Default: none. */
  readonly forbidden?: readonly (readonly [before: number, after: number])[];
  /** Labels that no sequence begins with. Default: none. */
  readonly notFirst?: readonly number[];
  /** Labels that no sequence ends with. Default: none. */
  readonly notLast?: readonly number[];
}

const labels = wholeList("a list of numbers of labels from 0 up", (label) => label >= 0);

const kinds = {
  ...weightKinds("transitions"),
  forbidden: kind(
    "a list of pairs of labels from 0 up",
    (value) =>
      Array.isArray(value) &&
      value.every((pair) => Array.isArray(pair) && pair.length === 2 && labels(pair) === undefined),
  ),
  notFirst: labels,
  notLast: labels,
};

/**
 * The score of what is forbidden. exp of it is 0, and beside it float32 still holds thousandths of a score: where everything is
 * forbidden, the best sequence is the best of those that break the rules least often.
 */
const FORBIDDEN = -1e4;

/**
 * A sequence of labels y has the score b(y₁) + Σ e_t(y_t) + Σ A(y_{t-1}, y_t) + c(y_T), and its probability is proportional to the exp of it.
 * Given the scores e the labels are a Markov chain, which the layer gives as the logarithms of its steps:
 *
 *     log p(y_t = j | y_{t-1} = i, e) = A(i, j) + e_t(j) + β_t(j) - log Σ_k exp(A(i, k) + e_t(k) + β_t(k)),
 *     β_{t-1}(i) = log Σ_k exp(A(i, k) + e_t(k) + β_t(k)),    β_T(k) = c(k)
 *
 * [B, T, K] -> [B, T, K, K], the label before, then the label. At the first step all rows are the same. The loss `crf` is a sum of such
 * numbers; `chainMarginals` makes the probability of each label at each step of them. Steps that the mask leaves out keep the label.
 *
 * Weights: transitions A [K, K], start b [K], end c [K].
 *
 * Source: Lafferty, McCallum & Pereira, ICML 2001; with scores from a network Lample et al., NAACL 2016, section 2.2. The backward
 * recursion is that of the forward-backward algorithm in logarithms, of which log Z is the last step.
 */
export class CRF extends Layer {
  readonly className = "CRF";
  override readonly config: CRFConfig;
  #weights: { readonly transitions: Weight; readonly start: Weight; readonly end: Weight } | undefined;

  constructor(config: CRFConfig = {}) {
    super(config);
    checkConfig("CRF", config, kinds);
    this.config = config;
  }

  protected override build(input: TensorType): void {
    this.expectRank(input, 3, "scores [batch, steps, labels]");
    const count = input.shape[2] ?? 0;
    const { transitionsInitializer = "zeros", forbidden = [], notFirst = [], notLast = [] } = this.config;
    const odd = [...forbidden.flat(), ...notFirst, ...notLast].find((label) => label >= count);
    if (odd !== undefined) throw this.fault(`has a rule for label ${odd}, which ${formatInput(input)} lacks`);
    const rules = weightRules(this.config, "transitions");
    this.#weights = {
      transitions: this.addWeight("transitions", [count, count], transitionsInitializer, rules),
      start: this.addWeight("start", [count], "zeros"),
      end: this.addWeight("end", [count], "zeros"),
    };
  }

  override call(x: Tensor, { value, mask }: CallContext): Tensor {
    this.expectRank(x, 3, "scores [batch, steps, labels]");
    if (this.#weights === undefined) throw this.fault("was called before it was built");
    const { forbidden = [], notFirst = [], notLast = [] } = this.config;
    const [, steps = 0, count = 0] = x.shape;
    const { dtype } = x;
    const ruled = (weight: Weight, places: readonly number[]) =>
      places.length === 0 ? value(weight) : add(value(weight), penalties(weight.shape, places, dtype));
    const transitions = ruled(
      this.#weights.transitions,
      forbidden.map(([before, after]) => before * count + after),
    );
    const start = ruled(this.#weights.start, notFirst);
    const end = ruled(this.#weights.end, notLast);

    const scores = select(expandDims(endOf(mask, steps, true), -1), add(x, end), x);
    const beta = add(scores, following(scores, transitions, mask));
    const entered = select(
      expandDims(expandDims(endOf(mask, steps, false), -1), -1), // [B, T, 1, 1]
      start,
      transitions,
    );
    const chain = logSoftmax(add(entered, expandDims(beta, 2))); // [B, T, K, K]
    if (mask === undefined) return chain;
    return select(expandDims(expandDims(mask, -1), -1), chain, keeping(count, dtype));
  }
}

/** [K] or [K, K] {@link FORBIDDEN} at these places, else 0. */
function penalties(shape: readonly number[], places: readonly number[], dtype: DType): Tensor {
  const values = new Float64Array(shape.reduce((size, length) => size * length, 1));
  for (const place of places) values[place] = FORBIDDEN;
  return constant(ndarray(values, { dtype, shape }));
}

/** [K, K] The logarithms of a step that keeps the label. */
function keeping(count: number, dtype: DType): Tensor {
  const values = Float64Array.from({ length: count * count }, (_, i) =>
    i % (count + 1) === 0 ? 0 : FORBIDDEN,
  );
  return constant(ndarray(values, { dtype, shape: [count, count] }));
}

/** The first step of each sequence, or the last: bool [B, T], or [T] where all have the same. */
function endOf(mask: Tensor | undefined, steps: number, isLast: boolean): Tensor {
  if (mask !== undefined)
    return logicalAnd(mask, equal(cumsum(cast(mask, "int32"), 1, { reverse: isLast }), 1));
  const place = isLast ? steps - 1 : 0;
  return constant(
    ndarray(
      Array.from({ length: steps }, (_, t) => t === place),
      { dtype: "bool" },
    ),
  );
}

/** β but for the scores of the end: what follows each step, from scores [B, T, K] to [B, T, K]. */
function following(scores: Tensor, transitions: Tensor, mask: Tensor | undefined): Tensor {
  const [batch = 0, , count = 0] = scores.shape;
  const none = broadcastTo(scalar(0, scores.dtype), [batch, count]);
  // Only differences between labels count: without what they share, sums over many steps stay small.
  const relative = transpose(sub(scores, logSumExp(scores, -1, { keepDims: true })), [1, 0, 2]); // [T, B, K]
  const back = (after: Tensor, score: Tensor) =>
    logSumExp(add(transitions, expandDims(add(score, after), 1)), -1);
  const { outputs } =
    mask === undefined
      ? scan(
          (after: Tensor, score: Tensor) => ({ carry: back(after, score), output: after }),
          none,
          relative,
          { reverse: true },
        )
      : scan(
          (after: Tensor, { score, keep }: { readonly score: Tensor; readonly keep: Tensor }) => ({
            carry: select(keep, back(after, score), after),
            output: after,
          }),
          none,
          { score: relative, keep: expandDims(transpose(mask), -1) },
          { reverse: true },
        );
  return transpose(outputs, [1, 0, 2]);
}
