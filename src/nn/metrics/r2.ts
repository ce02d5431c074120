// R²: the share of the targets' variance that predictions explain.

import { cast, div, maximum, mul, sub } from "../../graph/ops/arithmetic.ts";
import { square } from "../../graph/ops/functions.ts";
import { scalar } from "../../graph/ops/leaf.ts";
import { broadcastTo, reshape, sum } from "../../graph/ops/sum.ts";
import { alignRanks, expectSameShape } from "../losses/align.ts";
import { type Accumulator, factorOf, type Metric, type Statistics } from "./metric.ts";

/**
 * 1 - Σ(y - ŷ)² / Σ(y - ȳ)² for each output, and the mean of that over the outputs, as in Keras; 0 for an output whose targets are all the
 * same. Spread within a batch and spread of the batches' means are kept apart, so that a large mean costs no precision.
 *
 * Source of the combination: Chan, Golub, LeVeque, COMPSTAT 1982.
 */
export function r2(name: string): Metric {
  return {
    name,
    update(yTrue, yPred, weights = {}) {
      const [a, b] = alignRanks(cast(yTrue, yPred.dtype), yPred);
      expectSameShape("metric r2", a, b);
      const columns = a.rank < 2 ? 1 : (a.shape.at(-1) ?? 1);
      const rows = (x: typeof a) => reshape(x, [-1, columns]);
      const factor = rows(factorOf(a, weights) ?? broadcastTo(scalar(1, a.dtype), a.shape));
      const [target, predicted] = [rows(a), rows(b)];
      const weight = sum(factor, 0);
      const mean = div(sum(mul(target, factor), 0), maximum(weight, 1e-30));
      return {
        weight,
        mean,
        spread: sum(mul(square(sub(target, mean)), factor), 0),
        residual: sum(mul(square(sub(target, predicted)), factor), 0),
      };
    },
    begin: spreads,
  };
}

/** What is known of one output. */
interface Output {
  readonly weight: number;
  readonly mean: number;
  readonly spread: number;
  readonly residual: number;
}

function spreads(saved: Statistics = {}): Accumulator {
  let outputs = outputsOf(saved);
  return {
    add(statistics) {
      const given = outputsOf(statistics);
      outputs = outputs.length === 0 ? given : outputs.map((output, i) => together(output, given[i]));
    },
    result() {
      const scores = outputs.map(scoreOf);
      return scores.reduce((total, score) => total + score, 0) / scores.length;
    },
    save(): Statistics {
      if (outputs.length === 0) return {};
      const column = (name: keyof Output) => Float64Array.from(outputs, (output) => output[name]);
      return {
        weight: column("weight"),
        mean: column("mean"),
        spread: column("spread"),
        residual: column("residual"),
      };
    },
  };
}

function outputsOf({ weight = new Float64Array(), mean, spread, residual }: Statistics): Output[] {
  return Array.from(weight, (own, i) => ({
    weight: own,
    mean: mean?.[i] ?? Number.NaN,
    spread: spread?.[i] ?? Number.NaN,
    residual: residual?.[i] ?? Number.NaN,
  }));
}

function together(a: Output, b: Output | undefined): Output {
  if (b === undefined || b.weight === 0) return a;
  const weight = a.weight + b.weight;
  const shift = b.mean - a.mean;
  const share = b.weight / weight;
  return {
    weight,
    mean: a.mean + shift * share,
    spread: a.spread + b.spread + shift ** 2 * a.weight * share,
    residual: a.residual + b.residual,
  };
}

function scoreOf({ weight, spread, residual }: Output): number {
  if (weight === 0) return Number.NaN;
  return spread === 0 ? 0 : 1 - residual / spread;
}
