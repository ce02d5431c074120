// Code of one step of stochastic gradient ascent: a hidden row against some output rows, each with a label of 1 or 0.

import {
  type Code,
  f32,
  i32,
  i32x4,
  type Local,
  load,
  op,
  shuffleLanes,
  store,
  when,
} from "../../../runtime/wasm/module.ts";
import { type DeclareLocal, dots, eachVector, madd, type RowShape } from "../../vectors/row-code.ts";
import { sigmoid } from "./sigmoid.ts";

/** The score that leaves a row alone: σ is 0, the label too. */
const SILENT = -40;

/** Output rows that are updated in one go over the hidden row. */
export const MOST_TOGETHER = 7;

/** What the loss of many steps adds up to: log2 of a product of probabilities, as exponents and mantissas of four lanes. */
export interface LossSum {
  readonly mantissas: Local;
  readonly exponents: Local;
}

/** What a step works on; rows are given by pointers. */
export interface Step {
  readonly shape: RowShape;
  /** h, the hidden row. */
  readonly hidden: Local;
  /** v'_j, the output rows, the first of which has the label in question; all others have 0. */
  readonly targets: readonly Local[];
  /** The first row's label: a vector whose first lane is 1 or 0, and whose other lanes are 0. */
  readonly label: Code;
  /** Leave out the rows that are the same as the first one: negative samples that hit the word itself. */
  readonly skipEqual: boolean;
  /** α, the learning rate, on four lanes. */
  readonly rate: Local;
  readonly loss: LossSum;
}

/**
 * Statements that update the output rows, v'_j ← v'_j + g_j·h with g_j = α·(label_j − σ(v'_j·h)), and hand on what the hidden row is
 * to change by, Σ g_j·v'_j with the rows as they were. Scores are taken before any row changes: the gradient of
 * −Σ log σ(±v'_j·h), Mikolov et al. 2013 (NIPS), equation 4, for all rows of the step at one point. A row that is among them twice is
 * changed twice, the second time from where the first left it.
 *
 * @param change where the hidden row's change goes: added to a row of its own, which must start at 0; or, if undefined, to h itself,
 *   which up to {@link MOST_TOGETHER} rows can be trained against
 */
export function trainTargets(step: Step, change: Local | undefined, local: DeclareLocal): Code[] {
  const { shape, hidden, targets, label, skipEqual, rate, loss } = step;
  const code: Code[] = [];
  const factors: Local[] = [];
  for (let from = 0; from < targets.length; from += 4) {
    const group = targets.slice(from, from + 4);
    const error = local("v128");
    const scores = dots(shape, hidden, group, SILENT, local);
    code.push(scores.code, error.set(scores.result));
    if (skipEqual) code.push(silenceEqual(error, targets[0], group, from));
    const truth = from === 0 ? label : op("f32x4.splat", f32(0));
    code.push(
      sigmoid(error, local),
      error.set(op("f32x4.sub", truth, error.get)),
      addLoss(loss, error),
      error.set(op("f32x4.mul", error.get, rate.get)),
    );
    for (const lane of group.keys()) {
      const factor = local("v128");
      code.push(factor.set(shuffleLanes([lane, lane, lane, lane], error.get, error.get)));
      factors.push(factor);
    }
  }
  code.push(countLoss(loss));
  for (let from = 0; from < targets.length; from += MOST_TOGETHER) {
    const to = Math.min(targets.length, from + MOST_TOGETHER);
    const range = { targets: targets.slice(from, to), factors: factors.slice(from, to) };
    code.push(updateRows({ shape, hidden, ...range, change }, local));
  }
  return code;
}

/** Gives the rows that are equal to the first one a score that leaves them alone; the first lanes of all groups come in turn. */
function silenceEqual(
  scores: Local,
  first: Local | undefined,
  group: readonly Local[],
  from: number,
): Code[] {
  return group.flatMap((target, lane) => {
    if (first === undefined || from + lane === 0) return [];
    const isEqual = op("i32.eq", target.get, first.get);
    const lanes = [0, 1, 2, 3].map((at) => (at === lane ? -1 : 0)) as [number, number, number, number];
    const silent = op("v128.bitselect", op("f32x4.splat", f32(SILENT)), scores.get, i32x4(...lanes));
    return [when(isEqual, scores.set(silent))];
  });
}

interface Update {
  readonly shape: RowShape;
  readonly hidden: Local;
  readonly targets: readonly Local[];
  /** g_j, on four lanes each. */
  readonly factors: readonly Local[];
  readonly change: Local | undefined;
}

function updateRows({ shape, hidden, targets, factors, change }: Update, local: DeclareLocal): Code[] {
  const [h, row, sum] = [local("v128"), local("v128"), local("v128")];
  const goal = change ?? hidden;
  const pointers = change === undefined ? [hidden, ...targets] : [hidden, change, ...targets];
  return eachVector(shape, pointers, local, (offset) => [
    h.set(load("v128.load", hidden.get, offset)),
    sum.set(change === undefined ? h.get : load("v128.load", change.get, offset)),
    ...targets.map((target, j) => {
      const factor = factors[j] as Local;
      return [
        row.set(load("v128.load", target.get, offset)),
        sum.set(madd(factor.get, row.get, sum.get)),
        store("v128.store", target.get, madd(factor.get, h.get, row.get), offset),
      ];
    }),
    store("v128.store", goal.get, sum.get, offset),
  ]);
}

/** Multiplies the product by the probability of each label, 1 − |label − σ|, held above 1e-9. */
function addLoss({ mantissas }: LossSum, error: Local): Code {
  const probability = op("f32x4.sub", op("f32x4.splat", f32(1)), op("f32x4.abs", error.get));
  return mantissas.set(
    op("f32x4.mul", mantissas.get, op("f32x4.pmax", probability, op("f32x4.splat", f32(1e-9)))),
  );
}

/** Moves the exponents of the product to a sum of their own, so that it stays a float: it is in [1, 2) again. */
function countLoss({ mantissas, exponents }: LossSum): Code[] {
  const exponent = op("i32x4.add", op("i32x4.shr_u", mantissas.get, i32(23)), op("i32x4.splat", i32(-127)));
  const fraction = op("v128.and", mantissas.get, op("i32x4.splat", i32(0x007fffff)));
  return [
    exponents.set(op("i32x4.add", exponents.get, exponent)),
    mantissas.set(op("v128.or", fraction, op("i32x4.splat", i32(0x3f800000)))),
  ];
}
