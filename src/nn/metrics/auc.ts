// AUC: the exact area under the ROC or the precision-recall curve, from all scores.

import { add, cast, greater, mul } from "../../graph/ops/arithmetic.ts";
import { oneHot } from "../../graph/ops/gather.ts";
import { take } from "../../graph/ops/layout.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { broadcastTo, expandDims, reshape } from "../../graph/ops/sum.ts";
import type { Tensor } from "../../graph/tensor.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { labelsOf } from "../losses/crossentropy.ts";
import { checkClasses, checkConflict, hasOneOutput, holdsLabels } from "./classes.ts";
import { type Accumulator, factorOf, type Metric, type Statistics } from "./metric.ts";
import { ScoreList } from "./scores.ts";

export interface AucOptions {
  /** The curve: true over false positive rate, or precision over recall. Default "ROC". */
  readonly curve?: "ROC" | "PR";
  /**
   * For "PR": "step" gives the average precision, "linear" the area by trapezoids. Default "step".
   */
  readonly interpolation?: "step" | "linear";
  /**
   * For several outputs: "micro" throws all of them together, "macro" is the mean of the outputs' areas, those left out that have none
   * because only one of the two classes came. Default "micro", as in Keras.
   */
  readonly average?: "micro" | "macro";
  /** The area of this output alone: of the positive one of two classes, say. */
  readonly classId?: number;
}

/**
 * The area under a curve, exact and with ties: the scores leave the graph and are kept, 8 bytes for each output of each sample. Targets
 * above ½ are the class's own; targets may be labels. Predictions may be probabilities or logits, since only their order counts.
 */
export function auc(name: string, options: AucOptions): Metric {
  const { curve = "ROC", interpolation, average, classId } = options;
  checkConflict(name, { classId, average });
  if (curve === "ROC") checkConflict(name, { curve, interpolation });
  const area = (list: ScoreList) =>
    curve === "ROC" ? list.areaUnderRoc() : list.areaUnderPrecision(interpolation ?? "step");
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const { target, predicted, columns } = scoresOf(name, yTrue, yPred, options);
      const factor = factorOf(predicted, weights) ?? broadcastTo(scalar(1, predicted.dtype), predicted.shape);
      const side = add(mul(cast(greater(target, 0.5), factor.dtype), 2), -1);
      return {
        scores: reshape(predicted, [-1]),
        weights: reshape(mul(factor, side), [-1]),
        columns: scalar(average === "macro" ? columns : 1, predicted.dtype),
      };
    },
    begin: (saved) => scoreLists(area, saved),
  };
}

/** Targets and predictions of one shape [..., C], C columns. */
function scoresOf(
  name: string,
  yTrue: Tensor,
  yPred: Tensor,
  { average, classId }: AucOptions,
): { readonly target: Tensor; readonly predicted: Tensor; readonly columns: number } {
  checkClasses(name, { classId, average }, yPred);
  if (hasOneOutput(yPred)) return { ...matched(name, yTrue, yPred), columns: 1 };
  const columns = yPred.shape.at(-1) ?? 1;
  const target = holdsLabels(yTrue, yPred) ? oneHot(labelsOf(yTrue, yPred), columns, yPred.dtype) : yTrue;
  const all = matched(name, target, yPred);
  if (classId === undefined) return { ...all, columns };
  const column = (x: Tensor) => expandDims(take(x, classId, -1), -1);
  return { target: column(all.target), predicted: column(all.predicted), columns: 1 };
}

function matched(
  name: string,
  yTrue: Tensor,
  yPred: Tensor,
): { readonly target: Tensor; readonly predicted: Tensor } {
  const [target, predicted] = alignRanks(cast(yTrue, yPred.dtype), yPred);
  expectSameShape(`metric ${name}`, target, predicted);
  return { target, predicted };
}

/** The mean of the columns' areas, those left out that have none. */
function scoreLists(
  area: (list: ScoreList) => number | undefined,
  { columns: [columns = 0] = new Float64Array(), ...saved }: Statistics = {},
): Accumulator {
  const lists = Array.from({ length: columns }, (_, column) => {
    const list = new ScoreList();
    const { [`weights${column}`]: weights, [`scores${column}`]: scores = new Float64Array() } = saved;
    for (const [i, score] of scores.entries()) list.add(score, weights?.[i] ?? Number.NaN);
    return list;
  });
  return {
    add({ scores = new Float64Array(), weights, columns: [count = 1] = new Float64Array() }) {
      while (lists.length < count) lists.push(new ScoreList());
      for (let i = 0; i < scores.length; i++) {
        lists[i % count]?.add(scores[i] ?? Number.NaN, weights?.[i] ?? Number.NaN);
      }
    },
    result() {
      const areas = lists.flatMap((list) => area(list) ?? []);
      return areas.reduce((total, value) => total + value, 0) / areas.length;
    },
    save() {
      if (lists.length === 0) return {};
      const runs = lists.flatMap(({ samples }, column) => [
        [`scores${column}`, Float64Array.from(samples.scores)],
        [`weights${column}`, Float64Array.from(samples.weights)],
      ]);
      return { columns: Float64Array.of(lists.length), ...Object.fromEntries(runs) };
    },
  };
}
