// The part of a report that tells how well each class was found.

import { fewOf } from "../../data/row-names.ts";
import type { Evaluation } from "../../nn/metrics/evaluation.ts";
import type { ClassificationReport } from "../../nn/metrics/report.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, htmlTable, paragraph } from "../../report/page.ts";

/**
 * Precision, recall and F₁ of each class, and the figures of all.
 *
 * @param of what is told apart: `texts`
 * @param evaluation undefined where there may be several classes at once
 */
export function classScores(
  scores: ClassificationReport["classes"],
  evaluation: Evaluation | undefined,
  of: string,
): string {
  const rows = scores.map(({ name, precision, recall, f1Score, support }) => ({
    cells: [
      `<bdi>${escapeHtml(name)}</bdi>`,
      ...(support === 0 ? ["–", "–", "–"] : [percent(precision), percent(recall), f1Score.toFixed(3)]),
      support.toLocaleString("en-US"),
    ],
  }));
  return `<h2>By class</h2>\n${htmlTable(["class", "precision", "recall", "F₁", `test ${of}`], rows)}
${evaluation === undefined ? "" : paragraph(figuresOf(evaluation))}
${fewNote(scores, of)}${paragraph(`Precision: of the ${of} given this class, the share that has it. Recall: of the ${of} that have it, the share that was found.`, "small")}`;
}

/** Of so many a score is as much chance as skill. */
const FEW = 5;

function fewNote(scores: ClassificationReport["classes"], of: string): string {
  const few = scores.filter(({ support }) => support < FEW);
  if (few.length === 0 || few.length === scores.length) return "";
  const names = fewOf(few.map(({ name }) => `\u2068“${name}”\u2069`));
  return `${paragraph(`Of ${names} the test has fewer than ${FEW} ${of}: what is told of ${few.length === 1 ? "this class" : "these classes"} is hardly more than chance.`)}\n`;
}

function figuresOf({ balancedAccuracy, macroF1, logLoss, rocAuc = Number.NaN, report }: Evaluation): string {
  // First strong isolate … pop directional isolate: a name of any direction leaves its neighbours alone.
  const positive = `\u2068“${report.classes[1]?.name ?? ""}”\u2069`;
  const area = Number.isFinite(rocAuc) ? `, ROC AUC of ${positive} ${rocAuc.toFixed(3)}` : "";
  return `Balanced accuracy ${percent(balancedAccuracy)}, mean F₁ ${macroF1.toFixed(3)}, log loss ${displayNumber(logLoss)}${area}.`;
}
