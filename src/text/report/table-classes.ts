// The parts of a table's report that tell how many rows got their class.

import { wilsonInterval } from "../../nn/metrics/wilson.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, htmlTable, paragraph } from "../../report/page.ts";
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

export function classScores({ evaluation }: TablePrediction): string {
  if (evaluation.kind !== "classes") return "";
  const { report, balancedAccuracy, macroF1, logLoss, rocAuc } = evaluation.evaluation;
  const rows = report.classes.map(({ name, precision, recall, f1Score, support }) => ({
    cells: [
      `<bdi>${escapeHtml(name)}</bdi>`,
      percent(precision),
      percent(recall),
      f1Score.toFixed(3),
      whole(support),
    ],
  }));
  const area = rocAuc === undefined || !Number.isFinite(rocAuc) ? "" : `, ROC AUC ${rocAuc.toFixed(3)}`;
  return `<h2>By class</h2>\n${htmlTable(["class", "precision", "recall", "F₁", "test rows"], rows)}
${paragraph(`Balanced accuracy ${percent(balancedAccuracy)}, mean F₁ ${macroF1.toFixed(3)}, log loss ${displayNumber(logLoss)}${area}.`)}
${paragraph("Precision: of the rows given this class, the share that has it. Recall: of the rows that have it, the share that was found.", "small")}`;
}
