// The part of a table's report that tells how many rows got their class.

import { wilsonInterval } from "../../nn/metrics/wilson.ts";
import { percent } from "../../report/numbers.ts";
import { paragraph } from "../../report/page.ts";
import type { TablePrediction } from "./train-table.ts";

const whole = (count: number) => count.toLocaleString("en-US");

/** How far the model can be trusted. */
export function classVerdict({ evaluation, model, test }: TablePrediction): string {
  if (evaluation.kind !== "classes" || model.target.kind !== "classes") return "";
  const { accuracy } = evaluation.evaluation;
  const count = test.target.length;
  const right = Math.round(accuracy * count);
  const [low, high] = wilsonInterval(right, count);
  const own = `${whole(right)} of ${whole(count)} test rows got their class: ${percent(accuracy)} (with 95 % confidence ${percent(low)} to ${percent(high)}).`;
  const guess = `Always saying “${model.target.majority}” would be right for ${percent(evaluation.majority)}`;
  if (low > evaluation.majority) return paragraph(`${own} ${guess}.`, "verdict");
  return accuracy > evaluation.majority
    ? paragraph(`${own} ${guess}: the difference may be chance.`, "verdict worse")
    : paragraph(`${own} ${guess}: the model is no better, do not rely on it.`, "verdict worse");
}
