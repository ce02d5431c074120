// CTC, connectionist temporal classification: the loss for sequences of labels that are shorter than the input and not aligned with it.

import {
  add,
  cast,
  equal,
  greater,
  greaterEqual,
  log,
  logicalAnd,
  logicalOr,
  maximum,
  mul,
  neg,
  notEqual,
  select,
  stopGradient,
  sub,
} from "../../graph/ops/arithmetic.ts";
import { exp } from "../../graph/ops/functions.ts";
import { gather } from "../../graph/ops/gather.ts";
import { concat, pad, slice, stack, transpose } from "../../graph/ops/layout.ts";
import { constant, scalar } from "../../graph/ops/leaf.ts";
import { logSoftmax, logSumExp } from "../../graph/ops/reduce.ts";
import { scan } from "../../graph/ops/scan.ts";
import { broadcastTo, reshape, sum } from "../../graph/ops/sum.ts";
import { formatType, type Tensor } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { type NdArray, ndarray } from "../../tensor/nd-array.ts";
import { type Shape, sameShape } from "../../tensor/shape.ts";
import { logitsOfSoftmax } from "./crossentropy.ts";
import { epsilon } from "./regression.ts";
import type { LossContext } from "./rule.ts";

export interface CtcOptions {
  /** The class that stands for no label; a negative one counts from the last. Default 0. */
  readonly blankIndex?: number;
  /** The predictions are logits, or logarithms of probabilities. Default true, as in Keras. */
  readonly fromLogits?: boolean;
  /** Whether a row whose labels do not fit into its steps counts 0. By default its loss is infinite; it has no gradient either way. */
  readonly zeroInfinity?: boolean;
}

/** log 0, as far as sums of it stay finite in float32. */
const never = -1e30;

/**
 * -log p(labels), p being the sum over all alignments: ways to write the labels, with blanks between them and repetitions, over the
 * steps. It is not divided by the number of labels.
 *
 * The forward algorithm in logarithms, over the 2S + 1 states blank, label 1, blank, label 2, …, blank:
 *
 *     α_t(s) = log y_t(s) + log(exp α_{t-1}(s) + exp α_{t-1}(s-1) + [s is a label unlike that of s-2]·exp α_{t-1}(s-2))
 *
 * Probabilities are read as log(p + 1e-7), normalised, unless they come straight from a softmax, which is then passed by.
 *
 * Source: Graves et al., "Connectionist Temporal Classification", ICML 2006.
 *
 * @param yTrue labels [B, S], short rows filled up on the right with blanks or with -1
 * @param yPred [B, T, C]
 * @param context.mask the steps that count [B, T]; the others are passed over
 * @returns [B]
 * @throws RecurraError `loss-shape`
 */
export function ctc(
  yTrue: Tensor,
  yPred: Tensor,
  { blankIndex = 0, fromLogits = true, zeroInfinity = false }: CtcOptions = {},
  { mask }: LossContext = {},
): Tensor {
  const [batch, classes] = checkShapes(yTrue, yPred, mask);
  const blank = blankOf(blankIndex, classes);
  const labels = cast(yTrue, "int32");
  const isLabel = logicalAnd(greaterEqual(labels, 0), notEqual(labels, blank));
  const states = statesOf(select(isLabel, labels, blank), blank); // [2S+1, B]
  const counts = sum(cast(isLabel, "int32"), -1); // [B]

  const scores = emissions(logClasses(yPred, fromLogits), states); // [T, 2S+1, B]
  const skip = skipsInto(states, blank, yPred.dtype);
  const [width = 0] = states.shape;
  const start = constant(startingIn(width, batch, yPred.dtype));
  const advance = (alpha: Tensor, score: Tensor): Tensor => {
    const before = pad(alpha, 0, 2, 0, never);
    const one = slice(before, 0, 1, width + 1);
    const two = add(slice(before, 0, 0, width), skip);
    const peak = stopGradient(maximum(maximum(alpha, one), two));
    const total = add(add(exp(sub(alpha, peak)), exp(sub(one, peak))), exp(sub(two, peak)));
    return add(add(log(total), peak), score);
  };
  const { last } =
    mask === undefined
      ? scan(advance, start, scores)
      : scan(
          (alpha: Tensor, { score, keep }: { readonly score: Tensor; readonly keep: Tensor }) =>
            select(keep, advance(alpha, score), alpha),
          start,
          { score: scores, keep: transpose(mask) },
        );
  return lossOf(last, counts, zeroInfinity);
}

/** The sizes of the batch and of the last axis. */
function checkShapes(
  yTrue: Tensor,
  yPred: Tensor,
  mask: Tensor | undefined,
): [batch: number, classes: number] {
  const [batch, steps, classes] = yPred.shape;
  if (batch === undefined || steps === undefined || classes === undefined || yPred.rank !== 3) {
    throw new RecurraError("loss-shape", `loss ctc: wants predictions [B, T, C], got ${formatType(yPred)}`);
  }
  if (yTrue.rank !== 2 || yTrue.shape[0] !== batch) {
    throw new RecurraError(
      "loss-shape",
      `loss ctc: wants labels [${batch}, S] for predictions ${formatType(yPred)}, got ${formatType(yTrue)}`,
    );
  }
  if (mask !== undefined && !sameShape(mask.shape, [batch, steps])) {
    throw new RecurraError(
      "loss-shape",
      `loss ctc: wants a mask [${batch}, ${steps}] for predictions ${formatType(yPred)}, got ${formatType(mask)}`,
    );
  }
  return [batch, classes];
}

