// What `recurra classify train` prints when it is done: the test, what may help, and where the files are.

import { joinPath } from "#platform";
import type { TextClassification } from "../../text/classify/classify-texts.ts";

/** @param out the folder where the classification was written */
export async function classifyTextSummary(result: TextClassification, out: string): Promise<string> {
  const [{ percent }, { wilsonInterval }, { classifierAdvice }] = await Promise.all([
    import("../../report/numbers.ts"),
    import("../../nn/metrics/wilson.ts"),
    import("../../text/report/classifier-advice.ts"),
  ]);
  const { evaluation, labelsEvaluation, baselines, test, timing } = result;
  const total = test.texts.length;
  const count = `${total.toLocaleString("en-US")} test text${total === 1 ? "" : "s"}`;
  const figures: string[] = [];
  const unknown = result.model.unknownTexts(test.texts);
  if (labelsEvaluation !== undefined)
    figures.push(
      `Labels of ${count}: F₁ ${labelsEvaluation.microF1.toFixed(3)}, all right for ${percent(labelsEvaluation.exactMatch)}`,
    );
  if (evaluation !== undefined) {
    const always = baselines?.majority.accuracy ?? Number.NaN;
    const [low, high] = wilsonInterval(Math.round(evaluation.accuracy * total), total);
    figures.push(
      `Accuracy on ${count}: ${percent(evaluation.accuracy)} (95 % confidence: ${percent(low)} to ${percent(high)})`,
      `Always “${baselines?.majority.label}”: ${percent(always)}${low > always ? "" : evaluation.accuracy > always ? "; the difference may be chance" : "; the model is no better"}`,
      `Naive Bayes, by counts of words: ${percent(baselines?.naiveBayes.accuracy ?? Number.NaN)}`,
      `Balanced accuracy ${percent(evaluation.balancedAccuracy)}, mean F₁ ${evaluation.macroF1.toFixed(3)}`,
    );
  }
  return `${[
    "",
    ...figures,
    ...(unknown === 0
      ? []
      : [
          `No word is known of ${unknown.toLocaleString("en-US")} of the test texts: what is told of them is a guess`,
        ]),
    `${Math.ceil(timing.training)} s of training`,
    ...classifierAdvice(result).map(({ says, option }) => `${says} (${option}).`),
    "",
    `Report: ${joinPath(out, "report.html")}`,
    "Also there: metrics.json, predictions.csv, model/",
    `Use it: recurra classify predict ${out} FILE`,
    `        recurra classify explain ${out} "…"`,
  ].join("\n")}\n`;
}
