// What a text classification leaves behind: the model, its predictions, figures and a page.

import { joinPath, writeFileAtomic } from "#platform";
import { csvField } from "../../report/csv.ts";
import type { TextClassification } from "../classify/classify-texts.ts";
import { classifierPage } from "./classifier-page.ts";

/** Whether a name in a classification's folder is one of its own. */
export function isTextClassificationFile(name: string): boolean {
  return ["report.html", "predictions.csv", "metrics.json", "model"].includes(name);
}

/** Writes report.html, predictions.csv, metrics.json and model/ into a folder that exists. */
export async function writeTextClassification(result: TextClassification, folder: string): Promise<void> {
  const encoder = new TextEncoder();
  const write = (name: string, text: string) =>
    writeFileAtomic(joinPath(folder, name), (sink) => sink.write(encoder.encode(text)));
  await write("report.html", await classifierPage(result));
  await write("predictions.csv", predictionsCsv(result));
  await write("metrics.json", `${JSON.stringify(classificationDocument(result), null, 2)}\n`);
  await result.model.save(joinPath(folder, "model"));
}

/** A classification as plain JSON, the same for `--json` and metrics.json. */
export function classificationDocument(result: TextClassification): object {
  const { model, source, testSource, training, test, evaluation, labelsEvaluation, baselines, epochs } =
    result;
  const { report, ...figures } = evaluation ?? { report: undefined };
  return {
    format: "recurra-text-classification",
    version: 1,
    data: {
      source,
      testSource: testSource ?? null,
      training: training.texts.length,
      test: test.texts.length,
      classes: model.classes,
    },
    model: {
      config: model.config,
      parameters: model.network.countParams(),
      length: model.length,
      vocabulary: model.tokenizer.vocabulary.size,
      training: model.training,
    },
    test: { ...figures, ...(report && { classes: report.classes }), ...labelsEvaluation },
    ...(baselines && { baselines }),
    epochs,
    timing: result.timing,
  };
}

/** A row for each test text: its label, the prediction, and the probability of each class. */
function predictionsCsv({ model, test, probabilities }: TextClassification): string {
  const { classes, isMulti } = model;
  const count = classes.length;
  const lines = test.texts.map((text, n) => {
    const given = probabilities.subarray(n * count, (n + 1) * count);
    return predictionLine(given, classes, isMulti, [[test.labels[n] ?? []].flat().join("|")], text);
  });
  return `${[predictionHead(classes, ["label"]), ...lines].join("\n")}\n`;
}

/** The first line of predictions. @param before further columns, which stand first */
export function predictionHead(classes: readonly string[], before: readonly string[] = []): string {
  return [...before, "prediction", ...classes.map((name) => `p_${name}`), "text"].map(csvField).join(",");
}

/** A line of predictions. @param probabilities [K] */
export function predictionLine(
  probabilities: Float64Array,
  classes: readonly string[],
  isMulti: boolean,
  before: readonly string[],
  text: string,
): string {
  const best = probabilities.indexOf(Math.max(...probabilities));
  const told = isMulti
    ? classes.filter((_, k) => (probabilities[k] ?? 0) >= 0.5).join("|")
    : (classes[best] ?? "");
  const shares = Array.from(probabilities, (value) => String(Number(value.toPrecision(6))));
  return [...before, told, ...shares, text].map(csvField).join(",");
}