/** The number of the blank among so many classes. */
function blankOf(blankIndex: number, classes: number): number {
  const blank = blankIndex < 0 ? blankIndex + classes : blankIndex;
  if (blank >= 0 && blank < classes) return blank;
  throw new RecurraError(
    "loss-shape",
    `loss ctc: blankIndex ${blankIndex} is none of the ${classes} classes that are predicted`,
  );
}

/** The classes of the states, blank, label 1, blank, …: labels [B, S] -> [2S+1, B]. */
function statesOf(labels: Tensor, blank: number): Tensor {
  const [batch = 0, length = 0] = labels.shape;
  const blanks = (rows: number) => broadcastTo(scalar(blank, "int32"), [rows, batch]);
  const pairs = stack([blanks(length), transpose(labels)], 1); // [S, 2, B]
  return concat([reshape(pairs, [2 * length, batch]), blanks(1)], 0);
}

/** The logarithms of the probabilities. */
function logClasses(yPred: Tensor, fromLogits: boolean): Tensor {
  const logits = fromLogits ? yPred : logitsOfSoftmax(yPred, yPred.rank - 1);
  return logSoftmax(logits ?? log(add(yPred, epsilon)));
}

/** The logarithm of each state's class at each step: logs [B, T, C], states [N, B] -> [T, N, B]. */
function emissions(logs: Tensor, states: Tensor): Tensor {
  const [batch = 0, steps = 0, classes = 0] = logs.shape;
  const rows = reshape(transpose(logs, [0, 2, 1]), [batch * classes, steps]);
  const starts = ndarray(
    Array.from({ length: batch }, (_, row) => row * classes),
    { dtype: "int32" },
  );
  return transpose(gather(rows, add(states, constant(starts))), [2, 0, 1]); // [N, B, T] -> [T, N, B]
}

/** 0 for states that may be entered from two states before, a label after another one; else {@link never}. */
function skipsInto(states: Tensor, blank: number, dtype: DType): Tensor {
  const [width = 0] = states.shape;
  const earlier = slice(pad(states, 0, 2, 0, blank), 0, 0, width);
  const may = logicalAnd(notEqual(states, blank), notEqual(states, earlier));
  return select(may, scalar(0, dtype), scalar(never, dtype));
}

/** The logarithms before the first step: all paths come in at the first state. */
function startingIn(width: number, batch: number, dtype: DType): NdArray {
  const values = new Float64Array(width * batch).fill(never).fill(0, 0, batch);
  return ndarray(values, { dtype, shape: [width, batch] });
}

/** The losses from the last α [2S+1, B]: paths end in the last label, or in the blank behind it. */
function lossOf(alpha: Tensor, counts: Tensor, zeroInfinity: boolean): Tensor {
  const [width = 0] = alpha.shape;
  const places = constant(
    ndarray(
      Array.from({ length: width }, (_, state) => [state]),
      { dtype: "int32" },
    ),
  );
  const end = mul(counts, 2);
  const isEnd = logicalOr(equal(places, end), equal(places, sub(end, 1)));
  const total = logSumExp(select(isEnd, alpha, scalar(never, alpha.dtype)), 0);
  const fits = greater(total, never / 2);
  return select(fits, neg(total), scalar(zeroInfinity ? 0 : Infinity, alpha.dtype));
}

/**
 * Fails for labels behind what fills a row up, and for rows with more labels than their steps can hold: n labels take n steps, and one
 * more wherever a label follows its like.
 *
 * @param prediction the shape [T, C] of one sample's predictions
 * @throws RecurraError `label-order`, `label-count`
 */
export function checkLabels(
  what: string,
  targets: NdArray,
  prediction: Shape,
  { blankIndex = 0 }: CtcOptions,
): void {
  const [steps = 0, classes = 0] = prediction;
  const blank = blankIndex < 0 ? blankIndex + classes : blankIndex;
  const [rows = 0, width = 0] = targets.shape;
  for (let row = 0; row < rows; row++) {
    let wanted = 0;
    let before = blank;
    for (let i = 0; i < width; i++) {
      const label = Number(targets.data[row * width + i]);
      const isLabel = label >= 0 && label !== blank;
      if (isLabel && i > 0 && before === blank) {
        throw new RecurraError(
          "label-order",
          `${what}: row ${row} has label ${label} at place ${i}, behind a place without one; labels stand at the row's start`,
        );
      }
      if (isLabel) wanted += label === before ? 2 : 1;
      before = isLabel ? label : blank;
    }
    if (wanted > steps) {
      throw new RecurraError(
        "label-count",
        `${what}: the labels of row ${row} take ${wanted} steps (one each, and one between equal ones), the predictions have ${steps}`,
      );
    }
  }
}
