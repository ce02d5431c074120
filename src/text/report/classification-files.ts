// What a text classification leaves behind: the model, its predictions, figures and a page.

import { joinPath, writeFileAtomic } from "#platform";
import type { TextPlace } from "../../data/texts/text-options.ts";
import { csvField } from "../../report/csv.ts";
import type { TextClassification } from "../classify/classify-texts.ts";
import { classifierPage } from "./classifier-page.ts";

/** Whether a name in a classification's folder is one of its own. */
export function isTextClassificationFile(name: string): boolean {
  return ["report.html", "predictions.csv", "metrics.json", "model"].includes(name);
}

/**
 * Writes report.html, predictions.csv, metrics.json and model/ into a folder that exists.
 *
 * @param placeOf where a test text stood in its file, by its number in `testRows`; default: only that number is told, from 1
 */
export async function writeTextClassification(
  result: TextClassification,
  folder: string,
  placeOf: (row: number) => TextPlace = (row) => ({ file: undefined, row: row + 1 }),
): Promise<void> {
  const encoder = new TextEncoder();
  const write = (name: string, text: string) =>
    writeFileAtomic(joinPath(folder, name), (sink) => sink.write(encoder.encode(text)));
  await write("report.html", await classifierPage(result));
  await write("predictions.csv", predictionsCsv(result, Array.from(result.testRows, placeOf)));
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

/** A row for each test text: where it stands, its label, the prediction, and the probability of each class. */
function predictionsCsv(
  { model, test, probabilities }: TextClassification,
  places: readonly TextPlace[],
): string {
  const { classes, isMulti } = model;
  const count = classes.length;
  const place = placeColumns(places);
  const lines = test.texts.map((text, n) => {
    const given = probabilities.subarray(n * count, (n + 1) * count);
    const before = [...(place.cells[n] ?? []), [test.labels[n] ?? []].flat().join("|")];
    return predictionLine(given, classes, isMulti, before, text);
  });
  return `${[predictionHead(classes, [...place.head, "label"]), ...lines].join("\n")}\n`;
}

/** Columns of the places of texts, those that any of them has. */
export function placeColumns(places: readonly TextPlace[]): {
  readonly head: readonly string[];
  /** [N] */
  readonly cells: readonly (readonly string[])[];
} {
  const head = (["file", "row"] as const).filter((name) => places.some((place) => place[name] !== undefined));
  return { head, cells: places.map((place) => head.map((name) => String(place[name] ?? ""))) };
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
